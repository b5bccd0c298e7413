//! Making up sequences.

use fastrand::Rng;

use crate::driver::Act;
use crate::driver::Config;
use crate::driver::Knob;
use crate::driver::Moment;
use crate::driver::Sequence;
use crate::driver::Step;
use crate::driver::Symbol;
use crate::driver::Twist;
use crate::hunt::knobs::knobs;
use crate::hunt::knobs::values;
use crate::lab::Rehearsal;
use crate::server;

/// What sequences are made of.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Menu {
    /// How many connections there may be, up to 4.
    pub lines: usize,
    /// Most moments of a sequence.
    pub longest: usize,
    /// How many of 100 steps are twisted.
    pub twisted: u8,
    /// How many of 100 moments have more steps than one.
    pub crowded: u8,
    /// How many of 100 steps make no sense where they are.
    pub senseless: u8,
    /// What may be done; the usual acts that need no time, if left as it is.
    pub acts: Vec<Act>,
}

impl Default for Menu {
    fn default() -> Self {
        let takes_time = |act: &Act| act.passes_time() || *act == Act::Linger;
        let acts = Act::ALL.iter().copied().filter(|act| !takes_time(act));
        Self {
            lines: 2,
            longest: 8,
            twisted: 15,
            crowded: 20,
            senseless: 15,
            acts: acts.collect(),
        }
    }
}

/// Makes up sequences from a seed. The model plays along, so that most steps make sense where they
/// are: a connection is opened before it is spoken on, greeted before it is asked.
#[derive(Clone, Debug)]
pub struct Generator {
    rng: Rng,
    menu: Menu,
    model: server::Config,
    config: Config,
}

impl Generator {
    /// A generator whose chance begins at `seed`, with this server as the model.
    #[must_use]
    pub fn new(seed: u64, menu: Menu, model: server::Config, config: Config) -> Self {
        Self {
            rng: Rng::with_seed(seed),
            menu,
            model,
            config,
        }
    }

    /// The next sequence.
    pub fn next_sequence(&mut self) -> Sequence {
        let length = self.rng.usize(1..=self.menu.longest.max(1));
        self.go_on(&Sequence::default(), length)
    }

    /// Goes on with a sequence by so many moments.
    pub fn go_on(&mut self, start: &Sequence, moments: usize) -> Sequence {
        let mut sequence = start.clone();
        let mut rehearsal = Rehearsal::new(self.model.clone(), self.config.clone());
        for moment in &start.0 {
            rehearsal.take(moment.clone());
        }
        for _ in 0..moments {
            let moment = self.moment(&rehearsal);
            rehearsal.take(moment.clone());
            sequence.0.push(moment);
        }
        sequence
    }

    /// A sequence like another: one thing is left out, put in, doubled, moved, joined or twisted.
    pub fn mutate(&mut self, sequence: &Sequence) -> Sequence {
        let mut mutant = sequence.clone();
        let count = mutant.0.len();
        if count == 0 {
            return self.next_sequence();
        }
        let at = self.rng.usize(0..count);
        match self.rng.u8(0..7) {
            0 if count > 1 => {
                mutant.0.remove(at);
            }
            1 => {
                let again = mutant.0[at].clone();
                mutant.0.insert(at, again);
            }
            2 => {
                let step = self.any_step();
                mutant.0.insert(at, step.into());
            }
            3 if at + 1 < count => mutant.0.swap(at, at + 1),
            4 if at + 1 < count => {
                let passes = |moment: &Moment| {
                    let mut steps = moment.0.iter();
                    steps.any(|step| step.symbol.act.passes_time())
                };
                if !passes(&mutant.0[at]) && !passes(&mutant.0[at + 1]) {
                    let next = mutant.0.remove(at + 1);
                    mutant.0[at].0.extend(next.0);
                }
            }
            5 => {
                let start = mutant.up_to(at);
                return self.go_on(&start, 2);
            }
            _ => {
                let place = self.rng.usize(0..mutant.0[at].0.len());
                let step = mutant.0[at].0[place].clone();
                mutant.0[at].0[place] = self.twisted(step);
            }
        }
        mutant
    }

    /// The next moment, where things stand so.
    fn moment(&mut self, rehearsal: &Rehearsal) -> Moment {
        let first = self.step(rehearsal, None);
        let mut steps = vec![first];
        while !steps[0].symbol.act.passes_time() && self.one_in_hundred(self.menu.crowded) {
            let line = if self.rng.bool() {
                Some(steps[0].symbol.line)
            } else {
                None
            };
            let next = self.step(rehearsal, line);
            if !next.symbol.act.passes_time() {
                steps.push(next);
            }
            if steps.len() == MOST_AT_ONCE {
                break;
            }
        }
        Moment(steps)
    }

    fn step(&mut self, rehearsal: &Rehearsal, line: Option<usize>) -> Step {
        let lines = self.menu.lines.clamp(1, 4);
        let line = line.unwrap_or_else(|| self.rng.usize(0..lines));
        let step = if self.one_in_hundred(self.menu.senseless) {
            self.any_step()
        } else {
            let driver = rehearsal.driver();
            let makes_sense = |act: &Act| match act {
                Act::Open => !driver.is_open(line),
                _ if !driver.is_open(line) => act.passes_time(),
                Act::New | Act::Renew | Act::Wrong | Act::First | Act::Plain | Act::Null => {
                    !driver.has_spoken(line)
                }
                Act::Ahead | Act::Word => !driver.has_spoken(line),
                Act::Ping | Act::Close | Act::Unknown | Act::Again | Act::Auth => {
                    driver.has_session(line)
                }
                Act::Digest | Act::Sasl | Act::Read => driver.has_session(line),
                _ => true,
            };
            let acts = self.menu.acts.iter().copied().filter(makes_sense);
            let acts: Vec<Act> = acts.collect();
            match self.rng.choice(acts) {
                Some(act) => Symbol { line, act }.into(),
                None => self.any_step(),
            }
        };
        if self.one_in_hundred(self.menu.twisted) {
            self.twisted(step)
        } else {
            step
        }
    }

    fn any_step(&mut self) -> Step {
        let line = self.rng.usize(0..self.menu.lines.clamp(1, 4));
        let act = self.rng.choice(self.menu.acts.iter().copied());
        let act = act.unwrap_or(Act::Open);
        Symbol { line, act }.into()
    }

    fn one_in_hundred(&mut self, of_hundred: u8) -> bool {
        self.rng.u8(0..100) < of_hundred
    }

    /// The step with one more twist.
    fn twisted(&mut self, mut step: Step) -> Step {
        let Some(knob) = self.rng.choice(knobs(step.symbol.act).iter().copied()) else {
            return step;
        };
        let value = match knob {
            Knob::Flip => self.bit(),
            Knob::Cut | Knob::Half | Knob::Reset | Knob::Keep => self.rng.i64(0..50),
            Knob::Pieces => self.rng.i64(1..10),
            _ => self.pick(values(knob)),
        };
        step.twists.retain(|twist| twist.knob != knob);
        step.twists.push(Twist { knob, value });
        // Those about fields come before those about bytes, as they do on the way to the wire.
        step.twists.sort_by_key(|twist| twist.knob);
        step
    }

    /// A bit of a frame as long as a ConnectRequest: but those of a zxid and a session id, since what
    /// they mean depends on what the server has seen before, and from whom.
    fn bit(&mut self) -> i64 {
        loop {
            let bit = self.rng.i64(0..49 * 8);
            if !(8 * 8..16 * 8).contains(&bit) && !(20 * 8..28 * 8).contains(&bit) {
                return bit;
            }
        }
    }

    fn pick(&mut self, values: &[i64]) -> i64 {
        self.rng.choice(values.iter().copied()).unwrap_or(0)
    }
}

/// Most steps of a moment.
const MOST_AT_ONCE: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_up_the_same() {
        let new = || {
            let (server, config) = (server::Config::default(), Config::default());
            Generator::new(7, Menu::default(), server, config)
        };
        let (mut one, mut other) = (new(), new());
        for _ in 0..50 {
            let sequence = one.next_sequence();
            assert_eq!(sequence, other.next_sequence());
            let text = sequence.to_string();
            assert_eq!(text.parse::<Sequence>().unwrap(), sequence, "{text}");
            assert_eq!(one.mutate(&sequence), other.mutate(&sequence));
        }
    }
}
