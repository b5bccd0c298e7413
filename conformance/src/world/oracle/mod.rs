//! Knows how it must go: a second account of everything, kept from what goes over the pipes.
//!
//! It reads the frames that each side gets, and keeps by the rules of the protocol alone what the
//! engines must then know: which sessions there are and until when, which answers are owed, when
//! each client last heard something.

mod causes;
mod client_side;
mod server_side;
mod sessions;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::VecDeque;

use jute_codec::ErrorCode;
use jute_codec::Framer;
use jute_codec::Limits;
use jute_codec::OpCode;

use crate::Instant;
use crate::server;
use crate::server::ConnectionId;
use crate::server::Phase;
use crate::server::Reason;
use crate::server::Server;
use crate::world::ClientId;
use crate::world::claim::Claim;
use crate::world::claim::Violation;
use crate::world::oracle::client_side::ClientView;
use crate::world::oracle::sessions::Sessions;

/// The account.
#[derive(Clone, Debug)]
pub(super) struct Oracle {
    config: server::Config,
    sessions: Sessions,
    links: BTreeMap<ConnectionId, LinkView>,
    clients: Vec<ClientView>,
    /// The latest transaction that this server told anybody of.
    told_zxid: i64,
    /// Whether the server is on its way down.
    is_stopping: bool,
}

/// What is known of a connection.
#[derive(Clone, Debug)]
struct LinkView {
    client: ClientId,
    /// Whether the server knows of it.
    is_accepted: bool,
    /// When the server last heard anything on it.
    heard: Instant,
    to_server: Framer,
    to_client: Framer,
    /// What the `ConnectRequest` asked for, once the server has it.
    asked: Option<Asked>,
    /// What the server gave.
    granted: Option<Granted>,
    /// Answers that the server owes.
    owed: VecDeque<Owed>,
    /// What the server answered last, and how that went.
    answered: Option<(OpCode, ErrorCode)>,
    /// Whether the server said that there is no such session.
    is_refused: bool,
    /// How the server learned that the client is gone.
    left: Option<Reason>,
    /// Whether the server has let go of it.
    is_closed: bool,
}

#[derive(Clone, Copy, Debug)]
struct Asked {
    session_id: i64,
    time_out: i32,
    last_zxid: i64,
    read_only: Option<bool>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Granted {
    session_id: i64,
    timeout_ms: i32,
}

#[derive(Clone, Copy, Debug)]
enum Owed {
    Session,
    Reply { xid: i32, op: OpCode },
}

impl Oracle {
    pub(super) fn new(config: server::Config) -> Self {
        Self {
            sessions: Sessions::new(&config),
            config,
            links: BTreeMap::new(),
            clients: Vec::new(),
            told_zxid: 0,
            is_stopping: false,
        }
    }

    /// A connection is being opened.
    pub(super) fn open(&mut self, connection: ConnectionId, client: ClientId) {
        let any = Limits::frame(i32::MAX.cast_unsigned());
        let view = LinkView {
            client,
            is_accepted: false,
            heard: Instant::ZERO,
            to_server: Framer::new(any),
            to_client: Framer::new(any),
            asked: None,
            granted: None,
            owed: VecDeque::new(),
            answered: None,
            is_refused: false,
            left: None,
            is_closed: false,
        };
        self.links.insert(connection, view);
    }

    /// Nothing can come of a connection any more.
    pub(super) fn forget(&mut self, connection: ConnectionId) {
        self.links.remove(&connection);
    }

    /// The server is about to go down, and its connections with it.
    pub(super) const fn stop(&mut self) {
        self.is_stopping = true;
    }

    /// The server died with all it knew.
    pub(super) fn empty(&mut self) {
        self.told_zxid = 0;
        self.sessions.end_all();
    }

    /// The server lets go of a connection.
    pub(super) fn end(&mut self, connection: ConnectionId) {
        if let Some(link) = self.links.get_mut(&connection) {
            link.is_closed = true;
        }
    }

    /// The server is there again.
    pub(super) fn start(&mut self, now: Instant) {
        self.is_stopping = false;
        self.sessions.restart(now);
    }

    /// Compares the server with the account.
    pub(super) fn check_server(&self, now: Instant, server: &Server) -> Result<(), Violation> {
        let broken = |claim, found| {
            Err(Violation {
                at: now,
                claim,
                found,
            })
        };
        let mut owners = BTreeSet::new();
        let mut count = 0;
        for session in server.sessions() {
            count += 1;
            let id = session.session_id;
            let Some(due) = self.sessions.due(id) else {
                return broken(Claim::EndedForGood, format!("the server has {id:#x}"));
            };
            if session.expires_at != Some(due) {
                let found = format!(
                    "{id:#x} will end at {}, should at {due}",
                    session.expires_at.unwrap_or_default()
                );
                return broken(Claim::ExactExpiry, found);
            }
            let Some(owner) = session.owner else { continue };
            if !owners.insert(owner) {
                return broken(Claim::OneOwner, format!("{owner} owns two sessions"));
            }
            if self.granted(owner).map(|it| it.session_id) != Some(id) {
                return broken(Claim::OneOwner, format!("{owner} was not given {id:#x}"));
            }
        }
        if count != self.sessions.len() {
            let found = format!("{count} sessions, should be {}", self.sessions.len());
            return broken(Claim::ExactExpiry, found);
        }
        let serving = server.connections();
        let serving: BTreeSet<_> = serving
            .filter(|(_, phase)| matches!(phase, Phase::Serving | Phase::Draining))
            .map(|(connection, _)| connection)
            .collect();
        if serving != owners {
            let found = format!("served are {serving:?}, owners are {owners:?}");
            return broken(Claim::OneOwner, found);
        }
        self.check_links(now)
    }

    /// The session the server gave to a connection that it still has.
    fn granted(&self, connection: ConnectionId) -> Option<Granted> {
        let link = self.links.get(&connection)?;
        link.granted.filter(|_| !link.is_closed)
    }

    /// The timeout that the server has to grant.
    pub(super) fn clamp(&self, asked_ms: i32) -> i32 {
        let (min, max) = (self.config.min_timeout_ms(), self.config.max_timeout_ms());
        asked_ms.max(min).min(max)
    }
}
