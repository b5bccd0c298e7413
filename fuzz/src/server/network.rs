//! What connections, the delegate and the clock do to a server.

use std::hash::DefaultHasher;
use std::hash::Hasher;
use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use jute_codec::ErrorCode;
use jute_codec::ReplyHeader;
use zk_conformance::server::ConnectionId;
use zk_conformance::server::Input;
use zk_conformance::server::Output;
use zk_conformance::server::Phase;
use zk_conformance::server::Reason;
use zk_conformance::server::Reply;
use zk_conformance::server::password;

use crate::server::World;
use crate::server::model::Connection;
use crate::server::model::Owed;
use crate::server::model::Session;
use crate::server::operation::Late;
use crate::server::talk;

impl World {
    pub(super) fn accept(&mut self, peer: IpAddr) -> ConnectionId {
        let connection = ConnectionId(self.next_connection);
        self.next_connection += 1;
        let from_peer = self.connections.values().filter(|it| it.peer == peer);
        let most = usize::try_from(self.config.max_client_connections).expect("a few");
        let is_full = from_peer.count() >= most;
        let mut entry = Connection::new(peer, &self.config, self.now);
        entry.end = is_full.then_some(Reason::TooMany);
        self.connections.insert(connection, entry);
        self.handle(Input::Accept { connection, peer });
        connection
    }

    /// Has bytes come in.
    pub(super) fn receive(&mut self, connection: ConnectionId, bytes: &[u8]) {
        self.foresee(connection, bytes);
        self.handle(Input::Receive { connection, bytes });
    }

    pub(super) fn advance(&mut self, by: Duration) {
        let now = self.now + by;
        // Each appointment in between is kept, and each does something.
        while let Some(deadline) = self.server.deadline().filter(|it| *it <= now) {
            self.now = self.now.max(deadline);
            let count = self.server.sessions().count() + self.server.connections().count();
            self.tick();
            let left = self.server.sessions().count() + self.server.connections().count();
            let moved = self.server.deadline().is_none_or(|next| next > deadline);
            assert!(
                left < count || moved,
                "a deadline that comes does something"
            );
        }
        self.now = now;
        let before = self.fingerprint();
        self.tick();
        assert_eq!(
            self.fingerprint(),
            before,
            "nothing is due, and all is as it was"
        );
        self.ping_canary();
    }

    /// What the server will do from now on, as a number.
    fn fingerprint(&self) -> u64 {
        let mut state = DefaultHasher::new();
        self.server.fingerprint(self.now, &mut state);
        state.finish()
    }

    fn tick(&mut self) {
        for entry in self.connections.values_mut() {
            let is_silent = entry.silent_at.is_some_and(|at| at <= self.now);
            if entry.phase == Phase::Greeting && is_silent {
                entry.end = Some(Reason::Silent);
            }
        }
        self.handle(Input::Tick);
    }

    pub(super) fn restart(&mut self) {
        // Ids go on from the clock, so that a restart in no time at all would give some again.
        self.advance(Duration::from_millis(1));
        for session in self.sessions.values_mut() {
            *session = Session::new(self.now, session.created_ms);
        }
        for entry in self.connections.values_mut() {
            entry.end = Some(Reason::Restart);
        }
        self.server.restart(self.now);
        self.drain();
        if let Some(canary) = self.canary.take() {
            let passwd = password(canary.session_id);
            self.hatch(canary.session_id, Some(&passwd));
        }
    }

    /// The peer leaves, or the connection breaks.
    pub(super) fn leave(&mut self, connection: ConnectionId, reason: Reason) {
        let entry = self.connections.get_mut(&connection);
        entry.expect("it is open").end = Some(reason);
        self.handle(if reason == Reason::Lost {
            Input::Lost { connection }
        } else {
            Input::Eof { connection }
        });
    }

    /// What happens on a connection that is over happens to nobody.
    pub(super) fn late(&mut self, number: u8, what: Late<'_>) {
        let mut over = (0..self.next_connection).rev().map(ConnectionId);
        let mut over = over
            .by_ref()
            .filter(|id| !self.connections.contains_key(id));
        let Some(connection) = over.nth(usize::from(number)) else {
            return;
        };
        let close = talk::CLOSE;
        let before = self.fingerprint();
        self.handle(match what {
            Late::CloseSession => Input::Receive {
                connection,
                bytes: &close,
            },
            Late::Bytes(bytes) => Input::Receive { connection, bytes },
            Late::Eof => Input::Eof { connection },
            Late::Lost => Input::Lost { connection },
            Late::Reply => Input::Reply {
                connection,
                reply: Reply::Close,
            },
            Late::Push => Input::Push {
                connection,
                payload: Bytes::from_static(b"pushed"),
            },
        });
        assert_eq!(self.fingerprint(), before, "{connection} is over");
    }

    /// A session is made elsewhere, unless it is here already or was.
    pub(super) fn adopt(&mut self, number: u8, timeout_ms: i32) {
        // Of a server with another number than ours, which is 1: no id of its can be one of ours.
        let session_id = i64::from(number % 127 + 2) << 56 | 7;
        let is_new = !self.sessions.contains_key(&session_id) && !self.ended.contains(&session_id);
        if is_new {
            let (min, max) = (self.config.min_timeout_ms(), self.config.max_timeout_ms());
            let timeout_ms = timeout_ms.clamp(min, max);
            let timeout = Duration::from_millis(u64::try_from(timeout_ms).expect("a timeout"));
            let passwd = password(session_id);
            self.server
                .adopt_session(self.now, session_id, passwd, timeout);
            let session = Session::new(self.now, timeout_ms);
            self.sessions.insert(session_id, session);
        }
    }

    /// Somebody ends a session before its time, but never the canary's.
    pub(super) fn expire(&mut self, number: u8) {
        let canary = self.canary.map(|canary| canary.session_id);
        let others = self.sessions.keys().filter(|id| Some(**id) != canary);
        let others: Vec<_> = others.copied().collect();
        if let Some(&session_id) = others.get(usize::from(number) % others.len().max(1)) {
            if let Some(session) = self.sessions.get_mut(&session_id) {
                session.ends = self.now;
            }
            assert!(self.server.expire_session(session_id));
            self.drain();
            assert!(self.ended.contains(&session_id), "expired means expired");
        } else {
            assert!(!self.server.expire_session(0));
        }
    }

    /// The delegate answers the oldest request it has, or one that nobody sent.
    pub(super) fn reply(&mut self, connection: ConnectionId, reply: Reply) {
        let entry = self.connections.get_mut(&connection).expect("it is open");
        if let Some(Owed::Delegated { header, .. }) = entry.owed.front() {
            let (xid, op) = (header.xid, header.op);
            entry.delegated -= 1;
            entry.owed.pop_front();
            match &reply {
                Reply::Done { zxid, err, body } => {
                    let (zxid, err, body) = (*zxid, *err, body.clone());
                    let header = ReplyHeader { xid, zxid, err };
                    entry.owed.push_front(Owed::Answer { header, body });
                }
                Reply::Unimplemented => {
                    entry.phase = Phase::Closed;
                    entry.owed.push_front(Owed::Unknown { xid, op });
                }
                Reply::Close => {
                    entry.phase = Phase::Closed;
                    entry.end = Some(Reason::Delegate);
                    entry.owed.clear();
                    entry.delegated = 0;
                }
            }
        }
        self.handle(Input::Reply { connection, reply });
    }

    /// What the delegate says next: the latest transaction, and how it went.
    pub(super) fn done(&self, body: &[u8]) -> Reply {
        Reply::Done {
            zxid: self.last_zxid + 1,
            err: ErrorCode::OK,
            body: Bytes::copy_from_slice(body),
        }
    }

    /// A push goes out at once or not at all.
    pub(super) fn push(&mut self, connection: ConnectionId) {
        let payload = Bytes::from_static(b"pushed");
        let input = Input::Push {
            connection,
            payload,
        };
        assert!(!input.to_string().is_empty());
        self.server.handle(self.now, input);
        let has_session = self.connections[&connection].session.is_some();
        if has_session {
            let pushed = self.server.poll();
            let bytes = Bytes::from_static(b"\0\0\0\x06pushed");
            let right = Output::Send { connection, bytes };
            assert_eq!(pushed, Some(right), "a push goes out at once");
        }
        self.drain();
    }
}
