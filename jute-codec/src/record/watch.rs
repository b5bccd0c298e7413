//! Watches: the event, and setting them again after a reconnect.

use crate::EventType;
use crate::KeeperState;
use crate::Ustring;
use crate::Vector;

/// Tells of a change; the body of a packet with xid −1.
///
/// ```text
/// type   state   path
/// int    int     ustring
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "a record is the shape of the wire"
)]
pub struct WatcherEvent<'a> {
    /// What happened; `type` on the wire.
    pub event: EventType,
    /// The session's state; a server only ever sends `SyncConnected`.
    pub state: KeeperState,
    /// The znode.
    pub path: Ustring<'a>,
}

wire_record!(WatcherEvent<'a> {
    event: EventType = "type",
    state: KeeperState = "state",
    path: Ustring<'_> = "path",
});

/// Sets watches again; the body of [`OpCode::SET_WATCHES`](crate::OpCode::SET_WATCHES).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "a record is the shape of the wire"
)]
pub struct SetWatches<'a> {
    /// The latest transaction the client knows of: what changed since is told at once.
    pub relative_zxid: i64,
    /// Znodes whose data is watched.
    pub data_watches: Vector<'a, Ustring<'a>>,
    /// Znodes watched for being made.
    pub exist_watches: Vector<'a, Ustring<'a>>,
    /// Znodes whose children are watched.
    pub child_watches: Vector<'a, Ustring<'a>>,
}

wire_record!(SetWatches<'a> {
    relative_zxid: i64 = "relativeZxid",
    data_watches: Vector<'_, Ustring<'_>> = "dataWatches",
    exist_watches: Vector<'_, Ustring<'_>> = "existWatches",
    child_watches: Vector<'_, Ustring<'_>> = "childWatches",
});

/// As [`SetWatches`], with persistent watches; the body of
/// [`OpCode::SET_WATCHES2`](crate::OpCode::SET_WATCHES2), known since 3.6.0.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "a record is the shape of the wire"
)]
pub struct SetWatches2<'a> {
    /// The latest transaction the client knows of: what changed since is told at once.
    pub relative_zxid: i64,
    /// Znodes whose data is watched.
    pub data_watches: Vector<'a, Ustring<'a>>,
    /// Znodes watched for being made.
    pub exist_watches: Vector<'a, Ustring<'a>>,
    /// Znodes whose children are watched.
    pub child_watches: Vector<'a, Ustring<'a>>,
    /// Znodes with a persistent watch.
    pub persistent_watches: Vector<'a, Ustring<'a>>,
    /// Znodes with a persistent watch on all below them.
    pub persistent_recursive_watches: Vector<'a, Ustring<'a>>,
}

wire_record!(SetWatches2<'a> {
    relative_zxid: i64 = "relativeZxid",
    data_watches: Vector<'_, Ustring<'_>> = "dataWatches",
    exist_watches: Vector<'_, Ustring<'_>> = "existWatches",
    child_watches: Vector<'_, Ustring<'_>> = "childWatches",
    persistent_watches: Vector<'_, Ustring<'_>> = "persistentWatches",
    persistent_recursive_watches: Vector<'_, Ustring<'_>> = "persistentRecursiveWatches",
});
