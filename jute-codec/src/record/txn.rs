//! Transactions, as proposals and logs have them: a header, the record of its type, a digest.
//!
//! [`txn_schema`](crate::txn_schema) says which record follows which header.

use crate::Acl;
use crate::ErrorCode;
use crate::OpCode;
use crate::Ustring;
use crate::Vector;

/// Sums up the tree after a transaction. Known since 3.6.0.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct TxnDigest {
    /// How the digest is computed.
    pub version: i32,
    /// The digest of all znodes.
    pub tree_digest: i64,
}

wire_record!(TxnDigest = "txn"."TxnDigest" {
    version: i32 = "version",
    tree_digest: i64 = "treeDigest",
});

/// Goes before every transaction.
///
/// ```text
/// clientId   cxid   zxid   time   type
/// long       int    long   long   int
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct TxnHeader {
    /// The session that asked for it.
    pub client_id: i64,
    /// The session's number for the request.
    pub cxid: i32,
    /// The transaction.
    pub zxid: i64,
    /// When the leader made it, in milliseconds since 1970.
    pub time: i64,
    /// What it does; `type` on the wire.
    pub op: OpCode,
}

wire_record!(TxnHeader = "txn"."TxnHeader" {
    client_id: i64 = "clientId",
    cxid: i32 = "cxid",
    zxid: i64 = "zxid",
    time: i64 = "time",
    op: OpCode = "type",
});

/// Makes a znode, as logs older than 3.4.0 have it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct CreateTxnV0<'a> {
    /// The znode.
    pub path: Ustring<'a>,
    /// Its data.
    pub data: Option<&'a [u8]>,
    /// Who may do what to it.
    pub acl: Vector<'a, Acl<'a>>,
    /// Whether it goes with the session.
    pub ephemeral: bool,
}

wire_record!(CreateTxnV0<'a> = "txn"."CreateTxnV0" {
    path: Ustring<'_> = "path",
    data: Option<&[u8]> = "data",
    acl: Vector<'_, Acl<'_>> = "acl",
    ephemeral: bool = "ephemeral",
});

/// Makes a znode.
///
/// ```text
/// path      data     acl           ephemeral   parentCVersion
/// ustring   buffer   vector<ACL>   boolean     int
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct CreateTxn<'a> {
    /// The znode.
    pub path: Ustring<'a>,
    /// Its data.
    pub data: Option<&'a [u8]>,
    /// Who may do what to it.
    pub acl: Vector<'a, Acl<'a>>,
    /// Whether it goes with the session.
    pub ephemeral: bool,
    /// The parent's `cversion` afterwards; −1 to count.
    pub parent_c_version: i32,
}

wire_record!(CreateTxn<'a> = "txn"."CreateTxn" {
    path: Ustring<'_> = "path",
    data: Option<&[u8]> = "data",
    acl: Vector<'_, Acl<'_>> = "acl",
    ephemeral: bool = "ephemeral",
    parent_c_version: i32 = "parentCVersion",
});

/// Makes a znode with a time to live. Known since 3.5.3.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct CreateTtlTxn<'a> {
    /// The znode.
    pub path: Ustring<'a>,
    /// Its data.
    pub data: Option<&'a [u8]>,
    /// Who may do what to it.
    pub acl: Vector<'a, Acl<'a>>,
    /// The parent's `cversion` afterwards; −1 to count.
    pub parent_c_version: i32,
    /// How long it lives, in milliseconds.
    pub ttl: i64,
}

wire_record!(CreateTtlTxn<'a> = "txn"."CreateTTLTxn" {
    path: Ustring<'_> = "path",
    data: Option<&[u8]> = "data",
    acl: Vector<'_, Acl<'_>> = "acl",
    parent_c_version: i32 = "parentCVersion",
    ttl: i64 = "ttl",
});

/// Makes a container. Known since 3.5.1.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct CreateContainerTxn<'a> {
    /// The znode.
    pub path: Ustring<'a>,
    /// Its data.
    pub data: Option<&'a [u8]>,
    /// Who may do what to it.
    pub acl: Vector<'a, Acl<'a>>,
    /// The parent's `cversion` afterwards; −1 to count.
    pub parent_c_version: i32,
}

wire_record!(CreateContainerTxn<'a> = "txn"."CreateContainerTxn" {
    path: Ustring<'_> = "path",
    data: Option<&[u8]> = "data",
    acl: Vector<'_, Acl<'_>> = "acl",
    parent_c_version: i32 = "parentCVersion",
});

/// Removes a znode.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct DeleteTxn<'a> {
    /// The znode.
    pub path: Ustring<'a>,
}

wire_record!(DeleteTxn<'a> = "txn"."DeleteTxn" {
    path: Ustring<'_> = "path",
});

/// Writes a znode's data.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct SetDataTxn<'a> {
    /// The znode.
    pub path: Ustring<'a>,
    /// Its data.
    pub data: Option<&'a [u8]>,
    /// Its `version` afterwards.
    pub version: i32,
}

wire_record!(SetDataTxn<'a> = "txn"."SetDataTxn" {
    path: Ustring<'_> = "path",
    data: Option<&[u8]> = "data",
    version: i32 = "version",
});

/// Checks a znode's version, within a [`MultiTxn`]. Known since 3.4.0.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct CheckVersionTxn<'a> {
    /// The znode.
    pub path: Ustring<'a>,
    /// The version it had.
    pub version: i32,
}

wire_record!(CheckVersionTxn<'a> = "txn"."CheckVersionTxn" {
    path: Ustring<'_> = "path",
    version: i32 = "version",
});

/// Writes a znode's ACL.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct SetAclTxn<'a> {
    /// The znode.
    pub path: Ustring<'a>,
    /// Who may do what to it.
    pub acl: Vector<'a, Acl<'a>>,
    /// Its `aversion` afterwards.
    pub version: i32,
}

wire_record!(SetAclTxn<'a> = "txn"."SetACLTxn" {
    path: Ustring<'_> = "path",
    acl: Vector<'_, Acl<'_>> = "acl",
    version: i32 = "version",
});

/// In the schema, and never in a log.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct SetMaxChildrenTxn<'a> {
    /// The znode.
    pub path: Ustring<'a>,
    /// How many children there may be.
    pub max: i32,
}

wire_record!(SetMaxChildrenTxn<'a> = "txn"."SetMaxChildrenTxn" {
    path: Ustring<'_> = "path",
    max: i32 = "max",
});

/// Opens a session.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct CreateSessionTxn {
    /// Its timeout, in milliseconds.
    pub time_out: i32,
}

wire_record!(CreateSessionTxn = "txn"."CreateSessionTxn" {
    time_out: i32 = "timeOut",
});

/// Ends a session. Known since 3.6.0; a log may leave it out.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct CloseSessionTxn<'a> {
    /// The ephemeral znodes that go with it.
    pub paths_2_delete: Vector<'a, Ustring<'a>>,
}

wire_record!(CloseSessionTxn<'a> = "txn"."CloseSessionTxn" {
    paths_2_delete: Vector<'_, Ustring<'_>> = "paths2Delete",
});

/// Stands for a request that failed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct ErrorTxn {
    /// Why it failed.
    pub err: ErrorCode,
}

wire_record!(ErrorTxn = "txn"."ErrorTxn" {
    err: ErrorCode = "err",
});

/// One transaction of a [`MultiTxn`]. Known since 3.4.0.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Txn<'a> {
    /// What it does; `type` on the wire.
    pub op: OpCode,
    /// The record of that type.
    pub data: Option<&'a [u8]>,
}

wire_record!(Txn<'a> = "txn"."Txn" {
    op: OpCode = "type",
    data: Option<&[u8]> = "data",
});

/// Several transactions as one. Known since 3.4.0.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct MultiTxn<'a> {
    /// The transactions.
    pub txns: Vector<'a, Txn<'a>>,
}

wire_record!(MultiTxn<'a> = "txn"."MultiTxn" {
    txns: Vector<'_, Txn<'_>> = "txns",
});
