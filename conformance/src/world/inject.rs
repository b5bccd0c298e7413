//! Has things go wrong.

use std::time::Duration;

use crate::Instant;
use crate::server;
use crate::server::Server;
use crate::world::ClientId;
use crate::world::Fault;
use crate::world::Told;
use crate::world::Violation;
use crate::world::Way;
use crate::world::World;
use crate::world::line::What;
use crate::world::link::End;
use crate::world::pipe::Piece;

/// Whether there is a server.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Power {
    On,
    Off { until: Instant },
}

impl World {
    /// Has something go wrong now.
    ///
    /// # Errors
    /// If something is found that must not be.
    pub fn inject(&mut self, fault: Fault) -> Result<(), Violation> {
        self.record(What::Fault(fault));
        match fault {
            Fault::Cut { client, told } => self.cut(client, told),
            Fault::HalfClose { client, way } => self.half_close(client, way),
            Fault::Wire { client, wire } => {
                if let Some(peer) = self.peers.get_mut(client.0) {
                    peer.wire = wire;
                }
            }
            Fault::Door(door) => self.door = door,
            Fault::Restart { away } => {
                self.oracle.stop();
                self.server.restart(self.now);
                self.hear_server()?;
                self.stop(away);
            }
            Fault::Kill { away } => self.kill(away),
        }
        self.check()
    }

    /// Breaks a client's connection.
    fn cut(&mut self, client: ClientId, told: Told) {
        let Some(peer) = self.peers.get(client.0) else {
            return;
        };
        let Some(link) = peer.link.and_then(|it| self.links.get_mut(&it)) else {
            return;
        };
        link.is_dead = true;
        link.up.cut(&mut self.rng);
        link.down.cut(&mut self.rng);
        if matches!(told, Told::Both | Told::Server) {
            link.up.push(self.now + peer.wire.up, Piece::Rst);
        }
        if matches!(told, Told::Both | Told::Client) {
            link.down.push(self.now + peer.wire.down, Piece::Rst);
        }
    }

    /// Ends one direction of a client's connection, once both sides have it open.
    fn half_close(&mut self, client: ClientId, way: Way) {
        let Some(peer) = self.peers.get(client.0) else {
            return;
        };
        let Some(link) = peer.link.and_then(|it| self.links.get_mut(&it)) else {
            return;
        };
        if link.is_dead || (link.client_end, link.server_end) != (End::Open, End::Open) {
            return;
        }
        match way {
            Way::Up => link.up.end(self.now + peer.wire.up),
            Way::Down => link.down.end(self.now + peer.wire.down),
        }
    }

    /// Ends the server and all it knows; its connections break.
    fn kill(&mut self, away: Duration) {
        for (&connection, link) in &mut self.links {
            if link.server_end == End::Open {
                link.server_end = End::Closed;
                self.oracle.end(connection);
                if let Some(peer) = self.peers.get(link.client.0)
                    && !link.is_dead
                {
                    link.down.push(self.now + peer.wire.down, Piece::Rst);
                }
            }
        }
        self.oracle.empty();
        // Ids are made from the clock, so that no server gives those of another.
        let config = server::Config {
            start_ms: self.config.start_ms.saturating_add(self.now.as_millis()),
            ..self.config.clone()
        };
        self.server = Server::new(config, self.now);
        self.stop(away);
    }

    /// There is no server for a while.
    fn stop(&mut self, away: Duration) {
        self.answers.clear();
        let until = self.now + away.max(Duration::from_millis(1));
        let until = match self.power {
            Power::On => until,
            Power::Off { until: before } => until.max(before),
        };
        self.power = Power::Off { until };
    }

    /// The server comes up.
    pub(super) fn start(&mut self) {
        self.record(What::Start);
        self.server.restart(self.now);
        self.oracle.start(self.now);
        self.power = Power::On;
    }
}
