//! How each connection begins, looked up ahead of time.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use jute_codec::ConnectRequest;
use jute_codec::ConnectResponse;
use jute_codec::Decode;
use jute_codec::ErrorCode;
use jute_codec::Frame;
use jute_codec::Framer;
use jute_codec::Limits;
use jute_codec::Reader;
use jute_codec::Reading;
use jute_codec::ReplyHeader;

use crate::capture::Side;
use crate::recording::Event;
use crate::recording::Recording;
use crate::recording::What;

/// How a connection begins.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Opening {
    /// The session that the client presents, or is given.
    session_id: Option<i64>,
    /// How the server first answered.
    pub(super) answer: FirstAnswer,
    /// When.
    pub(super) at: Duration,
    /// When something last happened on the connection.
    pub(super) last: Duration,
}

/// How a server first answered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum FirstAnswer {
    /// It did not.
    None,
    /// With a session.
    Accepted {
        session_id: i64,
        timeout: i32,
        read_only: bool,
    },
    /// With a refusal.
    Refused,
    /// With a reply header where a connect response belongs: read-only since 3.7.
    Stranded,
    /// With something else.
    Other,
}

/// One side's bytes up to the end of the first frame.
enum First {
    Awaited(Framer),
    There(Frame, Duration),
    /// There will be none.
    Lost,
}

/// Longer ones open no connection.
const LONGEST: u32 = 2 << 20;

impl First {
    fn new(from_start: bool) -> Self {
        if from_start {
            Self::Awaited(Framer::new(Limits::frame(LONGEST)))
        } else {
            Self::Lost
        }
    }

    fn take(&mut self, event: &Event) {
        let Self::Awaited(framer) = self else { return };
        match &event.what {
            What::Data(_, bytes) => framer.push(bytes),
            What::Gap(..) => return *self = Self::Lost,
            _ => return,
        }
        match framer.next_frame() {
            Ok(None) => {}
            Ok(Some(frame)) => *self = Self::There(frame, event.at),
            Err(_) => *self = Self::Lost,
        }
    }
}

/// The openings of all connections.
pub(super) fn openings(recording: &Recording) -> Vec<Opening> {
    let connections = recording.connections.iter();
    let mut firsts: Vec<_> = connections
        .map(|connection| [(); 2].map(|()| First::new(connection.from_start)))
        .collect();
    let mut spoke = vec![false; firsts.len()];
    let mut lasts = vec![Duration::ZERO; firsts.len()];
    for event in &recording.events {
        if let Some(last) = lasts.get_mut(event.connection) {
            *last = event.at;
        }
        let (What::Data(side, _) | What::Gap(side, _)) = event.what else {
            continue;
        };
        let Some([up, down]) = firsts.get_mut(event.connection) else {
            continue;
        };
        match side {
            Side::Client => up.take(event),
            Side::Server => {
                down.take(event);
                if let Some(spoke) = spoke.get_mut(event.connection) {
                    *spoke = true;
                }
            }
        }
    }
    let all = firsts.iter().zip(spoke).zip(lasts);
    all.map(|(([up, down], spoke), last)| opening(up, down, spoke, last))
        .collect()
}

fn opening(up: &First, down: &First, spoke: bool, last: Duration) -> Opening {
    let asked = match up {
        First::There(frame, _) => {
            let mut reader = Reader::with(frame.payload(), Reading::JAVA);
            ConnectRequest::decode(&mut reader).ok()
        }
        _ => None,
    };
    let (answer, at) = match down {
        First::There(frame, at) => (first_answer(frame), *at),
        _ if spoke => (FirstAnswer::Other, Duration::ZERO),
        _ => (FirstAnswer::None, Duration::ZERO),
    };
    let given = match answer {
        FirstAnswer::Accepted { session_id, .. } => Some(session_id),
        _ => None,
    };
    let presented = asked.map(|asked| asked.session_id);
    Opening {
        session_id: presented.filter(|id| *id != 0).or(given),
        answer,
        at,
        last,
    }
}

fn first_answer(frame: &Frame) -> FirstAnswer {
    let mut reader = Reader::with(frame.payload(), Reading::JAVA);
    match ConnectResponse::decode(&mut reader) {
        Ok(response) if response.is_refusal() => FirstAnswer::Refused,
        Ok(response) => FirstAnswer::Accepted {
            session_id: response.session_id,
            timeout: response.time_out,
            read_only: response.read_only == Some(true),
        },
        Err(_) => match ReplyHeader::decode(&mut frame.reader()) {
            Ok(header) if header.err == ErrorCode::NOT_READ_ONLY => FirstAnswer::Stranded,
            _ => FirstAnswer::Other,
        },
    }
}

/// The sessions that were presented to more than one server: what one of them does to a session,
/// the others do not show.
pub(super) fn wandering(recording: &Recording, openings: &[Opening]) -> BTreeSet<i64> {
    let mut servers: BTreeMap<i64, SocketAddr> = BTreeMap::new();
    let mut wandering = BTreeSet::new();
    for (connection, opening) in recording.connections.iter().zip(openings) {
        let Some(session_id) = opening.session_id else {
            continue;
        };
        let server = servers.entry(session_id).or_insert(connection.server);
        if *server != connection.server {
            wandering.insert(session_id);
        }
    }
    wandering
}
