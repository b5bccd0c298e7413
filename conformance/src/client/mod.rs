//! A client's session engine: everything `ClientCnxn` does, without a socket, a thread or a clock.
//!
//! [`Client`] follows the Java client of Apache ZooKeeper, class by class and timeout by timeout,
//! as a value that is told what happened and says what has to be done. It can be driven by a real
//! connection, by a simulated network, by a fuzzer or by a search of all interleavings: the same
//! inputs at the same instants give the same outputs.
//!
//! # Running it
//!
//! 1. Make a [`Client`]. It wants to connect at once.
//! 2. Take everything [`poll`](Client::poll) has and do it: open or close a connection, write a
//!    frame, tell a watcher.
//! 3. Wait until something happens outside or until the [`deadline`](Client::deadline).
//! 4. Say what happened to [`handle`](Client::handle), at the instant it is now; if it was the
//!    deadline, that is [`Input::Tick`].
//! 5. Go on with 2. A client without a deadline has reached its end.
//!
//! ```
//! use std::time::Duration;
//! use zk_conformance::Instant;
//! use zk_conformance::client::{Client, Config, Input, Output};
//!
//! let mut now = Instant::ZERO;
//! let config = Config::new("zk:2181", Duration::from_secs(6));
//! let mut client = Client::new(config, now);
//! let mut transcript = Vec::new();
//! while now < Instant::from_millis(2_500) {
//!     while let Some(output) = client.poll() {
//!         transcript.push(format!("{now} {output}"));
//!         if matches!(output, Output::Connect(_)) {
//!             client.handle(now, Input::ConnectFailed); // this world has no servers
//!         }
//!     }
//!     now = client.deadline().expect("it tries again");
//!     client.handle(now, Input::Tick);
//! }
//! // 100 ms of rest behind each attempt, and 1 s behind each turn through all servers, here one.
//! let expected = ["0ms connect zk:2181", "1100ms connect zk:2181", "2200ms connect zk:2181"];
//! assert_eq!(transcript, expected);
//! ```
//!
//! # Four kinds of methods
//!
//! - what happened: [`handle`](Client::handle);
//! - what the application wants: [`request`](Client::request), [`add_auth`](Client::add_auth),
//!   [`watch`](Client::watch), [`unwatch`](Client::unwatch), [`close`](Client::close);
//! - what has to be done outside: [`poll`](Client::poll);
//! - what is the case: [`deadline`](Client::deadline), [`phase`](Client::phase),
//!   [`session_id`](Client::session_id) and others.
//!
//! There is no rule of order among them. Outputs queue; whoever polls late acts late and that is
//! all. An input that means nothing in the present state, such as bytes on a connection that the
//! client has just given up, is ignored.
//!
//! # What is not here
//!
//! SASL, the chroot, changes to the list of servers, request timeouts and the matching of watch
//! events to watchers. Bodies of replies are handed out unread.

mod config;
mod events;
mod fault;
mod fingerprint;
mod handshake;
mod host_provider;
mod input;
mod outgoing;
mod pending;
mod phase;
mod read_write;
mod receive;
mod send_loop;
mod session;
mod state;
mod timers;
mod watches;
mod xids;

use std::collections::VecDeque;
use std::time::Duration;

use fastrand::Rng;
use jute_codec::Encode;
use jute_codec::ErrorCode;
use jute_codec::OpCode;

pub use self::config::Config;
pub use self::config::OwnClock;
pub use self::config::SetWatchesXid;
pub use self::config::WatchPolicy;
pub use self::events::WatchedEvent;
pub use self::fault::Fault;
pub use self::input::Answer;
pub use self::input::Input;
pub use self::input::Outcome;
pub use self::input::Output;
pub use self::input::Reply;
pub use self::input::RequestId;
pub use self::phase::Phase;
pub use self::phase::Trigger;
pub use self::watches::WatchKind;

use self::events::Events;
use self::host_provider::HostProvider;
use self::outgoing::Identity;
use self::outgoing::Outgoing;
use self::outgoing::Packet;
use self::outgoing::Purpose;
use self::read_write::Search;
use self::session::Session;
use self::state::State;
use self::timers::Timers;
use self::watches::Watches;
use self::xids::Xids;
use crate::Instant;

/// A client and its session (`ClientCnxn` with its `SendThread` and `EventThread`).
///
/// See the [module](self) for how to run it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Client {
    config: Config,
    rng: Rng,
    hosts: HostProvider,
    session: Session,
    timers: Timers,
    /// Whether a connection has ever been open, so that the next one comes after a pause
    /// (`ClientCnxn.SendThread.isFirstConnect`).
    was_open: bool,
    search: Search,
    identities: Vec<Identity>,
    watches: Watches,
    outgoing: Outgoing,
    xids: Xids,
    requests: u64,
    events: Events,
    outputs: VecDeque<Output>,
    state: State,
}

impl Client {
    /// A client that wants a new session and starts connecting.
    #[must_use]
    pub fn new(config: Config, now: Instant) -> Self {
        Self::start(config, Session::none(), now)
    }

    /// A client that wants to renew a session from elsewhere and starts connecting
    /// (`ZooKeeper`'s constructor with a session id and password).
    #[must_use]
    pub fn resume(config: Config, session_id: i64, passwd: &[u8], now: Instant) -> Self {
        Self::start(config, Session::resumed(session_id, passwd), now)
    }

    fn start(config: Config, session: Session, now: Instant) -> Self {
        let mut rng = Rng::with_seed(config.seed);
        let mut hosts = HostProvider::new(config.hosts(), &mut rng);
        let first = State::not_connected(&mut hosts, now);
        let mut client = Self {
            timers: Timers::new(&config, now),
            search: Search::new(&config, now),
            xids: Xids::starting_at(config.first_xid),
            config,
            rng,
            hosts,
            session,
            was_open: false,
            identities: Vec::new(),
            watches: Watches::default(),
            outgoing: Outgoing::default(),
            requests: 0,
            events: Events::new(),
            outputs: VecDeque::new(),
            state: first,
        };
        client.dial(now);
        client
    }

    /// Takes note of something that happened outside.
    pub fn handle(&mut self, now: Instant, input: Input<'_>) {
        match input {
            Input::Connected => self.on_open(now),
            Input::Receive(bytes) => self.receive(now, bytes),
            Input::Eof => self.on_end(now, Socket::Open),
            Input::ConnectFailed | Input::Lost => self.on_end(now, Socket::Gone),
            Input::ProbeAnswer(answer) => self.on_probe_answer(now, answer),
            Input::Tick => self.dial(now),
        }
        self.look_around(now);
    }

    /// Queues a request (`ClientCnxn.queuePacket`). It goes out at once if there is a session,
    /// or else as soon as there is one; if the connection being opened fails, it is lost with it.
    ///
    /// There will be exactly one [`Reply`]. `closeSession` is the same as [`close`](Self::close);
    /// pings and auth packets are no requests and are refused.
    pub fn request(&mut self, now: Instant, op: OpCode, body: impl Encode) -> RequestId {
        match op {
            OpCode::CLOSE_SESSION => self.close(now),
            OpCode::PING | OpCode::AUTH => {
                let id = self.next_request();
                self.reply(id, None, Outcome::Lost(ErrorCode::BAD_ARGUMENTS));
                id
            }
            _ => {
                let id = self.next_request();
                let body = watches::encode(&body);
                self.submit(now, Packet::new(Purpose::Request(id), op, body));
                id
            }
        }
    }

    /// Adds an identity, for this connection and all later ones (`ClientCnxn.addAuthInfo`).
    ///
    /// As in Apache, one that is added before there is a connection is sent twice: with all
    /// identities when the connection is primed, and from the queue.
    pub fn add_auth(&mut self, now: Instant, scheme: &str, auth: &[u8]) {
        if !self.phase().is_alive() {
            return;
        }
        let identity = Identity::new(scheme, auth);
        let packet = identity.packet();
        self.identities.push(identity);
        self.submit(now, packet);
    }

    /// Notes a watch that the server has, so that it is set again on the next connection
    /// (`ZooKeeper.WatchRegistration.register`). An event that uses it up removes it.
    pub fn watch(&mut self, kind: WatchKind, path: &str) {
        self.watches.add(kind, path);
    }

    /// Forgets a watch (`ZKWatchManager.removeWatcher`).
    pub fn unwatch(&mut self, kind: WatchKind, path: &str) {
        self.watches.remove(kind, path);
    }

    /// Closes the session and the client (`ClientCnxn.close`).
    ///
    /// `closeSession` goes out behind everything queued; the client ends with the reply or with
    /// the connection, whichever comes first. While a connection is being opened, it waits for
    /// that too; while there is none, it just ends.
    pub fn close(&mut self, now: Instant) -> RequestId {
        let id = self.next_request();
        let packet = Packet::new(
            Purpose::Close(id),
            OpCode::CLOSE_SESSION,
            bytes::Bytes::new(),
        );
        self.submit(now, packet);
        if matches!(self.state, State::NotConnected(_)) {
            self.lose(now, Socket::Gone);
        }
        id
    }

    /// The next thing to be done outside, if there is any.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// How it was set up.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// What the client is doing.
    #[must_use]
    pub const fn phase(&self) -> Phase {
        self.state.phase()
    }

    /// The session's id; 0 if there is none yet (`ZooKeeper.getSessionId`).
    #[must_use]
    pub const fn session_id(&self) -> i64 {
        self.session.id
    }

    /// The session's password; `None` if a server granted null (`ZooKeeper.getSessionPasswd`).
    #[must_use]
    pub fn passwd(&self) -> Option<&[u8]> {
        self.session.passwd.as_deref()
    }

    /// The negotiated session timeout, once there is one (`ZooKeeper.getSessionTimeout`).
    #[must_use]
    pub fn session_timeout(&self) -> Option<Duration> {
        let millis = u64::try_from(self.session.timeout_ms?).ok()?;
        Some(Duration::from_millis(millis))
    }

    /// The latest transaction seen in a reply (`ClientCnxn.getLastZxid`).
    #[must_use]
    pub const fn last_zxid(&self) -> i64 {
        self.session.last_zxid
    }

    const fn next_request(&mut self) -> RequestId {
        self.requests += 1;
        RequestId(self.requests)
    }
}

/// What is left of a connection that ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Socket {
    /// It has to be closed.
    Open,
    /// Nothing.
    Gone,
}
