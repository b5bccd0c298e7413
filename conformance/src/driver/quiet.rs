//! How long to wait for what may not come: by how soon came what did.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::Instant;
use crate::player::Event;
use crate::player::Happening;

/// How long a server has to be silent to be taken for silent: a multiple of how long its slower
/// answers take at the time. That is told as TCP does for its retransmissions (RFC 6298): from what is
/// usual, and from how much it varies.
///
/// It is a guess, and one that a slow moment of the machine makes wrong. So it is for those who
/// notice, as a learner does whose answers contradict each other.
#[derive(Clone, Debug)]
pub struct Quiet {
    most: Duration,
    /// How long the slowest answer of a run takes, and by how much that varies.
    usual: Option<(Duration, Duration)>,
    runs: u32,
}

impl Quiet {
    /// Never more than `most`, and as long as little is known just that.
    #[must_use]
    pub const fn at_most(most: Duration) -> Self {
        Self {
            most,
            usual: None,
            runs: 0,
        }
    }

    /// Takes in how soon the answers of a run came.
    pub fn hear(&mut self, log: &[Event]) {
        let Some(slowest) = slowest_answer(log) else {
            return;
        };
        self.runs = self.runs.saturating_add(1);
        self.usual = Some(match self.usual {
            None => (slowest, slowest / 2),
            Some((usual, varies)) => (
                (usual * 7 + slowest) / 8,
                (varies * 3 + usual.abs_diff(slowest)) / 4,
            ),
        });
    }

    /// For how long there has to be nothing.
    #[must_use]
    pub fn span(&self) -> Duration {
        match self.usual {
            Some((usual, varies)) if self.runs >= ENOUGH => {
                ((usual + varies * 4) * TIMES).max(LEAST).min(self.most)
            }
            _ => self.most,
        }
    }
}

/// How long the slowest answer took: what came, and the end of a connection, behind the last that was
/// sent.
pub(crate) fn slowest_answer(log: &[Event]) -> Option<Duration> {
    let mut asked: BTreeMap<&str, Instant> = BTreeMap::new();
    let mut slowest = None;
    for event in log {
        let connection = event.connection.as_str();
        match event.what {
            Happening::Sent(_) | Happening::Shut => {
                asked.insert(connection, event.at);
            }
            Happening::Received(_) | Happening::Ended(_) => {
                let since = asked.remove(connection);
                slowest = slowest.max(since.map(|since| event.at - since));
            }
            _ => {}
        }
    }
    slowest
}

/// The multiple.
const TIMES: u32 = 3;
/// However quick a server is, the machine is not.
const LEAST: Duration = Duration::from_millis(40);
/// Of how many runs one has to know to judge by them.
const ENOUGH: u32 = 16;
