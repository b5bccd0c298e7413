//! Claims about any inputs in any order.

use std::collections::BTreeSet;

use bytes::Buf;
use jute_codec::ErrorCode;
use jute_codec::EventType;
use jute_codec::KeeperState;
use jute_codec::OpCode;
use proptest::collection::vec;
use proptest::prelude::Just;
use proptest::prelude::Strategy;
use proptest::prelude::any;
use proptest::prop_oneof;
use proptest::proptest;
use zk_conformance::client::Input;
use zk_conformance::client::Output;
use zk_conformance::client::OwnClock;
use zk_conformance::client::WatchKind;

use super::rig::Rig;
use super::rig::config;
use super::rig::event;
use super::rig::refusal;
use super::rig::reply;
use super::rig::response;

/// Something that happens or is wanted.
#[derive(Clone, Debug)]
enum Step {
    Advance(u64),
    Deadline,
    Connected,
    ConnectFailed,
    Eof,
    Lost,
    Bytes(Vec<u8>),
    ReadWrite,
    Request(i32),
    Auth,
    Watch,
    Close,
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let timeouts = prop_oneof![Just(0), Just(1), 2..20, Just(6_000), any::<i32>()];
    prop_oneof![
        4 => (timeouts, any::<Option<bool>>()).prop_map(|(t, ro)| response(t, ro)),
        1 => Just(refusal()),
        6 => (-9..6, -1_i64..9).prop_map(|(xid, zxid)| reply(xid, zxid, ErrorCode::OK)),
        1 => (-4..0).prop_map(|xid| reply(xid, 0, ErrorCode::AUTH_FAILED)),
        2 => (-2..9, -2..9).prop_map(|(e, s)| event(EventType(e), KeeperState(s), "/a")),
        2 => vec(any::<u8>(), 0..24),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let operations = prop_oneof![Just(4), Just(11), Just(100), Just(101), Just(-11)];
    prop_oneof![
        2 => prop_oneof![Just(1_u64), 0..3_000_u64, 0..100_000_u64].prop_map(Step::Advance),
        8 => Just(Step::Deadline),
        4 => Just(Step::Connected),
        1 => Just(Step::ConnectFailed),
        1 => Just(Step::Eof),
        1 => Just(Step::Lost),
        9 => bytes().prop_map(Step::Bytes),
        1 => Just(Step::ReadWrite),
        4 => operations.prop_map(Step::Request),
        1 => Just(Step::Auth),
        1 => Just(Step::Watch),
        1 => Just(Step::Close),
    ]
}

fn take_step(rig: &mut Rig, step: &Step) {
    let now = rig.now;
    match step {
        Step::Advance(millis) => rig.advance(*millis),
        Step::Deadline => {
            if let Some(deadline) = rig.client.deadline() {
                rig.now = rig.now.max(deadline);
                rig.client.handle(rig.now, Input::Tick);
            }
        }
        Step::Connected => rig.client.handle(now, Input::Connected),
        Step::ConnectFailed => rig.client.handle(now, Input::ConnectFailed),
        Step::Eof => rig.client.handle(now, Input::Eof),
        Step::Lost => rig.client.handle(now, Input::Lost),
        Step::Bytes(bytes) => rig.client.handle(now, Input::Receive(bytes)),
        Step::ReadWrite => rig.client.handle(now, Input::ProbeAnswer(b"rw\n")),
        Step::Request(op) => rig.request(OpCode(*op)),
        Step::Auth => rig.client.add_auth(now, "digest", b"a:b"),
        Step::Watch => rig.client.watch(WatchKind::Data, "/a"),
        Step::Close => {
            rig.client.close(now);
        }
    }
}

fn any_rig() -> impl Strategy<Value = Rig> {
    let timeouts = prop_oneof![0_u64..40, Just(6_000), Just(1 << 40)];
    (1..4_u8, timeouts, any::<u64>(), any::<bool>()).prop_map(|(hosts, timeout, seed, own)| {
        let mut config = config(hosts, timeout);
        config.seed = seed;
        if !own {
            config.own_clock = OwnClock::Never;
        }
        Rig::new(config)
    })
}

proptest! {
    #[test]
    fn a_deadline_that_fires_makes_progress(rig in any_rig(), steps in vec(step(), 0..60)) {
        let mut rig = rig;
        for step in &steps {
            take_step(&mut rig, step);
            rig.take();
            let mut at_once = rig.clone();
            let mut ticks = 0;
            while let Some(deadline) = at_once.client.deadline()
                && deadline <= at_once.now
            {
                at_once.client.handle(at_once.now, Input::Tick);
                let moved = at_once.client.deadline() != Some(deadline);
                assert!(!at_once.take().is_empty() || moved, "after {step:?}");
                ticks += 1;
                assert!(ticks < 20, "time stands still after {step:?}");
            }
            if let Some(deadline) = at_once.client.deadline() {
                at_once.client.handle(deadline, Input::Tick);
                let moved = at_once.client.deadline() != Some(deadline);
                assert!(!at_once.take().is_empty() || moved, "after {step:?}");
            }
        }
    }

    #[test]
    fn every_request_gets_one_reply_at_most_and_exactly_one_in_the_end(
        rig in any_rig(),
        steps in vec(step(), 0..60),
    ) {
        let mut rig = rig;
        let mut outputs = Vec::new();
        for step in &steps {
            take_step(&mut rig, step);
            outputs.append(&mut rig.take());
        }
        let last = rig.client.close(rig.now);
        rig.client.handle(rig.now, Input::Lost);
        outputs.append(&mut rig.take());
        assert_eq!(rig.client.deadline(), None);
        let mut replied = BTreeSet::new();
        for output in outputs {
            if let Output::Reply(reply) = output {
                assert!(replied.insert(reply.request), "{reply}");
            }
        }
        let all = steps.iter().filter(|s| matches!(s, Step::Request(_) | Step::Close)).count();
        assert_eq!(replied.len(), all + 1);
        assert_eq!(replied.last(), Some(&last));
    }

    #[test]
    fn outputs_make_sense_one_after_the_other(rig in any_rig(), steps in vec(step(), 0..60)) {
        let mut rig = rig;
        let mut outside = Outside::default();
        for step in &steps {
            take_step(&mut rig, step);
            for output in rig.take() {
                outside.check(&output);
            }
            if matches!(step, Step::ConnectFailed | Step::Lost) {
                outside.connection = false;
            }
        }
    }

    #[test]
    fn a_copy_does_the_same(rig in any_rig(), steps in vec(step(), 0..60)) {
        let mut rig = rig;
        let mut copy = rig.clone();
        for step in &steps {
            take_step(&mut rig, step);
        }
        let mut late = copy.take();
        for step in &steps {
            take_step(&mut copy, step);
            late.append(&mut copy.take());
        }
        assert_eq!(rig.take(), late, "polling late changes nothing");
    }
}

/// The world as the outputs would have it.
#[derive(Debug, Default)]
struct Outside {
    /// A connection is open or being opened.
    connection: bool,
    sent: usize,
    dead: bool,
}

impl Outside {
    #[track_caller]
    fn check(&mut self, output: &Output) {
        assert!(
            !self.dead || matches!(output, Output::Disconnect | Output::Reply(_)),
            "{output} after the end"
        );
        match output {
            Output::Connect(_) => {
                *self = Self {
                    connection: true,
                    ..Self::default()
                };
            }
            Output::Send(frame) => {
                assert!(self.connection, "{output} without a connection");
                let mut frame = &frame[..];
                assert_eq!(usize::try_from(frame.get_i32()), Ok(frame.len()));
                assert!(self.sent > 0 || frame.len() == 45, "the first frame");
                self.sent += 1;
            }
            Output::Disconnect => {
                assert!(self.connection, "{output} without a connection");
                self.connection = false;
            }
            Output::Event(event) => {
                let last = [
                    KeeperState::EXPIRED,
                    KeeperState::CLOSED,
                    KeeperState::AUTH_FAILED,
                ];
                self.dead = event.path.is_none() && last.contains(&event.state);
            }
            Output::Probe(_) | Output::Reply(_) | Output::Fault(_) => {}
            other => unreachable!("unheard of: {other}"),
        }
    }
}
