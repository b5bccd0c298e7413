//! A znode's children: listing and counting them.

use crate::Stat;
use crate::Ustring;
use crate::Vector;

/// Lists a znode's children; the body of [`OpCode::GET_CHILDREN`](crate::OpCode::GET_CHILDREN).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct GetChildrenRequest<'a> {
    /// The znode.
    pub path: Ustring<'a>,
    /// Whether to watch its children.
    pub watch: bool,
}

wire_record!(GetChildrenRequest<'a> = "proto"."GetChildrenRequest" {
    path: Ustring<'_> = "path",
    watch: bool = "watch",
});

/// Tells a znode's children; answers [`OpCode::GET_CHILDREN`](crate::OpCode::GET_CHILDREN).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct GetChildrenResponse<'a> {
    /// Their names, without the path, in no order.
    pub children: Vector<'a, Ustring<'a>>,
}

wire_record!(GetChildrenResponse<'a> = "proto"."GetChildrenResponse" {
    children: Vector<'_, Ustring<'_>> = "children",
});

/// Lists a znode's children, with its numbers; the body of
/// [`OpCode::GET_CHILDREN2`](crate::OpCode::GET_CHILDREN2). Known since 3.3.0.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct GetChildren2Request<'a> {
    /// The znode.
    pub path: Ustring<'a>,
    /// Whether to watch its children.
    pub watch: bool,
}

wire_record!(GetChildren2Request<'a> = "proto"."GetChildren2Request" {
    path: Ustring<'_> = "path",
    watch: bool = "watch",
});

/// Tells a znode's children and numbers; answers
/// [`OpCode::GET_CHILDREN2`](crate::OpCode::GET_CHILDREN2). Known since 3.3.0.
///
/// ```text
/// children          stat
/// vector<ustring>   68 bytes
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct GetChildren2Response<'a> {
    /// Their names, without the path, in no order.
    pub children: Vector<'a, Ustring<'a>>,
    /// The numbers of the znode itself.
    pub stat: Stat,
}

wire_record!(GetChildren2Response<'a> = "proto"."GetChildren2Response" {
    children: Vector<'_, Ustring<'_>> = "children",
    stat: Stat = "stat",
});

/// Counts all descendants of a znode; the body of
/// [`OpCode::GET_ALL_CHILDREN_NUMBER`](crate::OpCode::GET_ALL_CHILDREN_NUMBER). Known since 3.6.0.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct GetAllChildrenNumberRequest<'a> {
    /// The znode.
    pub path: Ustring<'a>,
}

wire_record!(GetAllChildrenNumberRequest<'a> = "proto"."GetAllChildrenNumberRequest" {
    path: Ustring<'_> = "path",
});

/// Tells how many descendants a znode has; answers
/// [`OpCode::GET_ALL_CHILDREN_NUMBER`](crate::OpCode::GET_ALL_CHILDREN_NUMBER). Known since 3.6.0.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct GetAllChildrenNumberResponse {
    /// How many there are.
    pub total_number: i32,
}

wire_record!(GetAllChildrenNumberResponse = "proto"."GetAllChildrenNumberResponse" {
    total_number: i32 = "totalNumber",
});

/// In the schema, and never on the wire.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct GetMaxChildrenRequest<'a> {
    /// The znode.
    pub path: Ustring<'a>,
}

wire_record!(GetMaxChildrenRequest<'a> = "proto"."GetMaxChildrenRequest" {
    path: Ustring<'_> = "path",
});

/// In the schema, and never on the wire.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct GetMaxChildrenResponse {
    /// How many children there may be.
    pub max: i32,
}

wire_record!(GetMaxChildrenResponse = "proto"."GetMaxChildrenResponse" {
    max: i32 = "max",
});

/// In the schema, and never on the wire.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct SetMaxChildrenRequest<'a> {
    /// The znode.
    pub path: Ustring<'a>,
    /// How many children there may be.
    pub max: i32,
}

wire_record!(SetMaxChildrenRequest<'a> = "proto"."SetMaxChildrenRequest" {
    path: Ustring<'_> = "path",
    max: i32 = "max",
});
