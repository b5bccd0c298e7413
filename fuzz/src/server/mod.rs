//! The server's session engine, against a model of what it owes to whom and until when.

mod answers;
mod model;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::VecDeque;
use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::time::Duration;

use bytes::Bytes;
use bytes::BytesMut;
use jute_codec::ConnectRequest;
use jute_codec::Decode;
use jute_codec::Encode;
use jute_codec::ErrorCode;
use jute_codec::Framer;
use jute_codec::Limits;
use jute_codec::OpCode;
use jute_codec::Raw;
use jute_codec::Reader;
use jute_codec::Reading;
use jute_codec::RequestHeader;
use jute_codec::Xid;
use jute_codec::put_frame;
use zk_conformance::Instant;
use zk_conformance::server::Config;
use zk_conformance::server::ConnectionId;
use zk_conformance::server::Flaw;
use zk_conformance::server::Flaws;
use zk_conformance::server::Input;
use zk_conformance::server::Mode;
use zk_conformance::server::Output;
use zk_conformance::server::Phase;
use zk_conformance::server::Reply;
use zk_conformance::server::Requests;
use zk_conformance::server::Server;
use zk_conformance::server::Transport;
use zk_conformance::server::Word;
use zk_conformance::server::password;

use crate::server::model::Asked;
use crate::server::model::Connection;
use crate::server::model::Owed;
use crate::server::model::Session;
use crate::server::model::TICK;
use crate::server::model::Touch;
use crate::server::model::admitted;
use crate::steps::Steps;

/// Whatever clients, network, delegate and clock do to a server: a session has one owner at most
/// and the owner is a live connection; every reply answers a request and replies keep the order of
/// requests; a session ends in its tick, neither early nor late, and then for ever; timeouts are
/// within their limits, ids and passwords as they must be; a deadline that comes does something;
/// memory follows the input. A session that nobody else speaks of is served to the end, and a new
/// client too.
///
/// Version 1: a byte of settings, then steps of an operation, a connection and what it needs.
pub fn server(data: &[u8]) {
    run(Flaws::NONE, data);
}

/// The same claim of a server with a flaw, which is false for some inputs.
pub fn flawed_server(flaw: Flaw, data: &[u8]) {
    run(Flaws::NONE.with(flaw), data);
}

fn run(flaws: Flaws, data: &[u8]) {
    let Some(mut steps) = Steps::of_version(1, data) else {
        return;
    };
    let memory = allocation_counter::measure(|| {
        let mut world = World::new(settings(flaws, steps.byte()));
        world.open_canary();
        while !steps.is_empty() {
            world.step(&mut steps);
            world.check();
        }
        world.finish();
    });
    let bound = 64 * 1024 + 4096 * data.len() as u64;
    assert!(memory.bytes_max <= bound, "{memory:?} for {}", data.len());
}

fn settings(flaws: Flaws, byte: u8) -> Config {
    Config {
        tick_time: TICK,
        transport: if byte & 1 == 0 {
            Transport::Nio
        } else {
            Transport::Netty
        },
        mode: match byte >> 1 & 3 {
            0 | 1 => Mode::ReadWrite,
            2 => Mode::ReadOnly,
            _ => Mode::ReadOnlyNoNew,
        },
        requests: if byte & 8 == 0 {
            Requests::Unimplemented
        } else {
            Requests::Delegate
        },
        sessionless_timeout: (byte & 16 == 0).then_some(Duration::from_millis(1_000)),
        limits: Limits::frame(if byte & 32 == 0 { 0xf_ffff } else { 64 }),
        max_client_connections: 4,
        flaws,
        ..Config::default()
    }
}

struct World {
    server: Server,
    now: Instant,
    connections: BTreeMap<ConnectionId, Connection>,
    next_connection: u64,
    sessions: BTreeMap<i64, Session>,
    ended: BTreeSet<i64>,
    canary: Option<Canary>,
    last_zxid: i64,
    /// How many answers there were.
    answers: u64,
    /// Connections that were told something nobody survives.
    doomed: BTreeSet<ConnectionId>,
}

/// A session that nobody has reason to disturb.
#[derive(Clone, Copy)]
struct Canary {
    connection: ConnectionId,
    session_id: i64,
}

impl World {
    fn new(config: Config) -> Self {
        Self {
            server: Server::new(config, Instant::ZERO),
            now: Instant::ZERO,
            connections: BTreeMap::new(),
            next_connection: 0,
            sessions: BTreeMap::new(),
            ended: BTreeSet::new(),
            canary: None,
            last_zxid: 0,
            answers: 0,
            doomed: BTreeSet::new(),
        }
    }

    fn step(&mut self, steps: &mut Steps<'_>) {
        let operation = steps.byte() % OPERATIONS;
        let choice = steps.byte();
        if operation == 0 {
            self.accept(peer(choice % 3));
            return;
        }
        if operation == 1 {
            let after = match choice {
                0 => self
                    .server
                    .deadline()
                    .map_or(Duration::ZERO, |it| it - self.now),
                _ => Duration::from_millis(u64::from(choice) * 10),
            };
            self.advance(after.min(LONGEST_WAIT));
            return;
        }
        if operation == 2 && choice == 0 {
            self.restart();
            return;
        }
        let canary = self.canary.map(|canary| canary.connection);
        let open = self.connections.keys().filter(|id| Some(**id) != canary);
        let open: Vec<_> = open.copied().collect();
        let Some(&connection) = open.get(usize::from(choice) % open.len().max(1)) else {
            return;
        };
        match operation {
            3 => self.receive(connection, steps.bytes()),
            4 => self.receive(connection, &framed(&Raw(steps.bytes()))),
            5 => {
                let form = steps.byte();
                let time_out = time_out(steps.byte());
                self.ask(connection, 0, time_out, form, None);
            }
            6 => {
                let form = steps.byte();
                let time_out = time_out(steps.byte());
                let chosen = steps.byte();
                let canary = self.canary.map(|canary| canary.session_id);
                let known = self.sessions.keys().chain(&self.ended);
                let known: Vec<_> = known.copied().filter(|id| Some(*id) != canary).collect();
                let chosen = known.get(usize::from(chosen) % known.len().max(1));
                let session_id = chosen.copied().unwrap_or(0x0123_4567_89ab_cdef);
                self.ask(
                    connection,
                    session_id,
                    time_out,
                    form,
                    Some(password(session_id)),
                );
            }
            7 => self.request(connection, Xid::PING.0, OpCode::PING, &[]),
            8 => self.request(connection, 1, OpCode::CLOSE_SESSION, &[]),
            9 => {
                let scheme = [
                    &b"\0\0\0\0\0\0\0\x06digest\0\0\0\x03a:b"[..],
                    b"\0\0\0\0\xff",
                ];
                let body = scheme[usize::from(steps.byte() % 2)];
                self.request(connection, Xid::AUTH.0, OpCode::AUTH, body);
            }
            10 => {
                let xid = i32::from(steps.short());
                let op = OpCode(i32::from(steps.byte()));
                self.request(connection, xid, op, steps.bytes());
            }
            11 => {
                let body = steps.bytes();
                self.request(connection, 2, OpCode::CREATE_SESSION, body);
            }
            12 => self.leave(Input::Eof { connection }, connection),
            13 => self.leave(Input::Lost { connection }, connection),
            14 => {
                let reply = match steps.byte() % 4 {
                    0 => Reply::Close,
                    1 => Reply::Unimplemented,
                    _ => Reply::Done {
                        zxid: self.server.last_zxid() + 1,
                        err: ErrorCode::OK,
                        body: Bytes::copy_from_slice(steps.bytes()),
                    },
                };
                self.reply(connection, reply);
            }
            15 => self.push(connection),
            _ => {
                let words = Word::ALL.len();
                let word = Word::ALL[usize::from(steps.byte()) % words];
                self.receive(connection, word.text().as_bytes());
            }
        }
    }

    fn accept(&mut self, peer: IpAddr) -> ConnectionId {
        let connection = ConnectionId(self.next_connection);
        self.next_connection += 1;
        let from_peer = self.connections.values().filter(|it| it.peer == peer);
        let is_full = from_peer.count() >= 4;
        let entry = Connection {
            peer,
            framer: Framer::new(self.server.config().limits),
            greeted: false,
            word: false,
            doubtful: false,
            garbled: false,
            broken: false,
            heard: self.now,
            session: None,
            owed: VecDeque::new(),
            delegated: 0,
        };
        self.connections.insert(connection, entry);
        self.handle(Input::Accept { connection, peer });
        let is_open = self.connections.contains_key(&connection);
        assert_eq!(is_open, !is_full, "limit of connections from {peer}");
        connection
    }

    fn advance(&mut self, by: Duration) {
        let now = self.now + by;
        // Each appointment in between is kept, and each does something.
        while let Some(deadline) = self.server.deadline().filter(|it| *it <= now) {
            self.now = self.now.max(deadline);
            let count = self.server.sessions().count() + self.server.connections().count();
            self.handle(Input::Tick);
            let left = self.server.sessions().count() + self.server.connections().count();
            let moved = self.server.deadline().is_none_or(|next| next > deadline);
            assert!(
                left < count || moved,
                "a deadline that comes does something"
            );
        }
        self.now = now;
        self.handle(Input::Tick);
        self.ping_canary();
    }

    fn restart(&mut self) {
        // Ids go on from the clock, so that a restart in no time at all would give some again.
        self.advance(Duration::from_millis(1));
        self.server.restart(self.now);
        for session in self.sessions.values_mut() {
            session.timeout_ms = session.created_ms;
            session.touch(self.now, session.created_ms);
        }
        self.drain();
        assert_eq!(self.server.connections().count(), 0);
        self.connections.clear();
        if let Some(canary) = self.canary.take() {
            let passwd = password(canary.session_id);
            self.hatch(canary.session_id, Some(&passwd));
        }
    }

    fn leave(&mut self, input: Input<'_>, connection: ConnectionId) {
        self.handle(input);
        self.connections.remove(&connection);
        assert_eq!(self.server.phase(connection), Phase::Closed);
    }

    fn reply(&mut self, connection: ConnectionId, reply: Reply) {
        let entry = self.connections.get_mut(&connection).expect("it is open");
        if let Some(left) = entry.delegated.checked_sub(1) {
            entry.delegated = left;
            let session = entry.session;
            if entry.owed.iter().any(|owed| matches!(owed, Owed::Either)) {
                // A createSession whose turn comes sets the end anew.
                self.touch(session, &[Touch::Unknown]);
            }
            self.handle(Input::Reply { connection, reply });
        }
    }

    /// A push goes out at once or not at all.
    fn push(&mut self, connection: ConnectionId) {
        let payload = Bytes::from_static(b"pushed");
        self.server.handle(
            self.now,
            Input::Push {
                connection,
                payload,
            },
        );
        let has_session = self.connections[&connection].session.is_some();
        let mut pushed = false;
        while let Some(output) = self.server.poll() {
            if let Output::Send { bytes, .. } = &output
                && bytes[4..] == *b"pushed"
            {
                pushed = true;
            } else {
                self.take(output);
            }
        }
        assert_eq!(
            pushed,
            has_session && self.connections.contains_key(&connection)
        );
    }

    fn request(&mut self, connection: ConnectionId, xid: i32, op: OpCode, body: &[u8]) {
        let frame = framed(&(RequestHeader { xid, op }, Raw(body)));
        self.receive(connection, &frame);
    }

    /// Asks for a session, in the form that `form` chooses.
    fn ask(
        &mut self,
        connection: ConnectionId,
        session_id: i64,
        time_out: i32,
        form: u8,
        passwd: Option<[u8; 16]>,
    ) {
        let passwd = passwd.unwrap_or_default();
        let request = ConnectRequest {
            protocol_version: i32::from(form & 128),
            last_zxid_seen: [0, i64::MAX, -1, i64::MIN][usize::from(form >> 5 & 3)],
            time_out,
            session_id,
            passwd: match form >> 2 & 7 {
                0 => None,
                1 => Some(&passwd[..15]),
                2 => Some(b"a wrong password"),
                _ => Some(&passwd),
            },
            read_only: [None, Some(false), Some(true), Some(true)][usize::from(form & 3)],
        };
        self.receive(connection, &framed(&request));
    }

    /// Has bytes come in, and notes what they may bring about.
    fn receive(&mut self, connection: ConnectionId, bytes: &[u8]) {
        let is_serving = self.server.phase(connection) == Phase::Serving;
        let entry = self.connections.get_mut(&connection).expect("it is open");
        entry.doubtful = !is_serving && entry.greeted;
        if !bytes.is_empty() {
            entry.heard = self.now;
        }
        let reads_on = self.server.phase(connection) != Phase::Draining;
        if reads_on {
            entry.framer.push(bytes);
        }
        let mut touched = Vec::new();
        let mut asked = None;
        let is_broken = loop {
            if !entry.greeted
                && let Some(word) = entry.framer.buffered().first_chunk::<4>()
                && Word::from_bytes(*word).is_some()
            {
                entry.word = true;
            }
            let frame = match entry.framer.next_frame() {
                Ok(Some(frame)) => frame,
                Ok(None) => break false,
                Err(_) => break true,
            };
            if entry.greeted {
                touched.extend(entry.note_request(&frame));
                continue;
            }
            entry.greeted = true;
            let mut reader = Reader::with(frame.payload(), Reading::JAVA);
            if let Ok(request) = ConnectRequest::decode(&mut reader) {
                let is_canary = |canary: &Canary| canary.session_id == request.session_id;
                if self.canary.as_ref().is_some_and(is_canary) {
                    // Knowing an id is enough to throw its owner out.
                    self.canary = None;
                }
                asked = admitted(&self.server, &request);
                entry.owed.extend(asked.map(Owed::Session));
            }
        };
        entry.broken = is_broken;
        let before = entry.session;
        let answers = self.answers;
        self.touch(before, &touched);
        self.handle(Input::Receive { connection, bytes });
        if let Some(entry) = self.connections.get(&connection)
            && before.is_none()
        {
            self.touch(entry.session, &touched);
        }
        self.check_answers(connection, answers, asked, is_broken);
    }

    /// What bytes that came in have to bring about.
    fn check_answers(
        &self,
        connection: ConnectionId,
        answers: u64,
        asked: Option<Asked>,
        is_broken: bool,
    ) {
        if let Some(asked) = asked {
            assert!(self.answers > answers, "a handshake without an answer");
            let old = asked.owner.filter(|owner| *owner != connection);
            assert!(
                old.is_none_or(|old| !self.connections.contains_key(&old)),
                "whoever presents an id throws its owner out"
            );
        }
        let Some(entry) = self.connections.get(&connection) else {
            return;
        };
        let phase = self.server.phase(connection);
        assert!(
            !is_broken || phase == Phase::Draining,
            "a bad length closes"
        );
        let is_nio = self.server.config().transport == Transport::Nio;
        assert!(
            !is_nio || !entry.garbled || phase != Phase::Serving,
            "a frame that is no request closes"
        );
        if phase == Phase::Serving && entry.delegated == 0 {
            assert!(entry.owed.is_empty(), "a request without an answer");
        }
    }

    fn touch(&mut self, session_id: Option<i64>, touched: &[Touch]) {
        let Some(session) = session_id.and_then(|id| self.sessions.get_mut(&id)) else {
            return;
        };
        for touch in touched {
            match touch {
                Touch::Counts => session.touch(self.now, session.timeout_ms),
                Touch::Unknown => session.ends = None,
            }
        }
    }

    fn handle(&mut self, input: Input<'_>) {
        self.server.handle(self.now, input);
        self.drain();
    }

    fn drain(&mut self) {
        while let Some(output) = self.server.poll() {
            assert!(!output.to_string().is_empty());
            self.take(output);
        }
        while let Some(doomed) = self.doomed.pop_first() {
            assert!(!self.connections.contains_key(&doomed), "{doomed} goes on");
        }
    }

    fn take(&mut self, output: Output) {
        match output {
            Output::Send { connection, bytes } => self.take_bytes(connection, &bytes),
            Output::Close { connection } => {
                let closed = self.connections.remove(&connection);
                assert!(closed.is_some(), "{connection} closed twice");
            }
            Output::Request {
                connection,
                session_id,
                ..
            } => {
                let entry = self.connections.get_mut(&connection).expect("it is open");
                entry.delegated += 1;
                assert!(entry.session.is_none_or(|id| id == session_id));
            }
            Output::Event(event) => self.take_event(event),
        }
    }

    fn open_canary(&mut self) {
        self.hatch(0, None);
    }

    /// Opens or renews the canary's session.
    fn hatch(&mut self, session_id: i64, passwd: Option<&[u8; 16]>) {
        let connection = self.accept(Ipv4Addr::new(10, 0, 0, 99).into());
        let before: BTreeSet<_> = self.sessions.keys().copied().collect();
        let request = ConnectRequest {
            time_out: i32::MAX,
            session_id,
            passwd: Some(passwd.map_or(&[0; 16], |passwd| passwd)),
            read_only: Some(true),
            ..ConnectRequest::default()
        };
        self.receive(connection, &framed(&request));
        let answered = self
            .connections
            .get(&connection)
            .map(|it| it.owed.is_empty());
        assert_eq!(answered, Some(true), "a handshake that is not answered");
        if self.server.config().mode == Mode::ReadOnlyNoNew && session_id == 0 {
            assert_eq!(self.server.phase(connection), Phase::Stranded);
            return;
        }
        assert_eq!(self.server.phase(connection), Phase::Serving);
        let mine = self.connections[&connection].session.expect("a session");
        assert_eq!(session_id == 0, !before.contains(&mine));
        self.canary = Some(Canary {
            connection,
            session_id: mine,
        });
    }

    fn ping_canary(&mut self) {
        let Some(canary) = self.canary else { return };
        assert_eq!(
            self.server.phase(canary.connection),
            Phase::Serving,
            "the canary"
        );
        let ping = framed(&RequestHeader {
            xid: Xid::PING.0,
            op: OpCode::PING,
        });
        self.receive(canary.connection, &ping);
        let entry = &self.connections[&canary.connection];
        assert!(entry.owed.is_empty(), "the canary's ping is answered");
    }

    /// However it went, who behaves is served.
    fn finish(&mut self) {
        self.ping_canary();
        let newcomer = self.canary.take();
        self.hatch(0, None);
        self.ping_canary();
        if let Some(canary) = newcomer.and(self.canary) {
            let answers = self.answers;
            self.request(canary.connection, 1, OpCode::CLOSE_SESSION, &[]);
            assert_eq!(self.answers, answers + 1, "closeSession is answered");
            assert_eq!(self.server.phase(canary.connection), Phase::Closed);
            assert!(
                self.ended.contains(&canary.session_id),
                "closed means closed"
            );
        }
        self.check();
    }
}

fn peer(last: u8) -> IpAddr {
    Ipv4Addr::new(10, 0, 0, last).into()
}

fn time_out(byte: u8) -> i32 {
    match byte {
        0 => 0,
        1 => -1,
        2 => i32::MIN,
        3 => i32::MAX,
        _ => i32::from(byte) * 20,
    }
}

fn framed(payload: &impl Encode) -> Bytes {
    let mut out = BytesMut::new();
    put_frame(&mut out, payload);
    out.freeze()
}

/// Shorter than the canary's timeout.
const LONGEST_WAIT: Duration = Duration::from_millis(2_560);

/// How many operations there are. Seeds use bytes below it, so that a new one changes none.
const OPERATIONS: u8 = 17;
