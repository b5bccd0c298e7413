//! Sequences made smaller.

use std::ops::Range;

use crate::driver::Act;
use crate::driver::Knob;
use crate::driver::Moment;
use crate::driver::Sequence;
use crate::driver::Step;
use crate::driver::Symbol;
use crate::driver::Twist;
use crate::hunt::Shrink;

impl Shrink for Sequence {
    fn parts(&self) -> usize {
        self.len()
    }

    fn without(&self, parts: Range<usize>) -> Option<Self> {
        let mut at = 0;
        let mut left = Vec::new();
        for moment in &self.0 {
            let mut steps = Vec::new();
            for step in &moment.0 {
                if !parts.contains(&at) {
                    steps.push(step.clone());
                }
                at += 1;
            }
            if !steps.is_empty() {
                left.push(Moment(steps));
            }
        }
        (!left.is_empty()).then_some(Self(left))
    }

    fn simpler(&self) -> Vec<Self> {
        let mut simpler = Vec::new();
        simpler.extend(self.without_a_line());
        simpler.push(self.renamed());
        for (at, moment) in self.0.iter().enumerate() {
            simpler.extend(self.opened_before(at));
            if moment.0.len() > 1 {
                simpler.push(self.taken_apart(at));
            }
            for (place, step) in moment.0.iter().enumerate() {
                for step in simpler_steps(step) {
                    let mut sequence = self.clone();
                    sequence.0[at].0[place] = step;
                    simpler.push(sequence);
                }
            }
        }
        simpler
    }
}

impl Sequence {
    /// The same without all that is done on one connection.
    fn without_a_line(&self) -> Vec<Self> {
        let without = |line: usize| {
            let moments = self.0.iter().map(|moment| {
                let steps = moment.0.iter().filter(|step| step.symbol.line != line);
                Moment(steps.cloned().collect())
            });
            Self(moments.filter(|moment| !moment.0.is_empty()).collect())
        };
        let all = (0..4).map(without);
        let is_less = |it: &Self| !it.is_empty() && it.len() < self.len();
        all.filter(is_less).collect()
    }

    /// The same with the first connection called `a`, and the second `b`: there is one such order.
    #[must_use]
    pub fn renamed(&self) -> Self {
        let lines = self.lines();
        let mut renamed = self.clone();
        for step in renamed.0.iter_mut().flat_map(|moment| &mut moment.0) {
            let place = lines.iter().position(|line| *line == step.symbol.line);
            step.symbol.line = place.unwrap_or(step.symbol.line);
        }
        renamed
    }

    /// The same with what is opened in a moment opened before it: that comes first anyway.
    fn opened_before(&self, at: usize) -> Option<Self> {
        let steps = self.0[at].0.iter().cloned();
        let is_open = |step: &Step| step.symbol.act == Act::Open;
        let (opens, others): (Vec<_>, Vec<_>) = steps.partition(is_open);
        if opens.is_empty() || others.is_empty() {
            return None;
        }
        let mut before = self.clone();
        before.0[at] = Moment(others);
        let opens = opens.into_iter().map(Moment::from);
        before.0.splice(at..at, opens);
        Some(before)
    }

    /// The same with the steps of a moment one after the other.
    fn taken_apart(&self, at: usize) -> Self {
        let mut apart = self.clone();
        let steps = apart.0.remove(at).0;
        apart.0.splice(at..at, steps.into_iter().map(Moment::from));
        apart
    }
}

/// 0, and then values half as far from the number each time, down to the one next to it: what is
/// needed of a number is found in few steps, however large it is.
fn nearer_to_zero(number: i64) -> impl Iterator<Item = i64> {
    let halve = |less: &i64| Some(less / 2);
    let all = std::iter::successors(Some(number), halve);
    let all = all.take_while(|less| *less != 0);
    all.map(move |less| number - less)
}

/// The same step with one twist less, or a value that is easier to read.
fn simpler_steps(step: &Step) -> Vec<Step> {
    let mut simpler = Vec::new();
    let is_empty = |twist: &Twist| twist.knob == Knob::Keep && twist.value == 0;
    if step.twists.iter().any(is_empty) {
        let (line, act) = (step.symbol.line, Act::Empty);
        simpler.push(Symbol { line, act }.into());
    }
    for at in 0..step.twists.len() {
        let mut without = step.clone();
        without.twists.remove(at);
        simpler.push(without);
    }
    for (at, twist) in step.twists.iter().enumerate() {
        for value in nearer_to_zero(twist.value) {
            if !(twist.knob == Knob::Pieces && value == 0) {
                let mut less = step.clone();
                less.twists[at].value = value;
                simpler.push(less);
            }
        }
    }
    simpler
}
