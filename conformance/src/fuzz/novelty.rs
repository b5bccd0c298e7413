//! What was not seen before: all the feedback that a black box gives.

use std::collections::BTreeSet;
use std::hash::DefaultHasher;
use std::hash::Hash;
use std::hash::Hasher;

use crate::driver;
use crate::driver::Moment;
use crate::driver::Sequence;
use crate::hunt::Run;
use crate::lab::Rehearsal;
use crate::player::Happening;
use crate::server;

/// What was seen so far, as hashes.
#[derive(Clone, Debug, Default)]
pub(super) struct Novelty {
    seen: BTreeSet<u64>,
}

impl Novelty {
    /// Takes in a run; whether there is something new about it: an answer in a state of the model,
    /// the size of a read, or how a connection ends.
    pub(super) fn see(
        &mut self,
        model: &server::Config,
        driver: driver::Config,
        sequence: &Sequence,
        run: &Run,
    ) -> bool {
        let mut is_new = false;
        let mut rehearsal = Rehearsal::new(model.clone(), driver);
        for (moment, answer) in sequence.0.iter().zip(&run.answers) {
            is_new |= self.note(&(state(&rehearsal), kind(moment), answer));
            rehearsal.take(moment.clone());
        }
        let mut last = None;
        for event in &run.log {
            match &event.what {
                Happening::Sent(bytes) => last = Some(bytes.len().min(LONGEST)),
                Happening::Received(bytes) => {
                    is_new |= self.note(&(last, bytes.len().min(LONGEST)));
                }
                Happening::Ended(end) => is_new |= self.note(&(last, end)),
                _ => {}
            }
        }
        is_new
    }

    /// How many different things were seen.
    pub(super) fn len(&self) -> usize {
        self.seen.len()
    }

    /// Notes something; whether it is new.
    fn note(&mut self, what: &impl Hash) -> bool {
        let mut hasher = DefaultHasher::new();
        what.hash(&mut hasher);
        self.seen.insert(hasher.finish())
    }
}

/// What the connections are to the model, and how many sessions it has.
fn state(rehearsal: &Rehearsal) -> (Vec<(bool, bool, bool)>, usize) {
    let driver = rehearsal.driver();
    let lines = 0..MOST_LINES;
    let line = |line| {
        let spoken = driver.has_spoken(line);
        (driver.is_open(line), spoken, driver.has_session(line))
    };
    let sessions = rehearsal.server().sessions().count();
    (lines.map(line).collect(), sessions.min(MOST_SESSIONS))
}

/// What is done in a moment, the values of twists left out.
fn kind(moment: &Moment) -> Vec<(driver::Symbol, Vec<driver::Knob>)> {
    let steps = moment.0.iter();
    let knobs = |step: &driver::Step| step.twists.iter().map(|twist| twist.knob).collect();
    steps.map(|step| (step.symbol, knobs(step))).collect()
}

/// More bytes are many.
const LONGEST: usize = 100;
/// More sessions are many.
const MOST_SESSIONS: usize = 3;
const MOST_LINES: usize = 4;
