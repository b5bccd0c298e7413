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
        let flaws = self.config.flaws;
        let payload = flaws.misread(frame.payload());
        let mut reader = Reader::with(&payload, Reading::JAVA);
        let request = match ConnectRequest::decode(&mut reader) {
            Ok(request) => request,
            Err(error) => return self.close(connection, Reason::BadRecord(error)),
        };
        if let Err(reason) = self.admit(&request) {
            if !self.mishandle_stranger(connection, &request, reason) {
                self.close(connection, reason);
            }
            return;
        }
        if flaws.is_new(request.session_id == 0, &request) {
            self.open(now, connection, &request);
        } else {
            self.reopen(now, connection, &request);
        }
    }

    /// Checks what concerns the client alone.
    fn admit(&self, request: &ConnectRequest<'_>) -> Result<(), Reason> {
        let is_unwilling = self.config.mode != Mode::ReadWrite && request.read_only != Some(true);
        if is_unwilling && !self.config.has(Flaw::ReadOnlyServesAll) {
            return Err(Reason::ReadOnly);
        }
        let (seen, last) = (request.last_zxid_seen, self.last_zxid);
        if self.config.flaws.is_ahead(seen > last, request, last) {
            return Err(Reason::ZxidAhead { seen, last });
        }
        Ok(())
    }

    /// The timeout granted, neither rounded nor otherwise changed within its limits.
    fn grant(&self, request: &ConnectRequest<'_>) -> i32 {
        let (asked, bounds) = (request.time_out, self.config.bounds());
        let (right, is_renewal) = (bounds.clamp(asked), request.session_id != 0);
        self.config.flaws.granted(right, asked, bounds, is_renewal)
    }

    /// Makes a session (`ZooKeeperServer.createSession`).
    pub(super) fn open(
        &mut self,
        now: Instant,
        connection: ConnectionId,
        request: &ConnectRequest<'_>,
    ) {
        if self.config.mode == Mode::ReadOnlyNoNew {
            return self.strand(connection);
        }
        let session_id = if self.config.has(Flaw::SameId) {
            i64::from(self.config.server_id) << 56 | 1
        } else {
            self.sessions.next_id()
        };
        let timeout_ms = self.grant(request);
        let flaws = self.config.flaws;
        let kept_ms = flaws.kept(timeout_ms, request.time_out, self.config.bounds());
        self.advance_zxid();
        self.sessions.insert(now, session_id, kept_ms);
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
    fn reopen(&mut self, now: Instant, connection: ConnectionId, request: &ConnectRequest<'_>) {
        if self.mishandle_renewal(connection, request) {
            return;
        }
        let flaws = self.config.flaws;
        let session_id = request.session_id;
        let from = self.sessions.get(session_id).and_then(|it| it.owner);
        if !flaws.spares_owner() {
            self.evict(from, connection);
        }

        let granted_ms = self.grant(request);
        if let Err(reason) = self.recognize(now, request, granted_ms) {
            if !self.mishandle_refusal(now, connection, request, reason) {
                self.refuse(connection, request, reason);
            }
            return;
        }

        if self.config.has(Flaw::EvictAfterCheck) {
            self.evict(from, connection);
        }
        let mut timeout_ms = granted_ms;
        if let Some(session) = self.sessions.get_mut(session_id) {
            let old_ms = session.timeout_ms;
            let new_ms = flaws.kept(granted_ms, request.time_out, self.config.bounds());
            session.timeout_ms = flaws.renewed(new_ms, old_ms);
            timeout_ms = flaws.shown(granted_ms, old_ms);
            if flaws.renewal_touches(new_ms, old_ms) {
                self.sessions.touch(now, session_id);
            }
        }
        self.bond(connection, session_id, request.read_only.is_some());
        self.mishandle_renewed(session_id);
        self.record(Event::Renewed {
            session_id,
            timeout_ms,
            connection,
            from,
        });
        self.welcome(connection, request, session_id, timeout_ms);
    }

    /// Checks what a client says of its session.
    fn recognize(
        &mut self,
        now: Instant,
        request: &ConnectRequest<'_>,
        timeout_ms: i32,
    ) -> Result<(), Reason> {
        let session_id = request.session_id;
        let password = self.sessions.password(session_id, &self.config);
        let is_right = self.passes(request.passwd == Some(&password), request, &password);
        let is_known = self.sessions.get(session_id).is_some();
        let adopts = (self.config.mode == Mode::ReadOnlyNoNew
            || self.config.has(Flaw::RenewUnknownByPassword))
            && is_right
            || self.config.has(Flaw::RenewUnknown);
        if !is_known && adopts {
            self.sessions.insert(now, session_id, timeout_ms);
        } else if !is_known {
            return Err(Reason::UnknownSession { session_id });
        } else if !is_right {
            return Err(Reason::WrongPassword { session_id });
        }
        Ok(())
    }

    /// Closes the connection that held the session until then (`ServerCnxnFactory.closeSession`).
    pub(super) fn evict(&mut self, old: Option<ConnectionId>, by: ConnectionId) {
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
    pub(super) fn leave_greeting(
        &mut self,
        connection: ConnectionId,
        trigger: Trigger,
        state: State,
    ) {
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
        let (has_read_only, request) = (request.read_only.is_some(), Some(request));
        self.send_session(connection, session_id, timeout_ms, has_read_only, request);
    }

    /// Sends the `ConnectResponse` of a session, which may answer a `request` for one
    /// (`ZooKeeperServer.finishSessionInit`).
    pub(super) fn send_session(
        &mut self,
        connection: ConnectionId,
        session_id: i64,
        time_out: i32,
        has_read_only: bool,
        request: Option<&ConnectRequest<'_>>,
    ) {
        let password = self.sessions.password(session_id, &self.config);
        let right = ConnectResponse {
            protocol_version: 0,
            time_out,
            session_id,
            passwd: Some(&password),
            read_only: self.read_only_byte(has_read_only),
        };
        let response = self.config.flaws.welcome(right, request);
        self.send(connection, &response);
    }

    /// Answers that there is no such session, and ends the connection.
    pub(super) fn refuse(
        &mut self,
        connection: ConnectionId,
        request: &ConnectRequest<'_>,
        reason: Reason,
    ) {
        let right = ConnectResponse {
            protocol_version: 0,
            time_out: 0,
            session_id: 0,
            passwd: Some(&[0; 16]),
            read_only: self.read_only_byte(request.read_only.is_some()),
        };
        let response = self.config.flaws.refusal(right, request);
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
        has_read_only.then_some(self.config.mode != Mode::ReadWrite)
    }

    /// Sends one frame.
    pub(super) fn send(&mut self, connection: ConnectionId, payload: &impl jute_codec::Encode) {
        let mut bytes = BytesMut::new();
        put_frame(&mut bytes, payload);
        self.send_bytes(connection, bytes.freeze());
    }
}
