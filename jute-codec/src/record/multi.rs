//! What only a multi is made of.

use crate::ErrorCode;
use crate::OpCode;

/// Goes before every operation and every result of a multi, and ends it. Known since 3.4.0.
///
/// ```text
/// type   done      err
/// int    boolean   int
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct MultiHeader {
    /// The operation, or [`OpCode::ERROR`] before the result of one that failed; `type` on the
    /// wire.
    pub op: OpCode,
    /// Whether this is the end, whatever the type says.
    pub done: bool,
    /// −1 before an operation and at the end, the result's code before a result.
    pub err: ErrorCode,
}

wire_record!(MultiHeader = "proto"."MultiHeader" {
    op: OpCode = "type",
    done: bool = "done",
    err: ErrorCode = "err",
});

impl MultiHeader {
    /// The last one of every multi (`MultiOperationRecord.serialize`, `MultiResponse.serialize`).
    pub const END: Self = Self {
        op: OpCode::ERROR,
        done: true,
        err: ErrorCode(-1),
    };
}

/// A code where a body is due: the result of an operation that failed within a multi, and the
/// answer, of 0, to [`OpCode::ADD_WATCH`]. Known since 3.4.0.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct ErrorResponse {
    /// How it went.
    pub err: ErrorCode,
}

wire_record!(ErrorResponse = "proto"."ErrorResponse" {
    err: ErrorCode = "err",
});
