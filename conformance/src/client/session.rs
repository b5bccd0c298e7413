//! What a client knows of its session.

use bytes::Bytes;
use jute_codec::ConnectResponse;
use jute_codec::Frame;

/// The session as the server granted it, and what to present when it is renewed.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(super) struct Session {
    pub(super) id: i64,
    /// `None` is null on the wire, which a server may well grant.
    pub(super) passwd: Option<Bytes>,
    /// The timeout negotiated last, in milliseconds; none if there has been no session yet.
    pub(super) timeout_ms: Option<i32>,
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
            timeout_ms: None,
            last_zxid: 0,
            seen_read_write: false,
        }
    }

    /// A session from elsewhere (`ZooKeeper`'s constructor with a session id).
    pub(super) fn resumed(id: i64, passwd: &[u8]) -> Self {
        Self {
            id,
            passwd: Some(Bytes::copy_from_slice(passwd)),
            seen_read_write: id != 0,
            ..Self::none()
        }
    }

    /// Takes over what a server granted.
    pub(super) fn grant(&mut self, response: &ConnectResponse<'_>, frame: &Frame) {
        self.id = response.session_id;
        self.passwd = response.passwd.map(|passwd| frame.share(passwd));
        self.timeout_ms = Some(response.time_out);
        self.seen_read_write |= response.read_only != Some(true);
    }

    /// The id to present: none as long as only read-only servers have been seen, which make up
    /// ids that no other server knows (`ClientCnxn.SendThread.primeConnection`).
    pub(super) const fn id_to_present(&self) -> i64 {
        if self.seen_read_write { self.id } else { 0 }
    }
}
