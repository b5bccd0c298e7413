//! Clients and a server in one process, over pipes that delay, cut up and lose what goes through
//! them, on a clock that jumps.
//!
//! The engines are those that the network shell runs; only sockets and the clock are made up. Time
//! goes from one thing that happens to the next, and all chance comes from a seed: the same seed
//! and the same calls give the same [log](World::log), to the letter.
//!
//! ```
//! use std::time::Duration;
//! use zk_conformance::client;
//! use zk_conformance::server;
//! use zk_conformance::world::{Door, Fault, Told, World};
//!
//! let mut world = World::new(server::Config::default(), 7);
//! let id = world.join(client::Config::new("zk:2181", Duration::from_secs(6)))?;
//! world.run_for(Duration::from_secs(3_600))?; // an hour
//! assert_eq!(world.client(id).phase(), client::Phase::Connected);
//! world.inject(Fault::Cut { client: id, told: Told::Client })?;
//! world.inject(Fault::Door(Door::Ignore))?;
//! world.run_for(Duration::from_secs(8))?;
//! assert_eq!(world.client(id).phase(), client::Phase::Closed);
//! assert_eq!(world.server().sessions().count(), 0);
//! assert!(world.text().contains("client 0: event Expired\n"));
//! # Ok::<(), zk_conformance::world::Violation>(())
//! ```
//!
//! # What is checked
//!
//! Everything that goes over the pipes is read by an account of its own, which knows the rules but
//! not the engines: which sessions there must be and until when, which answers are owed, when a
//! timer must go off. After each step the engines are compared with it. Whatever does not fit comes
//! back as a [`Violation`] of a [`Claim`]; the world must not be used after that.
//!
//! Claims of that kind also hold where nothing happens at all. [`World::settle`] ends all faults
//! and demands that every client that can be served is connected in time, stays connected, and has
//! an answer to something new.
//!
//! # What is not here
//!
//! One server; every name that a client knows leads to it. Bytes arrive as they were sent or not
//! at all. Mode [`ReadOnlyNoNew`](server::Mode::ReadOnlyNoNew) and watches.

mod carry;
mod chaos;
mod claim;
mod fault;
mod inject;
mod line;
mod link;
mod oracle;
mod pipe;
mod settle;

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::fmt;
use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::time::Duration;

use bytes::Bytes;
use fastrand::Rng;
use jute_codec::OpCode;
use jute_codec::Raw;

pub use self::chaos::Chaos;
pub use self::claim::Claim;
pub use self::claim::Violation;
pub use self::fault::Door;
pub use self::fault::Fault;
pub use self::fault::Told;
pub use self::fault::Way;
pub use self::line::Line;
pub use self::link::Wire;

use self::inject::Power;
use self::line::What;
use self::link::Link;
use self::oracle::Oracle;
use crate::Instant;
use crate::client;
use crate::client::Client;
use crate::client::RequestId;
use crate::server;
use crate::server::ConnectionId;
use crate::server::Server;

/// A client's number, from 0 on.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ClientId(pub usize);

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "client {}", self.0)
    }
}

/// Clients, a server, and everything between them.
///
/// See the [module](self) for an example.
#[derive(Clone, Debug)]
pub struct World {
    now: Instant,
    rng: Rng,
    config: server::Config,
    server: Server,
    power: Power,
    door: Door,
    peers: Vec<Peer>,
    links: BTreeMap<ConnectionId, Link>,
    opened: u64,
    answers: VecDeque<Thought>,
    /// How long the server thinks about a request at most.
    think: Duration,
    /// How late the server's clock is when it ticks.
    late: Duration,
    /// Whether nobody answers what the server leaves to others, which no claim holds for: to see that
    /// this is noticed.
    is_deaf: bool,
    /// What happened since time last went on.
    turns: u32,
    log: Vec<Line>,
    oracle: Oracle,
}

/// A client and what is around it.
#[derive(Clone, Debug)]
struct Peer {
    client: Client,
    address: IpAddr,
    wire: Wire,
    /// The connection that the client has or wants.
    link: Option<ConnectionId>,
    /// When the answer to its latest probe comes.
    probe: Option<Instant>,
}

/// An answer that the server will have.
#[derive(Clone, Debug)]
struct Thought {
    at: Instant,
    connection: ConnectionId,
    body: Bytes,
}

/// What happens next.
#[derive(Clone, Copy, Debug)]
enum Next {
    ServerTick,
    ClientTick(ClientId),
    Up(ConnectionId),
    Down(ConnectionId),
    Probe(ClientId),
    Answer,
    Start,
}

impl World {
    /// A server that has just started, and no clients. All chance comes from `seed`.
    ///
    /// If the config leaves requests to a delegate, each is a transaction that answers with what
    /// was asked.
    #[must_use]
    pub fn new(config: server::Config, seed: u64) -> Self {
        let now = Instant::ZERO;
        Self {
            now,
            rng: Rng::with_seed(seed),
            server: Server::new(config.clone(), now),
            oracle: Oracle::new(config.clone()),
            config,
            power: Power::On,
            door: Door::default(),
            peers: Vec::new(),
            links: BTreeMap::new(),
            opened: 0,
            answers: VecDeque::new(),
            think: Duration::ZERO,
            late: Duration::ZERO,
            is_deaf: false,
            turns: 0,
            log: Vec::new(),
        }
    }

    /// Adds a client, from an address of its own. It connects at once.
    ///
    /// # Errors
    /// If something is found that must not be.
    pub fn join(&mut self, config: client::Config) -> Result<ClientId, Violation> {
        let id = ClientId(self.peers.len());
        let number = u32::try_from(id.0).unwrap_or(u32::MAX);
        let address = Ipv4Addr::from_bits(Ipv4Addr::new(10, 0, 0, 1).to_bits() | number << 1);
        self.record(What::Join(id));
        self.oracle.join(self.now, config.clone());
        self.peers.push(Peer {
            client: Client::new(config, self.now),
            address: address.into(),
            wire: Wire::default(),
            link: None,
            probe: None,
        });
        self.hear_client(id)?;
        Ok(id)
    }

    /// Asks a client for a request to the server; the answer is seen in the log.
    ///
    /// # Errors
    /// If something is found that must not be.
    pub fn request(
        &mut self,
        id: ClientId,
        op: OpCode,
        body: &[u8],
    ) -> Result<Option<RequestId>, Violation> {
        let now = self.now;
        self.record(What::Request(id, op));
        let Some(peer) = self.peers.get_mut(id.0) else {
            return Ok(None);
        };
        let request = peer.client.request(now, op, Raw(body));
        let body = Bytes::copy_from_slice(body);
        self.oracle.request(id, request, body);
        self.hear_client(id)?;
        Ok(Some(request))
    }

    /// Has a client close its session.
    ///
    /// # Errors
    /// If something is found that must not be.
    pub fn close(&mut self, id: ClientId) -> Result<(), Violation> {
        self.request(id, OpCode::CLOSE_SESSION, &[]).map(drop)
    }

    /// Sets how long the server thinks about a request at most.
    pub const fn set_think(&mut self, think: Duration) {
        self.think = think;
    }

    /// Sets how late the server's clock is when it ticks, which no claim holds for: to see that this
    /// is noticed.
    pub const fn set_late(&mut self, late: Duration) {
        self.late = late;
    }

    /// Has chance come from another seed, from here on.
    pub fn reseed(&mut self, seed: u64) {
        self.rng = Rng::with_seed(seed);
    }

    /// Does the next thing that happens; false if nothing ever will.
    ///
    /// # Errors
    /// If something is found that must not be.
    pub fn step(&mut self) -> Result<bool, Violation> {
        let Some(at) = self.next_at() else {
            return Ok(false);
        };
        let at = at.max(self.now);
        if at > self.now {
            self.turns = 0;
        }
        self.now = at;
        self.turns += 1;
        if self.turns > TURNS {
            return Err(self.broken(Claim::TimeGoesOn, "there is no end to this moment"));
        }
        if let Some(next) = self.choose() {
            self.take_step(next)?;
            self.check()?;
        }
        Ok(true)
    }

    /// Does everything that happens up to `until`.
    ///
    /// # Errors
    /// If something is found that must not be.
    pub fn run_until(&mut self, until: Instant) -> Result<(), Violation> {
        while self.next_at().is_some_and(|at| at <= until) {
            self.step()?;
        }
        if until > self.now {
            self.now = until;
            self.turns = 0;
        }
        Ok(())
    }

    /// Does everything that happens in the next `time`.
    ///
    /// # Errors
    /// If something is found that must not be.
    pub fn run_for(&mut self, time: Duration) -> Result<(), Violation> {
        self.run_until(self.now + time)
    }

    /// What time it is.
    #[must_use]
    pub const fn now(&self) -> Instant {
        self.now
    }

    /// The server.
    #[must_use]
    pub const fn server(&self) -> &Server {
        &self.server
    }

    /// A client.
    ///
    /// # Panics
    /// If there is no such client in this world.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "as documented")]
    pub fn client(&self, id: ClientId) -> &Client {
        &self.peers[id.0].client
    }

    /// The clients, by number.
    pub fn clients(&self) -> impl Iterator<Item = (ClientId, &Client)> {
        let all = self.peers.iter().enumerate();
        all.map(|(number, peer)| (ClientId(number), &peer.client))
    }

    /// Everything that happened.
    #[must_use]
    pub fn log(&self) -> &[Line] {
        &self.log
    }

    /// The log as text, a line each.
    #[must_use]
    pub fn text(&self) -> String {
        self.log.iter().map(|line| format!("{line}\n")).collect()
    }

    fn record(&mut self, what: What) {
        self.log.push(Line::new(self.now, what));
    }

    fn broken(&self, claim: Claim, found: impl Into<String>) -> Violation {
        Violation {
            at: self.now,
            claim,
            found: found.into(),
        }
    }

    /// When the next thing happens.
    fn next_at(&self) -> Option<Instant> {
        let mut first = None::<Instant>;
        self.for_each_next(|at, _| first = Some(first.map_or(at, |first| first.min(at))));
        first
    }

    /// One of the things that happen now, any of them.
    fn choose(&mut self) -> Option<Next> {
        let mut rng = self.rng.clone();
        let (mut chosen, mut count) = (None, 0);
        self.for_each_next(|at, next| {
            if at <= self.now {
                count += 1;
                if rng.u32(0..count) == 0 {
                    chosen = Some(next);
                }
            }
        });
        self.rng = rng;
        chosen
    }

    /// Goes through all that will happen if nothing else happens before.
    fn for_each_next(&self, mut tell: impl FnMut(Instant, Next)) {
        let mut tell = |at: Option<Instant>, next| {
            if let Some(at) = at {
                tell(at, next);
            }
        };
        match self.power {
            Power::On => tell(self.server.deadline(), Next::ServerTick),
            Power::Off { until } => tell(Some(until), Next::Start),
        }
        tell(self.answers.front().map(|it| it.at), Next::Answer);
        for (number, peer) in self.peers.iter().enumerate() {
            tell(peer.client.deadline(), Next::ClientTick(ClientId(number)));
            tell(peer.probe, Next::Probe(ClientId(number)));
        }
        for (&connection, link) in &self.links {
            tell(link.up.due(), Next::Up(connection));
            tell(link.down.due(), Next::Down(connection));
        }
    }

    fn check(&mut self) -> Result<(), Violation> {
        if matches!(self.power, Power::On) {
            self.oracle.check_server(self.now, &self.server)?;
        }
        let peers = self.peers.iter().enumerate();
        for (number, peer) in peers {
            self.oracle
                .check_client(self.now, ClientId(number), &peer.client)?;
        }
        let oracle = &mut self.oracle;
        self.links.retain(|&connection, link| {
            let is_over = link.is_over();
            if is_over {
                oracle.forget(connection);
            }
            !is_over
        });
        Ok(())
    }
}

/// Things that may happen in one millisecond.
const TURNS: u32 = 10_000;
