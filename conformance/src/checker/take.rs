//! What comes of what happens.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::sync::Arc;

use bytes::Bytes;
use jute_codec::ErrorCode;
use jute_codec::GetDataRequest;
use jute_codec::OpCode;
use jute_codec::Ustring;

use crate::checker::Move;
use crate::checker::Role;
use crate::checker::State;
use crate::checker::scene::host;
use crate::checker::state::Arrived;
use crate::checker::state::Link;
use crate::checker::state::Outcome;
use crate::checker::state::Piece;
use crate::client;
use crate::client::Client;
use crate::client::Phase;
use crate::server;
use crate::server::ConnectionId;

impl State {
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
                    peer.dialling = None;
                }
                self.tell_client(place, client::Input::ConnectFailed, &mut outcome);
            }
            Move::Up(id) => self.arrive_up(id, &mut outcome),
            Move::Down(id) => self.arrive_down(id, &mut outcome),
            Move::Cut(id) => self.cut(id),
            Move::Close(_) | Move::Auth(_) | Move::Request(_) => self.want(next, &mut outcome),
            Move::Answer => self.answer(&mut outcome),
            Move::Dismiss => self.reply(server::Reply::Close, &mut outcome),
            Move::Probe(place) => self.probe(place, &mut outcome),
            Move::ClientTick(place) => {
                self.tell_client(place, client::Input::Tick, &mut outcome);
            }
            Move::Nap(place) | Move::Wake(place) => {
                let falls_asleep = matches!(next, Move::Nap(_));
                self.naps -= u8::from(falls_asleep);
                if let Some(peer) = self.peers.get_mut(place) {
                    peer.is_asleep = falls_asleep;
                }
            }
            Move::ServerTick(place) => {
                self.tell_server(place, server::Input::Tick, &mut outcome);
            }
            Move::Restart(place) => self.restart(place, &mut outcome),
            Move::Wait => self.now = self.next_moment().unwrap_or(self.now),
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
            let client = Arc::make_mut(client);
            match what {
                Move::Auth(_) => {
                    peer.has_shown = true;
                    client.add_auth(now, "nonesuch", b"");
                }
                Move::Request(_) => {
                    peer.asked += 1;
                    let body = GetDataRequest {
                        path: Ustring::new("/nonesuch"),
                        watch: false,
                    };
                    client.request(now, OpCode::GET_DATA, body);
                }
                _ => {
                    peer.has_closed = true;
                    client.close(now);
                }
            }
        }
        self.hear_client(place, outcome);
    }

    /// The delegate knows no node.
    fn answer(&mut self, outcome: &mut Outcome) {
        let zxid = self.servers.first().map_or(0, |server| server.last_zxid());
        let reply = server::Reply::Done {
            zxid,
            err: ErrorCode::NO_NODE,
            body: Bytes::new(),
        };
        self.reply(reply, outcome);
    }

    fn reply(&mut self, reply: server::Reply, outcome: &mut Outcome) {
        if let Some(connection) = self.asked.pop_front() {
            let server = self.links.get(&connection).map_or(0, |link| link.server);
            let input = server::Input::Reply { connection, reply };
            self.tell_server(server, input, outcome);
        }
    }

    /// A client asks on a connection of its own what a server is, and has the answer at once.
    fn probe(&mut self, place: usize, outcome: &mut Outcome) {
        let asked = self
            .peers
            .get_mut(place)
            .and_then(|peer| peer.probing.take());
        let connection = self.unused();
        let now = self.now;
        let Some(server) = asked.and_then(|server| self.servers.get_mut(server)) else {
            return;
        };
        let server = Arc::make_mut(server);
        let peer = PEER;
        server.handle(now, server::Input::Accept { connection, peer });
        let bytes = b"isro";
        server.handle(now, server::Input::Receive { connection, bytes });
        let mut answer = Vec::new();
        while let Some(output) = server.poll() {
            if let server::Output::Send { bytes, .. } = output {
                answer.extend_from_slice(&bytes);
            }
        }
        self.tell_client(place, client::Input::ProbeAnswer(&answer), outcome);
    }

    fn enter(&mut self, place: usize, outcome: &mut Outcome) {
        let session = self.first_session();
        let role = self.scene.roles.get(place).copied();
        let (config, now) = (self.scene.client(), self.now);
        if let Some(peer) = self.peers.get_mut(place) {
            peer.is_expected = false;
            if role == Some(Role::Successor) {
                let client = session.map(|(id, passwd)| Client::resume(config, id, &passwd, now));
                peer.client = client.map(Arc::new);
            }
        }
        if let Some(Role::Stranger(pieces)) = role {
            let id = self.dial(place);
            if let Some(link) = self.link_mut(id) {
                let pieces = pieces.iter().copied().map(Bytes::from_static);
                link.up.extend(pieces.map(Piece::Bytes));
            }
        }
        self.hear_client(place, outcome);
    }

    /// A connection, no longer shared with the state before.
    fn link_mut(&mut self, id: ConnectionId) -> Option<&mut Link> {
        self.links.get_mut(&id).map(Arc::make_mut)
    }

    /// The lowest number that no connection has.
    fn unused(&self) -> ConnectionId {
        let mut ids = (1..).map(ConnectionId);
        let unused = ids.find(|id| !self.links.contains_key(id));
        unused.unwrap_or(ConnectionId(0))
    }

    /// Opens a connection, of which the server has yet to hear.
    fn dial(&mut self, place: usize) -> ConnectionId {
        self.dials -= 1;
        let id = self.unused();
        let mut server = None;
        if let Some(peer) = self.peers.get_mut(place) {
            server = peer.dialling.take();
            peer.link = Some(id);
        }
        let link = Link {
            peer: place,
            server: server.unwrap_or(0),
            up: VecDeque::from([Piece::Open]),
            down: VecDeque::new(),
            is_known_to_server: false,
            granted: None,
        };
        self.links.insert(id, Arc::new(link));
        id
    }

    fn cut(&mut self, id: ConnectionId) {
        self.cuts -= 1;
        if let Some(link) = self.link_mut(id) {
            link.up.retain(|piece| *piece == Piece::Open);
            link.up.push_back(Piece::Lost);
            link.down.clear();
            link.down.push_back(Piece::Lost);
        }
    }

    fn arrive_up(&mut self, id: ConnectionId, outcome: &mut Outcome) {
        let Some(link) = self.link_mut(id) else {
            return;
        };
        let Some(piece) = link.up.pop_front() else {
            return;
        };
        let (server, connection) = (link.server, id);
        let (arrived, input) = match &piece {
            Piece::Open => {
                link.is_known_to_server = true;
                let peer = PEER;
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
        if let Arrived::Bytes(bytes) = &arrived
            && let Some(session) = link.granted
            && is_life(bytes)
            && self.phase(id) == server::Phase::Serving
        {
            self.lives.hear(self.now, (server, session));
        }
        outcome.arrived = Some((id, arrived));
        self.tell_server(server, input, outcome);
        if piece == Piece::Lost {
            self.asked.retain(|asked| *asked != id);
        }
    }

    fn arrive_down(&mut self, id: ConnectionId, outcome: &mut Outcome) {
        let Some(link) = self.link_mut(id) else {
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

    fn restart(&mut self, place: usize, outcome: &mut Outcome) {
        self.restarts -= 1;
        let now = self.now;
        if let Some(server) = self.servers.get_mut(place) {
            Arc::make_mut(server).restart(now);
        }
        self.lives.hear_all(now, place);
        if let Some(started) = self.started.get_mut(place) {
            *started = now;
        }
        self.hear_server(place, outcome);
    }

    fn tell_client(&mut self, place: usize, input: client::Input<'_>, outcome: &mut Outcome) {
        let peer = self.peers.get_mut(place);
        if let Some(client) = peer.and_then(|peer| peer.client.as_mut()) {
            Arc::make_mut(client).handle(self.now, input);
        }
        self.hear_client(place, outcome);
    }

    fn tell_server(&mut self, place: usize, input: server::Input<'_>, outcome: &mut Outcome) {
        if let Some(server) = self.servers.get_mut(place) {
            Arc::make_mut(server).handle(self.now, input);
        }
        self.hear_server(place, outcome);
    }

    /// Does what a server wants done.
    fn hear_server(&mut self, place: usize, outcome: &mut Outcome) {
        while let Some(server) = self.servers.get_mut(place)
            && let Some(output) = Arc::make_mut(server).poll()
        {
            match &output {
                server::Output::Send { connection, bytes } => {
                    self.put_down(*connection, Piece::Bytes(bytes.clone()));
                }
                server::Output::Close { connection } => {
                    self.put_down(*connection, Piece::Fin);
                    self.asked.retain(|asked| asked != connection);
                    if let Some(link) = self.link_mut(*connection) {
                        link.is_known_to_server = false;
                        link.up.clear();
                    }
                }
                server::Output::Event(event) => self.note(place, *event),
                server::Output::Request { connection, .. } => self.asked.push_back(*connection),
            }
            outcome.server.push(output);
        }
    }

    /// Notes what became of sessions.
    fn note(&mut self, place: usize, event: server::Event) {
        match event {
            server::Event::Created {
                session_id,
                connection,
                timeout_ms,
            }
            | server::Event::Renewed {
                session_id,
                connection,
                timeout_ms,
                ..
            } => {
                if let Some(link) = self.link_mut(connection) {
                    link.granted = Some(session_id);
                }
                self.lives.grant(self.now, (place, session_id), timeout_ms);
            }
            server::Event::Closed { session_id } | server::Event::Expired { session_id } => {
                self.lives.end((place, session_id));
                self.ended.insert((place, session_id));
            }
            server::Event::Dropped { session_id } => self.lives.end((place, session_id)),
            _ => {}
        }
    }

    /// Puts something on its way to a client, unless that has let go of the connection or it is
    /// broken.
    fn put_down(&mut self, id: ConnectionId, piece: Piece) {
        if self.is_whole(id)
            && let Some(link) = self.link_mut(id)
        {
            link.down.push_back(piece);
        }
    }

    /// Does what a client wants done.
    pub(super) fn hear_client(&mut self, place: usize, outcome: &mut Outcome) {
        let server_of = |name: &str| (0..self.servers.len()).find(|place| host(*place) == name);
        while let Some(peer) = self.peers.get_mut(place)
            && let Some(client) = &mut peer.client
            && let Some(output) = Arc::make_mut(client).poll()
        {
            match &output {
                client::Output::Connect(name) => peer.dialling = server_of(name),
                client::Output::Probe(name) => peer.probing = server_of(name),
                client::Output::Send(bytes) => {
                    let link = peer.link.and_then(|id| self.links.get_mut(&id));
                    let link = link.map(Arc::make_mut);
                    if let Some(link) = link
                        && link.up.back() != Some(&Piece::Lost)
                    {
                        link.up.push_back(Piece::Bytes(bytes.clone()));
                    }
                }
                client::Output::Disconnect => {
                    peer.dialling = None;
                    let link = peer.link.take().and_then(|id| self.links.get_mut(&id));
                    let link = link.map(Arc::make_mut);
                    if let Some(link) = link {
                        link.down.clear();
                        if link.up.back() != Some(&Piece::Lost) {
                            link.up.push_back(Piece::Fin);
                        }
                    }
                }
                _ => {}
            }
            if client.phase() != Phase::ConnectedReadOnly {
                peer.probing = None;
            }
            outcome.clients.push((place, output));
        }
    }
}

/// Whether a frame counts as life of its session: all do but those about identities.
fn is_life(frame: &[u8]) -> bool {
    operation(frame).is_some_and(|op| op != OpCode::AUTH && op != OpCode::SASL)
}

/// The operation that a frame asks for, if it is the header of a request.
pub(super) fn operation(frame: &[u8]) -> Option<OpCode> {
    let bytes = frame.get(8..)?.first_chunk()?;
    Some(OpCode(i32::from_be_bytes(*bytes)))
}

/// Where all connections come from.
const PEER: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
