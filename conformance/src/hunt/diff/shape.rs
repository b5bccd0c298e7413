//! What differences in what comes of several things at once have in common.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::driver::Act;
use crate::driver::Knob;
use crate::driver::Sequence;
use crate::driver::Step;
use crate::hunt::shape;

/// In which ways servers answer what is done at once, whatever it is that they say: how many replies
/// come, and whether the connection is closed. A reply that is lost when a connection ends is lost
/// for one reason, whichever request it was for; but for a closeSession, which ends it by itself.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Shape {
    /// Of both servers.
    answers: BTreeSet<String>,
    /// Whether the second server says more than the first.
    is_second_wordier: bool,
    is_goodbye: bool,
}

impl Shape {
    /// The shape of the answers to the last moment of a sequence, and how often each came; `None` if
    /// it has one step only.
    pub(super) fn of(sequence: &Sequence, answers: &[Vec<(Arc<str>, usize)>; 2]) -> Option<Self> {
        let moment = sequence.0.last()?;
        let is_cut_short = |step: &Step| {
            let mut twists = step.twists.iter();
            twists.any(|twist| matches!(twist.knob, Knob::Half | Knob::Reset))
        };
        if moment.0.len() < 2 && !moment.0.iter().any(is_cut_short) {
            return None;
        }
        let all = answers.iter().flatten();
        let [first, second] = answers.each_ref().map(|answers| wordiness(answers));
        let mut steps = moment.0.iter();
        Some(Self {
            answers: all.map(|(said, _)| shape(said).0).collect(),
            is_second_wordier: second > first,
            is_goodbye: steps.any(|step| step.symbol.act == Act::Close),
        })
    }
}

/// How many replies come in a thousand runs.
fn wordiness(answers: &[(Arc<str>, usize)]) -> usize {
    let runs: usize = answers.iter().map(|(_, count)| count).sum();
    let replies = answers.iter().map(|(said, count)| shape(said).1 * count);
    replies.sum::<usize>() * 1000 / runs.max(1)
}
