//! One znode: making, removing, reading and writing it.

use crate::Acl;
use crate::CreateMode;
use crate::Stat;
use crate::Ustring;
use crate::Vector;

/// Makes a znode; the body of [`OpCode::CREATE`](crate::OpCode::CREATE), `CREATE2` and
/// `CREATE_CONTAINER`.
///
/// ```text
/// path      data     acl           flags
/// ustring   buffer   vector<ACL>   int
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct CreateRequest<'a> {
    /// The znode; a sequential one gets its number behind it.
    pub path: Ustring<'a>,
    /// Its data; null is not empty.
    pub data: Option<&'a [u8]>,
    /// Who may do what to it. An empty or null one is refused with `INVALIDACL`.
    pub acl: Vector<'a, Acl<'a>>,
    /// What kind of znode it is.
    pub flags: CreateMode,
}

wire_record!(CreateRequest<'a> = "proto"."CreateRequest" {
    path: Ustring<'_> = "path",
    data: Option<&[u8]> = "data",
    acl: Vector<'_, Acl<'_>> = "acl",
    flags: CreateMode = "flags",
});

/// Makes a znode with a time to live; the body of
/// [`OpCode::CREATE_TTL`](crate::OpCode::CREATE_TTL). Known since 3.5.3.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct CreateTtlRequest<'a> {
    /// The znode; a sequential one gets its number behind it.
    pub path: Ustring<'a>,
    /// Its data; null is not empty.
    pub data: Option<&'a [u8]>,
    /// Who may do what to it.
    pub acl: Vector<'a, Acl<'a>>,
    /// What kind of znode it is.
    pub flags: CreateMode,
    /// How long it lives without a change and without children, in milliseconds.
    pub ttl: i64,
}

wire_record!(CreateTtlRequest<'a> = "proto"."CreateTTLRequest" {
    path: Ustring<'_> = "path",
    data: Option<&[u8]> = "data",
    acl: Vector<'_, Acl<'_>> = "acl",
    flags: CreateMode = "flags",
    ttl: i64 = "ttl",
});

/// Tells what was made; answers [`OpCode::CREATE`](crate::OpCode::CREATE).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct CreateResponse<'a> {
    /// The znode, with its number if it is sequential.
    pub path: Ustring<'a>,
}

wire_record!(CreateResponse<'a> = "proto"."CreateResponse" {
    path: Ustring<'_> = "path",
});

/// Tells what was made and how it is; answers [`OpCode::CREATE2`](crate::OpCode::CREATE2),
/// `CREATE_CONTAINER` and `CREATE_TTL`. Known since 3.5.0.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Create2Response<'a> {
    /// The znode, with its number if it is sequential.
    pub path: Ustring<'a>,
    /// Its numbers.
    pub stat: Stat,
}

wire_record!(Create2Response<'a> = "proto"."Create2Response" {
    path: Ustring<'_> = "path",
    stat: Stat = "stat",
});

/// Removes a znode; the body of [`OpCode::DELETE`](crate::OpCode::DELETE).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct DeleteRequest<'a> {
    /// The znode.
    pub path: Ustring<'a>,
    /// The version it has to have; −1 for any.
    pub version: i32,
}

wire_record!(DeleteRequest<'a> = "proto"."DeleteRequest" {
    path: Ustring<'_> = "path",
    version: i32 = "version",
});

/// Checks a znode's version; the body of [`OpCode::CHECK`](crate::OpCode::CHECK). Known since
/// 3.4.0.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct CheckVersionRequest<'a> {
    /// The znode.
    pub path: Ustring<'a>,
    /// The version it has to have; −1 for any.
    pub version: i32,
}

wire_record!(CheckVersionRequest<'a> = "proto"."CheckVersionRequest" {
    path: Ustring<'_> = "path",
    version: i32 = "version",
});

/// Asks for a znode's numbers; the body of [`OpCode::EXISTS`](crate::OpCode::EXISTS).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct ExistsRequest<'a> {
    /// The znode.
    pub path: Ustring<'a>,
    /// Whether to watch it, be it there or not.
    pub watch: bool,
}

wire_record!(ExistsRequest<'a> = "proto"."ExistsRequest" {
    path: Ustring<'_> = "path",
    watch: bool = "watch",
});

/// Tells a znode's numbers; answers [`OpCode::EXISTS`](crate::OpCode::EXISTS).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct ExistsResponse {
    /// Its numbers.
    pub stat: Stat,
}

wire_record!(ExistsResponse = "proto"."ExistsResponse" {
    stat: Stat = "stat",
});

/// Reads a znode's data; the body of [`OpCode::GET_DATA`](crate::OpCode::GET_DATA).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct GetDataRequest<'a> {
    /// The znode.
    pub path: Ustring<'a>,
    /// Whether to watch it.
    pub watch: bool,
}

wire_record!(GetDataRequest<'a> = "proto"."GetDataRequest" {
    path: Ustring<'_> = "path",
    watch: bool = "watch",
});

/// Tells a znode's data; answers [`OpCode::GET_DATA`](crate::OpCode::GET_DATA), and `RECONFIG`
/// with the new configuration as text.
///
/// ```text
/// data     stat
/// buffer   68 bytes
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct GetDataResponse<'a> {
    /// Its data; null is not empty.
    pub data: Option<&'a [u8]>,
    /// Its numbers.
    pub stat: Stat,
}

wire_record!(GetDataResponse<'a> = "proto"."GetDataResponse" {
    data: Option<&[u8]> = "data",
    stat: Stat = "stat",
});

/// Writes a znode's data; the body of [`OpCode::SET_DATA`](crate::OpCode::SET_DATA).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct SetDataRequest<'a> {
    /// The znode.
    pub path: Ustring<'a>,
    /// Its data; null is not empty.
    pub data: Option<&'a [u8]>,
    /// The version it has to have; −1 for any.
    pub version: i32,
}

wire_record!(SetDataRequest<'a> = "proto"."SetDataRequest" {
    path: Ustring<'_> = "path",
    data: Option<&[u8]> = "data",
    version: i32 = "version",
});

/// Tells the numbers of the znode written; answers [`OpCode::SET_DATA`](crate::OpCode::SET_DATA).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct SetDataResponse {
    /// Its numbers.
    pub stat: Stat,
}

wire_record!(SetDataResponse = "proto"."SetDataResponse" {
    stat: Stat = "stat",
});

/// Lists the session's ephemeral znodes; the body of
/// [`OpCode::GET_EPHEMERALS`](crate::OpCode::GET_EPHEMERALS). Known since 3.6.0.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct GetEphemeralsRequest<'a> {
    /// How their paths start; null, blank and `/` are all of them.
    pub prefix_path: Ustring<'a>,
}

wire_record!(GetEphemeralsRequest<'a> = "proto"."GetEphemeralsRequest" {
    prefix_path: Ustring<'_> = "prefixPath",
});

/// Tells the session's ephemeral znodes; answers
/// [`OpCode::GET_EPHEMERALS`](crate::OpCode::GET_EPHEMERALS). Known since 3.6.0.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct GetEphemeralsResponse<'a> {
    /// Their paths.
    pub ephemerals: Vector<'a, Ustring<'a>>,
}

wire_record!(GetEphemeralsResponse<'a> = "proto"."GetEphemeralsResponse" {
    ephemerals: Vector<'_, Ustring<'_>> = "ephemerals",
});
