//! Identities: adding them, proving them, asking for them.

use crate::ClientInfo;
use crate::Ustring;
use crate::Vector;

/// Adds an identity to the connection; the body of [`OpCode::AUTH`](crate::OpCode::AUTH).
///
/// ```text
/// type   scheme    auth
/// int    ustring   buffer
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct AuthPacket<'a> {
    /// Always 0; `type` on the wire.
    pub auth_type: i32,
    /// The scheme, such as `digest`.
    pub scheme: Ustring<'a>,
    /// What the scheme wants to know, such as `user:password`.
    pub auth: Option<&'a [u8]>,
}

wire_record!(AuthPacket<'a> = "proto"."AuthPacket" {
    auth_type: i32 = "type",
    scheme: Ustring<'_> = "scheme",
    auth: Option<&[u8]> = "auth",
});

/// The client's step of a SASL exchange; the body of [`OpCode::SASL`](crate::OpCode::SASL). Known
/// since 3.4.0.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct GetSaslRequest<'a> {
    /// The mechanism's bytes. A server drops the connection over null.
    pub token: Option<&'a [u8]>,
}

wire_record!(GetSaslRequest<'a> = "proto"."GetSASLRequest" {
    token: Option<&[u8]> = "token",
});

/// In the schema since 3.4.0, and never on the wire.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct SetSaslRequest<'a> {
    /// The mechanism's bytes.
    pub token: Option<&'a [u8]>,
}

wire_record!(SetSaslRequest<'a> = "proto"."SetSASLRequest" {
    token: Option<&[u8]> = "token",
});

/// The server's step of a SASL exchange; answers [`OpCode::SASL`](crate::OpCode::SASL).
///
/// The one body that also comes with an error: a failed exchange is told by `err` −115 or −124 and
/// a null token, and the server closes (`ZooKeeperServer.processSasl`).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct SetSaslResponse<'a> {
    /// The mechanism's bytes; null if there are none to come.
    pub token: Option<&'a [u8]>,
}

wire_record!(SetSaslResponse<'a> = "proto"."SetSASLResponse" {
    token: Option<&[u8]> = "token",
});

/// Tells the connection's identities; answers [`OpCode::WHO_AM_I`](crate::OpCode::WHO_AM_I). Known
/// since 3.7.0.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct WhoAmIResponse<'a> {
    /// The identities.
    pub client_info: Vector<'a, ClientInfo<'a>>,
}

wire_record!(WhoAmIResponse<'a> = "proto"."WhoAmIResponse" {
    client_info: Vector<'_, ClientInfo<'_>> = "clientInfo",
});
