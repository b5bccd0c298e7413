//! The log: whatever happens, a line each.

use std::fmt;

use jute_codec::OpCode;

use crate::Instant;
use crate::client;
use crate::server;
use crate::server::ConnectionId;
use crate::world::ClientId;
use crate::world::Fault;
use crate::world::pipe::Piece;

/// Something that happened, and when.
///
/// Its text has no line break. The same seed gives the same text.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Line {
    at: Instant,
    what: What,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum What {
    Join(ClientId),
    ToClient(ClientId, ConnectionId, Piece),
    ProbeAnswer(ClientId, &'static str),
    ClientTick(ClientId),
    FromClient(ClientId, client::Output),
    Request(ClientId, OpCode),
    ToServer(ConnectionId, Piece),
    Answer(ConnectionId),
    ServerTick,
    FromServer(server::Output),
    Fault(Fault),
    Start,
    Calm,
}

impl Line {
    pub(super) const fn new(at: Instant, what: What) -> Self {
        Self { at, what }
    }

    /// When it happened.
    #[must_use]
    pub const fn at(&self) -> Instant {
        self.at
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.at)?;
        match &self.what {
            What::Join(client) => write!(f, "{client} joins"),
            What::ToClient(client, connection, piece) => {
                write!(f, "{client} gets {piece} on {connection}")
            }
            What::ProbeAnswer(client, answer) => write!(f, "{client} is told {answer}"),
            What::ClientTick(client) => write!(f, "{client} ticks"),
            What::FromClient(client, output) => write!(f, "{client}: {output}"),
            What::Request(client, op) => write!(f, "{client} is asked for {op}"),
            What::ToServer(connection, piece) => {
                write!(f, "server gets {piece} on {connection}")
            }
            What::Answer(connection) => write!(f, "server has the answer for {connection}"),
            What::ServerTick => f.write_str("server ticks"),
            What::FromServer(output) => write!(f, "server: {output}"),
            What::Fault(fault) => fault.fmt(f),
            What::Start => f.write_str("the server is there"),
            What::Calm => f.write_str("calm"),
        }
    }
}
