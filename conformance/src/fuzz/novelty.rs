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

/// What was seen so far, as hashes. A server that answers by chance never comes to an end with what
/// it has not answered before, so what was not seen for longest is forgotten.
#[derive(Clone, Debug)]
pub(super) struct Novelty {
    /// What was seen of late.
    seen: BTreeSet<u64>,
    /// What was seen before that.
    before: BTreeSet<u64>,
    /// Most that is held of each.
    most: usize,
    /// How often something was new.
    count: u64,
    has_forgotten: bool,
}

impl Novelty {
    /// Nothing was seen; of what will be, at most so much is held.
    pub(super) fn holding(most: usize) -> Self {
        Self {
            seen: BTreeSet::new(),
            before: BTreeSet::new(),
            most: (most / 2).max(1),
            count: 0,
            has_forgotten: false,
        }
    }

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

    /// How many different things were seen; what was forgotten counts again.
    pub(super) const fn count(&self) -> u64 {
        self.count
    }

    /// Whether anything was forgotten.
    pub(super) const fn has_forgotten(&self) -> bool {
        self.has_forgotten
    }

    /// Notes something; whether it is new.
    fn note(&mut self, what: &impl Hash) -> bool {
        let mut hasher = DefaultHasher::new();
        what.hash(&mut hasher);
        let hash = hasher.finish();
        if self.seen.contains(&hash) {
            return false;
        }
        let is_new = !self.before.contains(&hash);
        if self.seen.len() >= self.most {
            self.has_forgotten |= !self.before.is_empty();
            self.before = std::mem::take(&mut self.seen);
        }
        self.seen.insert(hash);
        self.count += u64::from(is_new);
        is_new
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

#[cfg(test)]
mod tests {
    use super::Novelty;

    #[test]
    fn what_is_seen_now_and_then_is_not_forgotten() {
        let mut novelty = Novelty::holding(100);
        for number in 0..10_000 {
            assert!(novelty.note(&number), "{number} is new");
            assert_eq!(novelty.note(&"often"), number == 0);
            assert!(novelty.seen.len() + novelty.before.len() <= 100);
        }
        assert_eq!(novelty.count(), 10_001);
        assert!(novelty.has_forgotten());
        assert!(novelty.note(&0), "it was not seen for long");
    }

    #[test]
    fn nothing_is_forgotten_before_there_is_more_than_half_of_what_is_held() {
        let mut novelty = Novelty::holding(100);
        assert!((0..50).all(|number| novelty.note(&number)));
        assert!((0..50).all(|number| !novelty.note(&number)));
        assert!((50..100).all(|number| novelty.note(&number)));
        assert!((50..100).all(|number| !novelty.note(&number)));
        assert_eq!(novelty.count(), 100);
        assert!(!novelty.has_forgotten());
        assert!(!novelty.note(&0), "it is known still");
        assert!(novelty.has_forgotten());
    }
}
