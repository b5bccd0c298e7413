//! Requests on a session: pings, the end, identities; the rest goes to the delegate.
//!
//! Every whole request but `auth` and `sasl` counts as life (`ZooKeeperServer.submitRequestNow`
//! touches the session, `processPacket` answers those two before it gets there). Bytes of an
//! unfinished frame do not.
//!
//! Replies go out in the order of the requests. Where Apache lets a reply overtake (`auth` a read,
//! an unknown operation a write), or loses one to a close that races it, the order is kept here:
//! that is among what Apache does, and is the same every time. What is read behind a request that
//! ends the connection is dropped.

use bytes::Bytes;
use jute_codec::AuthPacket;
use jute_codec::Decode;
use jute_codec::ErrorCode;
use jute_codec::Frame;
use jute_codec::OpCode;
use jute_codec::Raw;
use jute_codec::Reader;
use jute_codec::Reading;
use jute_codec::ReplyHeader;
use jute_codec::RequestHeader;
use jute_codec::Xid;

use crate::server::Server;
use crate::server::config::Mode;
use crate::server::config::Requests;
use crate::server::connection::ConnectionId;
use crate::server::connection::Task;
use crate::server::event::Event;
use crate::server::event::Reason;
use crate::server::flaw::Flaw;
use crate::server::io::Output;
use crate::server::io::Reply;
use crate::server::phase::Trigger;
use crate::time::Instant;

impl Server {
    /// Takes a frame of a connection that has a session.
    pub(super) fn request(&mut self, now: Instant, connection: ConnectionId, frame: Frame) {
        let Some(session_id) = self.session_of(connection) else {
            return;
        };
        let mut reader = Reader::with(frame.payload(), Reading::JAVA);
        let header = match RequestHeader::decode(&mut reader) {
            Ok(header) => header,
            Err(error) => return self.close(connection, Reason::BadRecord(error)),
        };
        if self.touches(header.op) {
            self.sessions.touch(now, session_id);
        }
        let task = match header.op {
            OpCode::AUTH => auth(header.xid, &mut reader),
            OpCode::SASL => sasl(header.xid, &mut reader),
            OpCode::PING => Ok(Task::Ping { xid: header.xid }),
            OpCode::CLOSE_SESSION => Ok(Task::CloseSession { xid: header.xid }),
            OpCode::CREATE_SESSION => Ok(Task::CreateSession {
                xid: header.xid,
                time_out: reader.int().ok(),
            }),
            op if self.config.mode != Mode::ReadWrite && is_write(op) => {
                Ok(Task::NotReadOnly { xid: header.xid })
            }
            _ => match self.config.requests {
                Requests::Unimplemented => Ok(Task::Unimplemented {
                    xid: header.xid,
                    op: header.op,
                }),
                Requests::Delegate => {
                    self.outputs.push_back(Output::Request {
                        connection,
                        session_id,
                        header,
                        frame,
                    });
                    Ok(Task::Delegated {
                        xid: header.xid,
                        op: header.op,
                    })
                }
            },
        };
        match task {
            Ok(task) => self.owe(now, connection, task),
            Err(reason) => self.close(connection, reason),
        }
    }

    /// Whether a request counts as life.
    fn touches(&self, op: OpCode) -> bool {
        match op {
            OpCode::AUTH | OpCode::SASL => self.config.has(Flaw::AuthTouches),
            OpCode::PING => !self.config.has(Flaw::PingDoesNotTouch),
            _ => true,
        }
    }

    /// Answers at once, or behind what is owed already.
    pub(super) fn owe(&mut self, now: Instant, connection: ConnectionId, task: Task) {
        let Some(entry) = self.connections.get_mut(&connection) else {
            return;
        };
        let Some(bond) = entry.bond_mut() else { return };
        let waits = !bond.tasks.is_empty() || matches!(task, Task::Delegated { .. });
        if !waits {
            return self.settle(now, connection, task);
        }
        bond.tasks.push_back(task);
        if task.is_final() {
            entry.drain();
        }
    }

    /// Takes the delegate's answer to the oldest request, and gives what waited for it.
    pub(super) fn reply(&mut self, now: Instant, connection: ConnectionId, reply: Reply) {
        let Some(bond) = self.bond_of(connection) else {
            return;
        };
        let Some(&Task::Delegated { xid, op }) = bond.tasks.front() else {
            return;
        };
        bond.tasks.pop_front();
        match reply {
            Reply::Done { zxid, err, body } => {
                self.last_zxid = self.last_zxid.max(zxid);
                let header = self.config.flaws.echo(header(xid, zxid, err));
                self.answer(connection, &(header, Raw(&body)));
            }
            Reply::Unimplemented => self.answer_unknown(connection, xid, op),
            Reply::Close => self.close(connection, Reason::Delegate),
        }
        self.push_late(connection);
        while let Some(bond) = self.bond_of(connection)
            && let Some(&task) = bond.tasks.front()
            && !matches!(task, Task::Delegated { .. })
        {
            bond.tasks.pop_front();
            self.settle(now, connection, task);
        }
    }

    /// Sends a packet that nobody asked for.
    pub(super) fn push(&mut self, connection: ConnectionId, payload: &Bytes) {
        if self.session_of(connection).is_some() && !self.mishandle_push(connection, payload) {
            self.answer(connection, &Raw(payload));
        }
    }

    /// Gives an answer whose turn it is.
    fn settle(&mut self, now: Instant, connection: ConnectionId, task: Task) {
        match task {
            Task::Delegated { .. } => {}
            Task::Ping { xid } => self.answer_ping(connection, xid),
            Task::CloseSession { xid } => self.close_session(connection, xid),
            Task::CreateSession { xid, time_out } => {
                self.repeat_session(now, connection, xid, time_out);
            }
            Task::Authed { xid } => {
                let right = header(xid, 0, ErrorCode::OK);
                self.answer(connection, &self.config.flaws.auth(right));
            }
            Task::NullToken { xid } => {
                self.answer(connection, &(header(xid, 0, ErrorCode::OK), NULL));
            }
            Task::AuthFailed { xid } => self.answer_auth_failed(connection, xid),
            Task::NotReadOnly { xid } => {
                let err = ErrorCode::NOT_READ_ONLY;
                self.answer(connection, &header(xid, self.last_zxid, err));
            }
            Task::Unimplemented { xid, op } => self.answer_unknown(connection, xid, op),
        }
    }

    /// Answers an unknown operation, and ends the connection
    /// (`UnimplementedRequestProcessor.processRequest`).
    fn answer_unknown(&mut self, connection: ConnectionId, xid: i32, op: OpCode) {
        if self.config.has(Flaw::UnknownDropped) {
            return;
        }
        let right = header(xid, -1, ErrorCode::UNIMPLEMENTED);
        let reply = self.config.flaws.unknown(right, self.last_zxid);
        if !self.config.has(Flaw::UnknownClosesSilently) {
            self.answer(connection, &reply);
        }
        if !self.config.has(Flaw::UnknownStaysOpen) {
            self.close(connection, Reason::UnknownOperation(op));
        }
    }

    /// Answers that an identity was refused, and ends the connection
    /// (`ZooKeeperServer.processPacket`).
    fn answer_auth_failed(&mut self, connection: ConnectionId, xid: i32) {
        let right = header(xid, 0, ErrorCode::AUTH_FAILED);
        if !self.config.has(Flaw::AuthErrorSilent) {
            self.answer(connection, &self.config.flaws.auth(right));
        }
        if !self.config.has(Flaw::AuthErrorStaysOpen) {
            self.close(connection, Reason::AuthFailed);
        }
    }

    /// Answers a ping: xid −2 whatever was sent, and the last zxid
    /// (`FinalRequestProcessor.processRequest`).
    fn answer_ping(&mut self, connection: ConnectionId, xid: i32) {
        let right = header(Xid::PING.0, self.last_zxid, ErrorCode::OK);
        let flaws = self.config.flaws;
        let sent = self.connections.get(&connection).map_or(0, |it| it.sent);
        let reply = flaws.ping(right, xid, sent);
        self.answer(connection, &(reply, Raw(flaws.ping_body())));
    }

    /// Ends the session, says so, and closes.
    fn close_session(&mut self, connection: ConnectionId, xid: i32) {
        let Some(session_id) = self.session_of(connection) else {
            return;
        };
        self.advance_zxid();
        if !self.keeps_closed(session_id) && self.sessions.remove(session_id).is_some() {
            self.record(Event::Closed { session_id });
        }
        if !self.config.has(Flaw::NoCloseReply) {
            let right = header(xid, self.last_zxid, ErrorCode::OK);
            self.answer(connection, &self.config.flaws.close(right));
        }
        if !self.config.has(Flaw::CloseStaysOpen) {
            self.close(connection, Reason::SessionClosed);
        }
    }

    /// Carries out a `createSession` from a client, which is meant for members alone: the session
    /// is there already, gets the time asked for once, and is announced again
    /// (`PrepRequestProcessor.pRequest2Txn`, `FinalRequestProcessor.processRequest`).
    fn repeat_session(
        &mut self,
        now: Instant,
        connection: ConnectionId,
        xid: i32,
        time_out: Option<i32>,
    ) {
        let Some(bond) = self.bond_of(connection) else {
            return;
        };
        let (session_id, has_read_only) = (bond.session_id, bond.has_read_only);
        let granted_ms = self
            .sessions
            .get(session_id)
            .map_or(0, |session| session.timeout_ms);
        self.advance_zxid();
        let Some(time_out) = time_out else {
            let err = ErrorCode::MARSHALLING_ERROR;
            return self.answer(connection, &header(xid, self.last_zxid, err));
        };
        self.sessions.touch_for(now, session_id, time_out);
        self.stay(connection, Trigger::Answer);
        self.send_session(connection, session_id, granted_ms, has_read_only, None);
    }

    /// Sends an answer on a connection that stays as it is.
    fn answer(&mut self, connection: ConnectionId, payload: &impl jute_codec::Encode) {
        self.stay(connection, Trigger::Answer);
        self.send(connection, payload);
    }
}

const fn header(xid: i32, zxid: i64, err: ErrorCode) -> ReplyHeader {
    ReplyHeader { xid, zxid, err }
}

/// Whether a read-only member will not do this (`ReadOnlyRequestProcessor.run`).
const fn is_write(op: OpCode) -> bool {
    matches!(
        op,
        OpCode::SYNC
            | OpCode::CREATE
            | OpCode::CREATE2
            | OpCode::CREATE_TTL
            | OpCode::CREATE_CONTAINER
            | OpCode::DELETE
            | OpCode::DELETE_CONTAINER
            | OpCode::SET_DATA
            | OpCode::RECONFIG
            | OpCode::SET_ACL
            | OpCode::MULTI
            | OpCode::CHECK
    )
}

/// What becomes of an identity: `digest` and `ip` are taken, whatever they say, and all others
/// refused (`ZooKeeperServer.processPacket`, `ProviderRegistry`).
fn auth(xid: i32, reader: &mut Reader<'_>) -> Result<Task, Reason> {
    let packet = AuthPacket::decode(reader).map_err(Reason::BadRecord)?;
    let is_taken = match packet.scheme.as_str() {
        Some("digest") => packet.auth.is_some(),
        Some("ip") => true,
        _ => false,
    };
    Ok(if is_taken {
        Task::Authed { xid }
    } else {
        Task::AuthFailed { xid }
    })
}

/// What becomes of a SASL token where there is no SASL. Apache trips over a null one
/// (`ZooKeeperServer.processSasl`).
fn sasl(xid: i32, reader: &mut Reader<'_>) -> Result<Task, Reason> {
    let token = reader.buffer().map_err(Reason::BadRecord)?;
    token
        .map(|_| Task::NullToken { xid })
        .ok_or(Reason::NullToken)
}

/// The length of the null buffer.
const NULL: i32 = -1;
