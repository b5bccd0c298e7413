//! How often which answer came, on each of two servers.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::hunt::Run;

/// Runs of one sequence on two servers.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    runs: [Vec<Run>; 2],
    /// Which of the servers is the model, if one is: what it may answer is in its runs, and how often
    /// means nothing.
    pub(super) model: Option<usize>,
}

/// How often each answer came to one moment.
pub(super) type Counts = BTreeMap<Arc<str>, usize>;

/// What the runs so far say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Found {
    /// The first moment that the servers answer differently.
    pub(super) at: usize,
    /// By how much, from 0 to 1: the part of the runs in which one says what the other does not.
    pub(super) by: f64,
}

/// How many standard deviations are no chance any more: one in a hundred thousand, and thousands of
/// sequences are tried.
const SURE: f64 = 4.5;

impl Tally {
    pub(super) fn new(model: Option<usize>) -> Self {
        Self {
            model,
            ..Self::default()
        }
    }

    pub(super) fn add(&mut self, a: Vec<Run>, b: Vec<Run>) {
        self.runs[0].extend(a);
        self.runs[1].extend(b);
    }

    /// Runs on each server.
    pub(super) fn runs(&self) -> usize {
        self.runs.iter().map(Vec::len).min().unwrap_or(0)
    }

    /// What a server answered to the moment `at`.
    pub(super) fn counts(&self, side: usize, at: usize) -> Counts {
        let mut counts = Counts::new();
        for run in &self.runs[side] {
            if let Some(answer) = run.answers.get(at) {
                *counts.entry(Arc::clone(answer)).or_default() += 1;
            }
        }
        counts
    }

    /// A run in which a server answered that.
    pub(super) fn example(&self, side: usize, at: usize, answer: &str) -> Option<&Run> {
        let says = |run: &&Run| run.answers.get(at).is_some_and(|said| **said == *answer);
        self.runs[side].iter().find(says)
    }

    fn moments(&self) -> usize {
        let runs = self.runs.iter().flatten();
        runs.map(|run| run.answers.len()).max().unwrap_or(0)
    }

    /// The first moment that is answered in more than one way, by one server or between them.
    pub(super) fn open_question(&self) -> Option<usize> {
        (0..self.moments()).find(|at| {
            let mut all = self.counts(0, *at);
            all.extend(self.counts(1, *at));
            all.len() > 1
        })
    }

    /// The first moment with answers that only one of the servers gives. For servers without
    /// chance, all of whose answers are there.
    pub(super) fn certain(&self) -> Option<Found> {
        let differs = |at: &usize| {
            let keys = |side| self.counts(side, *at).into_keys();
            !keys(0).eq(keys(1))
        };
        let at = (0..self.moments()).find(differs)?;
        Some(Found { at, by: 1.0 })
    }

    /// The first moment whose answers differ by more than chance would have it.
    pub(super) fn sure(&self) -> Option<Found> {
        self.beyond(SURE)
    }

    /// The first moment whose answers differ by so many standard deviations.
    pub(super) fn beyond(&self, deviations: f64) -> Option<Found> {
        (0..self.moments()).find_map(|at| {
            let (found, z) = self.deviation(at);
            (z >= deviations).then_some(found)
        })
    }

    /// By how many standard deviations the servers differ, at most, in how often they give an
    /// answer.
    pub(super) fn most(&self) -> f64 {
        let each = (0..self.moments()).map(|at| self.deviation(at).1);
        each.fold(0.0, f64::max)
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "counts of runs are small, and this is statistics"
    )]
    fn deviation(&self, at: usize) -> (Found, f64) {
        let (one, other) = (self.counts(0, at), self.counts(1, at));
        let total = |counts: &Counts| counts.values().sum::<usize>().max(1) as f64;
        let (of_one, of_other) = (total(&one), total(&other));
        let mut most = (Found { at, by: 0.0 }, 0.0);
        let model = self.model.map(|side| self.counts(side, at));
        let is_fine = |answer: &Arc<str>| model.as_ref().is_some_and(|it| it.contains_key(answer));
        for answer in one.keys().chain(other.keys()).filter(|it| !is_fine(it)) {
            let count = |counts: &Counts| counts.get(answer).copied().unwrap_or(0) as f64;
            let (in_one, in_other) = (count(&one), count(&other));
            let by = (in_one / of_one - in_other / of_other).abs();
            let whole = (in_one + in_other) / (of_one + of_other);
            // With a run more on each side that came out otherwise, few runs are never sure.
            let spread = (whole * (1.0 - whole)).max(1.0 / (of_one + of_other));
            let deviation = (spread * (1.0 / of_one + 1.0 / of_other)).sqrt();
            if by / deviation > most.1 {
                most = (Found { at, by }, by / deviation);
            }
        }
        most
    }
}
