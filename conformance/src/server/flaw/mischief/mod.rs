//! Flaws that do something else altogether: at these points they may take over from the server.
//!
//! Where a method says whether a flaw took over, the server does nothing more if one did.

mod handshake;
mod requests;
mod stream;

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use bytes::Bytes;
use jute_codec::Decode;
use jute_codec::Reader;
use jute_codec::Reading;
use jute_codec::RequestHeader;

use crate::server::Server;
use crate::server::connection::Connection;
use crate::server::connection::ConnectionId;
use crate::server::event::Reason;
use crate::server::flaw::Flaw;
use crate::server::phase::Trigger;

/// What flaws have to remember; empty in a sound server.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub(in crate::server) struct Memory {
    /// Sessions that were renewed and not closed since.
    renewed: BTreeSet<i64>,
    /// How many wrong passwords came for a session.
    wrong: BTreeMap<i64, u8>,
    /// Connections that lost their session to another, and which it was.
    evicted: BTreeMap<ConnectionId, i64>,
    /// The latest xid of a connection's reads.
    xids: BTreeMap<ConnectionId, i32>,
    /// What connections are told behind the next answer.
    late: BTreeMap<ConnectionId, Vec<Bytes>>,
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
