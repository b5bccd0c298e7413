//! The headers in front of every packet after the connect pair.

use crate::ErrorCode;
use crate::OpCode;

/// Goes before every request.
///
/// ```text
/// xid   type
/// int   int
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct RequestHeader {
    /// The client's number for the request, which the reply repeats. See [`Xid`](crate::Xid) for
    /// the ones with a meaning.
    pub xid: i32,
    /// What is asked for; `type` on the wire.
    pub op: OpCode,
}

wire_record!(RequestHeader = "proto"."RequestHeader" {
    xid: i32 = "xid",
    op: OpCode = "type",
});

/// Goes before every reply and watch event.
///
/// ```text
/// xid   zxid   err
/// int   long   int
/// ```
///
/// A reply does not name its operation: whoever reads the body has to know what was asked. With
/// `err` other than 0 there is normally no body.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct ReplyHeader {
    /// The xid of the request, or −1 for a watch event.
    pub xid: i32,
    /// The latest transaction the server had applied.
    pub zxid: i64,
    /// How it went.
    pub err: ErrorCode,
}

wire_record!(ReplyHeader = "proto"."ReplyHeader" {
    xid: i32 = "xid",
    zxid: i64 = "zxid",
    err: ErrorCode = "err",
});
