//! Flaws that do something else altogether: at these points they may take over from the server.
//!
//! Where a method says whether a flaw took over, the server does nothing more if one did.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use bytes::Bytes;
use jute_codec::AuthPacket;
use jute_codec::ConnectRequest;
use jute_codec::Decode;
use jute_codec::ErrorCode;
use jute_codec::Frame;
use jute_codec::OpCode;
use jute_codec::Reader;
use jute_codec::Reading;
use jute_codec::ReplyHeader;
use jute_codec::RequestHeader;

use crate::server::Server;
use crate::server::config::Mode;
use crate::server::connection::Connection;
use crate::server::connection::ConnectionId;
use crate::server::connection::State;
use crate::server::connection::Task;
use crate::server::event::Reason;
use crate::server::flaw::Flaw;
use crate::server::flaw::Flaws;
use crate::server::flaw::handshake::decode;
use crate::server::phase::Phase;
use crate::server::phase::Trigger;
use crate::server::word::Word;
use crate::time::Instant;

/// What flaws have to remember; empty in a sound server.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub(in crate::server) struct Memory {
    /// Sessions that were renewed and not closed since.
    renewed: BTreeSet<i64>,
    /// How many wrong passwords came for a session.
    wrong: BTreeMap<i64, u8>,
    /// Connections that lost their session to another, and which it was.
    evicted: BTreeMap<ConnectionId, i64>,
}

impl Flaws {
    /// Whether the first bytes of a frame are lost.
    pub(in crate::server) const fn loses_piece(self, bytes: &[u8], is_begun: bool) -> bool {
        self.contains(Flaw::HeaderPiecesLost) && !is_begun && bytes.len() < 4
    }

    /// Whether the rest of a read is lost after `count` frames, the last of them taken in `phase`.
    pub(in crate::server) const fn loses_rest(self, phase: Phase, count: u32) -> bool {
        self.contains(Flaw::FirstFrameOnly)
            || self.contains(Flaw::HandshakeSwallowsRest) && matches!(phase, Phase::Greeting)
            || self.contains(Flaw::BurstCut) && count >= 16
    }

    /// Whether the session's old connection is left alone for now.
    pub(in crate::server) const fn spares_owner(self) -> bool {
        self.contains(Flaw::NoEvictOnRenew)
            || self.contains(Flaw::EvictLazily)
            || self.contains(Flaw::EvictAfterCheck)
    }
}

impl Server {
    /// Loses every connection and every session.
    fn crash(&mut self) {
        let open: Vec<_> = self.connections.keys().copied().collect();
        for connection in open {
            self.close(connection, Reason::Restart);
        }
        let known: Vec<_> = self.sessions().map(|session| session.session_id).collect();
        for session_id in known {
            self.drop_session(session_id);
        }
    }

    /// When bytes come on a connection that is over.
    pub(in crate::server) fn mishandle_late(&mut self, connection: ConnectionId, bytes: &[u8]) {
        let header = bytes.get(4..).and_then(header_of);
        if header.is_some_and(|header| header.op == OpCode::CLOSE_SESSION)
            && let Some(session_id) = self.memory.evicted.remove(&connection)
        {
            self.expire_session(session_id);
        }
    }

    /// When a connection has been accepted.
    pub(in crate::server) fn mishandle_accept(&mut self, connection: ConnectionId) {
        if self.config.has(Flaw::Greets) {
            self.send_bytes(connection, Bytes::from_static(b"welcome\n"));
        }
    }

    /// Whether one connection's half frame keeps another from being served.
    pub(in crate::server) fn is_held_up(&self, connection: ConnectionId) -> bool {
        let mut others = self.connections.iter().filter(|(id, _)| **id != connection);
        self.config.has(Flaw::BlockingReads) && others.any(|(_, entry)| entry.framer.is_some())
    }

    /// When a frame begins with these bytes; whether a flaw took over.
    pub(in crate::server) fn mishandle_length(
        &mut self,
        connection: ConnectionId,
        prefix: [u8; 4],
    ) -> bool {
        let flaws = self.config.flaws;
        if flaws.is_none() {
            return false;
        }
        if prefix == [0; 4] && flaws.contains(Flaw::EmptyFrameStalls) {
            return true;
        }
        if prefix[0] >= 0x80 {
            if flaws.contains(Flaw::CrashOnNegativeLength) {
                self.crash();
                return true;
            }
            return flaws.contains(Flaw::NegativeLengthWaits);
        }
        let Some(word) = Word::from_bytes(prefix.map(|letter| letter.to_ascii_lowercase())) else {
            return false;
        };
        let is_small = word.text().as_bytes() == prefix;
        match self.phase(connection) {
            Phase::Greeting if is_small && flaws.contains(Flaw::CrashOnWord) => self.crash(),
            Phase::Greeting if !is_small && flaws.contains(Flaw::WordAnyCase) => {
                self.inform(connection, word);
            }
            Phase::Serving if is_small && flaws.contains(Flaw::WordOnSession) => {
                self.send_bytes(connection, Bytes::from_static(b"imok"));
                self.close(connection, Reason::Flaw(Flaw::WordOnSession));
            }
            _ => return false,
        }
        true
    }

    /// When a whole frame has come, the `count`th of a read; whether a flaw took over.
    pub(in crate::server) fn mishandle_frame(
        &mut self,
        now: Instant,
        connection: ConnectionId,
        count: u32,
        frame: &Frame,
    ) -> bool {
        let flaws = self.config.flaws;
        if flaws.is_none() {
            return false;
        }
        let payload = frame.payload();
        if payload.is_empty() && flaws.contains(Flaw::EmptyFrameSkipped)
            || payload.len() >= 0x1_0000 && flaws.contains(Flaw::LargeFrameStalls)
        {
            return true;
        }
        if count > 100 && flaws.contains(Flaw::BurstCloses) {
            self.close(connection, Reason::Flaw(Flaw::BurstCloses));
            return true;
        }
        if payload.len() < 8 && flaws.contains(Flaw::CrashOnShortFrame) {
            self.crash();
            return true;
        }
        match self.phase(connection) {
            Phase::Greeting => self.mishandle_handshake(connection, payload),
            Phase::Serving => self.mishandle_request(now, connection, count, payload),
            _ => false,
        }
    }

    fn mishandle_handshake(&mut self, connection: ConnectionId, payload: &[u8]) -> bool {
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

    fn mishandle_request(
        &mut self,
        now: Instant,
        connection: ConnectionId,
        count: u32,
        payload: &[u8],
    ) -> bool {
        let flaws = self.config.flaws;
        let Some(header) = header_of(payload) else {
            return false;
        };
        if header.op.0 < -11 || header.op.0 == -1 {
            let falls_over = flaws.contains(Flaw::CrashOnNegativeOperation);
            if falls_over {
                self.crash();
            }
            return falls_over;
        }
        let session_id = self.session_of(connection).unwrap_or_default();
        for flaw in [Flaw::EvictLazily, Flaw::RenewLosesOwner] {
            let session = self.sessions.get(session_id);
            if flaws.contains(flaw)
                && session.is_some_and(|session| session.owner != Some(connection))
            {
                self.close(connection, Reason::Flaw(flaw));
                return true;
            }
        }
        if self.config.mode != Mode::ReadWrite
            && (1..=22).contains(&header.op.0)
            && header.op != OpCode::PING
            && flaws.contains(Flaw::ReadOnlyWrites)
        {
            let (xid, zxid, err) = (header.xid, self.last_zxid, ErrorCode::OK);
            self.send(connection, &ReplyHeader { xid, zxid, err });
            return true;
        }
        let is_bare = matches!(header.op, OpCode::PING | OpCode::CLOSE_SESSION);
        if is_bare && payload.len() > 8 && flaws.contains(Flaw::RequestTrailingRejected) {
            let reason = Reason::Flaw(Flaw::RequestTrailingRejected);
            self.close(connection, reason);
            return true;
        }
        match header.op {
            OpCode::PING => {
                if flaws.contains(Flaw::PingTouchesAll) {
                    let all: Vec<_> = self.sessions().map(|it| it.session_id).collect();
                    all.into_iter().for_each(|id| self.sessions.touch(now, id));
                }
                flaws.contains(Flaw::PingUnanswered)
            }
            OpCode::CLOSE_SESSION => {
                if flaws.contains(Flaw::CloseEndsOthers) {
                    let all = self.sessions().map(|it| it.session_id);
                    let others: Vec<_> = all.filter(|id| *id != session_id).collect();
                    for other in others {
                        self.expire_session(other);
                    }
                }
                false
            }
            OpCode::AUTH if count > 1 && flaws.contains(Flaw::AuthBehindLost) => true,
            OpCode::AUTH => self.mishandle_auth(now, connection, header.xid, payload),
            OpCode::SASL if flaws.contains(Flaw::SaslCutTaken) => {
                let mut reader = Reader::with(payload.get(8..).unwrap_or_default(), Reading::JAVA);
                let is_cut = reader.buffer().is_err();
                if is_cut {
                    self.owe(now, connection, Task::NullToken { xid: header.xid });
                }
                is_cut
            }
            _ => {
                let Some(request) = decode(payload) else {
                    return false;
                };
                let Some(session) = self.sessions.get(session_id) else {
                    return false;
                };
                let is_served = flaws.contains(Flaw::SecondHandshakeServed);
                if is_served {
                    let timeout_ms = session.timeout_ms;
                    let has_read_only = request.read_only.is_some();
                    self.send_session(
                        connection,
                        session_id,
                        timeout_ms,
                        has_read_only,
                        Some(&request),
                    );
                }
                is_served
            }
        }
    }

    fn mishandle_auth(
        &mut self,
        now: Instant,
        connection: ConnectionId,
        xid: i32,
        payload: &[u8],
    ) -> bool {
        let flaws = self.config.flaws;
        let (taken, failed) = (Task::Authed { xid }, Task::AuthFailed { xid });
        let packet = payload.get(8..).and_then(|body| {
            let mut reader = Reader::with(body, Reading::JAVA);
            AuthPacket::decode(&mut reader).ok()
        });
        let length = payload.get(12..).and_then(<[u8]>::first_chunk);
        let is_below_null = length.is_some_and(|bytes| i32::from_be_bytes(*bytes) < -1);
        let scheme = packet.as_ref().map(|packet| packet.scheme.as_str());
        let is_null = packet.as_ref().is_some_and(|packet| packet.auth.is_none());
        let found = flaws.iter().find_map(|flaw| match flaw {
            Flaw::AuthUnanswered => Some(None),
            Flaw::AuthTypeChecked if packet.as_ref()?.auth_type != 0 => Some(Some(failed)),
            Flaw::AuthSchemeUnchecked if packet.is_some() => Some(Some(taken)),
            Flaw::AuthWorldTaken if scheme == Some(Some("world")) => Some(Some(taken)),
            Flaw::AuthNullTaken if scheme == Some(Some("digest")) && is_null => Some(Some(taken)),
            Flaw::AuthOthersTaken if matches!(scheme, Some(Some("super" | "x509"))) => {
                Some(Some(taken))
            }
            Flaw::AuthEmptyTaken if scheme == Some(Some("")) => Some(Some(taken)),
            Flaw::AuthCutTaken if packet.is_none() => Some(Some(taken)),
            Flaw::AuthNegativeStalls if is_below_null => Some(None),
            _ => None,
        });
        if scheme == Some(None) && flaws.contains(Flaw::CrashOnNullScheme) {
            self.crash();
            return true;
        }
        if let Some(Some(task)) = found {
            self.owe(now, connection, task);
        }
        found.is_some()
    }

    /// Whether a session outlives its `closeSession`.
    pub(in crate::server) fn keeps_closed(&mut self, session_id: i64) -> bool {
        let is_renewed = self.memory.renewed.remove(&session_id);
        self.config.has(Flaw::CloseKeepsSession)
            || is_renewed && self.config.has(Flaw::RenewForksSession)
    }

    /// When a connection is over.
    pub(in crate::server) fn mishandle_end(
        &mut self,
        connection: ConnectionId,
        entry: &Connection,
        reason: Reason,
    ) {
        let flaws = self.config.flaws;
        if flaws.is_none() {
            return;
        }
        let ending = match reason {
            Reason::Evicted { .. } => Some(Flaw::EvictEndsSession),
            Reason::UnknownOperation(_) => Some(Flaw::UnknownEndsSession),
            Reason::AuthFailed => Some(Flaw::AuthErrorEndsSession),
            Reason::BadRecord(_) if flaws.contains(Flaw::AuthCutEndsSession) => {
                Some(Flaw::AuthCutEndsSession)
            }
            Reason::Lost if flaws.contains(Flaw::ResetEndsSession) => Some(Flaw::ResetEndsSession),
            _ if matches!(reason.trigger(), Trigger::Fault | Trigger::Leave) => {
                Some(Flaw::FaultEndsSession)
            }
            _ => None,
        };
        if let Some(bond) = entry.bond()
            && ending.is_some_and(|flaw| flaws.contains(flaw))
            && let Some(session) = self.sessions.get(bond.session_id)
            && session.owner.is_none_or(|owner| owner == connection)
        {
            self.drop_session(bond.session_id);
        }
        if let Some(bond) = entry.bond()
            && let Reason::Evicted { .. } = reason
            && flaws.contains(Flaw::EvictedServed)
        {
            self.memory.evicted.insert(connection, bond.session_id);
        }
        if !matches!(reason, Reason::Eof | Reason::Lost) {
            return;
        }
        let is_broken = entry.framer.is_some();
        let is_visitor = !is_broken && entry.received == 0;
        if is_broken && flaws.contains(Flaw::CrashOnBrokenFrame)
            || is_visitor && flaws.contains(Flaw::CrashOnVisitor)
        {
            self.crash();
        }
    }
}

/// The header of a request, if the bytes begin with one.
fn header_of(payload: &[u8]) -> Option<RequestHeader> {
    RequestHeader::decode(&mut Reader::with(payload, Reading::JAVA)).ok()
}
