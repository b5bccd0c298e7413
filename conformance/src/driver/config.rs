//! How a server is driven.

use std::time::Duration;

/// How a server is driven.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// The session timeout asked for, in milliseconds.
    pub timeout_ms: i32,
    /// How long a server is silent that leaves something without an answer.
    pub quiet: Duration,
    /// How long an answer may take that has to come.
    pub patience: Duration,
    /// How long [`Act::Linger`](crate::driver::Act::Linger) waits.
    pub linger: Duration,
    /// The steps of the run, counted from 0, at which silence is nothing new, or that a connection
    /// stays open: that is awaited for a quarter of `quiet`.
    pub silences: Vec<usize>,
    /// A session id that the server never gave. Runs side by side need different ones: a server
    /// may close the connection of one who asks for the same unknown session as another.
    pub unknown_id: i64,
    /// Whether what several connections write at once begins with the last of them: who is first to
    /// write often is first to be served.
    pub last_first: bool,
    /// Whether answers tell numbers, too: the timeout that is granted, how long a reply is, whether
    /// it has a zxid.
    pub detail: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            timeout_ms: 10_000,
            quiet: Duration::from_millis(250),
            patience: Duration::from_secs(2),
            linger: Self::LINGER,
            silences: Vec::new(),
            unknown_id: 0x7a00_0000_0000_0001,
            last_first: false,
            detail: false,
        }
    }
}

impl Config {
    /// Longer than Apache has patience with a connection that says nothing: ten seconds, rounded up
    /// to the end of the next ten.
    pub const LINGER: Duration = Duration::from_secs(21);
}
