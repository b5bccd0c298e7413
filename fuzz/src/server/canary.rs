//! A session that nobody has reason to disturb, and what is owed to it to the end.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use jute_codec::ConnectRequest;
use jute_codec::OpCode;
use jute_codec::RequestHeader;
use jute_codec::Xid;
use zk_conformance::server::ConnectionId;
use zk_conformance::server::Mode;
use zk_conformance::server::Phase;

use crate::framed::framed;
use crate::server::World;

/// A session that nobody has reason to disturb.
#[derive(Clone, Copy)]
pub(super) struct Canary {
    pub(super) connection: ConnectionId,
    pub(super) session_id: i64,
}

impl World {
    pub(super) fn open_canary(&mut self) {
        self.hatch(0, None);
    }

    /// Opens or renews the canary's session.
    pub(super) fn hatch(&mut self, session_id: i64, passwd: Option<&[u8; 16]>) {
        let connection = self.accept(Ipv4Addr::new(10, 0, 0, 99).into());
        let before: BTreeSet<_> = self.sessions.keys().copied().collect();
        let request = ConnectRequest {
            time_out: i32::MAX,
            session_id,
            passwd: Some(passwd.map_or(&[0; 16], |passwd| passwd)),
            read_only: Some(true),
            ..ConnectRequest::default()
        };
        self.receive(connection, &framed(&request));
        let answered = self
            .connections
            .get(&connection)
            .map(|it| it.owed.is_empty());
        assert_eq!(answered, Some(true), "a handshake that is not answered");
        if self.server.config().mode == Mode::ReadOnlyNoNew && session_id == 0 {
            assert_eq!(self.server.phase(connection), Phase::Stranded);
            return;
        }
        assert_eq!(self.server.phase(connection), Phase::Serving);
        let mine = self.connections[&connection].session.expect("a session");
        assert_eq!(session_id == 0, !before.contains(&mine));
        self.canary = Some(Canary {
            connection,
            session_id: mine,
        });
    }

    pub(super) fn ping_canary(&mut self) {
        let Some(canary) = self.canary else { return };
        assert_eq!(
            self.server.phase(canary.connection),
            Phase::Serving,
            "the canary"
        );
        let ping = framed(&RequestHeader {
            xid: Xid::PING.0,
            op: OpCode::PING,
        });
        self.receive(canary.connection, &ping);
        let entry = &self.connections[&canary.connection];
        assert!(entry.owed.is_empty(), "the canary's ping is answered");
    }

    /// However it went, who behaves is served.
    pub(super) fn finish(&mut self) {
        self.ping_canary();
        let newcomer = self.canary.take();
        self.hatch(0, None);
        self.ping_canary();
        if let Some(canary) = newcomer.and(self.canary) {
            let answers = self.answers;
            self.request(canary.connection, 1, OpCode::CLOSE_SESSION, &[]);
            assert_eq!(self.answers, answers + 1, "closeSession is answered");
            assert_eq!(self.server.phase(canary.connection), Phase::Closed);
            assert!(
                self.ended.contains(&canary.session_id),
                "closed means closed"
            );
        }
        self.check();
    }
}
