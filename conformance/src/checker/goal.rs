//! What must happen sometimes: a search that never sees it searched for nothing.

use std::collections::BTreeSet;
use std::fmt;

use jute_codec::KeeperState;

use crate::checker::Move;
use crate::checker::State;
use crate::checker::state::Outcome;
use crate::client;
use crate::client::Fault;
use crate::server;

/// Something that must be possible.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Goal {
    /// A session goes on with another connection after the one before has ended.
    Renewed,
    /// A session is taken from a connection that is open.
    TakenOver,
    /// A session is renewed that was there before a restart.
    OutlivedRestart,
    /// A session expires that a connection holds.
    ExpiredHeld,
    /// A session expires that nobody holds.
    ExpiredAlone,
    /// A client learns from a server that its session is gone.
    Refused,
    /// A client ends a session by its own clock that is still alive.
    GaveUp,
    /// A client that closes its session is told that this is done.
    ClosedTold,
    /// A session is closed and its client never knows.
    ClosedUntold,
    /// A client has left and its session lives on, until it expires.
    LeftBehind,
    /// A client finds a read/write server and leaves the read-only one for it.
    Bettered,
    /// A client wakes up too late.
    Overslept,
}

impl Goal {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Renewed,
        Self::TakenOver,
        Self::OutlivedRestart,
        Self::ExpiredHeld,
        Self::ExpiredAlone,
        Self::Refused,
        Self::GaveUp,
        Self::ClosedTold,
        Self::ClosedUntold,
        Self::LeftBehind,
        Self::Bettered,
        Self::Overslept,
    ];
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Renewed => "a session is renewed",
            Self::TakenOver => "a session is taken from an open connection",
            Self::OutlivedRestart => "a session outlives a restart",
            Self::ExpiredHeld => "a session expires with its connection",
            Self::ExpiredAlone => "a session expires without a connection",
            Self::Refused => "a client learns that its session has expired",
            Self::GaveUp => "a client gives up a session that is alive",
            Self::ClosedTold => "a client learns that its session is closed",
            Self::ClosedUntold => "a session is closed and its client never knows",
            Self::LeftBehind => "a client has left and its session lives on",
            Self::Bettered => "a client leaves a read-only server for a better one",
            Self::Overslept => "a client oversleeps",
        })
    }
}

impl State {
    /// What is reached here that should be, by a move from the state before.
    pub(super) fn goals_from(&self, before: &Self, by: Move, outcome: &Outcome) -> BTreeSet<Goal> {
        let mut goals = BTreeSet::new();
        let mut expired = 0_usize;
        let mut with_connection = 0_usize;
        for output in &outcome.server {
            let server::Output::Event(event) = output else {
                continue;
            };
            match event {
                server::Event::Renewed { from, .. } => {
                    goals.insert(Goal::Renewed);
                    goals.extend(from.is_some().then_some(Goal::TakenOver));
                    let was_restarted = self.restarts < self.scene.restarts;
                    goals.extend(was_restarted.then_some(Goal::OutlivedRestart));
                }
                server::Event::Expired { .. } => expired += 1,
                server::Event::Disconnected {
                    reason: server::Reason::SessionExpired,
                    ..
                } => with_connection += 1,
                _ => {}
            }
        }
        goals.extend((with_connection > 0).then_some(Goal::ExpiredHeld));
        goals.extend((expired > with_connection).then_some(Goal::ExpiredAlone));
        for (place, output) in &outcome.clients {
            goals.extend(self.goal_of_client(before, by, *place, output, outcome));
        }
        goals
    }

    fn goal_of_client(
        &self,
        before: &Self,
        by: Move,
        place: usize,
        output: &client::Output,
        outcome: &Outcome,
    ) -> Option<Goal> {
        let client = self.peers.get(place)?.client.as_ref()?;
        let id = client.session_id();
        let is_alive = || self.is_alive(id);
        match output {
            client::Output::Event(event) if event.state == KeeperState::EXPIRED => {
                (!outcome.has_timed_out(place)).then_some(Goal::Refused)
            }
            client::Output::Fault(Fault::SessionTimeout { .. }) => {
                let was = before.peers.get(place)?.client.as_ref()?.phase();
                if was.is_connected() {
                    Some(Goal::Overslept)
                } else {
                    is_alive().then_some(Goal::GaveUp)
                }
            }
            client::Output::Event(event) if event.state == KeeperState::CLOSED && id != 0 => {
                Some(if is_alive() {
                    Goal::LeftBehind
                } else if outcome.has_answer(place) {
                    Goal::ClosedTold
                } else {
                    Goal::ClosedUntold
                })
            }
            client::Output::Disconnect if matches!(by, Move::Probe(_)) => Some(Goal::Bettered),
            _ => None,
        }
    }
}
