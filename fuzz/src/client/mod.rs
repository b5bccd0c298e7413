//! The client's session engine, against a server that does anything.

mod claims;
mod hearing;
mod link;
mod news;
mod operation;
mod session;
mod variant;

use std::collections::BTreeMap;
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
use zk_conformance::client::WatchPolicy;

use crate::client::link::Link;
use crate::client::link::header;
use crate::client::session::Session;
use crate::client::variant::Right;
use crate::framed::framed;
use crate::steps::Steps;
use crate::steps::in_measure;

pub(crate) use crate::client::operation::Operation;
pub(crate) use crate::client::operation::Verdict;
pub(crate) use crate::client::operation::Watch;
pub use crate::client::variant::Variant;

/// Whatever server, network, application and clock do to a client: it has one connection at most
/// and sends on none but that; the first frame of a connection asks for the session it has, and
/// nothing follows before the answer; requests go out as they were made; each gets one reply, in
/// the order of requests, and what the server answered is said to be answered, header and body,
/// just that and all of it; watch events are passed on; session, password, zxid and timeout are
/// those the server said last, and what is given up is given up for what the server said or when
/// that timeout is over; a deadline that comes does something; the end is told once, is for ever,
/// and leaves nothing open; memory follows the input. Served well from there on, a client that is
/// alive gets its session, pings, and can close it.
///
/// What is not checked: to which server it connects and when, when it pings and probes, and which
/// watches it sets again.
///
/// Version 1: a byte of settings, then operations: a number, and what each needs.
pub fn client(data: &[u8]) {
    variant_of_client::<Right>(data);
}

/// The same claim of a client that is wrong, which is false for some inputs.
pub fn variant_of_client<V: Variant>(data: &[u8]) {
    in_measure(data, |steps| {
        let mut world = World::<V>::new(steps.byte());
        world.drain();
        while !steps.is_empty() {
            if let Some(operation) = Operation::read(steps) {
                world.play(operation);
                world.check();
            }
        }
        world.finish();
    });
}

/// The same input without what has no meaning.
pub(crate) fn plain(data: &[u8]) -> Option<Vec<u8>> {
    let mut steps = Steps::of_version(1, data)?;
    let mut input = vec![1, steps.byte()];
    while !steps.is_empty() {
        if let Some(operation) = Operation::read(&mut steps) {
            operation.write(&mut input);
        }
    }
    Some(input)
}

struct World<V> {
    client: Client,
    variant: V,
    now: Instant,
    link: Link,
    session: Session,
    /// When the server was last heard.
    heard: Instant,
    /// When the connection was asked for or, later, was open.
    dialled: Instant,
    /// Whether the client is reading what came in.
    is_reading: bool,
    /// Requests without a reply.
    open: BTreeMap<RequestId, Asked>,
    ends_told: u32,
    /// Whether the server put an end into its latest watch event.
    foretold: bool,
    was_dead: bool,
    faults: u64,
}

/// A request.
struct Asked {
    op: OpCode,
    body: Vec<u8>,
    /// Its number, once it has gone out.
    xid: Option<i32>,
}

impl<V: Variant> World<V> {
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
        let (session, client) = if settings & 64 == 0 {
            (Session::none(&config), Client::new(config, now))
        } else {
            let (id, passwd) = (0x0123_4567, [7; 16]);
            let session = Session::resumed(&config, id, &passwd);
            (session, Client::resume(config, id, &passwd, now))
        };
        Self {
            client,
            variant: V::default(),
            now,
            link: Link::Down,
            session,
            heard: now,
            dialled: now,
            is_reading: false,
            open: BTreeMap::new(),
            ends_told: 0,
            foretold: false,
            was_dead: false,
            faults: 0,
        }
    }

    fn play(&mut self, operation: Operation<'_>) {
        match operation {
            Operation::WaitUntilDue => {
                let next = self.deadline().unwrap_or(self.now);
                self.wait_until(next.min(self.now + Duration::from_secs(60)));
            }
            Operation::Wait { by } => {
                let by = Duration::from_millis(u64::from(by) * 20);
                self.wait_until(self.now + by);
            }
            Operation::Connected => self.connected(),
            Operation::Unreachable => {
                if matches!(self.link, Link::Dialled) {
                    self.link = Link::Down;
                    self.handle(Input::ConnectFailed);
                }
            }
            Operation::Grant { form } => {
                let time_out = [3_000, 1, 0, -1, i32::MIN, i32::MAX, 40, 10_000];
                self.grant(time_out[usize::from(form & 7)], form);
            }
            Operation::Answer { verdict, body } => {
                let err = match verdict {
                    Verdict::Done | Verdict::DoneToo => ErrorCode::OK,
                    Verdict::NoNode => ErrorCode::NO_NODE,
                    Verdict::SessionExpired => ErrorCode::SESSION_EXPIRED,
                };
                self.answer(err, body);
            }
            Operation::Bytes { bytes } => self.receive(bytes),
            Operation::Frame { payload } => self.receive(&framed(&Raw(payload))),
            Operation::Event { event, state, path } => {
                let event = WatcherEvent {
                    event: EventType(i32::from(event) - 1),
                    state: KeeperState(i32::from(state)),
                    path: Ustring::from_bytes(path),
                };
                self.receive(&framed(&(
                    header(Xid::NOTIFICATION.0, ErrorCode::OK),
                    event,
                )));
            }
            Operation::Pong => self.receive(&framed(&header(Xid::PING.0, ErrorCode::OK))),
            Operation::Eof => {
                if matches!(self.link, Link::Up(_)) {
                    // The engine closes its own side.
                    self.handle(Input::Eof);
                }
            }
            Operation::Lost => {
                if matches!(self.link, Link::Up(_)) {
                    self.link = Link::Down;
                    self.handle(Input::Lost);
                }
            }
            Operation::Request { op, body } => self.request(OpCode(i32::from(op)), body),
            Operation::Close => self.close(),
            Operation::AddAuth { auth } => {
                self.client.add_auth(self.now, "digest", auth);
                self.drain();
            }
            Operation::Watch { watch } => {
                if watch.ends {
                    self.client.unwatch(watch.kind, watch.path);
                } else {
                    self.client.watch(watch.kind, watch.path);
                }
                self.drain();
            }
            Operation::ProbeAnswer { answer } => {
                self.handle(Input::ProbeAnswer(answer));
            }
            Operation::AuthFailed => {
                self.receive(&framed(&header(Xid::AUTH.0, ErrorCode::AUTH_FAILED)));
            }
            Operation::Reply { xid } => {
                self.receive(&framed(&header(i32::from(xid), ErrorCode::OK)))
            }
        }
    }

    fn request(&mut self, op: OpCode, body: &[u8]) {
        let is_counted = self.client.config().set_watches_xid == SetWatchesXid::Counted;
        if is_counted && SET_WATCHES.contains(&op) {
            // Nobody could tell it from one of the client's own.
            return;
        }
        let id = (self.variant).request(&mut self.client, self.now, op, body);
        self.asked(id, op, body);
    }

    fn close(&mut self) {
        let id = self.client.close(self.now);
        self.asked(id, OpCode::CLOSE_SESSION, &[]);
    }

    fn asked(&mut self, id: RequestId, op: OpCode, body: &[u8]) {
        let asked = Asked {
            op,
            body: body.to_vec(),
            xid: None,
        };
        assert!(
            self.open.insert(id, asked).is_none(),
            "a number given twice"
        );
        self.drain();
    }

    fn deadline(&self) -> Option<Instant> {
        self.variant.deadline(&self.client)
    }

    fn wait_until(&mut self, then: Instant) {
        while let Some(deadline) = self.deadline().filter(|it| *it <= then) {
            self.now = self.now.max(deadline);
            let acted = self.handle(Input::Tick);
            let moved = self.deadline().is_none_or(|next| next > deadline);
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
        (self.variant).handle(&mut self.client, self.now, input);
        self.drain()
    }

    fn drain(&mut self) -> bool {
        let mut acted = false;
        while let Some(output) = self.variant.poll(&mut self.client) {
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
                    self.close();
                }
                Phase::Connected | Phase::ConnectedReadOnly | Phase::Closing if self.owes() => {
                    self.answer(ErrorCode::OK, &[]);
                }
                _ => {
                    let next = self.deadline().expect("the living have a deadline");
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

/// Two ticks of a server in a hurry.
const SHORTEST_TIMEOUT: Duration = Duration::from_millis(40);

/// Moves within which a client that is served well has had its session and closed it.
const GOOD_TURNS: u32 = 4_096;

/// What sets watches again.
const SET_WATCHES: [OpCode; 2] = [OpCode::SET_WATCHES, OpCode::SET_WATCHES2];
