//! What connections and the clock do to a server.

use std::collections::VecDeque;
use std::hash::DefaultHasher;
use std::hash::Hasher;
use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use jute_codec::Framer;
use zk_conformance::Instant;
use zk_conformance::server::ConnectionId;
use zk_conformance::server::Input;
use zk_conformance::server::Output;
use zk_conformance::server::Phase;
use zk_conformance::server::Reply;
use zk_conformance::server::password;

use crate::server::World;
use crate::server::model::Connection;
use crate::server::model::Owed;
use crate::server::model::Session;
use crate::server::model::Touch;

impl World {
    pub(super) fn accept(&mut self, peer: IpAddr) -> ConnectionId {
        let connection = ConnectionId(self.next_connection);
        self.next_connection += 1;
        let from_peer = self.connections.values().filter(|it| it.peer == peer);
        let is_full = from_peer.count() >= 4;
        let entry = Connection {
            peer,
            framer: Framer::new(self.server.config().limits),
            greeted: false,
            word: false,
            doubtful: false,
            garbled: false,
            broken: false,
            heard: self.now,
            session: None,
            owed: VecDeque::new(),
            delegated: 0,
        };
        self.connections.insert(connection, entry);
        self.handle(Input::Accept { connection, peer });
        let is_open = self.connections.contains_key(&connection);
        assert_eq!(is_open, !is_full, "limit of connections from {peer}");
        connection
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
        let since_start = self.now - Instant::ZERO;
        let shown = Instant::ZERO + since_start.saturating_sub(self.late);
        self.server.handle(shown, Input::Tick);
        self.drain();
    }

    pub(super) fn restart(&mut self) {
        // Ids go on from the clock, so that a restart in no time at all would give some again.
        self.advance(Duration::from_millis(1));
        self.server.restart(self.now);
        for session in self.sessions.values_mut() {
            session.timeout_ms = session.created_ms;
            session.touch(self.now, session.created_ms);
        }
        self.drain();
        assert_eq!(self.server.connections().count(), 0);
        self.connections.clear();
        if let Some(canary) = self.canary.take() {
            let passwd = password(canary.session_id);
            self.hatch(canary.session_id, Some(&passwd));
        }
    }

    pub(super) fn leave(&mut self, input: Input<'_>, connection: ConnectionId) {
        self.handle(input);
        self.connections.remove(&connection);
        assert_eq!(self.server.phase(connection), Phase::Closed);
    }

    /// A session is made elsewhere, unless it is here already or was.
    pub(super) fn adopt(&mut self, number: u8, timeout_ms: i32) {
        // Of a server with another number than ours, which is 1: no id of its can be one of ours.
        let session_id = i64::from(number % 127 + 2) << 56 | 7;
        let is_new = !self.sessions.contains_key(&session_id) && !self.ended.contains(&session_id);
        if is_new {
            let config = self.server.config();
            let timeout_ms = timeout_ms.clamp(config.min_timeout_ms(), config.max_timeout_ms());
            let timeout = Duration::from_millis(u64::try_from(timeout_ms).expect("a timeout"));
            let passwd = password(session_id);
            self.server
                .adopt_session(self.now, session_id, passwd, timeout);
            let mut session = Session {
                created_ms: timeout_ms,
                timeout_ms,
                ends: None,
            };
            session.touch(self.now, timeout_ms);
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
                session.ends = None;
            }
            assert!(self.server.expire_session(session_id));
            self.drain();
            assert!(self.ended.contains(&session_id), "expired means expired");
        } else {
            assert!(!self.server.expire_session(0));
        }
    }

    pub(super) fn reply(&mut self, connection: ConnectionId, reply: Reply) {
        let entry = self.connections.get_mut(&connection).expect("it is open");
        if let Some(left) = entry.delegated.checked_sub(1) {
            entry.delegated = left;
            let session = entry.session;
            if entry.owed.iter().any(|owed| matches!(owed, Owed::Either)) {
                // A createSession whose turn comes sets the end anew.
                self.touch(session, &[Touch::Unknown]);
            }
            self.handle(Input::Reply { connection, reply });
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
        let mut pushed = false;
        while let Some(output) = self.server.poll() {
            if let Output::Send { bytes, .. } = &output
                && bytes[4..] == *b"pushed"
            {
                pushed = true;
            } else {
                self.take(output);
            }
        }
        assert_eq!(
            pushed,
            has_session && self.connections.contains_key(&connection)
        );
    }
}
