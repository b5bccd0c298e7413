//! Running a sequence.

use std::sync::Arc;

use crate::driver::Config;
use crate::driver::Sequence;
use crate::judge::Subject;
use crate::lab;
use crate::net;
use crate::player::Event;
use crate::server;

/// What came of a sequence.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Run {
    /// An answer for each moment, ids left out: two servers that do the same say the same.
    pub answers: Vec<Arc<str>>,
    /// All that was done and seen, for [`witness`](crate::hunt::witness).
    pub log: Vec<Event>,
}

/// Most orders that are tried of what happens at once.
pub(crate) const MOST_ORDERS: usize = 24;

impl Run {
    /// Whether it went to the end of `sequence`: every connection was to be had.
    #[must_use]
    pub fn is_whole(&self, sequence: &Sequence) -> bool {
        self.answers.len() == sequence.0.len()
    }
}

/// Runs `sequence` on a server: a fresh one on virtual time, or whatever listens. It ends where the
/// server does not let the client connect.
///
/// Runs may be made side by side; each needs a [`Config::unknown_id`] of its own. Of what happens at
/// once, the embedded server takes the order in which it is written: see [`Sequence::orders`].
pub async fn run(subject: &Subject, sequence: &Sequence, config: Config) -> Run {
    match subject {
        Subject::Embedded(server) => lab::hunt(server, sequence, config),
        Subject::Tcp(address) => net::hunt(*address, sequence, config).await,
        #[cfg(feature = "tls")]
        Subject::Tls(address, tls) => net::hunt_tls(*address, tls.clone(), sequence, config).await,
    }
}

/// All that can come of a sequence on the crate's own server: in every order of what happens at
/// once, each outcome once.
#[must_use]
pub fn outcomes(server: &server::Config, sequence: &Sequence, config: &Config) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for order in sequence.orders(MOST_ORDERS) {
        let run = lab::hunt(server, &order, config.clone());
        if !runs.iter().any(|known| known.answers == run.answers) {
            runs.push(run);
        }
    }
    runs
}
