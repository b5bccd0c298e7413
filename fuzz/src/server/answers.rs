//! What a server answers, held against what is owed.

use jute_codec::ConnectResponse;
use jute_codec::Decode;
use jute_codec::ErrorCode;
use jute_codec::Frame;
use jute_codec::Framer;
use jute_codec::ReplyHeader;
use jute_codec::RequestHeader;
use jute_codec::Xid;
use zk_conformance::server::ConnectionId;
use zk_conformance::server::Mode;
use zk_conformance::server::Reason;
use zk_conformance::server::Word;
use zk_conformance::server::password;

use crate::server::World;
use crate::server::model::Asked;
use crate::server::model::Owed;
use crate::server::model::Touch;
use crate::server::text::Text;

impl World {
    /// Holds an answer against what is owed.
    pub(super) fn take_bytes(&mut self, connection: ConnectionId, bytes: &[u8]) {
        let entry = self.connections.get_mut(&connection);
        let entry = entry.expect("bytes after the end");
        assert!(!entry.is_over, "bytes behind the end");
        let owed = match entry.owed.front() {
            None | Some(Owed::Delegated { .. }) => panic!("{connection}: a reply to nothing"),
            Some(_) => entry.owed.pop_front().expect("the first"),
        };
        self.answers += 1;
        if let Owed::Text(word) = owed {
            return self.check_text(word, bytes);
        }
        let mut framer = Framer::default();
        framer.push(bytes);
        let frame = framer.next_frame().expect("a frame").expect("all of it");
        assert!(framer.buffered().is_empty(), "a frame at a time");
        let ends_for = self.check_answer(connection, &owed, &frame);
        if let Some(reason) = ends_for
            && let Some(entry) = self.connections.get_mut(&connection)
        {
            entry.end = Some(reason);
            // What is behind it is never answered.
            entry.owed.clear();
            entry.delegated = 0;
        }
    }

    /// Holds a frame against what is owed; why the connection ends with it, if it does.
    fn check_answer(
        &mut self,
        connection: ConnectionId,
        owed: &Owed,
        frame: &Frame,
    ) -> Option<Reason> {
        let header = |xid, zxid, err| ReplyHeader { xid, zxid, err };
        match *owed {
            Owed::Session(asked) => {
                self.check_session(connection, asked, frame);
                None
            }
            Owed::Refusal {
                has_read_only,
                reason,
            } => {
                let right = ConnectResponse {
                    protocol_version: 0,
                    time_out: 0,
                    session_id: 0,
                    passwd: Some(&[0; 16]),
                    read_only: self.read_only(has_read_only),
                };
                assert_eq!(frame.decode(), Ok(right), "a refusal");
                Some(reason)
            }
            Owed::Stranding => {
                check_reply(frame, header(0, 0, ErrorCode::NOT_READ_ONLY), &[]);
                None
            }
            Owed::Text(_) | Owed::Delegated { .. } => unreachable!("no frame"),
            Owed::Ping => {
                let xid = Xid::PING.0;
                check_reply(frame, header(xid, self.last_zxid, ErrorCode::OK), &[]);
                None
            }
            Owed::CloseSession { xid } => {
                let session = self.connections[&connection].session;
                let is_alive = session.is_some_and(|id| self.sessions.contains_key(&id));
                assert!(!is_alive, "closed means closed");
                check_reply(frame, header(xid, self.last_zxid, ErrorCode::OK), &[]);
                Some(Reason::SessionClosed)
            }
            Owed::Identity { xid, is_taken } => {
                let failed = ErrorCode::AUTH_FAILED;
                let err = if is_taken { ErrorCode::OK } else { failed };
                check_reply(frame, header(xid, 0, err), &[]);
                (!is_taken).then_some(Reason::AuthFailed)
            }
            Owed::Token { xid } => {
                check_reply(frame, header(xid, 0, ErrorCode::OK), &[0xff; 4]);
                None
            }
            Owed::Repeat {
                xid,
                time_out,
                waits,
            } => {
                self.count_transaction();
                let Some(time_out) = time_out else {
                    let err = ErrorCode::MARSHALLING_ERROR;
                    check_reply(frame, header(xid, self.last_zxid, err), &[]);
                    return None;
                };
                if waits {
                    self.touch(connection, Touch::Once(time_out));
                }
                self.check_welcome(connection, frame);
                None
            }
            Owed::NotReadOnly { xid } => {
                let err = ErrorCode::NOT_READ_ONLY;
                check_reply(frame, header(xid, self.last_zxid, err), &[]);
                None
            }
            Owed::Unknown { xid, op } => {
                check_reply(frame, header(xid, -1, ErrorCode::UNIMPLEMENTED), &[]);
                Some(Reason::UnknownOperation(op))
            }
            Owed::Answer { header, ref body } => {
                self.last_zxid = self.last_zxid.max(header.zxid);
                check_reply(frame, header, body);
                None
            }
        }
    }

    /// The answer to a handshake, behind the event that tells of it.
    fn check_session(&self, connection: ConnectionId, asked: Asked, frame: &Frame) {
        let session_id = self.connections[&connection].session;
        let session_id = session_id.expect("an answer that nothing has led to");
        assert_ne!(session_id, 0, "an id of nothing");
        assert!(
            asked.session_id == 0 || asked.session_id == session_id,
            "another session"
        );
        self.check_welcome(connection, frame);
    }

    /// The session that a connection has, in an answer.
    fn check_welcome(&self, connection: ConnectionId, frame: &Frame) {
        let entry = &self.connections[&connection];
        let session_id = entry.session.expect("a session");
        let right = ConnectResponse {
            protocol_version: 0,
            time_out: self.sessions[&session_id].timeout_ms,
            session_id,
            passwd: Some(&password(session_id)),
            read_only: self.read_only(entry.has_read_only),
        };
        assert_eq!(frame.decode(), Ok(right), "the session as it was given");
    }

    /// The last field of a `ConnectResponse`.
    fn read_only(&self, has_read_only: bool) -> Option<bool> {
        has_read_only.then_some(self.config.mode != Mode::ReadWrite)
    }

    fn check_text(&self, word: Word, bytes: &[u8]) {
        let text = Text::of(&self.config, word);
        assert!(
            text.allows(bytes),
            "{bytes:?} to {word}, should be: {text:?}"
        );
    }

    /// A transaction is made, unless this is a member that makes none.
    pub(super) fn count_transaction(&mut self) {
        if self.config.mode != Mode::ReadOnlyNoNew {
            self.last_zxid += 1;
        }
    }

    /// The delegate gets a request.
    pub(super) fn take_request(
        &mut self,
        connection: ConnectionId,
        session_id: i64,
        header: RequestHeader,
        frame: &Frame,
    ) {
        let entry = self.connections.get_mut(&connection);
        let entry = entry.expect("a request after the end");
        let due = entry.delegated_requests().nth(entry.delegated);
        let (right, payload) = due.expect("a request that nobody sent");
        assert_eq!(header, right, "requests in their order");
        assert_eq!(frame.payload(), payload, "a request as it was sent");
        assert_eq!(entry.session, Some(session_id), "whose request it is");
        entry.delegated += 1;
    }
}

#[track_caller]
fn check_reply(frame: &Frame, right: ReplyHeader, body: &[u8]) {
    let mut reader = frame.reader();
    let header = ReplyHeader::decode(&mut reader).expect("a header");
    assert_eq!(header.xid, right.xid, "replies in the order of requests");
    assert_eq!(header, right, "the reply that is due");
    assert_eq!(frame.payload()[HEADER..], *body, "the body that is due");
}

/// The bytes of a reply header.
const HEADER: usize = 4 + 8 + 4;
