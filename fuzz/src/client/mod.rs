//! The client's session engine, against a server that does anything.

mod claims;
mod link;

use std::collections::BTreeSet;
use std::hash::DefaultHasher;
use std::hash::Hasher;
use std::time::Duration;

use jute_codec::ErrorCode;
use jute_codec::EventType;
use jute_codec::KeeperState;
use jute_codec::OpCode;
use jute_codec::Raw;
use jute_codec::Ustring;
use jute_codec::WatcherEvent;
use jute_codec::Xid;
use zk_conformance::Instant;
use zk_conformance::client::Client;
use zk_conformance::client::Config;
use zk_conformance::client::Input;
use zk_conformance::client::OwnClock;
use zk_conformance::client::Phase;
use zk_conformance::client::RequestId;
use zk_conformance::client::SetWatchesXid;
use zk_conformance::client::WatchKind;
use zk_conformance::client::WatchPolicy;

use crate::client::link::Link;
use crate::client::link::header;
use crate::framed::framed;
use crate::steps::Steps;
use crate::steps::in_measure;

/// Whatever server, network, application and clock do to a client: it has one connection at most
/// and sends on none but that; the first frame of a connection asks for the session it has, and
/// nothing follows before the answer; each request gets one reply, and only what the server
/// answered is said to be answered; a deadline that comes does something; the end is told once,
/// is for ever, and leaves nothing open; memory follows the input. Served well from there on, a
/// client that is alive gets its session, pings, and can close it.
///
/// Version 1: a byte of settings, then steps of an operation and what it needs.
pub fn client(data: &[u8]) {
    in_measure(data, |steps| {
        let mut world = World::new(steps.byte());
        world.drain();
        while !steps.is_empty() {
            world.step(steps);
            world.check();
        }
        world.finish();
    });
}

struct World {
    client: Client,
    now: Instant,
    link: Link,
    /// Requests without a reply.
    open: BTreeSet<RequestId>,
    /// Answers that were given and nobody was told of.
    answered: u64,
    /// Bytes that came in and are of the input's own making, or behind such: they may be answers.
    noise: usize,
    ends_told: u32,
    /// Whether the server put an end into its latest watch event.
    foretold: bool,
    was_dead: bool,
    faults: u64,
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
            noise: 0,
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
        let before = self.fingerprint();
        self.handle(Input::Tick);
        // Whoever is woken with a session looks anew at when to ping, as Apache's client does.
        let pings = [Phase::Connected, Phase::ConnectedReadOnly, Phase::Closing];
        let is_same = self.fingerprint() == before;
        assert!(
            is_same || pings.contains(&self.client.phase()),
            "nothing is due, and all is as it was"
        );
    }

    /// What the client will do from now on, as a number.
    fn fingerprint(&self) -> u64 {
        let mut state = DefaultHasher::new();
        self.client.fingerprint(self.now, &mut state);
        state.finish()
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
