//! Requests on the wire, and whose reply is whose.

use std::collections::VecDeque;

use crate::client::Fault;
use crate::client::outgoing::Purpose;

/// Requests awaiting their replies, oldest first (`ClientCnxn.pendingQueue`).
///
/// A server answers in order, so a reply can only be to the oldest request.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub(super) struct Pending(VecDeque<Awaited>);

/// A request on the wire.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) struct Awaited {
    pub(super) xid: i32,
    pub(super) purpose: Purpose,
}

impl Pending {
    pub(super) fn push(&mut self, xid: i32, purpose: Purpose) {
        self.0.push_back(Awaited { xid, purpose });
    }

    /// The request that a reply with `xid` is to (`ClientCnxn.SendThread.readResponse`).
    ///
    /// # Errors
    /// If nothing is awaited, or another xid is. The oldest request stays where it is, to be
    /// lost with the connection.
    pub(super) fn answer(&mut self, xid: i32) -> Result<Awaited, Fault> {
        match self.0.front() {
            None => Err(Fault::ReplyToNothing { xid }),
            Some(oldest) if oldest.xid != xid => Err(Fault::ReplyOutOfOrder {
                expected: oldest.xid,
                got: xid,
            }),
            Some(&oldest) => {
                self.0.pop_front();
                Ok(oldest)
            }
        }
    }

    /// Takes the oldest request, which nobody will answer.
    pub(super) fn pop(&mut self) -> Option<Awaited> {
        self.0.pop_front()
    }
}
