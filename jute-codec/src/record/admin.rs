//! The ensemble's own affairs.

use crate::Ustring;

/// Brings a member up to the leader; the body of [`OpCode::SYNC`](crate::OpCode::SYNC).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct SyncRequest<'a> {
    /// Any znode: all are brought up.
    pub path: Ustring<'a>,
}

wire_record!(SyncRequest<'a> = "proto"."SyncRequest" {
    path: Ustring<'_> = "path",
});

/// Tells that the member is up to the leader; answers [`OpCode::SYNC`](crate::OpCode::SYNC).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct SyncResponse<'a> {
    /// The path of the request.
    pub path: Ustring<'a>,
}

wire_record!(SyncResponse<'a> = "proto"."SyncResponse" {
    path: Ustring<'_> = "path",
});

/// Changes the ensemble; the body of [`OpCode::RECONFIG`](crate::OpCode::RECONFIG). Known since
/// 3.5.0. A [`GetDataResponse`](crate::GetDataResponse) answers it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct ReconfigRequest<'a> {
    /// Servers to add, in the form of the configuration file, divided by commas; null for none.
    pub joining_servers: Ustring<'a>,
    /// Numbers of servers to remove, divided by commas; null for none.
    pub leaving_servers: Ustring<'a>,
    /// All servers there are to be, instead of the other two; null to use those.
    pub new_members: Ustring<'a>,
    /// The version the configuration has to have; −1 for any.
    pub cur_config_id: i64,
}

wire_record!(ReconfigRequest<'a> = "proto"."ReconfigRequest" {
    joining_servers: Ustring<'_> = "joiningServers",
    leaving_servers: Ustring<'_> = "leavingServers",
    new_members: Ustring<'_> = "newMembers",
    cur_config_id: i64 = "curConfigId",
});

/// Removes an empty container; the body of
/// [`OpCode::DELETE_CONTAINER`](crate::OpCode::DELETE_CONTAINER).
///
/// Not of `zookeeper.jute`: Apache writes the class `DeleteContainerRequest` by hand, its path a
/// buffer, which has the same bytes as a ustring. A server makes one for itself; 3.8.0 takes one
/// from a client, too.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct DeleteContainerRequest<'a> {
    /// The znode.
    pub path: Ustring<'a>,
}

wire_record!(DeleteContainerRequest<'a> = "server"."DeleteContainerRequest" {
    path: Ustring<'_> = "path",
});
