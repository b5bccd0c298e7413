//! The handshake: what becomes of a `ConnectRequest`.
//!
//! The order of the checks is that of `ZooKeeperServer.processConnectRequest`: a read-only server
//! and its unwilling client, a client that has seen the future, the timeout, and only then the
//! session. What is refused before the session is looked at closes without a byte, uses up no id
//! and disturbs nobody. The connection throttle that comes first in Apache is off by default and
//! not here.
//!
//! A renewal closes the session's old connection *before* it checks the password: whoever knows an
//! id can throw its owner out, who then renews. That is Apache's order, seen on the wire from
//! 3.4.14 to 3.9.5.

use bytes::BytesMut;
use jute_codec::ConnectRequest;
use jute_codec::ConnectResponse;
use jute_codec::Decode;
use jute_codec::ErrorCode;
use jute_codec::Frame;
use jute_codec::Reader;
use jute_codec::Reading;
use jute_codec::ReplyHeader;
use jute_codec::put_frame;

use crate::server::Server;
use crate::server::config::Mode;
use crate::server::connection::Bond;
use crate::server::connection::ConnectionId;
use crate::server::connection::State;
use crate::server::event::Event;
use crate::server::event::Reason;
use crate::server::flaw::Flaw;
use crate::server::phase::Trigger;
use crate::time::Instant;

impl Server {
    /// Takes the first frame of a connection.
    pub(super) fn connect(&mut self, now: Instant, connection: ConnectionId, frame: &Frame) {
        let mut reader = Reader::with(frame.payload(), Reading::JAVA);
        let request = match ConnectRequest::decode(&mut reader) {
            Ok(request) => request,
            Err(error) => return self.close(connection, Reason::BadRecord(error)),
        };
        if let Err(reason) = self.admit(&request) {
            return self.close(connection, reason);
        }
        let timeout_ms = self.clamp(request.time_out);
        if request.session_id == 0 || self.config.has(Flaw::RenewNewSession) {
            self.open(now, connection, &request, timeout_ms);
        } else {
            self.reopen(now, connection, &request, timeout_ms);
        }
    }

    /// Checks what concerns the client alone.
    fn admit(&self, request: &ConnectRequest<'_>) -> Result<(), Reason> {
        if self.config.mode != Mode::ReadWrite && request.read_only != Some(true) {
            return Err(Reason::ReadOnly);
        }
        let (seen, last) = (request.last_zxid_seen, self.last_zxid);
        let is_ahead = if self.config.has(Flaw::ZxidUnsigned) {
            seen.cast_unsigned() > last.cast_unsigned()
        } else {
            seen > last
        };
        if is_ahead && !self.config.has(Flaw::ZxidAheadAccepted) {
            return Err(Reason::ZxidAhead { seen, last });
        }
        Ok(())
    }

    /// The timeout granted, neither rounded nor otherwise changed within its limits.
    fn clamp(&self, asked_ms: i32) -> i32 {
        if self.config.has(Flaw::NoClamp) {
            return asked_ms;
        }
        let min = self.config.min_timeout_ms();
        let max = self.config.max_timeout_ms();
        let wrong_min = i32::from(self.config.has(Flaw::WrongClampMin));
        let wrong_max = i32::from(self.config.has(Flaw::WrongClampMax));
        let mut timeout_ms = asked_ms;
        if timeout_ms < min {
            timeout_ms = min.saturating_sub(wrong_min);
        }
        if timeout_ms > max {
            timeout_ms = max.saturating_add(wrong_max);
        }
        timeout_ms
    }

    /// Makes a session (`ZooKeeperServer.createSession`).
    fn open(
        &mut self,
        now: Instant,
        connection: ConnectionId,
        request: &ConnectRequest<'_>,
        timeout_ms: i32,
    ) {
        if self.config.mode == Mode::ReadOnlyNoNew {
            return self.strand(connection);
        }
        let session_id = if self.config.has(Flaw::SameId) {
            i64::from(self.config.server_id) << 56 | 1
        } else {
            self.sessions.next_id()
        };
        self.advance_zxid();
        self.sessions.insert(now, session_id, timeout_ms);
        self.bond(connection, session_id, request.read_only.is_some());
        self.record(Event::Created {
            session_id,
            timeout_ms,
            connection,
        });
        self.welcome(connection, request, session_id, timeout_ms);
    }

    /// Tells the client that a read-only server writes no session, where a `ConnectResponse` was
    /// due, and forgets to close (`ReadOnlyRequestProcessor.run`).
    fn strand(&mut self, connection: ConnectionId) {
        self.sessions.skip_id();
        self.leave_greeting(connection, Trigger::Strand, State::Stranded);
        self.record(Event::Stranded { connection });
        let header = ReplyHeader {
            xid: 0,
            zxid: 0,
            err: ErrorCode::NOT_READ_ONLY,
        };
        self.send(connection, &header);
    }

    /// Renews a session (`ZooKeeperServer.reopenSession`, `SessionTrackerImpl.touchSession`).
    fn reopen(
        &mut self,
        now: Instant,
        connection: ConnectionId,
        request: &ConnectRequest<'_>,
        timeout_ms: i32,
    ) {
        let session_id = request.session_id;
        let from = self.sessions.get(session_id).and_then(|it| it.owner);
        let evicts = !self.config.has(Flaw::NoEvictOnRenew);
        if evicts && !self.config.has(Flaw::EvictAfterCheck) {
            self.evict(from, connection);
        }

        let password = self.sessions.password(session_id, &self.config);
        let is_right = request.passwd == Some(&password) || self.config.has(Flaw::NoPasswordCheck);
        let is_known = self.sessions.get(session_id).is_some();
        let adopts = self.config.mode == Mode::ReadOnlyNoNew && is_right
            || self.config.has(Flaw::RenewUnknown);
        if !is_known && adopts {
            self.sessions.insert(now, session_id, timeout_ms);
        } else if !is_known {
            return self.refuse(connection, request, Reason::UnknownSession { session_id });
        } else if !is_right {
            return self.refuse(connection, request, Reason::WrongPassword { session_id });
        }

        if evicts {
            self.evict(from, connection);
        }
        if !self.config.has(Flaw::RenewKeepsTimeout)
            && let Some(session) = self.sessions.get_mut(session_id)
        {
            session.timeout_ms = timeout_ms;
        }
        self.sessions.touch(now, session_id);
        self.bond(connection, session_id, request.read_only.is_some());
        self.record(Event::Renewed {
            session_id,
            timeout_ms,
            connection,
            from,
        });
        self.welcome(connection, request, session_id, timeout_ms);
    }

    /// Closes the connection that held the session until then (`ServerCnxnFactory.closeSession`).
    fn evict(&mut self, old: Option<ConnectionId>, by: ConnectionId) {
        if let Some(old) = old {
            self.close(old, Reason::Evicted { by });
        }
    }

    /// Gives a connection its session.
    fn bond(&mut self, connection: ConnectionId, session_id: i64, has_read_only: bool) {
        let bond = Bond {
            session_id,
            has_read_only,
            tasks: std::collections::VecDeque::new(),
        };
        self.leave_greeting(connection, Trigger::Connect, State::Serving(bond));
        if let Some(session) = self.sessions.get_mut(session_id) {
            session.owner = Some(connection);
        }
    }

    /// Goes on to `state`, where silence is judged by the session or not at all.
    fn leave_greeting(&mut self, connection: ConnectionId, trigger: Trigger, state: State) {
        let Some(entry) = self.connections.get_mut(&connection) else {
            return;
        };
        if let State::Greeting(Some(slot)) = entry.state {
            self.greeting.remove(slot);
        }
        entry.enter(trigger, state);
    }

    /// Answers with a session.
    fn welcome(
        &mut self,
        connection: ConnectionId,
        request: &ConnectRequest<'_>,
        session_id: i64,
        timeout_ms: i32,
    ) {
        let version = if self.config.has(Flaw::VersionEchoed) {
            request.protocol_version
        } else {
            0
        };
        let has_read_only = request.read_only.is_some();
        self.send_session(connection, version, session_id, timeout_ms, has_read_only);
    }

    /// Sends the `ConnectResponse` of a session (`ZooKeeperServer.finishSessionInit`).
    pub(super) fn send_session(
        &mut self,
        connection: ConnectionId,
        protocol_version: i32,
        session_id: i64,
        time_out: i32,
        has_read_only: bool,
    ) {
        let password = self.sessions.password(session_id, &self.config);
        let session_id = if self.config.has(Flaw::ZeroIdSession) {
            0
        } else {
            session_id
        };
        let response = ConnectResponse {
            protocol_version,
            time_out,
            session_id,
            passwd: Some(&password),
            read_only: self.read_only_byte(has_read_only),
        };
        self.send(connection, &response);
    }

    /// Answers that there is no such session, and ends the connection.
    fn refuse(&mut self, connection: ConnectionId, request: &ConnectRequest<'_>, reason: Reason) {
        if self.config.has(Flaw::RefusalEndsSession) {
            self.drop_session(request.session_id);
        }
        let passwd = if self.config.has(Flaw::ShortPassword) {
            &[0; 14][..]
        } else {
            &[0; 16]
        };
        let session_id = if self.config.has(Flaw::RefusalEchoesId) {
            request.session_id
        } else {
            0
        };
        let response = ConnectResponse {
            protocol_version: 0,
            time_out: 0,
            session_id,
            passwd: Some(passwd),
            read_only: self.read_only_byte(request.read_only.is_some()),
        };
        if !self.config.has(Flaw::RefusalSilent) {
            self.send(connection, &response);
        }
        if self.config.has(Flaw::RefusalStaysOpen) {
            return self.leave_greeting(connection, Trigger::Strand, State::Stranded);
        }
        self.close(connection, reason);
    }

    /// The last field of a response: there if the request had it (`ProtocolManager`).
    fn read_only_byte(&self, has_read_only: bool) -> Option<bool> {
        if self.config.has(Flaw::NeverReadOnlyByte) {
            return None;
        }
        let is_sent = has_read_only || self.config.has(Flaw::AlwaysReadOnlyByte);
        is_sent.then_some(self.config.mode != Mode::ReadWrite)
    }

    /// Sends one frame.
    pub(super) fn send(&mut self, connection: ConnectionId, payload: &impl jute_codec::Encode) {
        let mut bytes = BytesMut::new();
        put_frame(&mut bytes, payload);
        self.send_bytes(connection, bytes.freeze());
    }
}
