//! What must hold in every state.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt;

use jute_codec::ErrorCode;
use jute_codec::KeeperState;

use crate::checker::Move;
use crate::checker::Role;
use crate::checker::State;
use crate::checker::state::Outcome;
use crate::client;
use crate::client::Client;
use crate::client::Fault;
use crate::server;
use crate::server::ConnectionId;

/// Something that must hold whatever happens in whatever order.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Property {
    /// A session has one live owner at most, and only owners are served.
    OneOwner,
    /// A session that was closed or has expired is never renewed, and its id never given again.
    EndedForGood,
    /// A close that a client was told of has happened.
    CloseIsTrue,
    /// A client is told that its session is gone only if it is.
    ExpiryIsTrue,
    /// A client that is connected has the session the server granted on that connection.
    SameView,
    /// Neither side says that the other broke the protocol.
    NoAccusation,
    /// A deadline that comes does something, or moves.
    Progress,
}

impl Property {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::OneOwner,
        Self::EndedForGood,
        Self::CloseIsTrue,
        Self::ExpiryIsTrue,
        Self::SameView,
        Self::NoAccusation,
        Self::Progress,
    ];
}

impl fmt::Display for Property {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OneOwner => "one live owner a session",
            Self::EndedForGood => "what has ended stays ended",
            Self::CloseIsTrue => "closed means closed",
            Self::ExpiryIsTrue => "expired means expired",
            Self::SameView => "both sides of one mind",
            Self::NoAccusation => "nobody breaks the protocol",
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
        self.check_owners()?;
        self.check_ended(before, outcome)?;
        self.check_answers(outcome)?;
        self.check_views()?;
        self.check_manners(outcome)?;
        self.check_progress(before, by, outcome)
    }

    fn check_owners(&self) -> Result<(), (Property, String)> {
        let broken = |found: String| Err((Property::OneOwner, found));
        let mut owners = BTreeSet::new();
        for session in self.server.sessions() {
            let id = session.session_id;
            let Some(owner) = session.owner else { continue };
            if !owners.insert(owner) {
                return broken(format!("{owner} owns two sessions"));
            }
            let phase = self.server.phase(owner);
            if !matches!(phase, server::Phase::Serving | server::Phase::Draining) {
                return broken(format!("{owner} owns {id:#x} and is {phase}"));
            }
        }
        for (connection, phase) in self.server.connections() {
            if phase == server::Phase::Serving && !owners.contains(&connection) {
                return broken(format!("{connection} is served and owns no session"));
            }
        }
        Ok(())
    }

    fn check_ended(&self, before: &Self, outcome: &Outcome) -> Result<(), (Property, String)> {
        let broken = |found: String| Err((Property::EndedForGood, found));
        if self.scene.is_member() {
            return Ok(());
        }
        for output in &outcome.server {
            if let server::Output::Event(
                server::Event::Created { session_id, .. }
                | server::Event::Renewed { session_id, .. },
            ) = output
                && before.ended.contains(session_id)
            {
                return broken(format!("{output}"));
            }
        }
        let alive = |id: &&i64| self.server.session(**id).is_some();
        if let Some(id) = self.ended.iter().find(alive) {
            return broken(format!("{id:#x} is there again"));
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
            let has_ended = self.ended.contains(&id);
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

    fn check_manners(&self, outcome: &Outcome) -> Result<(), (Property, String)> {
        for (place, output) in &outcome.clients {
            // Apache's members answer a request for a session with a reply header.
            if let client::Output::Fault(fault) = output
                && fault.is_misbehaviour()
                && !self.scene.is_member()
            {
                return Err((Property::NoAccusation, format!("client {place}: {fault}")));
            }
        }
        for output in &outcome.server {
            if let server::Output::Event(server::Event::Disconnected { connection, reason }) =
                output
                && (reason.trigger() == server::Trigger::Fault
                    || matches!(reason, server::Reason::ZxidAhead { .. }))
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
            Move::ServerTick => (self.server.deadline(), before.server.deadline()),
            Move::ClientTick(place) => {
                let deadline = |state: &Self| {
                    let client = state.peers.get(place)?.client.as_ref();
                    client.and_then(Client::deadline)
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

    fn is_stranger(&self, connection: ConnectionId) -> bool {
        let link = self.links.get(&connection);
        let role = link.and_then(|link| self.scene.roles.get(link.peer));
        matches!(role, Some(Role::Stranger(_)))
    }
}

impl Outcome {
    /// Whether a client found that its session had timed out.
    fn has_timed_out(&self, place: usize) -> bool {
        self.clients.iter().any(|(client, output)| {
            let client::Output::Fault(fault) = output else {
                return false;
            };
            *client == place && matches!(fault, Fault::SessionTimeout { .. })
        })
    }
}
