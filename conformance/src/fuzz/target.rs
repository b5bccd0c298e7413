//! Where sequences are played.

use std::convert::Infallible;

use crate::driver;
use crate::driver::Sequence;
use crate::hunt::Run;
use crate::lab;
use crate::server;

/// A server that sequences are played to.
pub trait Target {
    /// Why no more are played: time is up, or there is no server any more.
    type Error;

    /// What comes of each of `sequences`, some of which may be played side by side.
    ///
    /// # Errors
    ///
    /// If no more are played.
    fn play(&mut self, sequences: &[Sequence]) -> Result<Vec<Run>, Self::Error>;

    /// What was done to the server, or to others on it, since this was last asked.
    fn harm(&mut self) -> Option<Harm>;

    /// What is played from now on serves this: a target that has little time may give more of it to
    /// the one than to the other.
    fn begin(&mut self, purpose: Purpose) {
        let _ = purpose;
    }

    /// Whether so much was spent on what is followed up that it has to do.
    fn has_spent_enough(&self) -> bool {
        false
    }
}

/// What sequences are played for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "targets match it")]
pub enum Purpose {
    /// To find something strange.
    Search,
    /// To find out about one strange thing: whether it comes up again, from what, and how often.
    FollowUp,
}

/// Something that was done to a server, or to a session that nobody touched.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "targets make it")]
pub struct Harm {
    /// What it is: the same for whatever is the same thing.
    pub class: String,
    /// Whether it happened beyond doubt, even if it does not happen again.
    pub is_certain: bool,
    /// What is to be known beside that, such as what the server printed last.
    pub about: Vec<String>,
}

/// The crate's own server, a fresh one for each sequence, on virtual time.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "two settings and nothing else")]
pub struct LabTarget {
    /// How each server is set up.
    pub server: server::Config,
    /// How it is driven.
    pub driver: driver::Config,
}

impl Target for LabTarget {
    type Error = Infallible;

    fn play(&mut self, sequences: &[Sequence]) -> Result<Vec<Run>, Infallible> {
        let run = |sequence| lab::hunt(&self.server, sequence, self.driver.clone());
        Ok(sequences.iter().map(run).collect())
    }

    fn harm(&mut self) -> Option<Harm> {
        None
    }
}
