//! A session that nobody has reason to disturb, and what is owed to it to the end.

use std::net::Ipv4Addr;

use jute_codec::ConnectRequest;
use zk_conformance::server::ConnectionId;
use zk_conformance::server::Mode;
use zk_conformance::server::Phase;

use crate::framed::framed;
use crate::server::World;
use crate::server::talk;

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
        let request = ConnectRequest {
            time_out: i32::MAX,
            session_id,
            passwd: Some(passwd.map_or(&[0; 16], |passwd| passwd)),
            read_only: Some(true),
            ..ConnectRequest::default()
        };
        self.receive(connection, &framed(&request));
        if self.config.mode == Mode::ReadOnlyNoNew && session_id == 0 {
            assert_eq!(self.server.phase(connection), Phase::Stranded);
            return;
        }
        assert_eq!(self.server.phase(connection), Phase::Serving);
        let mine = self.connections[&connection].session.expect("a session");
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
        let answers = self.answers;
        self.receive(canary.connection, &talk::PING);
        assert_eq!(self.answers, answers + 1, "the canary's ping is answered");
    }

    /// However it went, who behaves is served: the canary to the end, and somebody new.
    pub(super) fn finish(&mut self) {
        self.ping_canary();
        self.canary = None;
        self.hatch(0, None);
        self.ping_canary();
        if let Some(newcomer) = self.canary {
            let answers = self.answers;
            self.receive(newcomer.connection, &talk::CLOSE);
            assert_eq!(self.answers, answers + 1, "closeSession is answered");
            assert_eq!(self.server.phase(newcomer.connection), Phase::Closed);
            assert!(
                self.ended.contains(&newcomer.session_id),
                "closed means closed"
            );
        }
        self.check();
    }
}
