//! Why connections end: there is a cause for each end, and an end for each cause.

use jute_codec::ErrorCode;
use jute_codec::OpCode;

use crate::Instant;
use crate::server::ConnectionId;
use crate::server::Mode;
use crate::server::Reason;
use crate::server::Requests;
use crate::server::Transport;
use crate::world::claim::Claim;
use crate::world::claim::Violation;
use crate::world::oracle::Granted;
use crate::world::oracle::LinkView;
use crate::world::oracle::Oracle;
use crate::world::oracle::Owed;

impl Oracle {
    /// The server is about to learn of a connection.
    pub(in crate::world) fn accept(&mut self, now: Instant, connection: ConnectionId) {
        if let Some(link) = self.links.get_mut(&connection) {
            link.is_accepted = true;
            link.heard = now;
        }
    }

    /// The server is about to learn that a client is gone.
    pub(in crate::world) fn leave(&mut self, connection: ConnectionId, reason: Reason) {
        if let Some(link) = self.links.get_mut(&connection) {
            link.left = Some(reason);
        }
    }

    /// The server lets go of a connection.
    pub(super) fn on_end(
        &mut self,
        now: Instant,
        connection: ConnectionId,
        reason: Reason,
    ) -> Result<(), (Claim, String)> {
        let Some(link) = self.links.get(&connection) else {
            return Ok(());
        };
        let has_cause = self.has_cause(now, connection, link, reason);
        let owes = self.owes(link).filter(|_| is_behind_answers(reason));
        self.end(connection);
        if !has_cause {
            return Err((Claim::EndsForCause, format!("{connection}: {reason}")));
        }
        owes.map_or(Ok(()), |owed| {
            let found = format!("{connection}: {reason}, and no answer to {owed}");
            Err((Claim::OneReply, found))
        })
    }

    /// Holds what is open against the causes there are for it to end, and to be answered.
    pub(super) fn check_links(&self, now: Instant) -> Result<(), Violation> {
        let broken = |claim, found| {
            Err(Violation {
                at: now,
                claim,
                found,
            })
        };
        for (connection, link) in &self.links {
            if !link.is_open() {
                continue;
            }
            if let Some(reason) = link.left {
                let found = format!("{connection} goes on: {reason}");
                return broken(Claim::EndsForCause, found);
            }
            if self.silent_at(link).is_some_and(|at| at < now) {
                let found = format!("{connection} goes on: silent");
                return broken(Claim::EndsForCause, found);
            }
            if self.is_one_too_many(link) {
                let found = format!("{connection} goes on: one too many");
                return broken(Claim::EndsForCause, found);
            }
            if let Some(owed) = self.owes(link) {
                let found = format!("{connection}: no answer to {owed}");
                return broken(Claim::OneReply, found);
            }
        }
        Ok(())
    }

    /// Whether a connection may end for this reason.
    fn has_cause(
        &self,
        now: Instant,
        connection: ConnectionId,
        link: &LinkView,
        reason: Reason,
    ) -> bool {
        let asked = link.asked.filter(|_| link.granted.is_none());
        match reason {
            Reason::TooMany => self.is_one_too_many(link),
            Reason::NotServing => !self.config.serving,
            Reason::ReadOnly => asked.is_some_and(|asked| {
                self.config.mode != Mode::ReadWrite && asked.read_only != Some(true)
            }),
            Reason::ZxidAhead { seen, last } => asked.is_some_and(|asked| {
                asked.last_zxid == seen && seen > last && last >= self.told_zxid
            }),
            Reason::UnknownSession { session_id } => asked.is_some_and(|asked| {
                let is_it = asked.session_id == session_id && link.is_refused;
                is_it && !self.sessions.is_alive(session_id)
            }),
            Reason::UnknownOperation(op) => {
                let is_unknown = self.config.requests == Requests::Unimplemented;
                is_unknown && link.answered == Some((op, ErrorCode::UNIMPLEMENTED))
            }
            Reason::AuthFailed => link.answered == Some((OpCode::AUTH, ErrorCode::AUTH_FAILED)),
            Reason::SessionClosed => link.answered == Some((OpCode::CLOSE_SESSION, ErrorCode::OK)),
            Reason::SessionExpired => link
                .granted
                .is_some_and(|granted| !self.sessions.is_alive(granted.session_id)),
            Reason::Evicted { by } => {
                let by = self.links.get(&by).filter(|_| by != connection);
                by.is_some_and(|by| by.presents(link.granted))
            }
            Reason::Silent => self.silent_at(link).is_some_and(|at| at <= now),
            Reason::Eof | Reason::Lost => link.left == Some(reason),
            Reason::Restart => self.is_stopping,
            // What a flaw says of itself proves nothing: any other reason would do.
            Reason::Flaw(_) => self
                .reasons(link)
                .any(|reason| self.has_cause(now, connection, link, reason)),
            Reason::WrongPassword { .. }
            | Reason::Word(_)
            | Reason::BadLength(_)
            | Reason::LargeRequest { .. }
            | Reason::BadRecord(_)
            | Reason::NullToken
            | Reason::Delegate => false,
        }
    }

    /// The reasons that there may be for the end of a connection.
    fn reasons(&self, link: &LinkView) -> impl Iterator<Item = Reason> {
        let always = [
            Reason::TooMany,
            Reason::NotServing,
            Reason::ReadOnly,
            Reason::AuthFailed,
            Reason::SessionClosed,
            Reason::SessionExpired,
            Reason::Silent,
            Reason::Eof,
            Reason::Lost,
            Reason::Restart,
        ];
        let (last, seen) = (self.told_zxid, link.asked.map(|asked| asked.last_zxid));
        let session_id = link.asked.map(|asked| asked.session_id);
        let op = link.answered.map(|(op, _)| op);
        let others = self.links.keys().map(|&by| Reason::Evicted { by });
        always
            .into_iter()
            .chain(seen.map(|seen| Reason::ZxidAhead { seen, last }))
            .chain(session_id.map(|session_id| Reason::UnknownSession { session_id }))
            .chain(op.map(Reason::UnknownOperation))
            .chain(others)
    }

    /// Whether the server has more connections from this one's client than it takes.
    fn is_one_too_many(&self, link: &LinkView) -> bool {
        let limit = usize::try_from(self.config.max_client_connections).unwrap_or(usize::MAX);
        let same = self.links.values().filter(|it| it.client == link.client);
        limit > 0 && same.filter(|it| it.is_open()).count() > limit
    }

    /// When a connection has been without a session and without a word for too long: in whole lengths
    /// of that time, never early.
    pub(super) fn silent_at(&self, link: &LinkView) -> Option<Instant> {
        let silence = self.config.sessionless_timeout?;
        let is_judged = self.config.transport == Transport::Nio && link.asked.is_none();
        let grain = u64::try_from(silence.as_millis())
            .unwrap_or(u64::MAX)
            .max(1);
        let lengths = (link.heard + silence).as_millis() / grain + 1;
        is_judged.then(|| Instant::from_millis(lengths.saturating_mul(grain)))
    }

    /// What the server should have answered by now: what does not wait for the delegate.
    fn owes(&self, link: &LinkView) -> Option<String> {
        let Owed::Reply { op, .. } = *link.owed.front()? else {
            return Some("the handshake".to_owned());
        };
        let is_known = matches!(
            op,
            OpCode::PING
                | OpCode::CLOSE_SESSION
                | OpCode::CREATE_SESSION
                | OpCode::AUTH
                | OpCode::SASL
        );
        let waits = self.config.requests == Requests::Delegate && !is_known;
        (!waits).then(|| op.to_string())
    }
}

/// Whether what was read before such an end is answered. Some are sent away without a word, and what
/// is behind a request that ends the connection is dropped.
const fn is_behind_answers(reason: Reason) -> bool {
    !matches!(
        reason,
        Reason::ReadOnly
            | Reason::ZxidAhead { .. }
            | Reason::NotServing
            | Reason::UnknownOperation(_)
            | Reason::AuthFailed
            | Reason::SessionClosed
            | Reason::Flaw(_)
    )
}

impl LinkView {
    /// Whether the server has it.
    const fn is_open(&self) -> bool {
        self.is_accepted && !self.is_closed
    }

    /// Whether it asks for this session.
    fn presents(&self, granted: Option<Granted>) -> bool {
        let asked = self.asked.filter(|_| self.granted.is_none());
        asked
            .zip(granted)
            .is_some_and(|(asked, granted)| asked.session_id == granted.session_id)
    }
}
