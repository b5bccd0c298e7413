//! What must hold in every state.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt;

use jute_codec::ErrorCode;
use jute_codec::KeeperState;
use jute_codec::OpCode;

use crate::checker::Move;
use crate::checker::Role;
use crate::checker::State;
use crate::checker::state::Arrived;
use crate::checker::state::Outcome;
use crate::checker::take::operation;
use crate::client;
use crate::client::Fault;
use crate::server;
use crate::server::ConnectionId;
use crate::server::Server;

/// Something that must hold whatever happens in whatever order.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Property {
    /// A session has one live owner at most, and only owners are served.
    OneOwner,
    /// A session that was closed or has expired is never renewed, and its id never given again.
    EndedForGood,
    /// No close is lost: one that reaches the server ends the session, and one that a client was
    /// told of has happened.
    CloseIsTrue,
    /// A client is told that its session is gone only if it is.
    ExpiryIsTrue,
    /// A client that is connected has the session the server granted on that connection.
    SameView,
    /// Neither side says that the other broke the protocol.
    NoAccusation,
    /// A session lives as long as it was granted since it was last heard of, and ends with a tick
    /// after that.
    InTime,
    /// A deadline that comes does something, or moves.
    Progress,
}

impl Property {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::OneOwner,
        Self::EndedForGood,
        Self::CloseIsTrue,
        Self::ExpiryIsTrue,
        Self::SameView,
        Self::NoAccusation,
        Self::InTime,
        Self::Progress,
    ];
}

impl fmt::Display for Property {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OneOwner => "one live owner a session",
            Self::EndedForGood => "what has ended stays ended",
            Self::CloseIsTrue => "no close is lost",
            Self::ExpiryIsTrue => "expired means expired",
            Self::SameView => "both sides of one mind",
            Self::NoAccusation => "nobody breaks the protocol",
            Self::InTime => "a session ends when its time is up",
            Self::Progress => "a deadline does something",
        })
    }
}

/// A property that does not hold, and a shortest way to see that.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Violation {
    /// What should hold.
    pub property: Property,
    /// What is the case instead.
    pub found: String,
    /// What led there.
    pub path: Vec<Move>,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.property, self.found)?;
        for step in &self.path {
            write!(f, "\n  {step}")?;
        }
        Ok(())
    }
}

impl Error for Violation {}

impl State {
    /// Holds a state, and the move that led to it, against every property.
    pub(super) fn check(
        &self,
        before: &Self,
        by: Move,
        outcome: &Outcome,
    ) -> Result<(), (Property, String)> {
        self.servers.iter().try_for_each(|it| check_owners(it))?;
        self.check_ended(before, outcome)?;
        self.check_close(before, outcome)?;
        self.check_answers(outcome)?;
        self.check_views()?;
        self.check_manners(before, outcome)?;
        self.check_time(before, by, outcome)?;
        self.check_progress(before, by, outcome)
    }

    fn check_ended(&self, before: &Self, outcome: &Outcome) -> Result<(), (Property, String)> {
        let broken = |found: String| Err((Property::EndedForGood, found));
        let has_ended = |server, id| before.ended.contains(&(server, id));
        for output in &outcome.server {
            if let server::Output::Event(
                server::Event::Created {
                    session_id,
                    connection,
                    ..
                }
                | server::Event::Renewed {
                    session_id,
                    connection,
                    ..
                },
            ) = output
                && let Some(link) = before.links.get(connection)
                && has_ended(link.server, *session_id)
                && !self.scene.is_member(link.server)
            {
                return broken(format!("{output}"));
            }
        }
        for (place, id) in &self.ended {
            let server = self.servers.get(*place);
            let is_there = server.is_some_and(|server| server.session(*id).is_some());
            if is_there && !self.scene.is_member(*place) {
                return broken(format!("{id:#x} is there again"));
            }
        }
        Ok(())
    }

    /// A closeSession that reaches the holder of a session ends it, at once or behind what is owed
    /// before.
    fn check_close(&self, before: &Self, outcome: &Outcome) -> Result<(), (Property, String)> {
        let Some((connection, Arrived::Bytes(bytes))) = &outcome.arrived else {
            return Ok(());
        };
        let link = before.links.get(connection);
        let server = link.and_then(|link| self.servers.get(link.server));
        let is_close = operation(bytes) == Some(OpCode::CLOSE_SESSION);
        let was_served = before.phase(*connection) == server::Phase::Serving;
        let is_waiting = self.phase(*connection) == server::Phase::Draining;
        if let Some(id) = link.and_then(|link| link.granted)
            && is_close
            && was_served
            && !is_waiting
            && server.is_some_and(|server| server.session(id).is_some())
        {
            let found = format!("{connection} has closed {id:#x}, and it is alive");
            return Err((Property::CloseIsTrue, found));
        }
        Ok(())
    }

    fn check_answers(&self, outcome: &Outcome) -> Result<(), (Property, String)> {
        for (place, output) in &outcome.clients {
            let peer = self.peers.get(*place);
            let Some(client) = peer.and_then(|peer| peer.client.as_ref()) else {
                continue;
            };
            let id = client.session_id();
            let has_ended = self.ended.iter().any(|(_, ended)| *ended == id);
            let found = format!("client {place}: {output}, and {id:#x} is alive");
            match output {
                // The delegate knows no node; what is found is an end.
                client::Output::Reply(reply)
                    if matches!(&reply.outcome, client::Outcome::Answered(answer)
                        if answer.header.err == ErrorCode::OK)
                        && !has_ended =>
                {
                    return Err((Property::CloseIsTrue, found));
                }
                client::Output::Event(event)
                    if event.state == KeeperState::EXPIRED
                        && !has_ended
                        && !outcome.has_timed_out(*place) =>
                {
                    return Err((Property::ExpiryIsTrue, found));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn check_views(&self) -> Result<(), (Property, String)> {
        for (place, peer) in self.peers.iter().enumerate() {
            let Some(client) = peer.client.as_ref() else {
                continue;
            };
            let link = peer.link.and_then(|id| self.links.get(&id));
            let granted = link.and_then(|link| link.granted);
            if client.phase().is_connected() && granted != Some(client.session_id()) {
                let found = format!(
                    "client {place} has {:#x}, granted was {granted:#x?}",
                    client.session_id()
                );
                return Err((Property::SameView, found));
            }
        }
        Ok(())
    }

    fn check_manners(&self, before: &Self, outcome: &Outcome) -> Result<(), (Property, String)> {
        for (place, output) in &outcome.clients {
            let peer = before.peers.get(*place);
            let link = peer.and_then(|peer| before.links.get(&peer.link?));
            if let client::Output::Fault(fault) = output
                && fault.is_misbehaviour()
                && !link.is_some_and(|link| self.scene.is_member(link.server))
            {
                return Err((Property::NoAccusation, format!("client {place}: {fault}")));
            }
        }
        for output in &outcome.server {
            if let server::Output::Event(server::Event::Disconnected { connection, reason }) =
                output
                && (reason.trigger() == server::Trigger::Fault
                    || matches!(reason, server::Reason::ZxidAhead { .. }))
                && *reason != server::Reason::Delegate
                && !self.is_stranger(*connection)
            {
                return Err((Property::NoAccusation, output.to_string()));
            }
        }
        Ok(())
    }

    fn check_progress(
        &self,
        before: &Self,
        by: Move,
        outcome: &Outcome,
    ) -> Result<(), (Property, String)> {
        let (deadline, was) = match by {
            Move::ServerTick(place) => {
                let deadline = |state: &Self| state.servers.get(place).and_then(|it| it.deadline());
                (deadline(self), deadline(before))
            }
            Move::ClientTick(place) => {
                let deadline = |state: &Self| {
                    let client = state.peers.get(place)?.client.as_ref();
                    client.and_then(|client| client.deadline())
                };
                (deadline(self), deadline(before))
            }
            _ => return Ok(()),
        };
        let is_silent = outcome.clients.is_empty() && outcome.server.is_empty();
        if is_silent && deadline == was {
            return Err((Property::Progress, format!("{by} for nothing")));
        }
        Ok(())
    }

    /// Sessions end neither before their time nor a tick after it.
    fn check_time(
        &self,
        before: &Self,
        by: Move,
        outcome: &Outcome,
    ) -> Result<(), (Property, String)> {
        let broken = |found: String| Err((Property::InTime, found));
        for output in &outcome.server {
            if let server::Output::Event(server::Event::Expired { session_id }) = output {
                let mut ends = (0..self.servers.len()).filter_map(|server| {
                    let was_there = before.servers.get(server)?.session(*session_id).is_some();
                    let is_there = self.servers.get(server)?.session(*session_id).is_some();
                    let end = before.lives.is_up_at((server, *session_id))?;
                    (was_there && !is_there).then_some(end)
                });
                if let Some(end) = ends.find(|end| self.now <= *end) {
                    let early = end - self.now;
                    return broken(format!(
                        "{session_id:#x} has expired {early:?} before its time was up"
                    ));
                }
            }
        }
        for (place, server) in self.servers.iter().enumerate() {
            let tick = server.config().tick_time;
            for session in server.sessions() {
                let id = session.session_id;
                let Some(end) = self.lives.is_up_at((place, id)) else {
                    continue;
                };
                if server.deadline().is_none() {
                    return broken(format!("{id:#x} will never expire"));
                }
                if by == Move::Wait && before.now >= end + tick {
                    let late = before.now - end;
                    return broken(format!("{id:#x} is alive {late:?} after its time"));
                }
            }
        }
        Ok(())
    }

    /// Whether a server has a session.
    pub(super) fn is_alive(&self, id: i64) -> bool {
        self.servers
            .iter()
            .any(|server| server.session(id).is_some())
    }

    fn is_stranger(&self, connection: ConnectionId) -> bool {
        let link = self.links.get(&connection);
        let role = link.and_then(|link| self.scene.roles.get(link.peer));
        matches!(role, Some(Role::Stranger(_)))
    }
}

fn check_owners(server: &Server) -> Result<(), (Property, String)> {
    let broken = |found: String| Err((Property::OneOwner, found));
    let mut owners = BTreeSet::new();
    for session in server.sessions() {
        let id = session.session_id;
        let Some(owner) = session.owner else { continue };
        if !owners.insert(owner) {
            return broken(format!("{owner} owns two sessions"));
        }
        let phase = server.phase(owner);
        if !matches!(phase, server::Phase::Serving | server::Phase::Draining) {
            return broken(format!("{owner} owns {id:#x} and is {phase}"));
        }
    }
    for (connection, phase) in server.connections() {
        if phase == server::Phase::Serving && !owners.contains(&connection) {
            return broken(format!("{connection} is served and owns no session"));
        }
    }
    Ok(())
}

impl Outcome {
    /// Whether a client had the answer to what it asked.
    pub(super) fn has_answer(&self, place: usize) -> bool {
        self.clients.iter().any(|(client, output)| {
            let client::Output::Reply(reply) = output else {
                return false;
            };
            *client == place && matches!(reply.outcome, client::Outcome::Answered(_))
        })
    }

    /// Whether a client found that its session had timed out.
    pub(super) fn has_timed_out(&self, place: usize) -> bool {
        self.clients.iter().any(|(client, output)| {
            let client::Output::Fault(fault) = output else {
                return false;
            };
            *client == place && matches!(fault, Fault::SessionTimeout { .. })
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::checker::Scene;

    /// No flaw that a peer can see breaks this one: it is between an engine and its driver.
    #[test]
    fn a_deadline_that_does_nothing_is_noticed() {
        let state = State::first(&Arc::new(Scene::default()));
        let idle = Outcome::default();
        for by in [Move::ClientTick(0), Move::ServerTick(0)] {
            let found = state.check(&state, by, &idle);
            assert_eq!(
                found.map_err(|(property, _)| property),
                Err(Property::Progress)
            );
        }
        assert_eq!(state.check(&state, Move::Wait, &idle), Ok(()));
    }
}
