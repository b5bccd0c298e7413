//! The client's session engine, against a server that does anything.

use std::collections::BTreeSet;
use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use bytes::BytesMut;
use jute_codec::ConnectRequest;
use jute_codec::ConnectResponse;
use jute_codec::Decode;
use jute_codec::Encode;
use jute_codec::ErrorCode;
use jute_codec::EventType;
use jute_codec::Framer;
use jute_codec::KeeperState;
use jute_codec::OpCode;
use jute_codec::Raw;
use jute_codec::ReplyHeader;
use jute_codec::RequestHeader;
use jute_codec::Ustring;
use jute_codec::WatcherEvent;
use jute_codec::Xid;
use jute_codec::put_frame;
use zk_conformance::Instant;
use zk_conformance::client::Client;
use zk_conformance::client::Config;
use zk_conformance::client::Input;
use zk_conformance::client::Outcome;
use zk_conformance::client::Output;
use zk_conformance::client::OwnClock;
use zk_conformance::client::Phase;
use zk_conformance::client::RequestId;
use zk_conformance::client::SetWatchesXid;
use zk_conformance::client::WatchKind;
use zk_conformance::client::WatchPolicy;

use crate::steps::Steps;

/// Whatever server, network, application and clock do to a client: it has one connection at most
/// and sends on none but that; the first frame of a connection asks for the session it has, and
/// nothing follows before the answer; each request gets one reply, and only what the server
/// answered is said to be answered; a deadline that comes does something; the end is told once,
/// is for ever, and leaves nothing open; memory follows the input. Served well from there on, a
/// client that is alive gets its session, pings, and can close it.
///
/// Version 1: a byte of settings, then steps of an operation and what it needs.
pub fn client(data: &[u8]) {
    let Some(mut steps) = Steps::of_version(1, data) else {
        return;
    };
    let memory = allocation_counter::measure(|| {
        let mut world = World::new(steps.byte());
        world.drain();
        while !steps.is_empty() {
            world.step(&mut steps);
            world.check();
        }
        world.finish();
    });
    let bound = 64 * 1024 + 4096 * data.len() as u64;
    assert!(memory.bytes_max <= bound, "{memory:?} for {}", data.len());
}

struct World {
    client: Client,
    now: Instant,
    link: Link,
    /// Requests without a reply.
    open: BTreeSet<RequestId>,
    /// Answers given on this connection that nobody was told of.
    answered: u64,
    ends_told: u32,
    /// Whether the server put an end into its latest watch event.
    foretold: bool,
    was_dead: bool,
    faults: u64,
}

/// The one connection there can be.
enum Link {
    Down,
    Dialled,
    Up {
        framer: Framer,
        asked: bool,
        granted: bool,
        /// Whether bytes came in that no server sends, so that the next may be misread.
        spoilt: bool,
        owed: VecDeque<RequestHeader>,
        pings: u32,
    },
}

impl World {
    fn new(settings: u8) -> Self {
        let mut config = Config::new("a:2181", Duration::from_millis(3_000));
        if settings & 1 != 0 {
            config = config.host("b:2181");
        }
        config.read_only =
            [None, Some(false), Some(true), Some(true)][usize::from(settings >> 1 & 3)];
        if settings & 8 != 0 {
            config.own_clock = OwnClock::Never;
        }
        if settings & 16 != 0 {
            config.watches = WatchPolicy::Forget;
        }
        if settings & 32 != 0 {
            config.set_watches_xid = SetWatchesXid::Counted;
        }
        if settings & 128 != 0 {
            config.first_xid = i32::MAX - 2;
        }
        let now = Instant::ZERO;
        let client = if settings & 64 == 0 {
            Client::new(config, now)
        } else {
            Client::resume(config, 0x0123_4567, &[7; 16], now)
        };
        Self {
            client,
            now,
            link: Link::Down,
            open: BTreeSet::new(),
            answered: 0,
            ends_told: 0,
            foretold: false,
            was_dead: false,
            faults: 0,
        }
    }

    fn step(&mut self, steps: &mut Steps<'_>) {
        match steps.byte() % OPERATIONS {
            0 => {
                let next = self.client.deadline().unwrap_or(self.now);
                self.wait_until(next.min(self.now + Duration::from_secs(60)));
            }
            1 => {
                let by = Duration::from_millis(u64::from(steps.byte()) * 20);
                self.wait_until(self.now + by);
            }
            2 => self.connected(),
            3 => {
                if matches!(self.link, Link::Dialled) {
                    self.link = Link::Down;
                    self.handle(Input::ConnectFailed);
                }
            }
            4 => {
                let form = steps.byte();
                let time_out = [3_000, 1, 0, -1, i32::MIN, i32::MAX, 40, 10_000];
                self.grant(time_out[usize::from(form & 7)], form);
            }
            5 => {
                let err = [0, 0, -101, -112][usize::from(steps.byte() % 4)];
                self.answer(err, steps.bytes());
            }
            6 => {
                if let Link::Up { spoilt, .. } = &mut self.link {
                    *spoilt = true;
                }
                self.receive(steps.bytes());
            }
            7 => self.receive(&framed(&Raw(steps.bytes()))),
            8 => {
                let event = WatcherEvent {
                    event: EventType(i32::from(steps.byte()) - 1),
                    state: KeeperState(i32::from(steps.byte())),
                    path: Ustring::from_bytes(steps.bytes()),
                };
                self.receive(&framed(&(header(Xid::NOTIFICATION.0, 0), event)));
            }
            9 => self.receive(&framed(&header(Xid::PING.0, 0))),
            10 | 11 if !matches!(self.link, Link::Up { .. }) => {}
            10 => {
                // The engine closes its own side.
                self.handle(Input::Eof);
            }
            11 => {
                self.link = Link::Down;
                self.handle(Input::Lost);
            }
            12 => {
                let op = OpCode(i32::from(steps.byte()));
                let id = self.client.request(self.now, op, Raw(steps.bytes()));
                self.asked(id);
            }
            13 => {
                let id = self.client.close(self.now);
                self.asked(id);
            }
            14 => {
                self.client.add_auth(self.now, "digest", steps.bytes());
                self.drain();
            }
            15 => {
                let choice = steps.byte();
                let path = ["/a", "/b", "/c"][usize::from(choice >> 4) % 3];
                let kind = KINDS[usize::from(choice & 7) % KINDS.len()];
                if choice & 8 == 0 {
                    self.client.watch(kind, path);
                } else {
                    self.client.unwatch(kind, path);
                }
                self.drain();
            }
            16 => {
                self.handle(Input::ProbeAnswer(steps.bytes()));
            }
            17 => self.receive(&framed(&header(Xid::AUTH.0, ErrorCode::AUTH_FAILED.0))),
            _ => self.receive(&framed(&header(i32::from(steps.byte()), 0))),
        }
    }

    fn asked(&mut self, id: RequestId) {
        assert!(self.open.insert(id), "a number given twice");
        self.drain();
    }

    fn wait_until(&mut self, then: Instant) {
        while let Some(deadline) = self.client.deadline().filter(|it| *it <= then) {
            self.now = self.now.max(deadline);
            let acted = self.handle(Input::Tick);
            let moved = self.client.deadline().is_none_or(|next| next > deadline);
            assert!(acted || moved, "a deadline that comes does something");
        }
        self.now = then;
        self.handle(Input::Tick);
    }

    fn connected(&mut self) {
        if matches!(self.link, Link::Dialled) {
            self.link = Link::Up {
                framer: Framer::default(),
                asked: false,
                granted: false,
                spoilt: false,
                owed: VecDeque::new(),
                pings: 0,
            };
            self.handle(Input::Connected);
        }
    }

    /// Answers the request for a session.
    fn grant(&mut self, time_out: i32, form: u8) {
        let passwd = [Some(&[9; 16][..]), Some(&[]), None, Some(&[1; 14])];
        let response = ConnectResponse {
            protocol_version: 0,
            time_out,
            session_id: i64::from(form) + 1,
            passwd: passwd[usize::from(form >> 5 & 3)],
            read_only: [None, Some(false), Some(true), Some(false)][usize::from(form >> 3 & 3)],
        };
        let (phase, faults) = (self.client.phase(), self.faults);
        let is_read = self.is_readable();
        self.receive(&framed(&response));
        if phase == Phase::Associating && is_read {
            let phase = self.client.phase();
            let is_refused = phase == Phase::Closed && self.faults == faults;
            assert!(time_out > 0 || is_refused, "{phase} when refused");
            assert!(
                time_out < 3_000 || phase.is_connected(),
                "{phase} when granted"
            );
        }
    }

    /// Answers the oldest request, if there is one.
    fn answer(&mut self, err: i32, body: &[u8]) {
        let Link::Up {
            owed,
            granted: true,
            ..
        } = &mut self.link
        else {
            return;
        };
        if let Some(request) = owed.pop_front() {
            self.answered += 1;
            let reply = (header(request.xid, err), Raw(body));
            self.receive(&framed(&reply));
        }
    }

    fn receive(&mut self, bytes: &[u8]) {
        if let Link::Up { .. } = &self.link {
            // Bytes of the input's own making may well be answers.
            self.answered += bytes.len() as u64 / 20;
            self.handle(Input::Receive(bytes));
            let phase = self.client.phase();
            if let Link::Up { granted, .. } = &mut self.link {
                *granted = phase.is_connected();
            }
        }
    }

    /// Whether anything came of it.
    fn handle(&mut self, input: Input<'_>) -> bool {
        assert!(!input.to_string().is_empty());
        self.client.handle(self.now, input);
        self.drain()
    }

    fn drain(&mut self) -> bool {
        let mut acted = false;
        while let Some(output) = self.client.poll() {
            acted = true;
            assert!(!output.to_string().is_empty());
            self.take(output);
        }
        acted
    }

    fn take(&mut self, output: Output) {
        match output {
            Output::Connect(_) => {
                assert!(!self.was_dead, "the dead do not connect");
                assert!(matches!(self.link, Link::Down), "two connections");
                self.link = Link::Dialled;
            }
            Output::Disconnect => {
                assert!(!matches!(self.link, Link::Down), "nothing to disconnect");
                self.link = Link::Down;
            }
            Output::Send(bytes) => self.take_bytes(&bytes),
            Output::Reply(reply) => {
                assert!(self.open.remove(&reply.request), "a reply to nothing");
                if let Outcome::Answered(answer) = &reply.outcome {
                    assert_eq!(reply.xid, Some(answer.header.xid), "another's answer");
                    let left = self.answered.checked_sub(1);
                    self.answered = left.expect("an answer that nobody gave");
                }
            }
            Output::Event(event) => {
                assert_eq!(self.ends_told, 0, "{event} after the end");
                let ends = [
                    KeeperState::EXPIRED,
                    KeeperState::AUTH_FAILED,
                    KeeperState::CLOSED,
                ];
                let is_end = ends.contains(&event.state);
                if !self.client.phase().is_alive() && is_end {
                    self.ends_told += 1;
                } else {
                    // Apache takes the state in any event for told, and tells it no second time.
                    self.foretold = is_end;
                }
            }
            output => {
                assert!(!self.was_dead, "the dead do nothing");
                self.faults += u64::from(matches!(output, Output::Fault(_)));
            }
        }
    }

    fn take_bytes(&mut self, bytes: &[u8]) {
        let Link::Up {
            framer,
            asked,
            granted,
            owed,
            pings,
            ..
        } = &mut self.link
        else {
            panic!("bytes without a connection");
        };
        framer.push(bytes);
        let frame = framer.next_frame().expect("a frame").expect("all of it");
        assert!(framer.buffered().is_empty(), "a frame at a time");
        if !*asked {
            *asked = true;
            let request: ConnectRequest<'_> = frame.decode().expect("a request for a session");
            assert_eq!(request.protocol_version, 0);
            let id = self.client.session_id();
            assert!(
                [0, id].contains(&request.session_id),
                "a session of its own"
            );
            return;
        }
        // What goes out in the same breath as the grant is seen before `granted` is set.
        *granted |= self.client.phase() != Phase::Associating;
        assert!(*granted, "nothing goes out before the session");
        let mut reader = frame.reader();
        let header = RequestHeader::decode(&mut reader).expect("a header");
        match header.op {
            OpCode::PING => {
                assert_eq!(header.xid, Xid::PING.0);
                *pings += 1;
            }
            OpCode::AUTH => assert_eq!(header.xid, Xid::AUTH.0),
            _ => {
                let set_watches = [OpCode::SET_WATCHES, OpCode::SET_WATCHES2].contains(&header.op);
                assert!(header.xid > 0 || set_watches && header.xid == Xid::SET_WATCHES.0);
                owed.push_back(header);
            }
        }
    }

    fn check(&mut self) {
        let is_dead = !self.client.phase().is_alive();
        assert!(is_dead || !self.was_dead, "back from the dead");
        self.was_dead = is_dead;
        if is_dead {
            assert_eq!(self.client.deadline(), None, "the dead wait for nothing");
            assert!(
                matches!(self.link, Link::Down),
                "the dead hang on to nothing"
            );
            assert!(self.open.is_empty(), "the dead owe nothing");
            assert!(self.ends_told == 1 || self.foretold, "the end is told once");
        } else {
            assert!(
                self.client.deadline().is_some(),
                "the living have a deadline"
            );
        }
        let is_linked = match self.client.phase() {
            Phase::Connecting => matches!(self.link, Link::Dialled),
            Phase::NotConnected | Phase::Closed | Phase::AuthFailed => {
                matches!(self.link, Link::Down)
            }
            _ => matches!(self.link, Link::Up { .. }),
        };
        assert!(
            is_linked,
            "{} without the connection for it",
            self.client.phase()
        );
    }

    /// From here on the server, the network and the application are as good as can be.
    fn finish(&mut self) {
        // As Apache's, the client divides the timeout by its servers, and what is left may be no
        // time at all to connect in. No server grants that little.
        if self
            .client
            .session_timeout()
            .is_some_and(|it| it < SHORTEST_TIMEOUT)
        {
            return;
        }
        let mut had_session = false;
        for _ in 0..GOOD_TURNS {
            if !self.client.phase().is_alive() {
                break;
            }
            match self.client.phase() {
                Phase::Connecting => self.connected(),
                Phase::Associating if self.is_readable() => self.grant(3_000, 0b0000_1000),
                Phase::Connected | Phase::ConnectedReadOnly if self.pings() > 0 => {
                    had_session = true;
                    let id = self.client.close(self.now);
                    self.asked(id);
                }
                Phase::Connected | Phase::ConnectedReadOnly | Phase::Closing if self.owes() => {
                    self.answer(0, &[]);
                }
                _ => {
                    let next = self.client.deadline().expect("the living have a deadline");
                    self.wait_until(next);
                }
            }
            self.check();
        }
        let phase = self.client.phase();
        assert!(
            !phase.is_alive(),
            "still {phase} after {GOOD_TURNS} good turns"
        );
        assert!(!had_session || phase == Phase::Closed, "{phase}");
    }

    /// Whether the client is not in the middle of a frame, which would take in any answer. It will
    /// try anew.
    fn is_readable(&self) -> bool {
        matches!(self.link, Link::Up { spoilt: false, .. })
    }

    fn pings(&self) -> u32 {
        match &self.link {
            Link::Up { pings, .. } => *pings,
            Link::Down | Link::Dialled => 0,
        }
    }

    fn owes(&self) -> bool {
        match &self.link {
            Link::Up { owed, .. } => !owed.is_empty(),
            Link::Down | Link::Dialled => false,
        }
    }
}

const fn header(xid: i32, err: i32) -> ReplyHeader {
    ReplyHeader {
        xid,
        zxid: 1,
        err: ErrorCode(err),
    }
}

fn framed(payload: &impl Encode) -> Bytes {
    let mut out = BytesMut::new();
    put_frame(&mut out, payload);
    out.freeze()
}

/// How many operations there are. Seeds use bytes below it, so that a new one changes none.
const OPERATIONS: u8 = 19;

/// Two ticks of a server in a hurry.
const SHORTEST_TIMEOUT: Duration = Duration::from_millis(40);

/// Moves within which a client that is served well has had its session and closed it.
const GOOD_TURNS: u32 = 4_096;

const KINDS: [WatchKind; 5] = [
    WatchKind::Data,
    WatchKind::Exist,
    WatchKind::Child,
    WatchKind::Persistent,
    WatchKind::PersistentRecursive,
];
