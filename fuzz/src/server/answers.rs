//! What a server says, held against what the model owes.

use std::collections::BTreeSet;

use jute_codec::ConnectResponse;
use jute_codec::Decode;
use jute_codec::ErrorCode;
use jute_codec::Frame;
use jute_codec::Framer;
use jute_codec::OpCode;
use jute_codec::ReplyHeader;
use jute_codec::RequestHeader;
use jute_codec::Xid;
use zk_conformance::server::ConnectionId;
use zk_conformance::server::Event;
use zk_conformance::server::Mode;
use zk_conformance::server::Phase;
use zk_conformance::server::Reason;
use zk_conformance::server::Requests;
use zk_conformance::server::Transport;
use zk_conformance::server::password;

use crate::server::World;
use crate::server::model::Asked;
use crate::server::model::Owed;
use crate::server::model::Session;

impl World {
    pub(super) fn take_event(&mut self, event: Event) {
        let is_member = self.server.config().mode == Mode::ReadOnlyNoNew;
        match event {
            Event::Created {
                session_id,
                timeout_ms,
                connection,
            } => {
                assert!(
                    !self.sessions.contains_key(&session_id),
                    "an id given twice"
                );
                assert!(!self.ended.contains(&session_id), "an id given again");
                self.begin(session_id, timeout_ms, connection);
            }
            Event::Renewed {
                session_id,
                timeout_ms,
                connection,
                ..
            } => {
                assert!(
                    is_member || !self.ended.contains(&session_id),
                    "back from the dead"
                );
                let created_ms = self.sessions.get(&session_id).map(|it| it.created_ms);
                assert!(is_member || created_ms.is_some(), "renewed what never was");
                self.begin(session_id, timeout_ms, connection);
                if let Some(session) = self.sessions.get_mut(&session_id) {
                    session.created_ms = created_ms.unwrap_or(timeout_ms);
                }
            }
            Event::Expired { session_id } => {
                let session = self.sessions.remove(&session_id).expect("it was alive");
                assert!(
                    session.ends.is_none_or(|ends| ends <= self.now),
                    "too early"
                );
                self.ended.insert(session_id);
            }
            Event::Closed { session_id } => {
                assert!(self.sessions.remove(&session_id).is_some(), "it was alive");
                self.ended.insert(session_id);
            }
            Event::Dropped { session_id } => panic!("{session_id:#x} dropped"),
            Event::Disconnected { connection, reason } => self.check_end(connection, reason),
            _ => {}
        }
    }

    /// Holds the end of a connection against what is known of it.
    fn check_end(&self, connection: ConnectionId, reason: Reason) {
        let Some(entry) = self.connections.get(&connection) else {
            return;
        };
        match reason {
            Reason::BadLength(_) => assert!(entry.broken, "a good length closes"),
            Reason::UnknownOperation(_) | Reason::AuthFailed | Reason::SessionClosed => {
                assert!(self.doomed.contains(&connection), "an end without a reply");
            }
            Reason::Evicted { by } => {
                let by = &self.connections[&by];
                let is_asking = by.owed.iter().any(|owed| matches!(owed, Owed::Session(_)));
                assert!(
                    is_asking || by.session.is_some(),
                    "evicted for one sent away"
                );
            }
            Reason::Silent => {
                let silence = self.server.config().sessionless_timeout;
                let due = entry.heard + silence.expect("silence is judged");
                assert!(due <= self.now, "silent for too short a time");
            }
            Reason::Flaw(flaw) => panic!("closed by {flaw}"),
            _ => {}
        }
    }

    fn begin(&mut self, session_id: i64, timeout_ms: i32, connection: ConnectionId) {
        let config = self.server.config();
        let limits = config.min_timeout_ms()..=config.max_timeout_ms();
        assert!(limits.contains(&timeout_ms), "a timeout of {timeout_ms} ms");
        let mut session = Session {
            created_ms: timeout_ms,
            timeout_ms,
            ends: None,
        };
        session.touch(self.now, timeout_ms);
        self.sessions.insert(session_id, session);
        let entry = self.connections.get_mut(&connection).expect("it is open");
        entry.session = Some(session_id);
    }

    /// Holds an answer against what is owed.
    pub(super) fn take_bytes(&mut self, connection: ConnectionId, bytes: &[u8]) {
        let entry = self
            .connections
            .get_mut(&connection)
            .expect("bytes after the end");
        if entry.word {
            return;
        }
        let mut framer = Framer::default();
        framer.push(bytes);
        let frame = framer.next_frame().expect("a frame").expect("all of it");
        assert!(framer.buffered().is_empty(), "a frame at a time");
        let owed = entry.owed.pop_front().expect("a reply to nothing");
        self.answers += 1;
        let is_doomed = match owed {
            Owed::Either => false,
            Owed::Reply(request) => {
                let session = entry.session;
                self.check_reply(&frame, request, session)
            }
            Owed::Identity(request, is_taken) => check_identity(&frame, request, is_taken),
            Owed::Session(asked) => self.check_handshake(&frame, asked),
        };
        if is_doomed {
            self.doomed.insert(connection);
        }
    }

    /// Whether the connection ends with this reply.
    fn check_reply(&self, frame: &Frame, request: RequestHeader, session: Option<i64>) -> bool {
        let mut reader = frame.reader();
        let header = ReplyHeader::decode(&mut reader).expect("a header");
        let is_ping = request.op == OpCode::PING;
        let xid = if is_ping { Xid::PING.0 } else { request.xid };
        assert_eq!(header.xid, xid, "replies in the order of requests");
        assert!(header.zxid <= self.server.last_zxid());
        assert!(
            !is_ping || header.zxid >= self.last_zxid,
            "a ping tells the zxid"
        );
        assert!(!is_ping || reader.is_empty(), "a ping has no body");
        let session = session.and_then(|id| self.server.session(id));
        if request.op == OpCode::CLOSE_SESSION {
            assert!(session.is_none(), "closed means closed");
            assert!(header.zxid >= self.last_zxid, "a close tells the zxid");
        }
        let is_unimplemented = header.err == ErrorCode::UNIMPLEMENTED;
        assert!(!is_unimplemented || header.zxid == -1, "no zxid for it");
        let is_known = [OpCode::PING, OpCode::CLOSE_SESSION, OpCode::SASL].contains(&request.op);
        let config = self.server.config();
        let are_known = config.requests == Requests::Delegate;
        let is_refused = header.err == ErrorCode::NOT_READ_ONLY && config.mode != Mode::ReadWrite;
        assert!(
            is_known || are_known || is_unimplemented || is_refused,
            "{} is unknown",
            request.op
        );
        let is_over = [ErrorCode::UNIMPLEMENTED, ErrorCode::AUTH_FAILED].contains(&header.err);
        is_over || request.op == OpCode::CLOSE_SESSION
    }

    /// Whether the connection ends with this answer.
    fn check_handshake(&self, frame: &Frame, asked: Asked) -> bool {
        let config = self.server.config();
        let is_member = config.mode == Mode::ReadOnlyNoNew;
        if is_member && frame.payload().len() == 16 {
            let header: ReplyHeader = frame.decode().expect("a header");
            assert_eq!(header.err, ErrorCode::NOT_READ_ONLY);
            assert_eq!(asked.session_id, 0);
            return false;
        }
        let response: ConnectResponse<'_> = frame.decode().expect("a response");
        assert_eq!(response.protocol_version, 0);
        let is_read_only = config.mode != Mode::ReadWrite;
        assert_eq!(response.read_only, asked.read_only.map(|_| is_read_only));
        if response.is_refusal() {
            assert_ne!(asked.session_id, 0, "a new session is never refused so");
            assert!(
                !asked.is_alive || !asked.has_password,
                "refused for nothing"
            );
            assert_eq!((response.time_out, response.session_id), (0, 0));
            assert_eq!(response.passwd, Some(&[0; 16][..]));
            return true;
        }
        let limits = (config.min_timeout_ms(), config.max_timeout_ms());
        assert_eq!(response.time_out, asked.time_out.clamp(limits.0, limits.1));
        assert_ne!(response.session_id, 0);
        assert_eq!(response.passwd, Some(&password(response.session_id)[..]));
        if asked.session_id != 0 {
            assert_eq!(response.session_id, asked.session_id);
            assert!(asked.has_password, "renewed without the password");
            assert!(asked.is_alive || is_member, "renewed from the dead");
        }
        false
    }

    /// What is true at any time.
    pub(super) fn check(&mut self) {
        let mut owners = BTreeSet::new();
        let mut alive = BTreeSet::new();
        for session in self.server.sessions() {
            let id = session.session_id;
            alive.insert(id);
            if let Some(owner) = session.owner {
                assert!(owners.insert(owner), "{owner} owns two sessions");
                let phase = self.server.phase(owner);
                assert!(
                    matches!(phase, Phase::Serving | Phase::Draining),
                    "{phase} owner"
                );
                assert_eq!(self.connections[&owner].session, Some(id));
            }
        }
        let known: BTreeSet<_> = self.sessions.keys().copied().collect();
        assert_eq!(alive, known, "sessions the events do not tell of");
        for session in self.sessions.values() {
            assert!(session.ends.is_none_or(|ends| ends > self.now), "too late");
        }
        for (id, phase) in self.server.connections() {
            let config = self.server.config();
            if phase == Phase::Greeting
                && config.transport == Transport::Nio
                && let Some(silence) = config.sessionless_timeout
            {
                let end = self.connections[&id].heard + silence + silence;
                assert!(self.now <= end, "{id} is silent for too long");
            }
        }
        let open: Vec<_> = self.server.connections().map(|(id, _)| id).collect();
        let known: Vec<_> = self.connections.keys().copied().collect();
        assert_eq!(open, known, "connections the outputs do not tell of");
        for (id, connection) in &self.connections {
            let serves = self.server.phase(*id) == Phase::Serving;
            assert!(
                !serves || owners.contains(id),
                "{id} serves a session it does not own"
            );
            assert!(!serves || connection.session.is_some());
        }
        assert!(self.server.last_zxid() >= self.last_zxid, "zxids go up");
        self.last_zxid = self.server.last_zxid();
        assert!(
            self.server.deadline().is_none_or(|it| it > self.now),
            "a deadline passed"
        );
    }
}

/// Whether the connection ends with this reply to an identity.
fn check_identity(frame: &Frame, request: RequestHeader, is_taken: bool) -> bool {
    let header: ReplyHeader = frame.decode().expect("a bare header");
    let err = if is_taken {
        ErrorCode::OK
    } else {
        ErrorCode::AUTH_FAILED
    };
    let (xid, zxid) = (request.xid, 0);
    assert_eq!(header, ReplyHeader { xid, zxid, err });
    !is_taken
}
