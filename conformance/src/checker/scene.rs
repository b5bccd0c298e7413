//! Who is there, and how much may happen.

use std::time::Duration;

use crate::client;
use crate::client::OwnClock;
use crate::server;
use crate::server::Mode;
use crate::server::Requests;

/// Who plays, and how much may happen.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Scene {
    /// The clients.
    pub roles: Vec<Role>,
    /// How often a client may find a connection, all clients together.
    pub dials: u8,
    /// How often a connection may break.
    pub cuts: u8,
    /// How many things may be on their way on one connection in one direction when time goes on.
    pub delayed: usize,
    /// Whether each client may close its session.
    pub closes: bool,
    /// Whether each client may show an identity that the server refuses.
    pub auths: bool,
    /// Whether each client may ask for something that a delegate answers.
    pub requests: bool,
    /// What the server is like.
    pub server: server::Config,
    /// The session timeout that clients ask for.
    pub timeout: Duration,
    /// Whether clients end sessions by their own clock.
    pub own_clock: OwnClock,
    /// Whether clients put up with a read-only server.
    pub read_only: bool,
}

/// What a client is there for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Role {
    /// It wants a session of its own.
    Own,
    /// It takes over the session of the first client, as soon as that has one.
    Successor,
    /// It sends what the step says, on a connection of its own, and listens.
    Stranger(&'static [u8]),
}

impl Default for Scene {
    /// One client with a session of three ticks of a second: pings, timeouts and the rest between
    /// two connections are whole ticks too, which keeps the number of states low.
    fn default() -> Self {
        let tick_time = Duration::from_millis(1_000);
        Self {
            roles: vec![Role::Own],
            dials: 3,
            cuts: 2,
            delayed: 1,
            closes: true,
            auths: false,
            requests: false,
            server: server::Config {
                tick_time,
                sessionless_timeout: Some(tick_time * 3),
                ..server::Config::default()
            },
            timeout: tick_time * 3,
            own_clock: OwnClock::FourThirds,
            read_only: false,
        }
    }
}

impl Scene {
    /// The scenes that are always searched, with their names. Together they show every move of the
    /// tables that this crate's own clients and three strangers can bring about.
    #[must_use]
    pub fn all() -> Vec<(&'static str, Self)> {
        let one = Self::default();
        let with = |roles: &[Role], dials, cuts| Self {
            roles: roles.to_vec(),
            dials,
            cuts,
            ..one.clone()
        };
        let stranger = |bytes| Self {
            closes: false,
            ..with(&[Role::Own, Role::Stranger(bytes)], 2, 0)
        };
        let mut patient = with(&[Role::Own], 3, 1);
        patient.own_clock = OwnClock::Never;
        let mut refused = with(&[Role::Own], 2, 1);
        refused.auths = true;
        let mut busy = with(&[Role::Own], 1, 1);
        busy.requests = true;
        busy.server.requests = Requests::Delegate;
        let mut read_only = with(&[Role::Own], 1, 1);
        read_only.read_only = true;
        read_only.server.mode = Mode::ReadOnly;
        let mut member = read_only.clone();
        member.server.mode = Mode::ReadOnlyNoNew;
        vec![
            ("one client, two cuts", with(&[Role::Own], 3, 2)),
            ("a client that never gives up, one cut", patient),
            (
                "a client and its successor",
                with(&[Role::Own, Role::Successor], 2, 0),
            ),
            (
                "a client and its successor, one cut",
                with(&[Role::Own, Role::Successor], 2, 1),
            ),
            ("two clients", with(&[Role::Own, Role::Own], 2, 0)),
            ("a client whose identity is refused", refused),
            ("a client and a delegate, one cut", busy),
            ("a client of a read-only server, one cut", read_only),
            ("a client of a member without a quorum, one cut", member),
            ("a client and a four-letter word", stranger(b"ruok")),
            ("a client and a bad length", stranger(b"\xff\xff\xff\xff")),
            ("a client and silence", stranger(b"")),
        ]
    }

    /// What a client is told before it starts. Its pauses have no length: the network's do.
    pub(super) fn client(&self) -> client::Config {
        let mut config = client::Config::new("server", self.timeout);
        config.own_clock = self.own_clock;
        config.read_only = Some(self.read_only);
        config.pause = Duration::ZERO;
        config.rest = Duration::ZERO;
        config
    }

    /// Whether the server makes sessions that another server did not.
    pub(super) fn is_member(&self) -> bool {
        self.server.mode == Mode::ReadOnlyNoNew
    }
}
