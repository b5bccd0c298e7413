//! What can happen next.

use std::collections::VecDeque;
use std::fmt;

use crate::Instant;
use crate::checker::Role;
use crate::checker::State;
use crate::checker::state::Piece;
use crate::server::ConnectionId;

/// One thing that can happen next. Clients and servers go by their place in the scene.
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
    /// The delegate ends the connection of the oldest request.
    Dismiss,
    /// The server that a client of a read-only one asks answers what it is.
    Probe(usize),
    /// A client does what is due.
    ClientTick(usize),
    /// A client sleeps, and nothing reaches it.
    Nap(usize),
    /// A client wakes up.
    Wake(usize),
    /// A server does what is due.
    ServerTick(usize),
    /// A server stops and starts again.
    Restart(usize),
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
            Self::Dismiss => f.write_str("the delegate ends the connection"),
            Self::Probe(client) => write!(f, "client {client} learns what another server is"),
            Self::ClientTick(client) => write!(f, "client {client} ticks"),
            Self::Nap(client) => write!(f, "client {client} falls asleep"),
            Self::Wake(client) => write!(f, "client {client} wakes up"),
            Self::ServerTick(server) => write!(f, "server {server} ticks"),
            Self::Restart(server) => write!(f, "server {server} stops and starts again"),
            Self::Wait => f.write_str("time goes on"),
        }
    }
}

impl State {
    /// What can happen next.
    pub(super) fn moves(&self) -> Vec<Move> {
        let mut moves = Vec::new();
        for place in 0..self.peers.len() {
            self.moves_of_peer(place, &mut moves);
        }
        for (&id, link) in &self.links {
            let is_awake = self
                .peers
                .get(link.peer)
                .is_some_and(|peer| !peer.is_asleep);
            if !link.up.is_empty() && !self.is_server_due(link.server) {
                moves.push(Move::Up(id));
            }
            if !link.down.is_empty() && is_awake {
                moves.push(Move::Down(id));
            }
            if self.cuts > 0 && self.is_whole(id) {
                moves.push(Move::Cut(id));
            }
        }
        if !self.asked.is_empty() && !self.is_server_due(0) {
            moves.extend([Move::Answer, Move::Dismiss]);
        }
        for place in 0..self.servers.len() {
            if self.is_server_due(place) {
                moves.push(Move::ServerTick(place));
            } else if self.may_restart(place) {
                moves.push(Move::Restart(place));
            }
        }
        if self.can_wait() {
            moves.push(Move::Wait);
        }
        moves
    }

    fn moves_of_peer(&self, place: usize, moves: &mut Vec<Move>) {
        let Some(peer) = self.peers.get(place) else {
            return;
        };
        if peer.is_asleep {
            moves.push(Move::Wake(place));
            return;
        }
        if peer.is_expected && self.dials > 0 && self.can_enter(place) {
            moves.push(Move::Enter(place));
        }
        if peer.dialling.is_some() && self.dials > 0 {
            moves.extend([Move::Dial(place), Move::Refuse(place)]);
        }
        let Some(client) = &peer.client else {
            return;
        };
        if self.scene.closes && !peer.has_closed && client.phase().is_alive() {
            moves.push(Move::Close(place));
        }
        let is_open = client.phase().is_alive() && !peer.has_closed;
        if self.scene.auths && !peer.has_shown && is_open {
            moves.push(Move::Auth(place));
        }
        if place == 0 && peer.asked < self.scene.requests && is_open {
            moves.push(Move::Request(place));
        }
        if peer
            .probing
            .is_some_and(|server| !self.is_server_due(server))
        {
            moves.push(Move::Probe(place));
        }
        if client.deadline().is_some_and(|at| at <= self.now) {
            moves.push(Move::ClientTick(place));
            if self.naps > 0 {
                moves.push(Move::Nap(place));
            }
        }
    }

    /// Whether a server may stop and start again: not twice in one moment. A server makes its ids
    /// from the millisecond it starts in; Apache's takes longer than that to start.
    pub(super) fn may_restart(&self, place: usize) -> bool {
        let started = self.started.get(place);
        self.restarts > 0 && started.is_some_and(|at| self.now > *at)
    }

    /// Whether a server has something to do before anything else reaches it.
    fn is_server_due(&self, place: usize) -> bool {
        let deadline = self.servers.get(place).and_then(|server| server.deadline());
        deadline.is_some_and(|at| at <= self.now)
    }

    /// Whether a client has this connection, and it is not broken.
    pub(super) fn is_whole(&self, id: ConnectionId) -> bool {
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
    pub(super) fn first_session(&self) -> Option<(i64, Vec<u8>)> {
        let client = self.peers.first()?.client.as_ref()?;
        let passwd = client.passwd()?.to_vec();
        (client.session_id() != 0).then(|| (client.session_id(), passwd))
    }

    /// Whether time may go on: nothing is due, and not too much is on its way.
    fn can_wait(&self) -> bool {
        let few = |way: &VecDeque<Piece>| way.len() <= self.scene.delayed;
        let are_few = self.links.values().all(|link| {
            let is_asleep = self.peers.get(link.peer).is_some_and(|peer| peer.is_asleep);
            few(&link.up) && (is_asleep || few(&link.down))
        });
        are_few && self.next_moment().is_some_and(|at| at > self.now)
    }

    /// When something is due next. Nothing is for those who sleep, but they may wake up at any tick.
    pub(super) fn next_moment(&self) -> Option<Instant> {
        let clients = self.peers.iter().filter(|peer| !peer.is_asleep);
        let clients =
            clients.filter_map(|peer| peer.client.as_ref().and_then(|client| client.deadline()));
        let servers = self.servers.iter().filter_map(|server| server.deadline());
        let is_anyone_asleep = self.peers.iter().any(|peer| peer.is_asleep);
        let tick = self.scene.servers.first().map(|server| server.tick_time);
        let tick = tick.filter(|_| is_anyone_asleep);
        clients
            .chain(servers)
            .chain(tick.map(|tick| self.now + tick))
            .min()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::checker::Scene;

    #[test]
    fn a_server_does_not_start_twice_in_one_moment() {
        let mut state = State::first(&Arc::new(Scene {
            restarts: 2,
            ..Scene::default()
        }));
        let restart = Move::Restart(0);
        assert!(!state.moves().contains(&restart));
        for _ in 0..2 {
            state.now = state.now + Duration::from_millis(1);
            assert!(state.moves().contains(&restart));
            state.take(restart);
            assert!(!state.moves().contains(&restart));
        }
    }
}
