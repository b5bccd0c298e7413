//! Flaws in who is let in, and to which session.

use jute_codec::ConnectRequest;
use jute_codec::ErrorCode;
use jute_codec::OpCode;
use jute_codec::ReplyHeader;

use crate::server::Server;
use crate::server::connection::ConnectionId;
use crate::server::connection::State;
use crate::server::event::Reason;
use crate::server::flaw::Flaw;
use crate::server::flaw::Flaws;
use crate::server::flaw::handshake::decode;
use crate::server::flaw::mischief::header_of;
use crate::server::phase::Trigger;
use crate::time::Instant;

impl Flaws {
    /// Whether the session's old connection is left alone for now.
    pub(in crate::server) const fn spares_owner(self) -> bool {
        self.contains(Flaw::NoEvictOnRenew)
            || self.contains(Flaw::EvictLazily)
            || self.contains(Flaw::EvictAfterCheck)
    }
}

impl Server {
    /// When the first frame of a connection has come; whether a flaw took over.
    pub(super) fn mishandle_handshake(&mut self, connection: ConnectionId, payload: &[u8]) -> bool {
        let flaws = self.config.flaws;
        if let Some(flaw) = flaws.turns_away(payload) {
            self.close(connection, Reason::Flaw(flaw));
            return true;
        }
        if flaws.contains(Flaw::StrangersServed)
            && let Some(header) = header_of(payload)
            && (matches!(header.op, OpCode::CLOSE_SESSION) || (1..=107).contains(&header.op.0))
        {
            let (xid, zxid, err) = (header.xid, self.last_zxid, ErrorCode::OK);
            self.send(connection, &ReplyHeader { xid, zxid, err });
            return true;
        }
        let Some(request) = decode(payload) else {
            return false;
        };
        let is_null = request.passwd.is_none();
        if request.protocol_version != 0 && flaws.contains(Flaw::CrashOnVersion)
            || is_null && flaws.contains(Flaw::CrashOnNullPassword)
        {
            self.crash();
            return true;
        }
        let is_large = request.passwd.is_some_and(|it| it.len() >= 0x1_0000);
        if is_null && flaws.contains(Flaw::NullPasswordHangs)
            || is_large && flaws.contains(Flaw::LargePasswordStalls)
        {
            self.leave_greeting(connection, Trigger::Strand, State::Stranded);
            return true;
        }
        false
    }

    /// When a client has not been let in; whether a flaw took over.
    pub(in crate::server) fn mishandle_stranger(
        &mut self,
        connection: ConnectionId,
        request: &ConnectRequest<'_>,
        reason: Reason,
    ) -> bool {
        let flaws = self.config.flaws;
        let is_ahead = matches!(reason, Reason::ZxidAhead { .. });
        let late = if is_ahead {
            Flaw::ZxidCheckedLate
        } else {
            Flaw::ReadOnlyCheckedLate
        };
        if flaws.contains(late)
            && let Some(session) = self.sessions.get(request.session_id)
        {
            self.evict(session.owner, connection);
        }
        if is_ahead && flaws.contains(Flaw::ZxidRefusedAloud) {
            self.refuse(connection, request, reason);
            return true;
        }
        false
    }

    /// When a session is to be renewed; whether a flaw took over.
    pub(in crate::server) fn mishandle_renewal(
        &mut self,
        connection: ConnectionId,
        request: &ConnectRequest<'_>,
    ) -> bool {
        let session_id = request.session_id;
        let session = self.sessions.get(session_id);
        let is_held = session.is_some_and(|session| session.owner.is_some());
        let is_again = self.memory.renewed.contains(&session_id);
        if is_held && self.config.has(Flaw::RenewWhileConnected)
            || is_again && self.config.has(Flaw::RenewOnce)
        {
            self.refuse(connection, request, Reason::UnknownSession { session_id });
            return true;
        }
        false
    }

    /// Whether a password opens a session.
    pub(in crate::server) fn passes(
        &self,
        right: bool,
        request: &ConnectRequest<'_>,
        password: &[u8; 16],
    ) -> bool {
        let flaws = self.config.flaws;
        if flaws.is_none() {
            return right;
        }
        let wrong = self.memory.wrong.get(&request.session_id);
        if wrong.is_some_and(|count| *count >= 3) {
            return false;
        }
        let given = request.passwd;
        let is_anyones = || self.sessions().any(|it| given == Some(&it.password));
        flaws.passes(right, given, password)
            || flaws.contains(Flaw::AnyPasswordPasses) && is_anyones()
    }

    /// When a renewal is to be refused; whether a flaw took over.
    pub(in crate::server) fn mishandle_refusal(
        &mut self,
        now: Instant,
        connection: ConnectionId,
        request: &ConnectRequest<'_>,
        reason: Reason,
    ) -> bool {
        let flaws = self.config.flaws;
        let session_id = request.session_id;
        if flaws.contains(Flaw::RefusalTouches) {
            self.sessions.touch(now, session_id);
        }
        if flaws.contains(Flaw::RefusalEndsSession) {
            self.drop_session(session_id);
        }
        if flaws.contains(Flaw::RefusalLocksOut) {
            let count = self.memory.wrong.entry(session_id).or_default();
            *count = count.saturating_add(1);
        }
        let is_unknown = matches!(reason, Reason::UnknownSession { .. });
        let replaces = flaws.iter().any(|flaw| match flaw {
            Flaw::UnknownNewSession => is_unknown,
            Flaw::BlankPasswordNewSession => is_unknown && request.passwd == Some(&[0; 16]),
            Flaw::WrongPasswordNewSession => !is_unknown,
            _ => false,
        });
        if replaces {
            self.open(now, connection, request);
            return true;
        }
        false
    }

    /// When a session has been renewed, before the client hears of it.
    pub(in crate::server) fn mishandle_renewed(&mut self, session_id: i64) {
        let flaws = self.config.flaws;
        if flaws.contains(Flaw::RenewForksSession) || flaws.contains(Flaw::RenewOnce) {
            self.memory.renewed.insert(session_id);
        }
        if flaws.contains(Flaw::RenewChangesPassword) {
            let mut password = self.sessions.password(session_id, &self.config);
            password[0] = password[0].wrapping_add(1);
            self.sessions.set_password(session_id, password);
        }
        if flaws.contains(Flaw::RenewLosesOwner)
            && let Some(session) = self.sessions.get_mut(session_id)
        {
            session.owner = None;
        }
    }
}
