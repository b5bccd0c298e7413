//! A connection: two pipes, and who still has hold of its ends.

use std::time::Duration;

use crate::world::ClientId;
use crate::world::pipe::Pipe;

/// What the network does to a client's connections.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Wire {
    /// How long what the client sends is on its way.
    pub up: Duration,
    /// How long what the server sends is on its way.
    pub down: Duration,
    /// How far apart the pieces of a packet may arrive.
    pub jitter: Duration,
    /// Whether packets are cut into pieces, anywhere.
    pub pieces: bool,
}

impl Default for Wire {
    /// A millisecond each way, in pieces that arrive together.
    fn default() -> Self {
        Self {
            up: Duration::from_millis(1),
            down: Duration::from_millis(1),
            jitter: Duration::ZERO,
            pieces: true,
        }
    }
}

impl Wire {
    /// How long a question and its answer take at most.
    pub(super) fn round_trip(&self) -> Duration {
        // A packet is cut into pieces again and again, so that there is no most; a ConnectResponse
        // has 41 bytes and 40 gaps.
        self.up + self.down + self.jitter * 2 * 48
    }
}

/// A connection.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub(super) client: ClientId,
    /// To the server.
    pub(super) up: Pipe,
    /// To the client.
    pub(super) down: Pipe,
    pub(super) client_end: End,
    pub(super) server_end: End,
    /// Whether whatever is sent is lost.
    pub(super) is_dead: bool,
}

/// One side's hold on a connection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum End {
    /// It is being opened.
    Opening,
    Open,
    Closed,
}

impl Link {
    pub(super) fn new(client: ClientId) -> Self {
        Self {
            client,
            up: Pipe::default(),
            down: Pipe::default(),
            client_end: End::Opening,
            server_end: End::Opening,
            is_dead: false,
        }
    }

    /// Whether nothing can come of it any more.
    pub(super) fn is_over(&self) -> bool {
        self.client_end == End::Closed && self.server_end != End::Open && self.up.is_empty()
    }
}
