//! One connection after the other: a client between servers that refuse, cut, grant and expire.

mod judge;
mod mistakes;
mod steps;

use std::marker::PhantomData;
use std::time::Duration;

use jute_codec::ConnectResponse;
use jute_codec::ErrorCode;
use jute_codec::OpCode;
use proptest_state_machine::StateMachineTest;
use zk_conformance::Instant;
use zk_conformance::client::Client;
use zk_conformance::client::Config;
use zk_conformance::client::Input;
use zk_conformance::client::Output;
use zk_conformance::client::OwnClock;

use self::judge::Judge;
use self::judge::Link;
use self::steps::Setup;
use self::steps::Step;
use self::steps::Story;
use super::rig::config;
use super::rig::frame;
use super::rig::head;
use super::rig::payload;
use super::rig::refusal;
use super::rig::reply;
use crate::machine;
use crate::machine::Effort;

#[test]
fn one_connection_comes_after_the_other_as_it_should() {
    machine::hold::<Machine<Right>>(EFFORT);
}

const EFFORT: Effort = Effort {
    runs: 500,
    steps: 50,
};

/// What the client does, for those who would have it do something else.
trait Variant: 'static {
    fn config(_config: &mut Config) {}

    fn handle(client: &mut Client, now: Instant, input: Input<'_>) {
        client.handle(now, input);
    }

    fn poll(client: &mut Client) -> Option<Output> {
        client.poll()
    }

    fn deadline(client: &Client) -> Option<Instant> {
        client.deadline()
    }
}

struct Right;

impl Variant for Right {}

/// A client, the time it is, and the one who watches.
struct Machine<V> {
    client: Client,
    now: Instant,
    judge: Judge,
    /// The xid of what was written last.
    xid: i32,
    variant: PhantomData<V>,
}

impl<V: Variant> StateMachineTest for Machine<V> {
    type SystemUnderTest = Self;
    type Reference = Story;

    fn init_test(story: &Story) -> Self {
        let Setup { hosts, seed, .. } = story.setup;
        let now = Instant::from_millis(10_000);
        let mut config = config(hosts, story.setup.timeout);
        config.seed = seed;
        config.pause = Duration::from_millis(PAUSE);
        config.rest = Duration::from_millis(REST);
        // It stays where it is; `hosts` has what it does otherwise.
        config.min_probe_pause = Duration::from_secs(1 << 30);
        if !story.setup.own_clock {
            config.own_clock = OwnClock::Never;
        }
        config.new_session_timeout = story.setup.new_session.map(Duration::from_millis);
        V::config(&mut config);
        let client = match story.setup.resumed {
            None => Client::new(config, now),
            Some(byte) => Client::resume(config, SESSION, &[byte; 16], now),
        };
        let mut it = Self {
            client,
            now,
            judge: Judge::new(story.setup, now),
            xid: 0,
            variant: PhantomData,
        };
        it.look();
        it
    }

    fn apply(mut it: Self, _story: &Story, step: Step) -> Self {
        match step {
            Step::Wait { millis } => it.wait(it.now + Duration::from_millis(millis)),
            Step::Until { ticks } => {
                for _ in 0..ticks {
                    if let Some(deadline) = V::deadline(&it.client) {
                        it.wait(deadline.max(it.now));
                    }
                }
            }
            Step::Open => it.take(Input::Connected),
            Step::Refuse => it.take(Input::ConnectFailed),
            Step::End => it.take(Input::Eof),
            Step::Cut => it.take(Input::Lost),
            Step::Garbage => it.take(Input::Receive(&[0xff; 4])),
            Step::Grant(grant) => {
                // A server says it once.
                if it.judge.link != Link::Held {
                    it.judge.offer(it.now, grant);
                    it.take(Input::Receive(&frame(&ConnectResponse {
                        protocol_version: 0,
                        time_out: grant.timeout,
                        session_id: grant.id,
                        passwd: grant.byte.map(|byte| [byte; 16]).as_ref().map(|it| &it[..]),
                        read_only: Some(grant.read_only),
                    })));
                }
            }
            Step::Expire => {
                if it.judge.link != Link::Held {
                    it.judge.refuse();
                    it.take(Input::Receive(&refusal()));
                }
            }
            Step::Answer { zxid } => {
                if it.judge.link == Link::Held {
                    it.client.request(it.now, OpCode::GET_DATA, 7_i32);
                    it.look();
                    it.judge.answer(it.now, zxid);
                    it.take(Input::Receive(&reply(it.xid, zxid, ErrorCode::OK)));
                }
            }
        }
        it
    }

    fn check_invariants(it: &Self, _story: &Story) {
        it.judge.agree(it.now, it.client.phase());
        it.judge.know(&it.client);
        assert_eq!(
            V::deadline(&it.client).is_none(),
            it.judge.is_over,
            "a deadline"
        );
    }
}

impl<V: Variant> Machine<V> {
    /// Lets something happen.
    fn take(&mut self, input: Input<'_>) {
        self.judge.hear(self.now, &input);
        V::handle(&mut self.client, self.now, input);
        self.look();
    }

    /// Looks at all that the client does; whether there is anything.
    fn look(&mut self) -> bool {
        let mut is_idle = true;
        while let Some(output) = V::poll(&mut self.client) {
            is_idle = false;
            if let Some(payload) = payload(&output)
                && self.judge.link == Link::Held
            {
                self.xid = head(&payload).0;
            }
            self.judge.see(self.now, output);
        }
        self.judge.agree(self.now, self.client.phase());
        !is_idle
    }

    /// Time passes, and the driver is there at every deadline: each comes to something.
    fn wait(&mut self, until: Instant) {
        let mut ticks = 0;
        while let Some(deadline) = V::deadline(&self.client).filter(|next| *next <= until) {
            ticks = if deadline > self.now { 0 } else { ticks + 1 };
            assert!(ticks < 10, "time stands still");
            self.now = deadline.max(self.now);
            self.judge.hear(self.now, &Input::Tick);
            V::handle(&mut self.client, self.now, Input::Tick);
            let did_something = self.look();
            let moved = V::deadline(&self.client) != Some(deadline);
            assert!(did_something || moved, "an idle deadline");
        }
        self.now = until;
    }
}

/// The session that is renewed, where it is one from elsewhere.
const SESSION: i64 = 0x77;

/// The random pause is shorter than this, the rest as long as this.
const PAUSE: u64 = 700;
const REST: u64 = 100;
