//! Has everything go well, and sees what comes of it.

use std::time::Duration;

use jute_codec::OpCode;

use crate::Instant;
use crate::client::Phase;
use crate::server;
use crate::server::ConnectionId;
use crate::server::Requests;
use crate::world::Claim;
use crate::world::ClientId;
use crate::world::Door;
use crate::world::Peer;
use crate::world::Violation;
use crate::world::Wire;
use crate::world::World;
use crate::world::inject::Power;
use crate::world::line::What;

impl World {
    /// Ends all faults, and demands that every client that is alive is connected in time, and then
    /// stays connected and has answers to all that it was asked for. Then it is asked for something
    /// new, and has to have an answer of the server's as soon as the wires and the server's thinking
    /// allow.
    ///
    /// In time is: what is on its way arrives, then a timeout passes at most until the client
    /// notices that its connection is dead, and another connection is opened after all the pauses
    /// there may be. Nothing is demanded for a client that cannot be served: its timeout is too
    /// short for the wire, the server is read-only and it is not, it has used up all connections
    /// of its address, or it has seen transactions that the server has lost.
    ///
    /// # Errors
    /// If that is not so, or something else is found that must not be.
    pub fn settle(&mut self) -> Result<(), Violation> {
        self.record(What::Calm);
        self.door = Door::Open;
        self.peers
            .iter_mut()
            .for_each(|it| it.wire = Wire::default());
        if let Power::Off { until } = &mut self.power {
            *until = (*until).min(self.now + Duration::from_millis(1));
        }
        let mut bounds: Vec<_> = (0..self.peers.len())
            .map(ClientId)
            .filter_map(|id| Some((self.bound(id)?, id)))
            .collect();
        bounds.sort_unstable();
        let mut connected = Vec::new();
        let mut longest = Duration::ZERO;
        for (until, id) in bounds {
            self.run_until(until)?;
            longest = longest.max(self.granted(id));
            connected.extend(self.demand_connection(id)?.map(|link| (id, link)));
        }
        self.run_for(longest * 2)?;
        for &(id, link) in &connected {
            if self.demand_connection(id)? != Some(link) {
                let found = format!("{id} did not stay on {link}");
                return Err(self.broken(Claim::Recovery, found));
            }
            self.oracle.check_answers(self.now, id)?;
        }
        self.demand_answers(connected.into_iter().map(|(id, _)| id))
    }

    /// Asks for something, and demands that the server answers.
    fn demand_answers(&mut self, clients: impl Iterator<Item = ClientId>) -> Result<(), Violation> {
        let mut asked = Vec::new();
        for id in clients {
            let request = self.request(id, OpCode::GET_DATA, b"calm")?;
            asked.extend(request.map(|request| (id, request)));
        }
        self.run_for(Wire::default().round_trip() + self.think + SLACK)?;
        for (id, request) in asked {
            if !self.oracle.was_answered(id, request) {
                let found = format!("{id} has no answer to {request}");
                return Err(self.broken(Claim::Recovery, found));
            }
        }
        Ok(())
    }

    /// The connection of a client that should have one; none if it has ended.
    fn demand_connection(&self, id: ClientId) -> Result<Option<ConnectionId>, Violation> {
        let Some(peer) = self.peers.get(id.0) else {
            return Ok(None);
        };
        match peer.client.phase() {
            Phase::Closed | Phase::AuthFailed => Ok(None),
            Phase::Connected | Phase::ConnectedReadOnly => Ok(peer.link),
            _ if self.is_ahead(peer) => Ok(None),
            phase => Err(self.broken(Claim::Recovery, format!("{id} is {phase}"))),
        }
    }

    /// When a client must be connected; none if nothing can be demanded.
    fn bound(&self, id: ClientId) -> Option<Instant> {
        let peer = self.peers.get(id.0)?;
        let wire = Wire::default();
        let granted = self.granted(id);
        let asked = peer
            .client
            .config()
            .session_timeout
            .min(MAX_TIMEOUT)
            .max(granted);
        let hosts = u32::try_from(peer.client.config().hosts().len()).unwrap_or(u32::MAX);
        let slow = wire.round_trip() + self.think + SLACK;
        if !self.can_serve(peer) || granted / hosts <= slow || granted / 3 <= slow {
            return None;
        }
        if peer.client.config().session_timeout / hosts <= slow {
            return None;
        }
        let links = self.links.values().filter(|link| link.client == id);
        let horizons = links.flat_map(|link| [link.up.horizon(), link.down.horizon()]);
        let mut calm = horizons.flatten().max().unwrap_or(self.now).max(self.now);
        if let Power::Off { until } = self.power {
            calm = calm.max(until);
        }
        let answers = self.answers.back().map_or(calm, |thought| thought.at);
        let notice = (granted * 2 / 3).max(asked / hosts) + slow;
        let redial = peer.client.config().rest + PAUSE + TURN + wire.round_trip() + slow;
        // A request that the server does not know ends the connection it is sent on.
        let rounds = match self.config.requests {
            Requests::Unimplemented => 2,
            Requests::Delegate => 1,
        };
        Some(calm.max(answers) + notice + redial * rounds)
    }

    /// Whether the server would have the client.
    fn can_serve(&self, peer: &Peer) -> bool {
        let mode = self.config.mode;
        let is_willing = match mode {
            server::Mode::ReadWrite => true,
            server::Mode::ReadOnly => peer.client.config().read_only == Some(true),
            server::Mode::ReadOnlyNoNew => false,
        };
        let mut others = self.links.values();
        let limit = usize::try_from(self.config.max_client_connections).unwrap_or(usize::MAX);
        let is_within = limit == 0 || {
            let same = others.by_ref().filter(|link| {
                self.peers.get(link.client.0).map(|it| it.address) == Some(peer.address)
            });
            same.count() + 2 <= limit
        };
        self.config.serving && is_willing && is_within && !self.is_ahead(peer)
    }

    /// Whether the client has seen what the server has not.
    fn is_ahead(&self, peer: &Peer) -> bool {
        peer.client.last_zxid() > self.server.last_zxid()
    }

    /// The timeout a client has or will get.
    fn granted(&self, id: ClientId) -> Duration {
        let wished = self
            .peers
            .get(id.0)
            .map(|it| it.client.config().session_timeout);
        let wished = wished.unwrap_or_default().min(MAX_TIMEOUT);
        let wished = i32::try_from(wished.as_millis()).unwrap_or(i32::MAX);
        let granted = self.oracle.clamp(wished);
        Duration::from_millis(u64::try_from(granted).unwrap_or(0))
    }
}

/// The longest timeout that can be asked for.
const MAX_TIMEOUT: Duration = Duration::from_millis(i32::MAX.cast_unsigned() as u64);

/// Where a millisecond more or less decides.
const SLACK: Duration = Duration::from_millis(4);

/// The longest pause before a connection, and that after a turn through all servers.
const PAUSE: Duration = Duration::from_millis(1_000);
const TURN: Duration = Duration::from_millis(1_000);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client;

    #[test]
    fn who_is_not_connected_is_noticed() {
        let mut world = World::new(server::Config::default(), 7);
        let config = client::Config::new("zk", Duration::from_secs(6));
        let id = world.join(config).expect("it connects");
        let claim = world.demand_connection(id).err().map(|it| it.claim);
        assert_eq!(claim, Some(Claim::Recovery));
        world.settle().expect("a sound world");
    }

    #[test]
    fn who_is_connected_and_not_answered_is_noticed() {
        for is_deaf in [false, true] {
            let config = server::Config {
                requests: Requests::Delegate,
                ..server::Config::default()
            };
            let mut world = World::new(config, 7);
            let config = client::Config::new("zk", Duration::from_secs(6));
            world.join(config).expect("it connects");
            world.is_deaf = is_deaf;
            let claim = world.settle().err().map(|violation| violation.claim);
            assert_eq!(claim, is_deaf.then_some(Claim::Recovery));
        }
    }
}
