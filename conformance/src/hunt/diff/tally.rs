//! How often which answer came, on each of two servers.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::driver::Sequence;
use crate::hunt::Contrast;
use crate::hunt::Run;
use crate::hunt::diff::reference::Due;
use crate::hunt::diff::reference::Reference;
use crate::hunt::without;

/// How two servers are held against each other.
#[derive(Clone, Debug, Default)]
pub(super) struct Scale {
    /// What one of them is held against, if the other is the model.
    pub(super) reference: Option<Reference>,
    /// Details of replies that are known to differ, and do not matter any more.
    details: Arc<BTreeSet<String>>,
    /// Whether the runs of a sequence are all that can come of it: there is no chance in the servers,
    /// and an answer that only one of them gives is a difference.
    is_complete: bool,
}

/// Runs of one sequence on two servers.
#[derive(Clone, Debug)]
pub(super) struct Tally {
    scale: Scale,
    runs: [Vec<Run>; 2],
    /// What the model may answer, if one of them is the model: how often it does means nothing.
    due: Option<Due>,
    /// The first moment of each run of the other server that the model does not answer so.
    strange: Vec<Option<usize>>,
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
pub(super) const SURE: f64 = 4.5;
/// How many are enough for a part of what is sure.
pub(super) const ENOUGH: f64 = 3.0;

impl Scale {
    pub(super) fn new(reference: Option<Reference>, is_complete: bool) -> Self {
        Self {
            reference,
            details: Arc::default(),
            is_complete,
        }
    }

    /// From now on these details do not matter.
    pub(super) fn leave_out(&mut self, details: BTreeSet<String>) {
        Arc::make_mut(&mut self.details).extend(details);
        let reference = self.reference.as_ref();
        self.reference = reference.map(|it| it.without(&self.details));
    }
}

impl Tally {
    /// Of runs of this sequence.
    pub(super) fn new(scale: &Scale, sequence: &Sequence) -> Self {
        Self {
            runs: [Vec::new(), Vec::new()],
            due: scale.reference.as_ref().map(|it| it.due(sequence)),
            strange: Vec::new(),
            scale: scale.clone(),
        }
    }

    /// Of runs of another sequence, counted in the same way.
    pub(super) fn like(&self, sequence: &Sequence) -> Self {
        Self::new(&self.scale, sequence)
    }

    /// Of the same runs up to the moment `last`, of what is left of the sequence by then.
    pub(super) fn up_to(&self, last: usize, sequence: &Sequence) -> Self {
        let mut tally = self.like(sequence);
        let cut = |run: &Run| Run {
            answers: run.answers.iter().take(last + 1).cloned().collect(),
            log: run.log.clone(),
        };
        let [a, b] = self
            .runs
            .each_ref()
            .map(|runs| runs.iter().map(cut).collect());
        tally.add(a, b);
        tally
    }

    pub(super) fn add(&mut self, a: Vec<Run>, b: Vec<Run>) {
        self.runs[0].extend(a);
        self.runs[1].extend(b);
        if let Some(due) = &self.due {
            let new = self.runs[due.other()].iter().skip(self.strange.len());
            let new: Vec<_> = new.map(|run| due.strange(run)).collect();
            self.strange.extend(new);
        }
    }

    /// Whether there is nothing to be learned by further runs, however few there were.
    pub(super) const fn is_complete(&self) -> bool {
        self.scale.is_complete
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
                let answer = without(answer, &self.scale.details);
                *counts.entry(answer).or_default() += 1;
            }
        }
        counts
    }

    /// A run in which a server answered that.
    pub(super) fn example(&self, side: usize, at: usize, answer: &str) -> Option<&Run> {
        let says = |run: &&Run| {
            let said = run.answers.get(at);
            said.is_some_and(|said| *without(said, &self.scale.details) == *answer)
        };
        self.runs[side].iter().find(says)
    }

    /// Whether each server gives every answer that the other gives to the moment `at`, as far as so
    /// many standard deviations tell.
    pub(super) fn is_of_rates(&self, at: usize, deviations: f64) -> bool {
        let counts = [0, 1].map(|side| self.counts(side, at));
        let totals = counts.each_ref().map(|counts| counts.values().sum());
        let is_own = |side: usize| {
            let mut answers = counts[side].iter();
            answers.any(|(answer, count)| {
                let rates = [(*count, totals[side]), (0, totals[1 - side])];
                !counts[1 - side].contains_key(answer) && difference(rates).1 >= deviations
            })
        };
        !self.is_complete() && self.due.is_none() && !is_own(0) && !is_own(1)
    }

    /// What is different about the answers to the moment `at`: of each server, about the one that it
    /// gives so much more often than the other.
    pub(super) fn contrast(&self, at: usize) -> Contrast {
        let counts = [0, 1].map(|side| self.counts(side, at));
        let of = |side: usize| {
            let most = counts[side].keys().max_by(|one, other| {
                let by = |answer| rate(&counts[side], answer) - rate(&counts[1 - side], answer);
                by(*one).total_cmp(&by(*other))
            });
            most.map_or("", |answer| &**answer)
        };
        Contrast::of([of(0), of(1)])
    }

    fn moments(&self) -> usize {
        let runs = self.runs.iter().flatten();
        runs.map(|run| run.answers.len()).max().unwrap_or(0)
    }

    /// The first moment that is answered in more than one way, by one server or between them; that
    /// is differed in, where nothing is left to chance.
    pub(super) fn open_question(&self) -> Option<usize> {
        if self.is_complete() {
            return self.sure().map(|found| found.at);
        }
        if self.due.is_some() {
            return self.strange.iter().flatten().copied().min();
        }
        (0..self.moments()).find(|at| {
            let mut all = self.counts(0, *at);
            all.extend(self.counts(1, *at));
            all.len() > 1
        })
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

    fn deviation(&self, at: usize) -> (Found, f64) {
        let found = |by| Found { at, by };
        if self.due.is_some() {
            let is_here = |first: &&Option<usize>| **first == Some(at);
            let count = self.strange.iter().filter(is_here).count();
            let all = self.strange.len();
            let (by, deviations) = difference([(count, all), (0, all)]);
            return (found(by), deviations);
        }
        let [one, other] = [0, 1].map(|side| self.counts(side, at));
        if self.is_complete() {
            let is_same = one.keys().eq(other.keys());
            let (by, deviations) = if is_same {
                (0.0, 0.0)
            } else {
                (1.0, f64::INFINITY)
            };
            return (found(by), deviations);
        }
        let answers = one.keys().chain(other.keys());
        let each = answers.map(|answer| {
            difference([&one, &other].map(|counts| {
                let count = counts.get(answer).copied().unwrap_or(0);
                (count, counts.values().sum())
            }))
        });
        let most = each.max_by(|(_, one), (_, other)| one.total_cmp(other));
        let (by, deviations) = most.unwrap_or((0.0, 0.0));
        (found(by), deviations)
    }
}

/// How far apart two rates are, and by how many standard deviations; each is how often something came
/// in how many runs.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of runs are small, and this is statistics"
)]
fn difference(rates: [(usize, usize); 2]) -> (f64, f64) {
    let [(in_one, of_one), (in_other, of_other)] =
        rates.map(|(count, of)| (count as f64, of.max(1) as f64));
    let by = (in_one / of_one - in_other / of_other).abs();
    let whole = (in_one + in_other) / (of_one + of_other);
    // With a run more on each side that came out otherwise, few runs are never sure.
    let spread = (whole * (1.0 - whole)).max(1.0 / (of_one + of_other));
    let deviation = (spread * (1.0 / of_one + 1.0 / of_other)).sqrt();
    (by, by / deviation)
}

/// How often an answer came, from 0 to 1.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of runs are small, and this is statistics"
)]
fn rate(counts: &Counts, answer: &Arc<str>) -> f64 {
    let count = counts.get(answer).copied().unwrap_or(0);
    count as f64 / counts.values().sum::<usize>().max(1) as f64
}
