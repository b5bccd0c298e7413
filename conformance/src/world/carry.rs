//! Carries what one side says to the other.

use std::time::Duration;

use bytes::Bytes;

use crate::Instant;
use crate::client;
use crate::server;
use crate::server::ConnectionId;
use crate::world::Claim;
use crate::world::ClientId;
use crate::world::Door;
use crate::world::Next;
use crate::world::Thought;
use crate::world::Violation;
use crate::world::World;
use crate::world::inject::Power;
use crate::world::line::What;
use crate::world::link::End;
use crate::world::link::Link;
use crate::world::pipe::Piece;

impl World {
    pub(super) fn take_step(&mut self, next: Next) -> Result<(), Violation> {
        match next {
            Next::Start => {
                self.start();
                Ok(())
            }
            Next::ServerTick => self.tick_server(),
            Next::ClientTick(id) => self.tick_client(id),
            Next::Up(connection) => self.arrive_up(connection),
            Next::Down(connection) => self.arrive_down(connection),
            Next::Probe(id) => self.answer_probe(id),
            Next::Answer => self.answer(),
        }
    }

    fn tick_server(&mut self) -> Result<(), Violation> {
        let deadline = self.server.deadline();
        self.record(What::ServerTick);
        let since_start = self.now - Instant::ZERO;
        let shown = Instant::ZERO + since_start.saturating_sub(self.late);
        self.server.handle(shown, server::Input::Tick);
        let did_something = self.hear_server()?;
        if !did_something && self.server.deadline() == deadline {
            return Err(self.broken(Claim::TimeGoesOn, "the server ticks for nothing"));
        }
        Ok(())
    }

    fn tick_client(&mut self, id: ClientId) -> Result<(), Violation> {
        let now = self.now;
        self.record(What::ClientTick(id));
        let Some(peer) = self.peers.get_mut(id.0) else {
            return Ok(());
        };
        let deadline = peer.client.deadline();
        peer.client.handle(now, client::Input::Tick);
        let is_later = peer.client.deadline() != deadline;
        if !self.hear_client(id)? && !is_later {
            return Err(self.broken(Claim::TimeGoesOn, format!("{id} ticks for nothing")));
        }
        Ok(())
    }

    /// Something reaches the server's end of a connection.
    fn arrive_up(&mut self, connection: ConnectionId) -> Result<(), Violation> {
        let Some(link) = self.links.get_mut(&connection) else {
            return Ok(());
        };
        let Some(piece) = link.up.take(self.now, &mut self.rng) else {
            return Ok(());
        };
        if piece == Piece::Open {
            return self.knock(connection);
        }
        if link.server_end != End::Open {
            return Ok(());
        }
        self.record(What::ToServer(connection, piece.clone()));
        let input = match &piece {
            Piece::Bytes(bytes) => {
                self.oracle.server_hears(self.now, connection, bytes)?;
                server::Input::Receive { connection, bytes }
            }
            Piece::Fin => {
                self.oracle.leave(connection, server::Reason::Eof);
                server::Input::Eof { connection }
            }
            Piece::Rst | Piece::Open | Piece::Opened | Piece::Refused => {
                self.oracle.leave(connection, server::Reason::Lost);
                self.set_server_end(connection, End::Closed);
                server::Input::Lost { connection }
            }
        };
        self.server.handle(self.now, input);
        self.hear_server().map(drop)
    }

    /// A client wants to connect.
    fn knock(&mut self, connection: ConnectionId) -> Result<(), Violation> {
        let is_up = matches!(self.power, Power::On);
        let Some(link) = self.links.get_mut(&connection) else {
            return Ok(());
        };
        if self.door == Door::Ignore {
            link.is_dead = true;
            return Ok(());
        }
        if self.door == Door::Refuse || !is_up {
            self.send_down(connection, Piece::Refused);
            return Ok(());
        }
        link.server_end = End::Open;
        let peer = self.peers.get(link.client.0).map(|peer| peer.address);
        let peer = peer.unwrap_or(std::net::Ipv4Addr::LOCALHOST.into());
        self.record(What::ToServer(connection, Piece::Open));
        self.send_down(connection, Piece::Opened);
        self.oracle.accept(self.now, connection);
        let input = server::Input::Accept { connection, peer };
        self.server.handle(self.now, input);
        self.hear_server().map(drop)
    }

    /// Something reaches the client's end of a connection.
    fn arrive_down(&mut self, connection: ConnectionId) -> Result<(), Violation> {
        let Some(link) = self.links.get_mut(&connection) else {
            return Ok(());
        };
        let Some(piece) = link.down.take(self.now, &mut self.rng) else {
            return Ok(());
        };
        let id = link.client;
        let was_opening = link.client_end == End::Opening;
        match (&piece, link.client_end) {
            (_, End::Closed) => return Ok(()),
            (Piece::Opened, _) => link.client_end = End::Open,
            (Piece::Refused | Piece::Rst, _) => link.client_end = End::Closed,
            _ => {}
        }
        self.oracle.client_hears(self.now, id, connection, &piece);
        self.record(What::ToClient(id, connection, piece.clone()));
        let Some(peer) = self.peers.get_mut(id.0) else {
            return Ok(());
        };
        let input = match &piece {
            Piece::Opened | Piece::Open => client::Input::Connected,
            Piece::Refused => client::Input::ConnectFailed,
            Piece::Rst if was_opening => client::Input::ConnectFailed,
            Piece::Rst => client::Input::Lost,
            Piece::Fin => client::Input::Eof,
            Piece::Bytes(bytes) => client::Input::Receive(bytes),
        };
        if matches!(piece, Piece::Refused | Piece::Rst) {
            peer.link = None;
        }
        peer.client.handle(self.now, input);
        self.hear_client(id).map(drop)
    }

    fn answer_probe(&mut self, id: ClientId) -> Result<(), Violation> {
        let is_up = matches!(self.power, Power::On) && self.door == Door::Open;
        let now = self.now;
        let Some(peer) = self.peers.get_mut(id.0) else {
            return Ok(());
        };
        peer.probe = None;
        if !is_up {
            return Ok(());
        }
        let answer = match self.config.mode {
            server::Mode::ReadWrite => "rw",
            server::Mode::ReadOnly | server::Mode::ReadOnlyNoNew => "ro",
        };
        let input = client::Input::ProbeAnswer(answer.as_bytes());
        peer.client.handle(now, input);
        self.record(What::ProbeAnswer(id, answer));
        self.hear_client(id).map(drop)
    }

    fn answer(&mut self) -> Result<(), Violation> {
        let Some(thought) = self.answers.pop_front() else {
            return Ok(());
        };
        let connection = thought.connection;
        self.record(What::Answer(connection));
        let reply = server::Reply::Done {
            zxid: self.server.last_zxid().saturating_add(1),
            err: jute_codec::ErrorCode::OK,
            body: thought.body,
        };
        let input = server::Input::Reply { connection, reply };
        self.server.handle(self.now, input);
        self.hear_server().map(drop)
    }

    /// Does what the server wants done; whether there was anything.
    pub(super) fn hear_server(&mut self) -> Result<bool, Violation> {
        let mut any = false;
        while let Some(output) = self.server.poll() {
            any = true;
            self.oracle.server_says(self.now, &output)?;
            self.record(What::FromServer(output.clone()));
            match output {
                server::Output::Send { connection, bytes } => {
                    self.send_down(connection, Piece::Bytes(bytes));
                }
                server::Output::Close { connection } => {
                    self.send_down(connection, Piece::Fin);
                    self.set_server_end(connection, End::Closed);
                }
                server::Output::Request {
                    connection, frame, ..
                } => {
                    let payload = frame.into_bytes();
                    let body = payload.slice(REQUEST_HEADER.min(payload.len())..);
                    self.think_about(connection, body);
                }
                server::Output::Event(_) => {}
            }
        }
        Ok(any)
    }

    /// Does what a client wants done; whether there was anything.
    pub(super) fn hear_client(&mut self, id: ClientId) -> Result<bool, Violation> {
        let mut any = false;
        while let Some(peer) = self.peers.get_mut(id.0)
            && let Some(output) = peer.client.poll()
        {
            any = true;
            self.oracle
                .client_says(self.now, id, peer.link, &peer.client, &output)?;
            self.log.push(super::Line::new(
                self.now,
                What::FromClient(id, output.clone()),
            ));
            match output {
                client::Output::Connect(_) => self.connect(id),
                client::Output::Send(bytes) => self.send_up(id, Piece::Bytes(bytes)),
                client::Output::Disconnect => {
                    self.send_up(id, Piece::Fin);
                    self.hang_up(id);
                }
                client::Output::Probe(_) => {
                    let trip = peer.wire.up + peer.wire.down;
                    peer.probe = Some(self.now + trip);
                }
                client::Output::Event(_) | client::Output::Reply(_) | client::Output::Fault(_) => {}
            }
        }
        Ok(any)
    }

    fn connect(&mut self, id: ClientId) {
        self.opened += 1;
        let connection = ConnectionId(self.opened);
        self.links.insert(connection, Link::new(id));
        self.oracle.open(connection, id);
        if let Some(peer) = self.peers.get_mut(id.0) {
            peer.link = Some(connection);
        }
        self.send_up(id, Piece::Open);
    }

    /// The client lets go of its connection.
    fn hang_up(&mut self, id: ClientId) {
        if let Some(peer) = self.peers.get_mut(id.0)
            && let Some(connection) = peer.link.take()
            && let Some(link) = self.links.get_mut(&connection)
        {
            link.client_end = End::Closed;
        }
    }

    fn set_server_end(&mut self, connection: ConnectionId, end: End) {
        if let Some(link) = self.links.get_mut(&connection) {
            link.server_end = end;
        }
    }

    /// The client sends something on its connection.
    fn send_up(&mut self, id: ClientId, piece: Piece) {
        if let Some(peer) = self.peers.get(id.0)
            && let Some(connection) = peer.link
            && let Some(link) = self.links.get_mut(&connection)
            && !link.is_dead
        {
            let at = self.now + peer.wire.up;
            match piece {
                Piece::Bytes(bytes) if peer.wire.pieces => {
                    let jitter = peer.wire.jitter;
                    link.up.push_cut(at, bytes, jitter, &mut self.rng);
                }
                _ => link.up.push(at, piece),
            }
        }
    }

    /// The server sends something on a connection.
    fn send_down(&mut self, connection: ConnectionId, piece: Piece) {
        if let Some(link) = self.links.get_mut(&connection)
            && let Some(peer) = self.peers.get(link.client.0)
            && !link.is_dead
        {
            let at = self.now + peer.wire.down;
            match piece {
                Piece::Bytes(bytes) if peer.wire.pieces => {
                    let jitter = peer.wire.jitter;
                    link.down.push_cut(at, bytes, jitter, &mut self.rng);
                }
                _ => link.down.push(at, piece),
            }
        }
    }

    fn think_about(&mut self, connection: ConnectionId, body: Bytes) {
        if self.is_deaf {
            return;
        }
        let longest = (Instant::ZERO + self.think).as_millis();
        let at = self.now + Duration::from_millis(self.rng.u64(0..=longest));
        let last = self.answers.back().map_or(at, |thought| thought.at);
        self.answers.push_back(Thought {
            at: at.max(last),
            connection,
            body,
        });
    }
}

/// Bytes of a request header: xid, type.
const REQUEST_HEADER: usize = 4 + 4;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::TURNS;

    /// What is wrong after these steps.
    fn claim(outcome: Result<(), Violation>) -> Option<Claim> {
        outcome.err().map(|violation| violation.claim)
    }

    #[test]
    fn a_deadline_that_does_nothing_is_noticed() {
        let mut world = World::new(server::Config::default(), 7);
        assert_eq!(claim(world.tick_server()), Some(Claim::TimeGoesOn));
        let config = client::Config::new("zk", Duration::from_secs(6));
        let client = world.join(config).expect("it connects");
        assert_eq!(claim(world.tick_client(client)), Some(Claim::TimeGoesOn));
    }

    #[test]
    fn a_moment_without_end_is_noticed() {
        let mut world = World::new(server::Config::default(), 7);
        let config = client::Config::new("zk", Duration::from_secs(6));
        world.join(config).expect("it connects");
        // What is due by then happens in one moment.
        world.now = world.now + Duration::from_secs(1);
        assert_eq!(world.clone().step(), Ok(true));
        world.turns = TURNS;
        assert_eq!(claim(world.step().map(drop)), Some(Claim::TimeGoesOn));
    }
}
