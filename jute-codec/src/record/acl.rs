//! Who may do what to a znode.

use crate::Acl;
use crate::Stat;
use crate::Ustring;
use crate::Vector;

/// Reads a znode's ACL; the body of [`OpCode::GET_ACL`](crate::OpCode::GET_ACL).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct GetAclRequest<'a> {
    /// The znode.
    pub path: Ustring<'a>,
}

wire_record!(GetAclRequest<'a> = "proto"."GetACLRequest" {
    path: Ustring<'_> = "path",
});

/// Tells a znode's ACL; answers [`OpCode::GET_ACL`](crate::OpCode::GET_ACL).
///
/// ```text
/// acl           stat
/// vector<ACL>   68 bytes
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct GetAclResponse<'a> {
    /// Who may do what. Hashes of passwords are masked as `x` for whoever may not administer it.
    pub acl: Vector<'a, Acl<'a>>,
    /// The znode's numbers.
    pub stat: Stat,
}

wire_record!(GetAclResponse<'a> = "proto"."GetACLResponse" {
    acl: Vector<'_, Acl<'_>> = "acl",
    stat: Stat = "stat",
});

/// Writes a znode's ACL; the body of [`OpCode::SET_ACL`](crate::OpCode::SET_ACL).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct SetAclRequest<'a> {
    /// The znode.
    pub path: Ustring<'a>,
    /// Who may do what.
    pub acl: Vector<'a, Acl<'a>>,
    /// The `aversion` it has to have; −1 for any.
    pub version: i32,
}

wire_record!(SetAclRequest<'a> = "proto"."SetACLRequest" {
    path: Ustring<'_> = "path",
    acl: Vector<'_, Acl<'_>> = "acl",
    version: i32 = "version",
});

/// Tells the numbers of the znode; answers [`OpCode::SET_ACL`](crate::OpCode::SET_ACL).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct SetAclResponse {
    /// Its numbers.
    pub stat: Stat,
}

wire_record!(SetAclResponse = "proto"."SetACLResponse" {
    stat: Stat = "stat",
});
