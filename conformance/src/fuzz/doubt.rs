//! What cannot be known from outside: did the server get it, and does the model know it?

use std::collections::BTreeSet;

use crate::driver::Act;
use crate::driver::Knob;
use crate::driver::Moment;
use crate::driver::SILENT;
use crate::driver::Step;
use crate::fuzz::outcome::Outcome;

/// What is in doubt after what was done so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Doubt {
    /// Whether something may have been lost: a reset discards what the server has not read.
    is_lost: bool,
    /// Connections with half a frame on them. What completes it is half of something else, and the
    /// other half is a bad frame behind it: whether there is an answer before the close is a race.
    stuck: BTreeSet<usize>,
}

impl Doubt {
    /// Whether what comes of a moment is in doubt.
    pub(super) fn concerns(&self, moment: &Moment) -> bool {
        self.is_lost
            || moment.lines().iter().any(|line| self.stuck.contains(line))
            || moment.0.iter().any(is_about_data)
            || loses(moment)
    }

    /// Takes in what was done and what came of it.
    pub(super) fn note(&mut self, moment: &Moment, outcome: &Outcome) {
        self.is_lost |= loses(moment);
        for line in outcome.lines() {
            let words = outcome.on(line);
            if words.iter().any(|word| word == "open") {
                self.stuck.remove(&line);
            }
            if words.iter().any(|word| word == SILENT) {
                self.stuck.insert(line);
            }
        }
    }
}

/// Whether a moment resets a connection right behind what is said on it.
fn loses(moment: &Moment) -> bool {
    moment.0.iter().any(|step| {
        let line = step.symbol.line;
        let mut others = moment.0.iter().filter(|other| other.symbol.line == line);
        let speaks = |other: &Step| !matches!(other.symbol.act, Act::Open | Act::Cut);
        let resets = step.twists.iter().any(|twist| twist.knob == Knob::Reset);
        resets || step.symbol.act == Act::Cut && others.any(speaks)
    })
}

/// Whether a request may be one of those about data, of which the model knows a few.
fn is_about_data(step: &Step) -> bool {
    let mut twists = step.twists.iter();
    let is_request = !matches!(
        step.symbol.act,
        Act::New | Act::Renew | Act::Wrong | Act::First | Act::Plain | Act::Null | Act::Ahead
    );
    is_request && twists.any(|twist| matches!(twist.knob, Knob::Op | Knob::Flip))
}
