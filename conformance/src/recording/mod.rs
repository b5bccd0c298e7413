//! Recordings: what went over the wire between real clients and servers.
//!
//! A [`Recording`] is made of a packet capture. It can be written as a transcript
//! ([`Recording::to_script`]), to be read or to be played to a live server, and it can be judged
//! offline ([`judge`]): the client's bytes go to the crate's own server engine, and what the real
//! server answered is held against what the engine answers.

mod answer;
mod bounds;
mod connection;
mod difference;
mod handshake;
mod joining;
mod judge;
mod opening;
mod peer;
mod remark;
mod script;
mod session;
mod turns;

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;

use crate::capture;
use crate::capture::Capture;
use crate::capture::Side;

pub use self::judge::Judgement;
pub use self::judge::judge;
pub use self::remark::Remark;
pub use self::script::Style;

/// Connections, and all that happened on them, in order.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    /// The connections, in the order in which they were opened.
    pub connections: Vec<Connection>,
    /// What happened, in order.
    pub events: Vec<Event>,
}

/// One connection.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Connection {
    /// A name to call it by: A, B, … Z, A2, B2, …
    pub name: String,
    /// The client's address.
    pub client: SocketAddr,
    /// The server's address.
    pub server: SocketAddr,
    /// Whether it is there from its first byte.
    pub from_start: bool,
}

/// Something that happened on a connection.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Event {
    /// When, since the start of the recording.
    pub at: Duration,
    /// Number of the packet in the capture that brought it, from 1.
    pub packet: u64,
    /// Index of the connection.
    pub connection: usize,
    /// What.
    pub what: What,
}

/// What happened on a connection.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum What {
    /// The client connected.
    Open,
    /// The client tried to, and nobody listened.
    Refused,
    /// One side sent bytes.
    Data(Side, Bytes),
    /// One side will send no more.
    Fin(Side),
    /// One side reset the connection.
    Rst(Side),
    /// Bytes of one side are missing.
    Gap(Side, u64),
    /// The client closed its sending side, and went on reading. A capture does not tell that from
    /// the end.
    Shut,
    /// The client waited so long, and nothing came. A capture does not tell what was waited for.
    Quiet(Duration),
}

impl Recording {
    /// Takes every conversation of a capture.
    #[must_use]
    pub fn from_capture(capture: &Capture) -> Self {
        let mut connections = Vec::new();
        let mut events = Vec::new();
        for (index, conversation) in capture.conversations.iter().enumerate() {
            connections.push(Connection {
                name: name(index),
                client: conversation.client,
                server: conversation.server,
                from_start: conversation.complete_start,
            });
            if !conversation.complete_start {
                let first = conversation.events.first();
                let at = first.map_or(Duration::ZERO, |event| event.at);
                let packet = first.map_or(0, |event| event.packet);
                events.push(Event {
                    at,
                    packet,
                    connection: index,
                    what: What::Open,
                });
            }
            let happened = conversation.events.iter().filter_map(|event| {
                let what = match &event.what {
                    capture::What::Open if event.from == Side::Client => What::Open,
                    capture::What::Open => return None,
                    capture::What::Data(bytes) => What::Data(event.from, bytes.clone()),
                    capture::What::Gap { bytes } => What::Gap(event.from, *bytes),
                    capture::What::Fin => What::Fin(event.from),
                    capture::What::Rst => What::Rst(event.from),
                    capture::What::Refused => What::Refused,
                };
                Some(Event {
                    at: event.at,
                    packet: event.packet,
                    connection: index,
                    what,
                })
            });
            events.extend(happened);
        }
        events.sort_by_key(|event| (event.packet, event.at));
        Self {
            connections,
            events,
        }
    }
}

/// What to call the connection with this index.
pub(crate) fn name(index: usize) -> String {
    let letter = char::from(b'A' + u8::try_from(index % 26).unwrap_or(0));
    match index / 26 {
        0 => letter.to_string(),
        turn => format!("{letter}{}", turn + 1),
    }
}
