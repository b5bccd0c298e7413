//! The server's side of the protocol, as a machine without sockets or clock.
//!
//! A [`Server`] does what Apache's does with sessions: handshake, renewal, expiry, pings, the end.
//! Requests about data are none of its business; a delegate can have them. Whoever drives it moves
//! bytes and tells the time:
//!
//! 1. Tell what happened: [`Server::handle`], with the time of the clock it was noticed at.
//! 2. Do what there is to do: [`Server::poll`] until it has nothing left.
//! 3. Ask for the next appointment: [`Server::deadline`].
//! 4. Wait for whatever comes first, bytes or the appointment.
//! 5. If it was the appointment, tell that with [`Input::Tick`]; go to 1 either way.
//!
//! ```
//! use std::net::Ipv4Addr;
//! use zk_conformance::Instant;
//! use zk_conformance::server::*;
//!
//! let mut server = Server::new(Config::default(), Instant::ZERO);
//! let connection = ConnectionId(1);
//! let peer = Ipv4Addr::LOCALHOST.into();
//!
//! let now = Instant::from_millis(5); // 1
//! server.handle(now, Input::Accept { connection, peer });
//! let request = [&[0, 0, 0, 44][..], &[0; 24], &[0, 0, 0, 16], &[0; 16]].concat();
//! server.handle(now, Input::Receive { connection, bytes: &request });
//!
//! let mut sent = Vec::new();
//! while let Some(output) = server.poll() { // 2
//!     if let Output::Send { bytes, .. } = output {
//!         sent.extend_from_slice(&bytes);
//!     }
//! }
//! assert_eq!(sent[..16], *b"\0\0\0\x24\0\0\0\0\0\0\x0f\xa0\x01\0\0\0");
//!
//! let deadline = server.deadline().expect("a session to expire"); // 3
//! server.handle(deadline, Input::Tick); // 5
//! assert_eq!(server.sessions().count(), 0);
//! ```
//!
//! # Four kinds of method
//!
//! [`handle`](Server::handle) takes what happened outside. [`poll`](Server::poll) and
//! [`deadline`](Server::deadline) say what must be done outside. Getters look. Everything else
//! ([`restart`](Server::restart), [`adopt_session`](Server::adopt_session),
//! [`expire_session`](Server::expire_session)) is a verb for tests and replays.
//!
//! There is no order to keep: outputs queue up, and telling twice before asking is only late. All
//! state is ordered and there is no randomness, so the same inputs give the same outputs, and a
//! clone goes on exactly as the original would.
//!
//! # What a connection goes through
//!
//! ```mermaid
//! stateDiagram-v2
//!     [*] --> Greeting
//!     Greeting --> Greeting: Read
//!     Greeting --> Serving: Connect
//!     Greeting --> Stranded: Strand
//!     Greeting --> Closed: Refuse, Inform, Fault, Silence, Leave
//!     Serving --> Serving: Read, Answer
//!     Serving --> Draining: Finish
//!     Serving --> Closed: End, Evict, Expire, Fault, Leave
//!     Draining --> Draining: Answer
//!     Draining --> Closed: End, Evict, Expire, Fault, Leave
//!     Stranded --> Stranded: Read
//!     Stranded --> Closed: Fault, Leave
//! ```
//!
//! # Where Apache is not of one mind
//!
//! Apache answers on many threads, and some outcomes are races (a `ConnectRequest` with a bad
//! frame or a half-close behind it may or may not be answered). The machine always gives the same
//! one: everything that came in before is answered first. What is due by the clock happens before
//! what comes in at the same moment. A connection closed by the peer's half is closed at once,
//! after what was queued for it: Apache's NIO layer reads the end of the stream and lets go, and
//! does not wait for the delegate either.

mod config;
mod connect;
mod connection;
mod event;
mod fingerprint;
mod flaw;
mod io;
mod password;
mod phase;
mod request;
mod session;
mod session_id;
mod stream;
mod word;

pub use self::config::Config;
pub use self::config::Mode;
pub use self::config::Requests;
pub use self::config::Transport;
pub use self::connection::ConnectionId;
pub use self::event::Event;
pub use self::event::Reason;
pub use self::flaw::Flaw;
pub use self::flaw::Flaws;
pub use self::io::Input;
pub use self::io::Output;
pub use self::io::Reply;
pub use self::password::password;
pub use self::phase::Phase;
pub use self::phase::Trigger;
pub use self::session::SessionInfo;
pub use self::session_id::SessionIds;
pub use self::word::Word;
pub use self::word::Words;

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use jute_codec::ErrorCode;
use jute_codec::ReplyHeader;

use crate::expiry::ExpiryQueue;
use crate::server::connection::Bond;
use crate::server::connection::Connection;
use crate::server::flaw::Memory;
use crate::server::session::Sessions;
use crate::time::Instant;

/// A server: sessions, connections, and what is to be done about them.
///
/// See the [module](self) for how to run one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Server {
    config: Config,
    started: Instant,
    last_zxid: i64,
    sessions: Sessions,
    connections: BTreeMap<ConnectionId, Connection>,
    /// Connections from each address.
    peers: BTreeMap<IpAddr, u32>,
    /// Connections that have to say something.
    greeting: ExpiryQueue<ConnectionId>,
    outputs: VecDeque<Output>,
    received: u64,
    sent: u64,
    memory: Memory,
}

impl Server {
    /// A server started at `now`, without sessions.
    #[must_use]
    pub fn new(config: Config, now: Instant) -> Self {
        Self {
            started: now,
            last_zxid: config.initial_zxid,
            sessions: Sessions::new(&config, config.start_ms),
            connections: BTreeMap::new(),
            peers: BTreeMap::new(),
            greeting: ExpiryQueue::new(config.greeting_timeout().unwrap_or_default()),
            outputs: VecDeque::new(),
            received: 0,
            sent: 0,
            memory: Memory::default(),
            config,
        }
    }

    /// Takes what happened at `now`. What was due by then happens first.
    pub fn handle(&mut self, now: Instant, input: Input<'_>) {
        self.expire(now);
        match input {
            Input::Accept { connection, peer } => self.accept(now, connection, peer),
            Input::Receive { connection, bytes } => {
                let before = self.outputs.len();
                self.receive(now, connection, bytes);
                self.config.flaws.disorder(&mut self.outputs, before);
            }
            Input::Eof { .. } if self.config.has(Flaw::EofIgnored) => {}
            Input::Eof { connection } => self.close(connection, Reason::Eof),
            Input::Lost { connection } => self.forget(connection, Reason::Lost),
            Input::Tick => {}
            Input::Reply { connection, reply } => self.reply(now, connection, reply),
            Input::Push {
                connection,
                payload,
            } => self.push(connection, &payload),
        }
    }

    /// The next thing to do outside, in order; `None` when all is done.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When to come back with an [`Input::Tick`] if nothing else happens before. Coming back then
    /// does something, or moves the deadline.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        let deadlines = [self.sessions.deadline(), self.greeting.deadline()];
        deadlines.into_iter().flatten().min()
    }

    /// How it was set up.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// The zxid of the latest transaction. Sessions made and closed are transactions.
    #[must_use]
    pub const fn last_zxid(&self) -> i64 {
        self.last_zxid
    }

    /// The sessions, by id.
    pub fn sessions(&self) -> impl Iterator<Item = SessionInfo> {
        self.sessions.iter(&self.config)
    }

    /// The session `session_id`, if it exists.
    #[must_use]
    pub fn session(&self, session_id: i64) -> Option<SessionInfo> {
        self.sessions.info(session_id, &self.config)
    }

    /// The open connections, by id, and what each is doing.
    pub fn connections(&self) -> impl Iterator<Item = (ConnectionId, Phase)> {
        let all = self.connections.iter();
        all.map(|(&id, connection)| (id, connection.phase()))
    }

    /// What a connection is doing; `Closed` if the server does not know it.
    #[must_use]
    pub fn phase(&self, connection: ConnectionId) -> Phase {
        let entry = self.connections.get(&connection);
        entry.map_or(Phase::Closed, Connection::phase)
    }

    /// Stops and starts again, over the same data: connections break, sessions stay, each with the
    /// timeout it was created with and counted anew, whatever a renewal had made of it
    /// (`ZooKeeperServer.loadData`, `SessionTrackerImpl`). Session ids go on from the clock.
    pub fn restart(&mut self, now: Instant) {
        let open: Vec<_> = self.connections.keys().copied().collect();
        for connection in open {
            self.close(connection, Reason::Restart);
        }
        let running = now - self.started;
        let running_ms = u64::try_from(running.as_millis()).unwrap_or(u64::MAX);
        let start_ms = self.config.start_ms.saturating_add(running_ms);
        self.sessions.restart(now, &self.config, start_ms);
        (self.received, self.sent) = (0, 0);
    }

    /// Adds a session made elsewhere, as if last heard of at `now`.
    pub fn adopt_session(
        &mut self,
        now: Instant,
        session_id: i64,
        password: [u8; 16],
        timeout: Duration,
    ) {
        self.sessions.adopt(now, session_id, password, timeout);
    }

    /// Expires a session before its time; false if there is none.
    pub fn expire_session(&mut self, session_id: i64) -> bool {
        let session = self.sessions.remove(session_id);
        let owner = session.as_ref().map(|session| session.owner);
        owner.is_some_and(|owner| {
            self.end_session(session_id, owner);
            true
        })
    }

    /// Does what is due.
    fn expire(&mut self, now: Instant) {
        if self.deadline().is_none_or(|deadline| now < deadline) {
            return;
        }
        if self.sessions.deadline().is_some() {
            while let Some((session_id, session)) = self.sessions.expire_one(now) {
                self.end_session(session_id, session.owner);
            }
        }
        while let Some((_, connection)) = self.greeting.expire(now).next() {
            self.close(connection, Reason::Silent);
        }
    }

    /// Ends a session that expired; its connection gets no word of it
    /// (`ZooKeeperServer.expire`, `FinalRequestProcessor.processTxn`).
    fn end_session(&mut self, session_id: i64, owner: Option<ConnectionId>) {
        self.advance_zxid();
        self.record(Event::Expired { session_id });
        if let Some(owner) = owner
            && self.config.has(Flaw::ExpiryAnnounced)
        {
            let (zxid, err) = (self.last_zxid, ErrorCode::SESSION_EXPIRED);
            self.send(owner, &ReplyHeader { xid: -1, zxid, err });
        }
        if let Some(owner) = owner
            && !self.config.has(Flaw::ExpiryLeavesOpen)
        {
            self.close(owner, Reason::SessionExpired);
        }
    }

    /// Ends a session for no good reason.
    fn drop_session(&mut self, session_id: i64) {
        if self.sessions.remove(session_id).is_some() {
            self.record(Event::Dropped { session_id });
        }
    }

    /// Counts one transaction; a read-only member makes none since 3.7.
    fn advance_zxid(&mut self) {
        if self.config.mode != Mode::ReadOnlyNoNew {
            self.last_zxid = self.last_zxid.saturating_add(1);
        }
    }

    /// The session a connection holds, or thinks it holds.
    fn session_of(&self, connection: ConnectionId) -> Option<i64> {
        let bond = self.connections.get(&connection)?.bond()?;
        Some(bond.session_id)
    }

    fn bond_of(&mut self, connection: ConnectionId) -> Option<&mut Bond> {
        self.connections.get_mut(&connection)?.bond_mut()
    }

    /// Asserts that the table lets a connection stay as it is.
    fn stay(&self, connection: ConnectionId, trigger: Trigger) {
        if let Some(entry) = self.connections.get(&connection) {
            entry.stay(trigger);
        }
    }

    fn record(&mut self, event: Event) {
        self.outputs.push_back(Output::Event(event));
    }

    fn send_bytes(&mut self, connection: ConnectionId, bytes: Bytes) {
        if let Some(entry) = self.connections.get_mut(&connection) {
            entry.sent = entry.sent.saturating_add(1);
            self.sent = self.sent.saturating_add(1);
            self.outputs.push_back(Output::Send { connection, bytes });
        }
    }
}
