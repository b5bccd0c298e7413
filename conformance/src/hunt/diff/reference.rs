//! The model as one of two servers: all that it may answer is known beforehand.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::driver;
use crate::driver::Sequence;
use crate::fuzz::Expectation;
use crate::fuzz::Judgement;
use crate::fuzz::Oracle;
use crate::hunt::Run;
use crate::server;

/// One of two servers that is the model.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "which one, and what it is")]
pub struct Model {
    /// Its place: 0 or 1.
    pub side: usize,
    /// How it is set up.
    pub server: server::Config,
}

/// What the other server is held against: all that the model may do, in whatever order things come
/// out that are done at once.
#[derive(Clone, Debug)]
pub(super) struct Reference {
    /// The place of the other server.
    pub(super) other: usize,
    oracle: Arc<Oracle>,
}

/// What the model may answer to one sequence.
#[derive(Clone, Debug)]
pub(super) struct Due {
    reference: Reference,
    expectation: Arc<Expectation>,
}

impl Reference {
    pub(super) fn new(model: &Model, driver: driver::Config) -> Self {
        Self {
            other: 1 - model.side.min(1),
            oracle: Arc::new(Oracle::new(vec![model.server.clone()], driver)),
        }
    }

    /// The same where these details do not matter.
    pub(super) fn without(&self, details: &BTreeSet<String>) -> Self {
        let oracle = Oracle::clone(&self.oracle).without(details.clone());
        Self {
            oracle: Arc::new(oracle),
            ..*self
        }
    }

    pub(super) fn due(&self, sequence: &Sequence) -> Due {
        Due {
            reference: self.clone(),
            expectation: Arc::new(self.oracle.expect(sequence)),
        }
    }
}

impl Due {
    /// The place of the server that is held against it.
    pub(super) const fn other(&self) -> usize {
        self.reference.other
    }

    /// The first moment of a run that the model does not answer so.
    pub(super) fn strange(&self, run: &Run) -> Option<usize> {
        match self.reference.oracle.judge(&self.expectation, run) {
            Judgement::Fine => None,
            Judgement::Strange(strange) => Some(strange.at),
        }
    }
}
