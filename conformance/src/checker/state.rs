//! Servers, their clients and what is between them.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::VecDeque;
use std::hash::Hash;
use std::hash::Hasher;
use std::sync::Arc;

use bytes::Bytes;

use crate::Instant;
use crate::checker::Role;
use crate::checker::Scene;
use crate::checker::life::Lives;
use crate::checker::life::Name;
use crate::checker::names::Names;
use crate::client;
use crate::client::Client;
use crate::server;
use crate::server::ConnectionId;
use crate::server::Server;

/// All there is at one moment.
#[derive(Clone, Debug)]
pub struct State {
    pub(super) scene: Arc<Scene>,
    pub(super) now: Instant,
    /// Shared with the states before, until something happens to one.
    pub(super) servers: Vec<Arc<Server>>,
    pub(super) peers: Vec<Peer>,
    pub(super) links: BTreeMap<ConnectionId, Arc<Link>>,
    /// Connections whose requests the delegate has yet to answer.
    pub(super) asked: VecDeque<ConnectionId>,
    pub(super) dials: u8,
    pub(super) cuts: u8,
    pub(super) naps: u8,
    pub(super) restarts: u8,
    /// What was heard of sessions.
    pub(super) lives: Lives,
    /// Sessions that were closed or have expired.
    pub(super) ended: BTreeSet<Name>,
    /// When each server was last started.
    pub(super) started: Vec<Instant>,
}

/// Somebody in the scene, and where they are.
#[derive(Clone, Debug)]
pub(super) struct Peer {
    pub(super) client: Option<Arc<Client>>,
    /// Whether it may still turn up.
    pub(super) is_expected: bool,
    /// The connection it has.
    pub(super) link: Option<ConnectionId>,
    /// The server it asks for a connection.
    pub(super) dialling: Option<usize>,
    /// The server it asks whether that is read-only.
    pub(super) probing: Option<usize>,
    pub(super) is_asleep: bool,
    pub(super) has_closed: bool,
    /// How often it asked for something that is not about the session.
    pub(super) asked: u8,
    pub(super) has_shown: bool,
}

/// A connection: what is on its way, and who still holds it.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub(super) peer: usize,
    pub(super) server: usize,
    pub(super) up: VecDeque<Piece>,
    pub(super) down: VecDeque<Piece>,
    pub(super) is_known_to_server: bool,
    /// What the server granted on it.
    pub(super) granted: Option<i64>,
}

/// Something on its way.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(super) enum Piece {
    Open,
    Bytes(Bytes),
    Fin,
    Lost,
}

/// What a move brought about.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// What clients said, with their places in the scene.
    pub(super) clients: Vec<(usize, client::Output)>,
    /// What servers said.
    pub(super) server: Vec<server::Output>,
    /// What reached a server, on which connection; `None` if that broke or ended.
    pub(super) arrived: Option<(ConnectionId, Arrived)>,
}

/// What reached a server.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Arrived {
    Open,
    Bytes(Bytes),
    Fin,
    Lost,
}

impl State {
    /// How the scene begins.
    #[must_use]
    pub fn first(scene: &Arc<Scene>) -> Self {
        let now = Instant::ZERO;
        let servers = scene.servers.iter();
        let mut state = Self {
            scene: Arc::clone(scene),
            now,
            servers: servers
                .map(|it| Arc::new(Server::new(it.clone(), now)))
                .collect(),
            peers: Vec::new(),
            links: BTreeMap::new(),
            asked: VecDeque::new(),
            dials: scene.dials,
            cuts: scene.cuts,
            naps: scene.naps,
            restarts: scene.restarts,
            lives: Lives::default(),
            ended: BTreeSet::new(),
            started: vec![now; scene.servers.len()],
        };
        for (place, role) in scene.roles.iter().enumerate() {
            let is_own = *role == Role::Own;
            state.peers.push(Peer {
                client: is_own.then(|| Arc::new(Client::new(scene.client(), now))),
                is_expected: !is_own,
                link: None,
                dialling: None,
                probing: None,
                is_asleep: false,
                has_closed: false,
                asked: 0,
                has_shown: false,
            });
            state.hear_client(place, &mut Outcome::default());
        }
        state
    }

    /// A hash that tells states apart by how they go on. Two clients of a kind may change places.
    pub(super) fn fingerprint(&self) -> u64 {
        let names = Names::of(self);
        let mut state = names.hasher();
        for (place, server) in self.servers.iter().enumerate() {
            server.fingerprint(self.now, &mut state);
            self.may_restart(place).hash(&mut state);
        }
        let peers = self.peers.iter().enumerate();
        let mut peers: Vec<_> = peers
            .map(|(place, peer)| self.hash_peer(place, peer, &names))
            .collect();
        if self.scene.has_twins() {
            peers.sort_unstable();
        }
        (
            peers,
            &self.asked,
            (self.dials, self.cuts, self.naps, self.restarts),
        )
            .hash(&mut state);
        let ended = self.ended.iter();
        let ended = ended.filter(|(_, id)| names.place(*id).is_some());
        ended.for_each(|name| name.hash(&mut state));
        self.lives.fingerprint(self.now, &mut state);
        state.finish()
    }

    /// A hash of somebody and the connections they have or had, whatever their place.
    fn hash_peer(&self, place: usize, peer: &Peer, names: &Names) -> u64 {
        let mut state = names.hasher();
        let Peer {
            client,
            is_expected,
            link,
            dialling,
            probing,
            is_asleep,
            has_closed,
            asked,
            has_shown,
        } = peer;
        (is_expected, link, dialling, probing, is_asleep).hash(&mut state);
        match client {
            // Of one at its end nothing is to be known but the session that it had.
            Some(client) if !client.phase().is_alive() => client.session_id().hash(&mut state),
            Some(client) => {
                (has_closed, asked, has_shown).hash(&mut state);
                client.fingerprint(self.now, &mut state);
            }
            None => {}
        }
        for (id, link) in self.links.iter().filter(|(_, link)| link.peer == place) {
            let Link {
                peer: _,
                server,
                up,
                down,
                is_known_to_server,
                granted,
            } = &**link;
            (id, server, up, down, is_known_to_server, granted).hash(&mut state);
        }
        state.finish()
    }

    /// What a connection's server makes of it.
    pub(super) fn phase(&self, id: ConnectionId) -> server::Phase {
        let link = self.links.get(&id);
        let server = link.and_then(|link| self.servers.get(link.server));
        server.map_or(server::Phase::Closed, |server| server.phase(id))
    }
}
