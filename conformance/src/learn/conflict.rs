//! Answers that contradict each other.

use std::collections::BTreeMap;
use std::sync::Arc;

/// A step that was seen to answer in more than one way.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Conflict {
    /// The word, up to and with the step.
    pub word: Vec<usize>,
    /// How often each output came.
    pub outputs: BTreeMap<Arc<str>, usize>,
    /// The output that is taken to be the right one; `None` if the step is racy.
    pub settled: Option<Arc<str>>,
}

/// The output that came most, if it is the majority asked for.
pub(super) fn winner(tally: &BTreeMap<Arc<str>, usize>, majority: f64) -> Option<Arc<str>> {
    let all: usize = tally.values().sum();
    let (output, count) = tally.iter().max_by_key(|(_, count)| **count)?;
    (share(*count, all) >= majority).then(|| Arc::clone(output))
}

#[expect(clippy::cast_precision_loss, reason = "counts of what fits in memory")]
fn share(count: usize, all: usize) -> f64 {
    count as f64 / all as f64
}
