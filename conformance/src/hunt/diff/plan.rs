//! Which sequences are compared: first short ones, all of a kind, and then random ones.

use std::collections::VecDeque;

use crate::driver::Act;
use crate::driver::Knob;
use crate::driver::Moment;
use crate::driver::Sequence;
use crate::driver::Step;
use crate::driver::Symbol;
use crate::driver::Twist;
use crate::hunt::Generator;
use crate::hunt::diff::Options;
use crate::hunt::knobs::knobs;
use crate::hunt::knobs::values;

/// Sequences to be compared.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    short: VecDeque<Sequence>,
    generator: Option<Generator>,
}

/// How often a sequence is tried that takes long.
const LONG_TIMES: usize = 12;
/// How often one is tried that was asked for.
const ASKED_TIMES: usize = 200;
/// How often one is tried that may well be decided by chance, if it is short. What comes up once in
/// fourteen times is missed once in thirty.
const SHORT_RACE_TIMES: usize = 48;
/// How often one is tried that may well be decided by chance, and is made up: there are many more.
const RACE_TIMES: usize = 16;

impl Plan {
    pub(super) fn new(options: &Options, generator: Generator) -> Self {
        if options.only.is_empty() {
            Self {
                short: short(&options.menu.acts, options.waits).into(),
                generator: Some(generator),
            }
        } else {
            Self {
                short: options.only.clone().into(),
                generator: None,
            }
        }
    }

    /// Whether what comes next is made up.
    pub(super) fn is_random(&self) -> bool {
        self.short.is_empty()
    }

    /// The next, and how often it is tried; `None` if there are no more.
    pub(super) fn next(&mut self) -> Option<(Sequence, usize)> {
        let (sequence, race_times) = match self.short.pop_front() {
            Some(short) => (short, SHORT_RACE_TIMES),
            None => (self.generator.as_mut()?.next_sequence(), RACE_TIMES),
        };
        let times = if sequence.takes_long() {
            LONG_TIMES
        } else if self.generator.is_none() {
            ASKED_TIMES
        } else if sequence.0.iter().any(is_hasty) {
            race_times
        } else {
            1
        };
        Some((sequence, times))
    }
}

/// What one connection can do to the session of another.
const RIVALS: [Act; 5] = [Act::Renew, Act::Wrong, Act::Close, Act::Cut, Act::Ping];

/// Short sequences: first those that take long, then those that chance may decide, which take many
/// runs to be sure of.
fn short(acts: &[Act], waits: bool) -> Vec<Sequence> {
    let one_on = |line, act| Moment(vec![step(line, act)]);
    let one = |act| one_on(0, act);
    let two = |first, second| Moment(vec![step(0, first), step(0, second)]);
    let starts = [vec![one(Act::Open)], vec![one(Act::Open), one(Act::New)]];
    let mut all = Vec::new();
    let mut add = |start: &[Moment], rest: &[Moment]| {
        all.push(Sequence([start, rest].concat()));
    };
    let [open, greeted] = &starts;
    if waits {
        add(open, &[one(Act::Linger)]);
        let expired = [one(Act::Expire), one(Act::Open), one(Act::Renew)];
        add(greeted, &expired);
    }
    for start in &starts {
        for &act in acts.iter().filter(|act| **act != Act::Open) {
            add(start, &[one(act)]);
        }
    }
    let pinged = [greeted.as_slice(), &[one(Act::Ping)]].concat();
    for start in [open, greeted, &pinged] {
        for &act in acts.iter().filter(|act| speaks(**act)) {
            add(start, &[two(act, Act::Half)]);
        }
    }
    for first in RIVALS {
        for second in RIVALS {
            let race = Moment(vec![step(0, first), step(1, second)]);
            add(greeted, &[Moment(vec![step(1, Act::Open)]), race]);
        }
        let opens = [Moment(vec![step(1, Act::Open), step(2, Act::Open)])];
        let race = Moment(vec![step(1, Act::Renew), step(2, first)]);
        add(greeted, &[opens.as_slice(), &[race]].concat());
    }
    for &act in acts.iter().filter(|act| speaks(**act)) {
        for second in [Act::New, Act::Ping, Act::Close] {
            for start in &starts {
                add(start, &[two(act, second)]);
            }
        }
    }
    for (start, act) in [(open, Act::New), (greeted, Act::Ping), (greeted, Act::Auth)] {
        for twisted in twisted(0, act) {
            add(start, &[twisted.into()]);
        }
    }
    for twisted in twisted(1, Act::Renew) {
        add(greeted, &[one_on(1, Act::Open), twisted.into()]);
    }
    for &act in acts.iter().filter(|act| **act != Act::Open) {
        let after = [one(act), one(Act::Cut), one(Act::Open), one(Act::Renew)];
        add(greeted, &after);
        add(greeted, &[one(act), one(Act::Ping)]);
        add(greeted, &[one(act), one(Act::Close)]);
        add(open, &[one(act), one(Act::New)]);
    }
    all
}

/// An act with each of its knobs turned to each of its values, one at a time.
fn twisted(line: usize, act: Act) -> Vec<Step> {
    let turned = |knob: &Knob| {
        let knob = *knob;
        let twists = values(knob).iter().map(move |&value| Twist { knob, value });
        twists.map(move |twist| Step {
            symbol: symbol(line, act),
            twists: vec![twist],
        })
    };
    let knobs = knobs(act).iter().filter(|knob| **knob != Knob::Flip);
    knobs.flat_map(turned).collect()
}

/// Whether more than one thing is done in a moment that a server may take in one order or another.
fn is_hasty(moment: &Moment) -> bool {
    let closes = |step: &Step| step.twists.iter().any(|twist| twist.knob == Knob::Half);
    let acts = moment.0.iter().filter(|step| step.symbol.act != Act::Open);
    acts.count() > 1 || moment.0.iter().any(closes)
}

fn speaks(act: Act) -> bool {
    !matches!(act, Act::Open | Act::Cut | Act::Half | Act::Linger) && !act.passes_time()
}

const fn symbol(line: usize, act: Act) -> Symbol {
    Symbol { line, act }
}

fn step(line: usize, act: Act) -> Step {
    symbol(line, act).into()
}
