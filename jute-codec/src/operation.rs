//! The operations a multi can hold, and their results.

use crate::CheckVersionRequest;
use crate::Create2Response;
use crate::CreateRequest;
use crate::CreateResponse;
use crate::CreateTtlRequest;
use crate::DecodeError;
use crate::DeleteRequest;
use crate::ErrorCode;
use crate::ErrorResponse;
use crate::GetChildrenRequest;
use crate::GetChildrenResponse;
use crate::GetDataRequest;
use crate::GetDataResponse;
use crate::MultiHeader;
use crate::OpCode;
use crate::Part;
use crate::Reader;
use crate::Schema;
use crate::SetDataRequest;
use crate::SetDataResponse;
use crate::cursor::Cursor;

dispatch! {
    /// One operation of a multi.
    pub enum Operation<'a> {
        /// Makes a znode.
        Create(body: CreateRequest<'a>) = CREATE;
        /// Makes a znode and asks for its numbers.
        Create2(body: CreateRequest<'a>) = CREATE2;
        /// Makes a container.
        CreateContainer(body: CreateRequest<'a>) = CREATE_CONTAINER;
        /// Makes a znode with a time to live.
        CreateTtl(body: CreateTtlRequest<'a>) = CREATE_TTL;
        /// Removes a znode.
        Delete(body: DeleteRequest<'a>) = DELETE;
        /// Writes a znode's data.
        SetData(body: SetDataRequest<'a>) = SET_DATA;
        /// Checks a znode's version.
        Check(body: CheckVersionRequest<'a>) = CHECK;
        /// Lists a znode's children.
        GetChildren(body: GetChildrenRequest<'a>) = GET_CHILDREN;
        /// Reads a znode's data.
        GetData(body: GetDataRequest<'a>) = GET_DATA;
    } else {
    }
}

impl Operation<'_> {
    /// Whether it has its place in a multiRead rather than in a multi.
    #[must_use]
    pub const fn is_read(&self) -> bool {
        is_read(self.op())
    }
}

#[inline]
const fn is_read(op: OpCode) -> bool {
    matches!(op, OpCode::GET_CHILDREN | OpCode::GET_DATA)
}

impl<'a> Part<'a> for Operation<'a> {
    fn header(&self) -> MultiHeader {
        MultiHeader {
            op: self.op(),
            done: false,
            err: ErrorCode(-1),
        }
    }

    fn schema(op: OpCode) -> Option<Option<Schema>> {
        Self::known_schema(op)
    }

    #[inline]
    fn decode_body(op: OpCode, reader: &mut Reader<'a>) -> Result<Option<Self>, DecodeError> {
        Self::known(op, reader)
    }

    /// Reads and writes do not mix (`MultiOperationRecord.setOrCheckOpKind`).
    #[inline]
    fn kind(op: OpCode) -> Option<bool> {
        Some(is_read(op))
    }

    #[inline(always)]
    fn cut_body(op: OpCode, cursor: &mut Cursor<'a>) -> Option<Self> {
        Self::cut_known(op, cursor)
    }

    #[inline(always)]
    fn check_body(op: OpCode, cursor: &mut Cursor<'a>) -> Option<()> {
        Self::check_known(op, cursor)
    }
}

dispatch! {
    /// The result of one operation of a multi. Containers and znodes with a time to live are told
    /// as `create2`.
    ///
    /// ClickHouse Keeper answers a multiRead in a form of its own: what failed keeps the type of
    /// its operation, with its code in the header and no body (`ZooKeeperMultiResponse::writeImpl`).
    /// Apache's client reads a body there (`MultiResponse.deserialize`), and so does this. Who
    /// talks to such a server reads the headers, and bodies where the code is 0, one by one.
    pub enum Outcome<'a> {
        /// What was made.
        Create(body: CreateResponse<'a>) = CREATE;
        /// What was made, and its numbers.
        Create2(body: Create2Response<'a>) = CREATE2;
        /// It is removed.
        Delete = DELETE;
        /// The numbers of what was written.
        SetData(body: SetDataResponse) = SET_DATA;
        /// It has the version.
        Check = CHECK;
        /// A znode's children.
        GetChildren(body: GetChildrenResponse<'a>) = GET_CHILDREN;
        /// A znode's data.
        GetData(body: GetDataResponse<'a>) = GET_DATA;
        /// What kept it from being done. In a failed multi every result is one: 0 before the operation
        /// that failed, its own code, `RUNTIMEINCONSISTENCY` behind it (`DataTree.processTxn`).
        Error(body: ErrorResponse) = ERROR;
    } else {
    }
}

impl<'a> Part<'a> for Outcome<'a> {
    fn header(&self) -> MultiHeader {
        MultiHeader {
            op: self.op(),
            done: false,
            err: match self {
                Self::Error(error) => error.err,
                _ => ErrorCode::OK,
            },
        }
    }

    fn schema(op: OpCode) -> Option<Option<Schema>> {
        Self::known_schema(op)
    }

    #[inline]
    fn decode_body(op: OpCode, reader: &mut Reader<'a>) -> Result<Option<Self>, DecodeError> {
        Self::known(op, reader)
    }

    #[inline]
    fn kind(_: OpCode) -> Option<bool> {
        None
    }

    #[inline(always)]
    fn cut_body(op: OpCode, cursor: &mut Cursor<'a>) -> Option<Self> {
        Self::cut_known(op, cursor)
    }

    #[inline(always)]
    fn check_body(op: OpCode, cursor: &mut Cursor<'a>) -> Option<()> {
        Self::check_known(op, cursor)
    }
}
