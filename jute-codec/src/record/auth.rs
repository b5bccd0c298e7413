//! Identities.

use crate::Ustring;

/// Adds an identity to the connection; the body of [`OpCode::AUTH`](crate::OpCode::AUTH).
///
/// ```text
/// type   scheme    auth
/// int    ustring   buffer
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "a record is the shape of the wire"
)]
pub struct AuthPacket<'a> {
    /// Always 0; `type` on the wire.
    pub auth_type: i32,
    /// The scheme, such as `digest`.
    pub scheme: Ustring<'a>,
    /// What the scheme wants to know, such as `user:password`.
    pub auth: Option<&'a [u8]>,
}

wire_record!(AuthPacket<'a> {
    auth_type: i32 = "type",
    scheme: Ustring<'_> = "scheme",
    auth: Option<&[u8]> = "auth",
});
