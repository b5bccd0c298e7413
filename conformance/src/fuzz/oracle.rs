//! What a sound server may do: the answers of the model in every setting and every order.
//!
//! The model is the crate's own server on virtual time. What cannot be known of a server from
//! outside, such as its network layer, makes *kinds* of it. A run is fine if one kind answers all of
//! it so, in one of the orders in which what is done at once can come out.
//!
//! One thing is no more than a server's nature: where a close is due, and more than one thing was
//! asked in one breath, the close is in a race with the answers. It may overtake those that are due
//! before it (`NIOServerCnxn` lets go of the socket at once), and be overtaken by those to requests
//! that were read behind the one that ends the connection; an `auth` is answered before all others
//! (`ZooKeeperServer.processPacket`). What comes after such a moment is not judged any more, since
//! nobody knows what the client would have learned. Nor is what is in [`Doubt`], nor what comes of
//! races in so many orders that not all of them can be tried.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use jute_codec::ErrorCode;

use crate::driver;
use crate::driver::Act;
use crate::driver::Knob;
use crate::driver::Moment;
use crate::driver::Sequence;
use crate::driver::Step;
use crate::fuzz::doubt::Doubt;
use crate::fuzz::ledger::Ledger;
use crate::fuzz::orders::Order;
use crate::fuzz::orders::orders;
use crate::fuzz::outcome::CLOSED;
use crate::fuzz::outcome::Outcome;
use crate::fuzz::outcome::loses;
use crate::fuzz::strange::Strange;
use crate::hunt::Run;
use crate::hunt::without;
use crate::lab;
use crate::server;

/// What sound servers do.
#[derive(Clone, Debug)]
pub struct Oracle {
    kinds: Vec<server::Config>,
    driver: driver::Config,
    /// Whether a close may overtake answers.
    is_lenient: bool,
    /// Details of replies that do not matter.
    left_out: BTreeSet<String>,
}

/// How a run went.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Judgement {
    /// As it may.
    Fine,
    /// As it may not.
    Strange(Strange),
}

/// What may come of a sequence: each way has an outcome for each moment.
#[derive(Clone, Debug)]
pub(crate) struct Expectation {
    sequence: Sequence,
    ways: BTreeSet<Vec<Outcome>>,
    /// The first race, if there are more orders than were tried.
    unclear_from: Option<usize>,
}

impl Oracle {
    /// Sound servers are of these kinds; a close may overtake answers.
    #[must_use]
    pub const fn new(kinds: Vec<server::Config>, driver: driver::Config) -> Self {
        Self {
            kinds,
            driver,
            is_lenient: true,
            left_out: BTreeSet::new(),
        }
    }

    /// The only sound server is one that does the same as this, each time: for servers on virtual
    /// time.
    #[must_use]
    pub fn exact(kind: server::Config, driver: driver::Config) -> Self {
        Self {
            kinds: vec![kind],
            driver,
            is_lenient: false,
            left_out: BTreeSet::new(),
        }
    }

    /// Whether chance has a say in what comes of races.
    pub(super) const fn has_chance(&self) -> bool {
        self.is_lenient
    }

    /// The same, but these details of replies do not matter.
    pub(crate) fn without(mut self, details: BTreeSet<String>) -> Self {
        self.left_out = details;
        self
    }

    /// Every kind of sound server.
    pub(super) fn kinds(&self) -> &[server::Config] {
        &self.kinds
    }

    /// The first kind.
    pub(super) fn model(&self) -> server::Config {
        self.kinds.first().cloned().unwrap_or_default()
    }

    pub(super) const fn driver(&self) -> &driver::Config {
        &self.driver
    }

    /// Takes one more kind of server for sound.
    pub(super) fn allow(&mut self, kind: server::Config) {
        if !self.kinds.contains(&kind) {
            self.kinds.push(kind);
        }
    }

    /// What may come of `sequence`.
    pub(crate) fn expect(&self, sequence: &Sequence) -> Expectation {
        if self.is_lenient && claims_a_zxid(sequence) {
            // How far the server has got is not known.
            let further = self.kinds.iter().map(|kind| server::Config {
                initial_zxid: FAR,
                ..kind.clone()
            });
            let all = Self {
                kinds: self.kinds.iter().cloned().chain(further).collect(),
                ..self.clone()
            };
            return all.expect_of_kinds(sequence);
        }
        self.expect_of_kinds(sequence)
    }

    fn expect_of_kinds(&self, sequence: &Sequence) -> Expectation {
        let most = if self.is_lenient { MOST_ORDERS } else { 1 };
        let (orders, are_all) = orders(sequence, most);
        let is_race = |moment: &Moment| moment.lines().len() > 1;
        let first_race = sequence.0.iter().position(is_race);
        let each = |kind| {
            let orders = orders.iter();
            orders.flat_map(move |order| self.ways(kind, sequence, order))
        };
        Expectation {
            sequence: sequence.clone(),
            ways: self.kinds.iter().flat_map(each).collect(),
            unclear_from: first_race.filter(|_| self.is_lenient && !are_all),
        }
    }

    /// What may come of an order of `sequence` on one kind of server: what is done next may overtake
    /// an answer that is due, or it may not.
    fn ways(&self, kind: &server::Config, sequence: &Sequence, order: &Order) -> Vec<Vec<Outcome>> {
        let mut runs = vec![lab::hunt(kind, &order.sequence, self.driver.clone())];
        if self.is_lenient {
            let driver = self.driver.clone();
            runs.push(lab::hunt_in_turn(kind, &order.sequence, driver));
        }
        let way = |run: &Run| self.way(sequence, order, run);
        runs.iter().map(way).collect()
    }

    /// What came of each moment of `sequence` in one of its orders.
    fn way(&self, sequence: &Sequence, order: &Order, run: &Run) -> Vec<Outcome> {
        let mut way = vec![None; sequence.0.len()];
        let parts = order.sequence.0.iter().zip(&run.answers).zip(&order.of);
        for ((moment, answer), &of) in parts {
            let outcome = self.outcome(moment, answer);
            let is_whole = sequence.0[of].lines().len() < 2;
            let place: &mut Option<Outcome> = &mut way[of];
            match place {
                None if is_whole => *place = Some(outcome),
                None => {
                    let mut whole = Outcome::default();
                    whole.add(outcome);
                    *place = Some(whole);
                }
                Some(whole) => whole.add(outcome),
            }
        }
        way.into_iter().map(Option::unwrap_or_default).collect()
    }

    /// Whether a server like `kind` does just that.
    pub(super) fn explains(&self, kind: &server::Config, sequence: &Sequence, run: &Run) -> bool {
        let alone = Self {
            kinds: vec![kind.clone()],
            ..self.clone()
        };
        alone.judge(&alone.expect(sequence), run) == Judgement::Fine
    }

    /// Holds a run against what may come of it.
    pub(crate) fn judge(&self, expectation: &Expectation, run: &Run) -> Judgement {
        let mut left: Vec<&Vec<Outcome>> = expectation.ways.iter().collect();
        let moments = &expectation.sequence.0;
        let mut ledger = Ledger::default();
        let mut doubt = Doubt::default();
        for (at, moment) in moments.iter().enumerate() {
            let Some(answer) = run.answers.get(at) else {
                return Judgement::Strange(Strange::refused(at, moment, &left));
            };
            let actual = self.outcome(moment, answer);
            ledger.note(moment, &actual);
            let is_unclear = expectation.unclear_from.is_some_and(|from| from <= at);
            let is_doubtful = is_unclear || self.is_lenient && doubt.concerns(moment);
            doubt.note(moment, &actual);
            let (same, others): (Vec<_>, Vec<_>) = left.iter().partition(|way| way[at] == actual);
            if !same.is_empty() {
                left = same;
                continue;
            }
            if is_doubtful {
                return Judgement::Fine;
            }
            let may_race = self.is_lenient && is_hasty(moment);
            if may_race && self.is_race_of_answers(&expectation.sequence, at, &others, &actual) {
                return Judgement::Fine;
            }
            let expected: BTreeSet<Outcome> = others.iter().map(|way| way[at].clone()).collect();
            // What comes after shows whether it lasts.
            for (moment, answer) in moments.iter().zip(&run.answers).skip(at + 1) {
                ledger.note(moment, &self.outcome(moment, answer));
            }
            let strange = Strange::of(at, moment, expected, actual);
            return Judgement::Strange(if ledger.has_two_owners() {
                strange.with_two_owners()
            } else {
                strange
            });
        }
        Judgement::Fine
    }

    /// What matters of the answer to a moment.
    fn outcome(&self, moment: &Moment, answer: &Arc<str>) -> Outcome {
        Outcome::of(moment, &without(answer, &self.left_out))
    }

    /// Whether what was seen is what is due, but for answers and a close that overtook each other.
    fn is_race_of_answers(
        &self,
        sequence: &Sequence,
        at: usize,
        ways: &[&Vec<Outcome>],
        actual: &Outcome,
    ) -> bool {
        let moment = &sequence.0[at];
        let mut known: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
        let mut is_near = |line: usize, due: &[String], seen: &[String]| {
            if loses(due, seen) {
                return true;
            }
            let steps: Vec<&Step> = on(moment, line).collect();
            if steps.len() < 2 {
                return false;
            }
            if steps.iter().any(|step| overtakes(step)) {
                // Who comes before the handshake's answer is not taken for what it is.
                let has_handshake = steps.iter().any(|step| connects(step));
                if has_handshake || in_any_order(due) == in_any_order(seen) {
                    return true;
                }
            }
            if !ends(due) || !ends(seen) {
                return false;
            }
            let known = known
                .entry(line)
                .or_insert_with(|| self.answers_to_each(sequence, at, &steps));
            let known = in_any_order(&*known);
            in_any_order(seen).iter().all(|word| known.contains(word))
        };
        ways.iter().any(|way| {
            let due = &way[at];
            let lines: BTreeSet<usize> = due.lines().chain(actual.lines()).collect();
            let mut lines = lines.into_iter();
            lines.all(|line| is_near(line, due.on(line), actual.on(line)))
        })
    }

    /// What may be answered to each of these steps, wherever the conversation stands by then.
    fn answers_to_each(&self, sequence: &Sequence, at: usize, steps: &[&Step]) -> BTreeSet<String> {
        let mut known = BTreeSet::from([CLOSED.to_owned()]);
        if steps.iter().any(|step| step.symbol.act == Act::Close) {
            // What is read before the end of the session and processed after it.
            known.insert(format!("error {}", ErrorCode::SESSION_EXPIRED.0));
        }
        for last in 0..steps.len() {
            for before in 0..=last {
                let single = |step: &&Step| Moment::from((*step).clone());
                let mut short = Sequence(sequence.0[..at].to_vec());
                short.0.extend(steps[..before].iter().map(single));
                short.0.push(single(&steps[last]));
                for kind in &self.kinds {
                    let run = lab::hunt(kind, &short, self.driver.clone());
                    for (moment, answer) in short.0.iter().zip(&run.answers).skip(at) {
                        let outcome = self.outcome(moment, answer);
                        for line in moment.lines() {
                            known.extend(outcome.on(line).iter().cloned());
                        }
                    }
                }
            }
        }
        known
    }
}

/// The steps of a moment on one connection.
fn on(moment: &Moment, line: usize) -> impl Iterator<Item = &Step> {
    let steps = moment.0.iter();
    steps.filter(move |step| step.symbol.line == line)
}

/// Whether the end of the connection is the last that was seen.
fn ends(words: &[String]) -> bool {
    words.last().is_some_and(|word| word == CLOSED)
}

/// Words without what depends on which answer is taken for which.
fn in_any_order<'a>(words: impl IntoIterator<Item = &'a String>) -> Vec<&'a str> {
    let words = words.into_iter().map(String::as_str);
    let is_mere = |word: &&str| *word == "another xid" || word.contains("zxid");
    let alike = |word| if word == "pong" { "ok" } else { word };
    let words = words.filter(|word| !is_mere(word)).map(alike);
    let mut words: Vec<&str> = words.collect();
    words.sort_unstable();
    words
}

/// Whether a step asks for a session.
const fn connects(step: &Step) -> bool {
    matches!(
        step.symbol.act,
        Act::New | Act::Renew | Act::Wrong | Act::First | Act::Plain | Act::Null | Act::Ahead
    )
}

/// Whether a step is answered before those that are under way.
fn overtakes(step: &Step) -> bool {
    let is_free = |twist: &driver::Twist| matches!(twist.knob, Knob::Op | Knob::Flip);
    matches!(
        step.symbol.act,
        Act::Auth | Act::Digest | Act::Sasl | Act::Unknown
    ) || step.twists.iter().any(is_free)
}

/// Whether more than one thing is asked in one breath, or the client closes behind what it asks.
fn is_hasty(moment: &Moment) -> bool {
    let closes = |knob| matches!(knob, Knob::Half | Knob::Reset);
    let twisted = |step: &Step| step.twists.iter().any(|twist| closes(twist.knob));
    let ends = |step: &Step| step.symbol.act == Act::Half || twisted(step);
    let speaks = moment.0.iter().filter(|step| step.symbol.act != Act::Open);
    speaks.count() > 1 || moment.0.iter().any(ends)
}

/// Whether a sequence has a client claim that it has seen a transaction, which the server may have
/// made by then or not.
fn claims_a_zxid(sequence: &Sequence) -> bool {
    let mut twists = sequence.steps().flat_map(|step| &step.twists);
    twists.any(|twist| match twist.knob {
        Knob::Zxid => (1..FAR).contains(&twist.value),
        knob => knob == Knob::Flip,
    })
}

/// More transactions than any server has made.
const FAR: i64 = 1 << 61;
/// Most orders of a sequence.
const MOST_ORDERS: usize = 256;
