//! Which server is next, and when, beside Apache's `StaticHostProvider`.

use std::fmt::Debug;
use std::marker::PhantomData;
use std::time::Duration;

use proptest::prelude::*;
use proptest::strategy::Union;
use proptest_state_machine::ReferenceStateMachine;
use proptest_state_machine::StateMachineTest;
use zk_conformance::client::Input;
use zk_conformance::client::Output;
use zk_conformance::client::OwnClock;

use super::rig::Rig;
use super::rig::config;
use super::turn::Names;
use super::turn::Turn;
use crate::machine;
use crate::machine::Effort;

#[test]
fn the_servers_take_turns_as_in_apache() {
    machine::hold::<Machine<Right>>(EFFORT);
}

const EFFORT: Effort = Effort {
    runs: 500,
    steps: 40,
};

/// What is done with servers, for those who would have it done otherwise.
trait Rule: Clone + Debug + 'static {
    fn next(turn: &mut Turn) -> (i32, bool) {
        turn.next()
    }

    fn on_connected(turn: &mut Turn) {
        turn.on_connected();
    }

    /// Nobody waits for a probe, but it counts in the turn.
    fn probe(turn: &mut Turn) -> i32 {
        turn.next().0
    }

    /// The read/write server that was found is the next one, once.
    fn preferred(found: &mut Option<i32>) -> Option<i32> {
        found.take()
    }
}

#[derive(Clone, Debug)]
struct Right;

impl Rule for Right {}

/// What a server does, the one that was asked last. What does not fit is left out.
#[derive(Clone, Debug)]
enum Step {
    /// Cannot be reached.
    Refuse,
    /// Takes the connection, and drops it.
    Drop,
    Grant {
        read_only: bool,
    },
    /// Ends the connection with the session on it.
    Lose,
    /// Nothing, until another is asked whether it is read/write.
    Wait,
    /// Says whether it is read/write.
    Answer {
        read_write: bool,
    },
}

#[derive(Clone, Debug)]
struct Model<R> {
    hosts: u8,
    seed: u64,
    turn: Turn,
    doing: Doing,
    found: Option<i32>,
    now: u64,
    last_probe: u64,
    /// Whether the last step was one that can be.
    fits: bool,
    /// What it made the client ask, of which server and when.
    asked: Option<(Question, i32, u64)>,
    rule: PhantomData<R>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Doing {
    Connecting,
    ReadWrite,
    /// With the server that was probed and has not answered.
    ReadOnly(Option<i32>),
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Question {
    Connect,
    Probe,
}

impl<R: Rule> Model<R> {
    fn new(hosts: u8, seed: u64) -> Self {
        let mut model = Self {
            hosts,
            seed,
            turn: Turn::new(hosts),
            doing: Doing::Connecting,
            found: None,
            now: 0,
            last_probe: 0,
            fits: true,
            asked: None,
            rule: PhantomData,
        };
        model.connect(0);
        model
    }

    fn connect(&mut self, rest: u64) {
        let (host, is_whole) =
            R::preferred(&mut self.found).map_or_else(|| R::next(&mut self.turn), |it| (it, false));
        self.now += rest + if is_whole { 1_000 } else { 0 };
        self.doing = Doing::Connecting;
        self.asked = Some((Question::Connect, host, self.now));
    }

    fn probe(&mut self) {
        let host = R::probe(&mut self.turn);
        self.last_probe = self.now;
        self.doing = Doing::ReadOnly(Some(host));
        self.asked = Some((Question::Probe, host, self.now));
    }
}

/// How long the client rests between two connections, and between two probes.
const REST: u64 = 100;
const PROBE: u64 = 250;

impl<R: Rule> ReferenceStateMachine for Model<R> {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        (1..6_u8, any::<u64>())
            .prop_map(|(hosts, seed)| Self::new(hosts, seed))
            .boxed()
    }

    fn transitions(state: &Self) -> BoxedStrategy<Step> {
        let steps = match state.doing {
            Doing::Connecting => vec![
                (3, Step::Refuse),
                (1, Step::Drop),
                (1, Step::Grant { read_only: false }),
                (2, Step::Grant { read_only: true }),
            ],
            Doing::ReadWrite => vec![(1, Step::Lose)],
            Doing::ReadOnly(_) => vec![
                (1, Step::Lose),
                (3, Step::Wait),
                (1, Step::Answer { read_write: false }),
                (2, Step::Answer { read_write: true }),
            ],
        };
        let steps = steps.into_iter().map(|(weight, step)| (weight, Just(step)));
        Union::new_weighted(steps.collect()).boxed()
    }

    fn apply(mut state: Self, step: &Step) -> Self {
        state.asked = None;
        state.fits = true;
        match (step, state.doing) {
            (Step::Refuse | Step::Drop, Doing::Connecting)
            | (Step::Lose, Doing::ReadWrite | Doing::ReadOnly(_)) => state.connect(REST),
            (Step::Grant { read_only: false }, Doing::Connecting) => {
                R::on_connected(&mut state.turn);
                state.doing = Doing::ReadWrite;
            }
            (Step::Grant { read_only: true }, Doing::Connecting) => {
                R::on_connected(&mut state.turn);
                state.doing = Doing::ReadOnly(None);
                if state.now >= state.last_probe + PROBE {
                    state.probe();
                }
            }
            (Step::Wait, Doing::ReadOnly(_)) => {
                state.now = state.now.max(state.last_probe + PROBE);
                state.probe();
            }
            (Step::Answer { read_write: true }, Doing::ReadOnly(Some(host))) => {
                state.found = Some(host);
                state.connect(REST);
            }
            (Step::Answer { .. }, Doing::ReadOnly(_)) => state.doing = Doing::ReadOnly(None),
            _ => state.fits = false,
        }
        state
    }
}

/// A client whose pauses are all known.
struct Machine<R> {
    rig: Rig,
    names: Names,
    rule: PhantomData<R>,
}

impl<R> Machine<R> {
    /// What is asked next, whom and when; at once, or as soon as it is.
    fn asked(&mut self, at_once: bool) -> Option<(Question, String, u64)> {
        loop {
            for output in self.rig.take() {
                let (question, host) = match output {
                    Output::Connect(host) => (Question::Connect, host),
                    Output::Probe(host) => (Question::Probe, host),
                    _ => continue,
                };
                let now = self.rig.now.as_millis() - START;
                return Some((question, host.to_string(), now));
            }
            if at_once {
                return None;
            }
            let wait = self.rig.wait();
            self.rig.advance(wait);
            self.rig.client.handle(self.rig.now, Input::Tick);
        }
    }

    fn check(&mut self, model: &Model<R>) {
        let asked = self.asked(model.asked.is_none());
        let Some((question, host, at)) = asked else {
            assert!(model.asked.is_none(), "{:?} is not asked", model.asked);
            return;
        };
        let (expected, place, when) = model.asked.expect("nothing to be asked");
        assert_eq!((question, at), (expected, when), "of {host}");
        self.names.check(place, &host);
    }
}

/// When a rig begins.
const START: u64 = 10_000;

impl<R: Rule> StateMachineTest for Machine<R> {
    type SystemUnderTest = Self;
    type Reference = Model<R>;

    fn init_test(model: &Model<R>) -> Self {
        let mut config = config(model.hosts, 60_000);
        config.seed = model.seed;
        config.own_clock = OwnClock::Never;
        config.pause = Duration::ZERO;
        config.rest = Duration::from_millis(REST);
        config.min_probe_pause = Duration::from_millis(PROBE);
        config.max_probe_pause = Duration::from_millis(PROBE);
        let mut it = Self {
            rig: Rig::new(config),
            names: Names::default(),
            rule: PhantomData,
        };
        it.check(model);
        it
    }

    fn apply(mut it: Self, model: &Model<R>, step: Step) -> Self {
        let now = it.rig.now;
        match step {
            _ if !model.fits => return it,
            Step::Refuse => it.rig.client.handle(now, Input::ConnectFailed),
            Step::Drop => {
                it.rig.client.handle(now, Input::Connected);
                it.rig.client.handle(now, Input::Eof);
            }
            Step::Grant { read_only } => it.rig.establish(60_000, read_only),
            Step::Lose => it.rig.client.handle(now, Input::Lost),
            Step::Wait => {}
            Step::Answer { read_write } => {
                let answer: &[u8] = if read_write { b"rw" } else { b"ro" };
                it.rig.client.handle(now, Input::ProbeAnswer(answer));
            }
        }
        it.check(model);
        it
    }
}

/// A wrong rule is noticed after so many steps at most.
#[track_caller]
fn check<R: Rule>(steps: usize) {
    machine::come_apart::<Machine<R>>(EFFORT, steps, "");
}

#[derive(Clone, Debug)]
struct NeverWaits;

impl Rule for NeverWaits {
    fn next(turn: &mut Turn) -> (i32, bool) {
        (turn.next().0, false)
    }
}

#[test]
fn a_wait_that_is_not_expected_is_noticed() {
    check::<NeverWaits>(1);
}

#[derive(Clone, Debug)]
struct WaitsAtTheFirst;

impl Rule for WaitsAtTheFirst {
    fn next(turn: &mut Turn) -> (i32, bool) {
        let (host, _) = turn.next();
        (host, host == 0)
    }
}

#[test]
fn a_wait_at_the_same_server_always_is_noticed() {
    check::<WaitsAtTheFirst>(1);
}

#[derive(Clone, Debug)]
struct ForgetsSessions;

impl Rule for ForgetsSessions {
    fn on_connected(_turn: &mut Turn) {}
}

#[test]
fn a_turn_that_goes_on_behind_a_session_is_noticed() {
    check::<ForgetsSessions>(4);
}

#[derive(Clone, Debug)]
struct ProbesAside;

impl Rule for ProbesAside {
    fn probe(turn: &mut Turn) -> i32 {
        turn.clone().next().0
    }
}

#[test]
fn a_probe_outside_the_turn_is_noticed() {
    check::<ProbesAside>(4);
}

#[derive(Clone, Debug)]
struct PrefersNobody;

impl Rule for PrefersNobody {
    fn preferred(found: &mut Option<i32>) -> Option<i32> {
        *found = None;
        None
    }
}

#[test]
fn a_server_that_was_found_in_vain_is_noticed() {
    check::<PrefersNobody>(3);
}

#[derive(Clone, Debug)]
struct PrefersForEver;

impl Rule for PrefersForEver {
    fn preferred(found: &mut Option<i32>) -> Option<i32> {
        *found
    }
}

#[test]
fn a_server_that_is_preferred_twice_is_noticed() {
    check::<PrefersForEver>(4);
}
