//! What a client knows of its session.

use std::time::Duration;

use bytes::Bytes;

/// The session as the server granted it, and what to present when it is renewed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Session {
    pub(super) id: i64,
    /// `None` is null on the wire, which a server may well grant.
    pub(super) passwd: Option<Bytes>,
    /// The timeout negotiated last; none if there has been no session yet.
    pub(super) timeout: Option<Duration>,
    /// The latest transaction seen in a reply.
    pub(super) last_zxid: i64,
    /// Whether the id is known to read/write servers (`ClientCnxn.seenRwServerBefore`).
    pub(super) seen_read_write: bool,
}

impl Session {
    /// No session yet.
    pub(super) const fn none() -> Self {
        Self {
            id: 0,
            passwd: Some(Bytes::from_static(&[0; 16])),
            timeout: None,
            last_zxid: 0,
            seen_read_write: false,
        }
    }

    /// A session from elsewhere (`ZooKeeper`'s constructor with a session id).
    pub(super) fn resumed(id: i64, passwd: &[u8]) -> Self {
        Self {
            id,
            passwd: Some(Bytes::copy_from_slice(passwd)),
            seen_read_write: true,
            ..Self::none()
        }
    }

    /// The id to present: none as long as only read-only servers have been seen, which make up
    /// ids that no other server knows (`ClientCnxn.SendThread.primeConnection`).
    pub(super) const fn id_to_present(&self) -> i64 {
        if self.seen_read_write { self.id } else { 0 }
    }
}
