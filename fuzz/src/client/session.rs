//! What a client has to know of its session.

use jute_codec::ConnectRequest;
use zk_conformance::client::Config;

use crate::client::hearing::Granted;

/// The session as servers granted it.
pub(super) struct Session {
    pub(super) id: i64,
    pub(super) passwd: Option<Vec<u8>>,
    /// The timeout that was granted, in milliseconds.
    pub(super) granted_ms: Option<u64>,
    /// The timeout to be asked for.
    wished_ms: i32,
    read_only: Option<bool>,
    pub(super) last_zxid: i64,
    /// Whether it is one that read/write servers know.
    is_known: bool,
}

impl Session {
    pub(super) fn none(config: &Config) -> Self {
        Self {
            id: 0,
            passwd: Some(vec![0; 16]),
            granted_ms: None,
            wished_ms: i32::try_from(config.session_timeout.as_millis()).unwrap_or(i32::MAX),
            read_only: config.read_only,
            last_zxid: 0,
            is_known: false,
        }
    }

    /// A session from elsewhere.
    pub(super) fn resumed(config: &Config, id: i64, passwd: &[u8]) -> Self {
        Self {
            id,
            passwd: Some(passwd.to_vec()),
            is_known: true,
            ..Self::none(config)
        }
    }

    pub(super) fn grant(&mut self, granted: Granted) {
        self.id = granted.id;
        self.passwd = granted.passwd;
        self.granted_ms = u64::try_from(granted.time_out).ok();
        self.is_known |= !granted.read_only;
    }

    /// The timeout that the client goes by.
    pub(super) fn timeout_ms(&self) -> u64 {
        let wished = u64::try_from(self.wished_ms).unwrap_or_default();
        self.granted_ms.unwrap_or(wished)
    }

    /// The request for it.
    pub(super) fn request(&self) -> ConnectRequest<'_> {
        ConnectRequest {
            protocol_version: 0,
            last_zxid_seen: self.last_zxid,
            time_out: self.wished_ms,
            session_id: if self.is_known { self.id } else { 0 },
            passwd: self.passwd.as_deref(),
            read_only: self.read_only,
        }
    }
}
