//! Sequences that two servers may answer differently, and have not been looked into to the end.

use crate::driver::Sequence;
use crate::hunt::diff::suspect::is_over;
use crate::hunt::diff::tally::ENOUGH;
use crate::hunt::diff::tally::SURE;
use crate::hunt::diff::tally::Tally;

/// A sequence, and what is known of it so far.
#[derive(Debug)]
pub(super) struct Hint {
    pub(super) sequence: Sequence,
    pub(super) tally: Tally,
    /// By how many standard deviations the answers differ.
    most: f64,
}

/// What is to be looked into, and what may be if there is time.
#[derive(Debug, Default)]
pub(super) struct Hints {
    waiting: Vec<Hint>,
    /// What is probably chance.
    shelf: Vec<Hint>,
}

/// Hints that are kept for later.
const MOST_KEPT: usize = 200;
/// By how many standard deviations servers have to differ in what was let go to be looked at again
/// while there are new things to try.
pub(super) const REMARKABLE: f64 = 1.0;

impl Hint {
    pub(super) fn new(sequence: Sequence, tally: Tally) -> Self {
        Self {
            most: tally.most(),
            sequence,
            tally,
        }
    }
}

impl Hints {
    pub(super) fn add(&mut self, hint: Hint) {
        self.waiting.push(hint);
    }

    /// Keeps a hint for later, unless nothing could be learned by more of the same.
    pub(super) fn put_away(&mut self, hint: Hint) {
        if is_over(&hint.tally) {
            return;
        }
        self.shelf.push(hint);
        if self.shelf.len() > MOST_KEPT {
            let each = self.shelf.iter().enumerate();
            let least = each.min_by(|(_, one), (_, other)| one.most.total_cmp(&other.most));
            if let Some((at, _)) = least {
                self.shelf.swap_remove(at);
            }
        }
    }

    /// What differs most of what has not been looked into.
    pub(super) fn next(&mut self) -> Option<Hint> {
        let at = most(&self.waiting)?;
        Some(self.waiting.swap_remove(at))
    }

    /// What has not been looked into and surely differs.
    pub(super) fn next_sure(&mut self) -> Option<Hint> {
        let at = self.waiting.iter().position(|hint| hint.most >= SURE)?;
        Some(self.waiting.swap_remove(at))
    }

    /// What differs most of what was put away, if by at least so many standard deviations.
    pub(super) fn again(&mut self, least: f64) -> Option<Hint> {
        let at = most(&self.shelf)?;
        (self.shelf[at].most >= least).then(|| self.shelf.swap_remove(at))
    }

    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Whether nothing is left that is worth a look.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.shelf.is_empty()
    }

    /// How many differ by so much that it is hardly chance, and not in rates alone.
    pub(super) fn unresolved(&self) -> usize {
        let all = self.waiting.iter().chain(&self.shelf);
        let is_more_than_rates = |hint: &&Hint| {
            let found = hint.tally.beyond(ENOUGH);
            found.is_some_and(|found| !hint.tally.is_of_rates(found.at, ENOUGH))
        };
        all.filter(is_more_than_rates).count()
    }

    pub(super) fn holds(&self, sequence: &Sequence) -> bool {
        let mut all = self.waiting.iter().chain(&self.shelf);
        all.any(|hint| hint.sequence == *sequence)
    }

    /// Drops what is explained by now.
    pub(super) fn drop_if(&mut self, is_explained: impl Fn(&Sequence) -> bool) {
        self.waiting.retain(|hint| !is_explained(&hint.sequence));
        self.shelf.retain(|hint| !is_explained(&hint.sequence));
    }
}

/// The place of the hint that differs most; of several, of the shortest.
fn most(hints: &[Hint]) -> Option<usize> {
    let each = hints.iter().enumerate();
    let most = each.max_by(|(_, one), (_, other)| {
        let by = one.most.total_cmp(&other.most);
        by.then_with(|| other.sequence.len().cmp(&one.sequence.len()))
    });
    most.map(|(at, _)| at)
}
