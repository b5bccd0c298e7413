//! Classes of differences.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::driver::Act;
use crate::driver::Sequence;
use crate::driver::Step;
use crate::hunt::Run;
use crate::hunt::diff::shape::Shape;
use crate::hunt::diff::tally::ENOUGH;
use crate::hunt::diff::tally::Tally;

/// Something that two servers do differently.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Difference {
    /// The shortest sequence found that shows it, in its last moment.
    pub sequence: Sequence,
    /// What each server answers to that moment, and how often; the most frequent first.
    pub answers: [Vec<Answer>; 2],
    /// Other sequences that showed the same, or something that has this in it.
    pub variants: Vec<Sequence>,
    /// Whether both give the same answers, and only how often differs: that depends on how busy a
    /// server is, and for how long it has been running.
    pub is_of_rates: bool,
    /// The details of replies that it is about, if it is about nothing else.
    pub(super) details: Option<BTreeSet<String>>,
}

/// An answer to the last moment of a sequence.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Answer {
    /// In words.
    pub said: Arc<str>,
    /// In how many runs.
    pub count: usize,
    /// One of them.
    pub run: Run,
}

impl Difference {
    /// What the runs of a sequence say of the moment `at`, as the last one.
    pub(super) fn at(at: usize, sequence: &Sequence, tally: &Tally) -> Self {
        let answers = [0, 1].map(|side| {
            let counts = tally.counts(side, at).into_iter();
            let mut answers: Vec<Answer> = counts
                .filter_map(|(said, count)| {
                    let run = tally.example(side, at, &said)?.clone();
                    Some(Answer { said, count, run })
                })
                .collect();
            answers.sort_by_key(|answer| Reverse(answer.count));
            answers
        });
        Self {
            sequence: sequence.up_to(at),
            answers,
            variants: Vec::new(),
            is_of_rates: tally.is_of_rates(at, ENOUGH),
            details: tally.contrast(at).details(),
        }
    }

    /// In a line: the last moment, and what either server answers to it.
    #[must_use]
    pub fn in_words(&self) -> String {
        let moment = self.sequence.0.last().map(ToString::to_string);
        let side = |answers: &[Answer]| {
            let said: Vec<&str> = answers.iter().map(|answer| &*answer.said).collect();
            said.join(" or ")
        };
        let [one, other] = &self.answers;
        let moment = moment.unwrap_or_default();
        format!("{moment}: {} / {}", side(one), side(other))
    }

    /// Takes in another sequence that shows it.
    pub(super) fn also(&mut self, sequence: Sequence) {
        if sequence != self.sequence && !self.variants.contains(&sequence) {
            self.variants.push(sequence);
        }
    }

    /// Its shape, if it is about what is done at once.
    pub(super) fn shape(&self) -> Option<Shape> {
        let said = |answers: &Vec<Answer>| {
            let answers = answers.iter();
            answers.map(|it| (Arc::clone(&it.said), it.count)).collect()
        };
        Shape::of(&self.sequence, &self.answers.each_ref().map(said))
    }

    /// Whether nothing new can be learned from a sequence that has this one in it: from there on the
    /// servers are not in the same state.
    pub(super) fn hides(&self, sequence: &Sequence) -> bool {
        self.details.is_none() && self.explains(sequence)
    }

    /// Whether another difference is this one, or this one with more to it.
    pub(super) fn covers(&self, other: &Self) -> bool {
        let is_alike = self.details.is_none() || self.details == other.details;
        is_alike && self.explains(&other.sequence)
    }

    /// Whether a sequence has all of this one in it, so that it is no wonder if it differs.
    #[must_use]
    pub fn explains(&self, sequence: &Sequence) -> bool {
        let (small, large) = (in_context(&self.sequence), in_context(sequence));
        renamings().any(|lines| is_within(&small, &large, &lines))
    }
}

/// A step, and where the servers are when it comes.
#[derive(Clone, Copy, Debug)]
struct InContext<'a> {
    step: &'a Step,
    /// Whether nothing was sent on the connection before: a ping there is no ping, but a handshake
    /// that is none.
    is_first: bool,
    /// Whether it presents a session, and not one that never was.
    is_presented: bool,
}

/// The steps of each moment.
fn in_context(sequence: &Sequence) -> Vec<Vec<InContext<'_>>> {
    let mut sent = [false; 4];
    let mut has_session = false;
    let mut moments = Vec::new();
    for moment in &sequence.0 {
        let mut steps = Vec::new();
        for step in &moment.0 {
            let act = step.symbol.act;
            let presents = matches!(act, Act::Renew | Act::Wrong | Act::First);
            let here = sent.get_mut(step.symbol.line);
            let before = here.map(|sent| std::mem::replace(sent, *sent || act.sends()));
            steps.push(InContext {
                step,
                is_first: before == Some(false),
                is_presented: presents && has_session,
            });
            has_session |= matches!(act, Act::New | Act::Plain | Act::Null);
        }
        moments.push(steps);
    }
    moments
}

/// Every way to call four connections.
fn renamings() -> impl Iterator<Item = [usize; 4]> {
    (0..256_usize).filter_map(|code| {
        let lines = [code & 3, code >> 2 & 3, code >> 4 & 3, code >> 6 & 3];
        let mut sorted = lines;
        sorted.sort_unstable();
        (sorted == [0, 1, 2, 3]).then_some(lines)
    })
}

/// Whether the moments of one sequence are found in another, in their order.
fn is_within(
    small: &[Vec<InContext<'_>>],
    large: &[Vec<InContext<'_>>],
    lines: &[usize; 4],
) -> bool {
    let mut large = large.iter();
    small.iter().all(|moment| {
        let has = |other: &Vec<InContext<'_>>| {
            let mut left = other.clone();
            moment.iter().all(|step| {
                let found = left.iter().position(|it| is_like(step, it, lines));
                found.map(|at| left.remove(at)).is_some()
            })
        };
        large.any(has)
    })
}

/// Whether a step is the other, or the other with more twists, in the same place.
fn is_like(one: &InContext<'_>, other: &InContext<'_>, lines: &[usize; 4]) -> bool {
    let (step, larger) = (one.step, other.step);
    let line = lines.get(step.symbol.line).copied();
    line == Some(larger.symbol.line)
        && is_kind(step.symbol.act, larger.symbol.act)
        && (one.is_first, one.is_presented) == (other.is_first, other.is_presented)
        && step.twists.iter().all(|twist| {
            let mut twists = larger.twists.iter();
            twists.any(|it| it.knob == twist.knob)
        })
}

/// Whether an act is the other, or one that any handshake stands for.
fn is_kind(act: Act, other: Act) -> bool {
    act == other || act == Act::New && matches!(other, Act::Plain | Act::Null)
}
