//! What is known of a session of a real server.

use std::time::Duration;

/// A session.
#[derive(Clone, Debug)]
pub(super) struct Session {
    /// What the engine calls it.
    pub(super) engine_id: i64,
    pub(super) passwd: Vec<u8>,
    pub(super) engine_passwd: Vec<u8>,
    pub(super) timeout: Duration,
    /// When the latest request was sent that the server answered.
    pub(super) touched: Duration,
    pub(super) fate: Fate,
    /// Index of the connection that last had it, if it is in the recording.
    pub(super) connection: Option<usize>,
}

/// Whether a session is there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Fate {
    Alive,
    /// Its end was asked for, or what became of it is not in the recording.
    Unsure,
    /// The server said that it is closed.
    Closed,
}
