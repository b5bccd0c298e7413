//! What the other records are made of: identities, access, and a znode's numbers.

use crate::Permissions;
use crate::Ustring;

/// Who somebody is, in the words of one scheme.
///
/// ```text
/// scheme    id
/// ustring   ustring
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Id<'a> {
    /// The scheme, such as `digest`.
    pub scheme: Ustring<'a>,
    /// The identity, such as `user:hash`.
    pub id: Ustring<'a>,
}

wire_record!(Id<'a> = "data"."Id" {
    scheme: Ustring<'_> = "scheme",
    id: Ustring<'_> = "id",
});

impl Id<'static> {
    /// Everybody: `world:anyone` (`ZooDefs.Ids.ANYONE_ID_UNSAFE`).
    pub const ANYONE: Self = Self {
        scheme: Ustring::new("world"),
        id: Ustring::new("anyone"),
    };

    /// Whoever sends it: a server replaces it by the connection's identities
    /// (`ZooDefs.Ids.AUTH_IDS`).
    pub const AUTH: Self = Self {
        scheme: Ustring::new("auth"),
        id: Ustring::new(""),
    };
}

/// What an identity may do to a znode.
///
/// ```text
/// perms   id.scheme   id.id
/// int     ustring     ustring
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Acl<'a> {
    /// What it may do.
    pub perms: Permissions,
    /// The identity.
    pub id: Id<'a>,
}

wire_record!(Acl<'a> = "data"."ACL" {
    perms: Permissions = "perms",
    id: Id<'_> = "id",
});

impl Acl<'static> {
    /// Everybody may do everything (`ZooDefs.Ids.OPEN_ACL_UNSAFE`).
    pub const OPEN: Self = Self {
        perms: Permissions::ALL,
        id: Id::ANYONE,
    };

    /// Whoever makes the znode may do everything (`ZooDefs.Ids.CREATOR_ALL_ACL`).
    pub const CREATOR_ALL: Self = Self {
        perms: Permissions::ALL,
        id: Id::AUTH,
    };

    /// Everybody may read (`ZooDefs.Ids.READ_ACL_UNSAFE`).
    pub const READ: Self = Self {
        perms: Permissions::READ,
        id: Id::ANYONE,
    };
}

/// A znode's numbers, as clients are told them.
///
/// ```text
/// czxid mzxid ctime mtime version cversion aversion ephemeralOwner dataLength numChildren pzxid
/// long  long  long  long  int     int      int      long           int        int         long
/// ```
///
/// 68 bytes, always.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Stat {
    /// The transaction that made the znode.
    pub czxid: i64,
    /// The transaction that last wrote its data.
    pub mzxid: i64,
    /// When it was made, in milliseconds since 1970.
    pub ctime: i64,
    /// When its data was last written, in milliseconds since 1970.
    pub mtime: i64,
    /// How often its data was written.
    pub version: i32,
    /// How often its children changed.
    pub cversion: i32,
    /// How often its ACL was written.
    pub aversion: i32,
    /// The session it goes with; 0 for none. `1 << 63` marks a container, a high byte of `0xff` a
    /// time to live (`EphemeralType`).
    pub ephemeral_owner: i64,
    /// How many bytes of data it has.
    pub data_length: i32,
    /// How many children it has.
    pub num_children: i32,
    /// The transaction that last changed its children.
    pub pzxid: i64,
}

wire_record!(Stat = "data"."Stat" {
    czxid: i64 = "czxid",
    mzxid: i64 = "mzxid",
    ctime: i64 = "ctime",
    mtime: i64 = "mtime",
    version: i32 = "version",
    cversion: i32 = "cversion",
    aversion: i32 = "aversion",
    ephemeral_owner: i64 = "ephemeralOwner",
    data_length: i32 = "dataLength",
    num_children: i32 = "numChildren",
    pzxid: i64 = "pzxid",
});

/// A znode's numbers as snapshots keep them: a [`Stat`] without what can be counted. 60 bytes.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct StatPersisted {
    /// The transaction that made the znode.
    pub czxid: i64,
    /// The transaction that last wrote its data.
    pub mzxid: i64,
    /// When it was made, in milliseconds since 1970.
    pub ctime: i64,
    /// When its data was last written, in milliseconds since 1970.
    pub mtime: i64,
    /// How often its data was written.
    pub version: i32,
    /// How often its children changed.
    pub cversion: i32,
    /// How often its ACL was written.
    pub aversion: i32,
    /// The session it goes with, as in [`Stat::ephemeral_owner`].
    pub ephemeral_owner: i64,
    /// The transaction that last changed its children.
    pub pzxid: i64,
}

wire_record!(StatPersisted = "data"."StatPersisted" {
    czxid: i64 = "czxid",
    mzxid: i64 = "mzxid",
    ctime: i64 = "ctime",
    mtime: i64 = "mtime",
    version: i32 = "version",
    cversion: i32 = "cversion",
    aversion: i32 = "aversion",
    ephemeral_owner: i64 = "ephemeralOwner",
    pzxid: i64 = "pzxid",
});

/// One identity of a connection, part of a [`WhoAmIResponse`](crate::WhoAmIResponse). Known since
/// 3.7.0.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct ClientInfo<'a> {
    /// The scheme, such as `ip`.
    pub auth_scheme: Ustring<'a>,
    /// The user, as the scheme names it.
    pub user: Ustring<'a>,
}

wire_record!(ClientInfo<'a> = "data"."ClientInfo" {
    auth_scheme: Ustring<'_> = "authScheme",
    user: Ustring<'_> = "user",
});
