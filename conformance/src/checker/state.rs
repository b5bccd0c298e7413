//! A server, its clients and what is between them; and what can happen next.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::VecDeque;
use std::collections::hash_map::DefaultHasher;
use std::fmt;
use std::hash::Hash;
use std::hash::Hasher;
use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::sync::Arc;

use bytes::Bytes;
use jute_codec::ErrorCode;
use jute_codec::OpCode;
use jute_codec::Raw;

use crate::Instant;
use crate::checker::Role;
use crate::checker::Scene;
use crate::client;
use crate::client::Client;
use crate::server;
use crate::server::ConnectionId;
use crate::server::Server;

/// One thing that can happen next. Clients go by their place in the scene.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Move {
    /// A client takes over the session of the first one; a stranger turns up.
    Enter(usize),
    /// A client that connects finds a connection.
    Dial(usize),
    /// A client that connects is refused.
    Refuse(usize),
    /// The next thing on its way reaches the server.
    Up(ConnectionId),
    /// The next thing on its way reaches the client.
    Down(ConnectionId),
    /// A connection breaks, and what is on its way is lost. Either side learns of it in time.
    Cut(ConnectionId),
    /// A client closes its session.
    Close(usize),
    /// A client shows an identity that no server takes.
    Auth(usize),
    /// A client asks for something that is not about the session.
    Request(usize),
    /// The delegate answers the oldest request.
    Answer,
    /// A client does what is due.
    ClientTick(usize),
    /// The server does what is due.
    ServerTick,
    /// Nothing happens until the next thing is due.
    Wait,
}

impl fmt::Display for Move {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Enter(client) => write!(f, "client {client} enters"),
            Self::Dial(client) => write!(f, "client {client} finds a connection"),
            Self::Refuse(client) => write!(f, "client {client} is refused"),
            Self::Up(connection) => write!(f, "{connection} delivers to the server"),
            Self::Down(connection) => write!(f, "{connection} delivers to its client"),
            Self::Cut(connection) => write!(f, "{connection} breaks"),
            Self::Close(client) => write!(f, "client {client} closes its session"),
            Self::Auth(client) => write!(f, "client {client} shows a bad identity"),
            Self::Request(client) => write!(f, "client {client} asks for data"),
            Self::Answer => f.write_str("the delegate answers"),
            Self::ClientTick(client) => write!(f, "client {client} ticks"),
            Self::ServerTick => f.write_str("the server ticks"),
            Self::Wait => f.write_str("time goes on"),
        }
    }
}

/// All there is at one moment.
#[derive(Clone, Debug)]
pub struct State {
    pub(super) scene: Arc<Scene>,
    pub(super) now: Instant,
    pub(super) server: Server,
    pub(super) peers: Vec<Peer>,
    pub(super) links: BTreeMap<ConnectionId, Link>,
    /// Connections whose requests the delegate has yet to answer.
    asked: VecDeque<ConnectionId>,
    opened: u64,
    dials: u8,
    cuts: u8,
    /// Sessions that were closed or have expired.
    pub(super) ended: BTreeSet<i64>,
}

/// Somebody in the scene, and where they are.
#[derive(Clone, Debug)]
pub(super) struct Peer {
    pub(super) client: Option<Client>,
    /// Whether it may still turn up.
    is_expected: bool,
    /// The connection it has.
    pub(super) link: Option<ConnectionId>,
    /// Whether it asks for one.
    is_dialling: bool,
    has_closed: bool,
    has_asked: bool,
    has_shown: bool,
}

/// A connection: what is on its way, and who still holds it.
#[derive(Clone, Debug, Hash)]
pub(super) struct Link {
    pub(super) peer: usize,
    up: VecDeque<Piece>,
    down: VecDeque<Piece>,
    is_known_to_server: bool,
    /// What the server granted on it.
    pub(super) granted: Option<i64>,
}

/// Something on its way.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
enum Piece {
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
    /// What the server said.
    pub(super) server: Vec<server::Output>,
    /// What reached the server, on which connection; `None` if that broke or ended.
    pub(super) arrived: Option<(ConnectionId, Arrived)>,
}

/// What reached the server.
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
        let mut state = Self {
            scene: Arc::clone(scene),
            now,
            server: Server::new(scene.server.clone(), now),
            peers: Vec::new(),
            links: BTreeMap::new(),
            asked: VecDeque::new(),
            opened: 0,
            dials: scene.dials,
            cuts: scene.cuts,
            ended: BTreeSet::new(),
        };
        for (place, role) in scene.roles.iter().enumerate() {
            let is_own = *role == Role::Own;
            state.peers.push(Peer {
                client: is_own.then(|| Client::new(scene.client(), now)),
                is_expected: !is_own,
                link: None,
                is_dialling: false,
                has_closed: false,
                has_asked: false,
                has_shown: false,
            });
            state.hear_client(place, &mut Outcome::default());
        }
        state
    }

    /// A hash that tells states apart by how they go on.
    pub(super) fn fingerprint(&self) -> u64 {
        let mut state = DefaultHasher::new();
        self.server.fingerprint(self.now, &mut state);
        for peer in &self.peers {
            (peer.is_expected, peer.link, peer.is_dialling).hash(&mut state);
            (peer.has_closed, peer.has_asked, peer.has_shown).hash(&mut state);
            if let Some(client) = &peer.client {
                client.fingerprint(self.now, &mut state);
            }
        }
        (
            &self.links,
            &self.asked,
            self.opened,
            self.dials,
            self.cuts,
            &self.ended,
        )
            .hash(&mut state);
        state.finish()
    }

    /// What can happen next.
    pub(super) fn moves(&self) -> Vec<Move> {
        let mut moves = Vec::new();
        let is_due = |deadline: Option<Instant>| deadline.is_some_and(|at| at <= self.now);
        for (place, peer) in self.peers.iter().enumerate() {
            if peer.is_expected && self.dials > 0 && self.can_enter(place) {
                moves.push(Move::Enter(place));
            }
            if peer.is_dialling && self.dials > 0 {
                moves.extend([Move::Dial(place), Move::Refuse(place)]);
            }
            let Some(client) = &peer.client else {
                continue;
            };
            if self.scene.closes && !peer.has_closed && client.phase().is_alive() {
                moves.push(Move::Close(place));
            }
            let is_open = client.phase().is_alive() && !peer.has_closed;
            if self.scene.auths && !peer.has_shown && is_open {
                moves.push(Move::Auth(place));
            }
            if self.scene.requests && !peer.has_asked && is_open {
                moves.push(Move::Request(place));
            }
            if is_due(client.deadline()) {
                moves.push(Move::ClientTick(place));
            }
        }
        for (&id, link) in &self.links {
            if !link.up.is_empty() {
                moves.push(Move::Up(id));
            }
            if !link.down.is_empty() {
                moves.push(Move::Down(id));
            }
            if self.cuts > 0 && self.is_whole(id) {
                moves.push(Move::Cut(id));
            }
        }
        if !self.asked.is_empty() {
            moves.push(Move::Answer);
        }
        if is_due(self.server.deadline()) {
            moves.push(Move::ServerTick);
        }
        let ways = self.links.values().flat_map(|link| [&link.up, &link.down]);
        let can_wait = ways
            .map(VecDeque::len)
            .all(|delayed| delayed <= self.scene.delayed);
        if can_wait && self.next_deadline().is_some_and(|at| at > self.now) {
            moves.push(Move::Wait);
        }
        moves
    }

    /// Whether a client has this connection, and it is not broken.
    fn is_whole(&self, id: ConnectionId) -> bool {
        self.links.get(&id).is_some_and(|link| {
            let holder = self.peers.get(link.peer);
            holder.and_then(|peer| peer.link) == Some(id) && link.down.back() != Some(&Piece::Lost)
        })
    }

    /// Whether somebody who is expected has reason to come.
    fn can_enter(&self, place: usize) -> bool {
        match self.scene.roles.get(place) {
            Some(Role::Successor) => self.first_session().is_some(),
            Some(Role::Stranger(_)) => true,
            Some(Role::Own) | None => false,
        }
    }

    /// The session of the first client, and its password.
    fn first_session(&self) -> Option<(i64, Vec<u8>)> {
        let client = self.peers.first()?.client.as_ref()?;
        let passwd = client.passwd()?.to_vec();
        (client.session_id() != 0).then(|| (client.session_id(), passwd))
    }

    fn next_deadline(&self) -> Option<Instant> {
        let clients = self.peers.iter().filter_map(|peer| peer.client.as_ref());
        let clients = clients.filter_map(Client::deadline);
        clients.chain(self.server.deadline()).min()
    }

    /// Has something happen; tells what came of it.
    pub(super) fn take(&mut self, next: Move) -> Outcome {
        let mut outcome = Outcome::default();
        match next {
            Move::Enter(place) => self.enter(place, &mut outcome),
            Move::Dial(place) => {
                self.dial(place);
                self.tell_client(place, client::Input::Connected, &mut outcome);
            }
            Move::Refuse(place) => {
                self.dials -= 1;
                if let Some(peer) = self.peers.get_mut(place) {
                    peer.is_dialling = false;
                }
                self.tell_client(place, client::Input::ConnectFailed, &mut outcome);
            }
            Move::Up(id) => self.arrive_up(id, &mut outcome),
            Move::Down(id) => self.arrive_down(id, &mut outcome),
            Move::Cut(id) => self.cut(id),
            Move::Close(_) | Move::Auth(_) | Move::Request(_) => self.want(next, &mut outcome),
            Move::Answer => self.answer(&mut outcome),
            Move::ClientTick(place) => {
                self.tell_client(place, client::Input::Tick, &mut outcome);
            }
            Move::ServerTick => self.tell_server(server::Input::Tick, &mut outcome),
            Move::Wait => self.now = self.next_deadline().unwrap_or(self.now),
        }
        self.links.retain(|id, link| {
            let is_held = self.peers.get(link.peer).and_then(|peer| peer.link) == Some(*id);
            is_held || link.is_known_to_server || !link.up.is_empty()
        });
        outcome
    }

    /// The application wants something of its client.
    fn want(&mut self, what: Move, outcome: &mut Outcome) {
        let (Move::Close(place) | Move::Auth(place) | Move::Request(place)) = what else {
            return;
        };
        let now = self.now;
        if let Some(peer) = self.peers.get_mut(place)
            && let Some(client) = &mut peer.client
        {
            match what {
                Move::Auth(_) => {
                    peer.has_shown = true;
                    client.add_auth(now, "nonesuch", b"");
                }
                Move::Request(_) => {
                    peer.has_asked = true;
                    client.request(now, OpCode::GET_DATA, Raw(b""));
                }
                _ => {
                    peer.has_closed = true;
                    client.close(now);
                }
            }
        }
        self.hear_client(place, outcome);
    }

    fn answer(&mut self, outcome: &mut Outcome) {
        if let Some(connection) = self.asked.pop_front() {
            let reply = server::Reply::Done {
                zxid: self.server.last_zxid(),
                err: ErrorCode::NO_NODE,
                body: Bytes::new(),
            };
            self.tell_server(server::Input::Reply { connection, reply }, outcome);
        }
    }

    fn enter(&mut self, place: usize, outcome: &mut Outcome) {
        let session = self.first_session();
        let role = self.scene.roles.get(place).copied();
        let (config, now) = (self.scene.client(), self.now);
        if let Some(peer) = self.peers.get_mut(place) {
            peer.is_expected = false;
            if role == Some(Role::Successor) {
                peer.client = session.map(|(id, passwd)| Client::resume(config, id, &passwd, now));
            }
        }
        if let Some(Role::Stranger(bytes)) = role {
            let id = self.dial(place);
            if let Some(link) = self.links.get_mut(&id)
                && !bytes.is_empty()
            {
                link.up.push_back(Piece::Bytes(Bytes::from_static(bytes)));
            }
        }
        self.hear_client(place, outcome);
    }

    /// Opens a connection, of which the server has yet to hear.
    fn dial(&mut self, place: usize) -> ConnectionId {
        self.dials -= 1;
        self.opened += 1;
        let id = ConnectionId(self.opened);
        if let Some(peer) = self.peers.get_mut(place) {
            peer.is_dialling = false;
            peer.link = Some(id);
        }
        let link = Link {
            peer: place,
            up: VecDeque::from([Piece::Open]),
            down: VecDeque::new(),
            is_known_to_server: false,
            granted: None,
        };
        self.links.insert(id, link);
        id
    }

    fn cut(&mut self, id: ConnectionId) {
        self.cuts -= 1;
        if let Some(link) = self.links.get_mut(&id) {
            link.up.retain(|piece| *piece == Piece::Open);
            link.up.push_back(Piece::Lost);
            link.down.clear();
            link.down.push_back(Piece::Lost);
        }
    }

    fn arrive_up(&mut self, id: ConnectionId, outcome: &mut Outcome) {
        let Some(link) = self.links.get_mut(&id) else {
            return;
        };
        let Some(piece) = link.up.pop_front() else {
            return;
        };
        let place = u8::try_from(link.peer).unwrap_or(u8::MAX);
        let peer = IpAddr::from(Ipv4Addr::new(127, 0, 1, place));
        let connection = id;
        let (arrived, input) = match &piece {
            Piece::Open => {
                link.is_known_to_server = true;
                let input = server::Input::Accept { connection, peer };
                (Arrived::Open, input)
            }
            _ if !link.is_known_to_server => return,
            Piece::Bytes(bytes) => {
                let input = server::Input::Receive { connection, bytes };
                (Arrived::Bytes(bytes.clone()), input)
            }
            Piece::Fin => (Arrived::Fin, server::Input::Eof { connection }),
            Piece::Lost => {
                link.is_known_to_server = false;
                (Arrived::Lost, server::Input::Lost { connection })
            }
        };
        outcome.arrived = Some((id, arrived));
        self.tell_server(input, outcome);
    }

    fn arrive_down(&mut self, id: ConnectionId, outcome: &mut Outcome) {
        let Some(link) = self.links.get_mut(&id) else {
            return;
        };
        let Some(piece) = link.down.pop_front() else {
            return;
        };
        let place = link.peer;
        if let Some(peer) = self.peers.get_mut(place)
            && matches!(piece, Piece::Fin | Piece::Lost)
            && peer.client.is_none()
        {
            peer.link = None;
        }
        let input = match &piece {
            Piece::Bytes(bytes) => client::Input::Receive(bytes),
            Piece::Fin => client::Input::Eof,
            Piece::Lost | Piece::Open => {
                if let Some(peer) = self.peers.get_mut(place) {
                    peer.link = None;
                }
                client::Input::Lost
            }
        };
        self.tell_client(place, input, outcome);
    }

    fn tell_client(&mut self, place: usize, input: client::Input<'_>, outcome: &mut Outcome) {
        let peer = self.peers.get_mut(place);
        if let Some(client) = peer.and_then(|peer| peer.client.as_mut()) {
            client.handle(self.now, input);
        }
        self.hear_client(place, outcome);
    }

    fn tell_server(&mut self, input: server::Input<'_>, outcome: &mut Outcome) {
        self.server.handle(self.now, input);
        while let Some(output) = self.server.poll() {
            match &output {
                server::Output::Send { connection, bytes } => {
                    self.put_down(*connection, Piece::Bytes(bytes.clone()));
                }
                server::Output::Close { connection } => {
                    self.put_down(*connection, Piece::Fin);
                    if let Some(link) = self.links.get_mut(connection) {
                        link.is_known_to_server = false;
                        link.up.clear();
                    }
                }
                server::Output::Event(event) => self.note(*event),
                server::Output::Request { connection, .. } => self.asked.push_back(*connection),
            }
            outcome.server.push(output);
        }
    }

    /// Notes what became of sessions.
    fn note(&mut self, event: server::Event) {
        match event {
            server::Event::Created {
                session_id,
                connection,
                ..
            }
            | server::Event::Renewed {
                session_id,
                connection,
                ..
            } => {
                if let Some(link) = self.links.get_mut(&connection) {
                    link.granted = Some(session_id);
                }
            }
            server::Event::Closed { session_id } | server::Event::Expired { session_id } => {
                self.ended.insert(session_id);
            }
            _ => {}
        }
    }

    /// Puts something on its way to a client, unless that has let go of the connection or it is
    /// broken.
    fn put_down(&mut self, id: ConnectionId, piece: Piece) {
        if self.is_whole(id)
            && let Some(link) = self.links.get_mut(&id)
        {
            link.down.push_back(piece);
        }
    }

    /// Does what a client wants done.
    fn hear_client(&mut self, place: usize, outcome: &mut Outcome) {
        while let Some(peer) = self.peers.get_mut(place)
            && let Some(client) = &mut peer.client
            && let Some(output) = client.poll()
        {
            match &output {
                client::Output::Connect(_) => peer.is_dialling = true,
                client::Output::Send(bytes) => {
                    let link = peer.link.and_then(|id| self.links.get_mut(&id));
                    if let Some(link) = link
                        && link.up.back() != Some(&Piece::Lost)
                    {
                        link.up.push_back(Piece::Bytes(bytes.clone()));
                    }
                }
                client::Output::Disconnect => {
                    peer.is_dialling = false;
                    let link = peer.link.take().and_then(|id| self.links.get_mut(&id));
                    if let Some(link) = link {
                        link.down.clear();
                        if link.up.back() != Some(&Piece::Lost) {
                            link.up.push_back(Piece::Fin);
                        }
                    }
                }
                _ => {}
            }
            outcome.clients.push((place, output));
        }
    }
}
