//! What was done and seen.

use std::time::Duration;

use crate::Instant;
use crate::player::End;

/// Something that was done or seen.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Event {
    /// When.
    pub at: Instant,
    /// On which connection.
    pub connection: String,
    /// What.
    pub what: Happening,
}

/// What was done or seen.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Happening {
    /// The client opened it.
    Opened,
    /// The attempt was refused.
    Refused,
    /// The client wrote.
    Sent(Vec<u8>),
    /// The client got.
    Received(Vec<u8>),
    /// The server closed.
    Ended(End),
    /// The client closed its sending side.
    Shut,
    /// The client closed.
    Closed,
    /// The client reset.
    Reset,
    /// The client stopped reading.
    Paused,
    /// The client read on.
    Resumed,
    /// Something was awaited for so long, and nothing came.
    Quiet(Duration),
    /// The client let time pass, on no connection.
    Waited(Duration),
}
