//! Which moves of the engines' tables were seen.
//!
//! The moves of a client are told by where it was and is. So are those of a connection of the
//! server, but for four after which it is where it was: it reads something (`Read`), or answers
//! (`Answer`). These are told by what reached the server and what it sent.

use std::collections::BTreeSet;
use std::fmt;

use jute_codec::KeeperState;

use crate::checker::State;
use crate::checker::state::Arrived;
use crate::checker::state::Outcome;
use crate::client;
use crate::client::Fault;
use crate::server;

/// A move of one of the engines' tables.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Step {
    /// A client's.
    Client(client::Phase, client::Trigger, client::Phase),
    /// That of a connection of the server.
    Server(server::Phase, server::Trigger, server::Phase),
}

impl Step {
    /// All of them.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let clients = client::Phase::MOVES.iter();
        let clients = clients.map(|&(from, on, to)| Self::Client(from, on, to));
        let servers = server::Phase::MOVES.iter();
        clients
            .chain(servers.map(|&(from, on, to)| Self::Server(from, on, to)))
            .collect()
    }

    /// Its name in lower case, without spaces: `client-connected-lose`.
    #[must_use]
    pub fn slug(&self) -> String {
        let (side, from, on) = match self {
            Self::Client(from, on, _) => ("client", from.name(), on.name()),
            Self::Server(from, on, _) => ("server", from.name(), on.name()),
        };
        format!("{side}-{from}-{on}").to_lowercase()
    }

    /// What a client did, by where it was, where it is and what it said meanwhile.
    pub(super) fn of_client(
        from: client::Phase,
        to: client::Phase,
        said: &[client::Output],
    ) -> Option<Self> {
        let is_timeout = |output: &client::Output| {
            matches!(output, client::Output::Fault(Fault::SessionTimeout { .. }))
        };
        let is_expired = |output: &client::Output| {
            let client::Output::Event(event) = output else {
                return false;
            };
            event.state == KeeperState::EXPIRED
        };
        let end = if said.iter().any(is_timeout) {
            client::Trigger::Expire
        } else if said.iter().any(is_expired) {
            client::Trigger::Refuse
        } else {
            client::Trigger::End
        };
        let fits = |on: client::Trigger| to != client::Phase::Closed || on == end;
        client::Phase::MOVES
            .iter()
            .find(|(was, on, is)| (*was, *is) == (from, to) && fits(*on))
            .map(|&(from, on, to)| Self::Client(from, on, to))
    }

    /// What a connection of the server did that is where it was: it read something, or answered.
    fn of_server_that_stays(
        at: server::Phase,
        has_read: bool,
        has_answered: bool,
    ) -> impl Iterator<Item = Self> {
        let moves = server::Phase::MOVES.iter();
        moves
            .filter(move |(from, on, to)| {
                let is_seen = match on {
                    server::Trigger::Read => has_read,
                    server::Trigger::Answer => has_answered,
                    _ => false,
                };
                is_seen && *from == at && from == to
            })
            .map(|&(from, on, to)| Self::Server(from, on, to))
    }

    /// What a connection of the server did, by where it was and is, and why it ended if it did.
    pub(super) fn of_server(
        from: server::Phase,
        to: server::Phase,
        reason: Option<server::Reason>,
    ) -> Option<Self> {
        let end = reason.map(server::Reason::trigger);
        let fits = |on| to != server::Phase::Closed || Some(on) == end;
        server::Phase::MOVES
            .iter()
            .find(|(was, on, is)| was != is && (*was, *is) == (from, to) && fits(*on))
            .map(|&(from, on, to)| Self::Server(from, on, to))
    }
}

impl State {
    /// The moves of the tables that led here from the state before.
    pub(super) fn steps_from(&self, before: &Self, outcome: &Outcome) -> BTreeSet<Step> {
        let mut steps = BTreeSet::new();
        for (place, (peer, was)) in self.peers.iter().zip(&before.peers).enumerate() {
            let (Some(client), Some(was)) = (&peer.client, &was.client) else {
                continue;
            };
            let said = outcome.clients.iter().filter(|(by, _)| *by == place);
            let said: Vec<_> = said.map(|(_, output)| output.clone()).collect();
            steps.extend(Step::of_client(was.phase(), client.phase(), &said));
        }
        for &connection in self.links.keys().chain(before.links.keys()) {
            let reason = outcome.server.iter().find_map(|output| match output {
                server::Output::Event(server::Event::Disconnected {
                    connection: ended,
                    reason,
                }) if *ended == connection => Some(*reason),
                _ => None,
            });
            let (was, is) = (before.phase(connection), self.phase(connection));
            steps.extend(Step::of_server(was, is, reason));
            if was == is {
                let has_read = matches!(&outcome.arrived, Some((on, Arrived::Bytes(_)))
                    if *on == connection);
                let has_answered = outcome.server.iter().any(|output| {
                    matches!(output, server::Output::Send { connection: on, .. }
                        if *on == connection)
                });
                steps.extend(Step::of_server_that_stays(is, has_read, has_answered));
            }
        }
        steps
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Client(from, on, to) => write!(f, "client {from}: {on}: {to}"),
            Self::Server(from, on, to) => write!(f, "server {from}: {on}: {to}"),
        }
    }
}
