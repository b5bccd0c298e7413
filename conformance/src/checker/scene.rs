//! Who is there, and how much may happen.

use std::time::Duration;

use crate::client;
use crate::client::OwnClock;
use crate::server;
use crate::server::Mode;
use crate::server::Requests;
use crate::server::Word;

/// Who plays, and how much may happen.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Scene {
    /// The clients.
    pub roles: Vec<Role>,
    /// How often a client may find a connection, all clients together.
    pub dials: u8,
    /// How often a connection may break.
    pub cuts: u8,
    /// How often a client may sleep through what is due, all clients together.
    pub naps: u8,
    /// How often a server may stop and start again.
    pub restarts: u8,
    /// How many things may be on their way on one connection in one direction when time goes on.
    pub delayed: usize,
    /// Whether each client may close its session.
    pub closes: bool,
    /// Whether each client may show an identity that the server refuses.
    pub auths: bool,
    /// How often the first client may ask for something that a delegate answers.
    pub requests: u8,
    /// What the servers are like. Each has sessions of its own, but for a member without a quorum
    /// ([`Mode::ReadOnlyNoNew`]), which takes over those of the others.
    pub servers: Vec<server::Config>,
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
    /// It sends these pieces, on a connection of its own, and listens.
    Stranger(&'static [&'static [u8]]),
}

impl Default for Scene {
    /// One client with a session of three ticks of a second: pings, timeouts and the rest between
    /// two connections are whole ticks too, which keeps the number of states low.
    fn default() -> Self {
        Self {
            roles: vec![Role::Own],
            dials: 3,
            cuts: 2,
            naps: 0,
            restarts: 0,
            delayed: 1,
            closes: true,
            auths: false,
            requests: 0,
            servers: vec![server::Config {
                tick_time: TICK,
                sessionless_timeout: None,
                ..server::Config::default()
            }],
            timeout: TICK * 3,
            own_clock: OwnClock::FourThirds,
            read_only: false,
        }
    }
}

impl Scene {
    /// The scenes that are always searched, with their names. Together they show every move of the
    /// tables.
    #[must_use]
    pub fn all() -> Vec<(&'static str, Self)> {
        use Role::Own;
        use Role::Stranger;
        use Role::Successor;

        let with = |roles: &[Role], dials, cuts| Self {
            roles: roles.to_vec(),
            dials,
            cuts,
            ..Self::default()
        };
        let stranger = |pieces| Self {
            closes: false,
            ..with(&[Own, Stranger(pieces)], 2, 0)
        };
        let patient = Self {
            own_clock: OwnClock::Never,
            ..with(&[Own], 2, 1)
        };
        let sleepy = Self {
            naps: 1,
            ..with(&[Own], 2, 0)
        };
        let two_clients = Self {
            delayed: 0,
            ..with(&[Own, Own], 2, 1)
        };
        let together = Self {
            delayed: 0,
            ..with(&[Own, Own], 4, 1)
        };
        let delayed = with(&[Own, Own], 2, 1);
        let both_restarted = Self {
            restarts: 1,
            ..together.clone()
        };
        let refused = Self {
            auths: true,
            ..with(&[Own], 2, 1)
        };
        let busy = with(&[Own], 1, 1).with_delegate();
        let slow = Self {
            requests: 2,
            ..with(&[Own], 1, 0).with_delegate()
        };
        let succeeded = Self {
            delayed: 0,
            ..with(&[Own, Successor], 2, 0).with_delegate()
        };
        let mut silence = stranger(&[]);
        for server in &mut silence.servers {
            server.sessionless_timeout = Some(TICK * 6);
        }
        let restarted = Self {
            restarts: 1,
            ..with(&[Own], 2, 0)
        };
        let restarted_twice = Self {
            restarts: 2,
            ..with(&[Own], 3, 1)
        };
        let read_only = with(&[Own], 2, 1).in_mode(Mode::ReadOnly);
        let tired = Self {
            naps: 1,
            auths: true,
            ..with(&[Own], 1, 0).in_mode(Mode::ReadOnly)
        };
        let member = with(&[Own], 1, 1).in_mode(Mode::ReadOnlyNoNew);
        let two = with(&[Own], 3, 0).beside_a_member();
        vec![
            ("one client, two cuts", with(&[Own], 3, 2)),
            ("a client that never gives up, one cut", patient),
            ("a client that oversleeps", sleepy),
            ("a client and its successor", with(&[Own, Successor], 2, 0)),
            (
                "a client and its successor, one cut",
                with(&[Own, Successor], 2, 1),
            ),
            ("two clients, one cut", two_clients),
            ("a client whose identity is refused", refused),
            ("a client of a read-only server, one cut", read_only),
            ("a client of a read-only server that oversleeps", tired),
            ("a client of a member without a quorum, one cut", member),
            ("a client and a four-letter word", stranger(&[b"ruok"])),
            ("a client and a bad length", stranger(&[&BAD_LENGTH])),
            (
                "a client and a bad length behind a handshake",
                stranger(&[&HANDSHAKE, &BAD_LENGTH]),
            ),
            ("a client and a handshake in two pieces", stranger(&HALVES)),
            ("a client and silence", silence),
            ("a client and a delegate, one cut", busy),
            ("a client that asks twice and a delegate", slow),
            ("a client, its successor and a delegate", succeeded),
            ("a client and a restart", restarted),
            ("a client, a server and a member without a quorum", two),
            ("a client, two restarts and a cut", restarted_twice),
            ("two clients that connect again", together),
            (
                "two clients that connect again, and a restart",
                both_restarted,
            ),
            (
                "a client and its successor that connect again",
                with(&[Own, Successor], 3, 1),
            ),
            ("two clients and a network that cuts and delays", delayed),
        ]
    }

    /// The same with servers of this kind, and clients that put up with it.
    fn in_mode(mut self, mode: Mode) -> Self {
        self.read_only = mode != Mode::ReadWrite;
        for server in &mut self.servers {
            server.mode = mode;
            server.words = server.words.with(Word::Isro);
        }
        self
    }

    /// The same with requests, and a server that has somebody to answer them.
    fn with_delegate(mut self) -> Self {
        self.requests = 1;
        for server in &mut self.servers {
            server.requests = Requests::Delegate;
        }
        self
    }

    /// The same with a second server, which is a member without a quorum.
    fn beside_a_member(mut self) -> Self {
        let member = self.clone().in_mode(Mode::ReadOnlyNoNew);
        self.read_only = true;
        for server in &mut self.servers {
            server.words = server.words.with(Word::Isro);
        }
        self.servers.extend(member.servers);
        self
    }

    /// What a client is told before it starts. Its pauses have no length: the network's do.
    pub(super) fn client(&self) -> client::Config {
        let mut config = client::Config::new(host(0), self.timeout);
        for place in 1..self.servers.len() {
            config = config.host(host(place));
        }
        config.own_clock = self.own_clock;
        config.read_only = Some(self.read_only);
        config.pause = Duration::ZERO;
        config.rest = Duration::ZERO;
        // Without a read-only server there are none, and nothing to wait for.
        let is_searching = self.read_only;
        config.min_probe_pause = if is_searching { TICK } else { Duration::ZERO };
        config.max_probe_pause = TICK * 2;
        config
    }

    /// Whether a server is a member without a quorum, which takes over sessions that it knows
    /// nothing of, and answers who wants a new one with a reply header.
    pub(super) fn is_member(&self, place: usize) -> bool {
        let server = self.servers.get(place);
        server.is_some_and(|server| server.mode == Mode::ReadOnlyNoNew)
    }

    /// Whether the clients could change places and nobody would notice.
    pub(super) fn has_twins(&self) -> bool {
        self.roles.iter().all(|role| *role == Role::Own)
    }
}

/// What clients call a server.
pub(super) fn host(place: usize) -> String {
    format!("s{place}")
}

/// The tick of every server.
const TICK: Duration = Duration::from_secs(1);

/// A length below zero.
const BAD_LENGTH: [u8; 4] = [0xff; 4];

/// A whole handshake.
const HANDSHAKE: [u8; 49] = {
    let mut bytes = [0; 49];
    bytes[3] = 45;
    // The timeout is 3,000 ms.
    [bytes[18], bytes[19]] = [0x0b, 0xb8];
    // The password has 16 bytes.
    bytes[31] = 16;
    bytes[48] = 1;
    bytes
};

/// How much of it comes first where it comes in two pieces.
pub(super) const HALF: usize = 25;

/// The same in two pieces.
const HALVES: [&[u8]; 2] = {
    let (one, other) = HANDSHAKE.as_slice().split_at(HALF);
    [one, other]
};
