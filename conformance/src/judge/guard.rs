//! Who looks after the server under test.

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

/// What a guard is waited for.
pub type Waiting<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Knows whether the server under test is still there, and starts it again if not.
pub trait Guard: fmt::Debug + Send + Sync {
    /// How the server came to its end, if it did since it was last started. One that is just about
    /// to is waited for, but no longer than `patience`.
    fn ended(&self, patience: Duration) -> Waiting<'_, Option<Ended>>;

    /// Starts it again, and waits until it can be judged; or says why it cannot.
    fn restart(&self) -> Waiting<'_, Result<(), String>>;
}

/// The end of a server.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "guards make it")]
pub struct Ended {
    /// How it ended, such as its exit status.
    pub how: String,
    /// The last lines it printed.
    pub log: Vec<String>,
}
