//! What goes into a player, and what comes out.

use std::time::Duration;

use crate::player::End;

/// How a script is to be played.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// How long a step waits for what it expects, unless it says so itself.
    pub patience: Duration,
    /// How long an outcome that is preferred to silence is waited for after that silence.
    pub grace: Duration,
    /// By how much a `within` may be overrun by a machine that is busy with other work.
    pub slack: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            patience: Duration::from_secs(2),
            grace: Duration::from_millis(200),
            slack: Duration::ZERO,
        }
    }
}

/// What happened outside.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Input<'a> {
    /// The connection is open.
    Opened(&'a str),
    /// Nobody listens.
    Refused(&'a str),
    /// Bytes came in.
    Received(&'a str, &'a [u8]),
    /// The server will send no more, one way or the other.
    Ended(&'a str, End),
    /// Time has passed.
    Tick,
}

/// What is to be done outside.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Output {
    /// To which connection.
    pub connection: String,
    /// What.
    pub order: Order,
}

/// What is to be done to a connection.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Order {
    /// Open it.
    Open,
    /// Write this, at once and as one piece.
    Write(Vec<u8>),
    /// Close its sending side.
    Shut,
    /// Close it.
    Close,
    /// Reset it.
    Reset,
    /// Read nothing from it until told otherwise.
    Pause,
    /// Read on.
    Resume,
}
