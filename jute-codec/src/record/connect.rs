//! The connect pair: the two records without a header, which make a session.

/// Opens a session or renews one: the first frame a client sends.
///
/// ```text
/// protocolVersion  lastZxidSeen  timeOut  sessionId  passwd           readOnly
/// int              long          int      long       buffer           boolean
/// 4                8             4        8          4 + 16           1, or missing
/// ```
///
/// 45 bytes of payload with the usual 16-byte password, 44 without `readOnly`. The field came
/// with the 3.4.0 server; clients older than that, and several to this day, leave it out
/// (`ZooKeeperServer.processConnectRequest`, `ProtocolManager`).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct ConnectRequest<'a> {
    /// 0 from every client of Apache's protocol; Apache's server ignores it.
    pub protocol_version: i32,
    /// The latest transaction the client knows of. A server that is behind closes the connection.
    pub last_zxid_seen: i64,
    /// Session timeout asked for, in milliseconds; the server clamps it.
    pub time_out: i32,
    /// The session to renew, or 0 for a new one.
    pub session_id: i64,
    /// The session's password, 16 bytes; ignored for a new session.
    pub passwd: Option<&'a [u8]>,
    /// Whether a read-only server will do. `None` if the payload ends before the field.
    pub read_only: Option<bool>,
}

wire_record!(ConnectRequest<'a> = "proto"."ConnectRequest" {
    protocol_version: i32 = "protocolVersion",
    last_zxid_seen: i64 = "lastZxidSeen",
    time_out: i32 = "timeOut",
    session_id: i64 = "sessionId",
    passwd: Option<&[u8]> = "passwd",
    read_only: Option<bool> = "readOnly",
});

/// Answers a [`ConnectRequest`]: the session, or a refusal.
///
/// ```text
/// protocolVersion  timeOut  sessionId  passwd           readOnly
/// int              int      long       buffer           boolean
/// 4                4        8          4 + 16           1, or missing
/// ```
///
/// 37 bytes of payload, 36 without `readOnly`: the field is there if the request had it (3.9.0 to
/// 3.9.2 always send it). A `timeOut` of 0 or less says that the session asked for is gone; its
/// `sessionId` and `passwd` are then all zero.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct ConnectResponse<'a> {
    /// 0 from Apache's server.
    pub protocol_version: i32,
    /// Session timeout granted, in milliseconds; 0 or less if the session is refused.
    pub time_out: i32,
    /// The session, or 0 if it is refused.
    pub session_id: i64,
    /// The password to renew it with, 16 bytes.
    pub passwd: Option<&'a [u8]>,
    /// Whether the server is read-only. `None` if the payload ends before the field.
    pub read_only: Option<bool>,
}

wire_record!(ConnectResponse<'a> = "proto"."ConnectResponse" {
    protocol_version: i32 = "protocolVersion",
    time_out: i32 = "timeOut",
    session_id: i64 = "sessionId",
    passwd: Option<&[u8]> = "passwd",
    read_only: Option<bool> = "readOnly",
});

impl ConnectResponse<'_> {
    /// Whether the session was refused: it has expired, was closed, or never was
    /// (`ClientCnxn.SendThread.onConnected` looks at the timeout alone).
    #[must_use]
    pub const fn is_refusal(&self) -> bool {
        self.time_out <= 0
    }
}
