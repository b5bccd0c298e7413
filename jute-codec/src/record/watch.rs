//! Watches: the event, setting them, and setting them again after a reconnect.

use crate::AddWatchMode;
use crate::EventType;
use crate::KeeperState;
use crate::Ustring;
use crate::Vector;
use crate::WatcherType;

/// Tells of a change; the body of a packet with xid −1.
///
/// ```text
/// type   state   path
/// int    int     ustring
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct WatcherEvent<'a> {
    /// What happened; `type` on the wire.
    pub event: EventType,
    /// The session's state; a server only ever sends `SyncConnected`.
    pub state: KeeperState,
    /// The znode.
    pub path: Ustring<'a>,
}

wire_record!(WatcherEvent<'a> = "proto"."WatcherEvent" {
    event: EventType = "type",
    state: KeeperState = "state",
    path: Ustring<'_> = "path",
});

/// Sets watches again; the body of [`OpCode::SET_WATCHES`](crate::OpCode::SET_WATCHES).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
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

wire_record!(SetWatches<'a> = "proto"."SetWatches" {
    relative_zxid: i64 = "relativeZxid",
    data_watches: Vector<'_, Ustring<'_>> = "dataWatches",
    exist_watches: Vector<'_, Ustring<'_>> = "existWatches",
    child_watches: Vector<'_, Ustring<'_>> = "childWatches",
});

/// As [`SetWatches`], with persistent watches; the body of
/// [`OpCode::SET_WATCHES2`](crate::OpCode::SET_WATCHES2), known since 3.6.0.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
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

wire_record!(SetWatches2<'a> = "proto"."SetWatches2" {
    relative_zxid: i64 = "relativeZxid",
    data_watches: Vector<'_, Ustring<'_>> = "dataWatches",
    exist_watches: Vector<'_, Ustring<'_>> = "existWatches",
    child_watches: Vector<'_, Ustring<'_>> = "childWatches",
    persistent_watches: Vector<'_, Ustring<'_>> = "persistentWatches",
    persistent_recursive_watches: Vector<'_, Ustring<'_>> = "persistentRecursiveWatches",
});

/// Adds a persistent watch; the body of [`OpCode::ADD_WATCH`](crate::OpCode::ADD_WATCH). Known
/// since 3.6.0. An [`ErrorResponse`](crate::ErrorResponse) of 0 answers it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct AddWatchRequest<'a> {
    /// The znode.
    pub path: Ustring<'a>,
    /// Whether to watch all below it, too.
    pub mode: AddWatchMode,
}

wire_record!(AddWatchRequest<'a> = "proto"."AddWatchRequest" {
    path: Ustring<'_> = "path",
    mode: AddWatchMode = "mode",
});

/// Asks whether a watch is set; the body of
/// [`OpCode::CHECK_WATCHES`](crate::OpCode::CHECK_WATCHES). Known since 3.5.0.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct CheckWatchesRequest<'a> {
    /// The znode.
    pub path: Ustring<'a>,
    /// The kind of watch; `type` on the wire.
    pub watcher: WatcherType,
}

wire_record!(CheckWatchesRequest<'a> = "proto"."CheckWatchesRequest" {
    path: Ustring<'_> = "path",
    watcher: WatcherType = "type",
});

/// Removes a watch; the body of [`OpCode::REMOVE_WATCHES`](crate::OpCode::REMOVE_WATCHES). Known
/// since 3.5.0.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct RemoveWatchesRequest<'a> {
    /// The znode.
    pub path: Ustring<'a>,
    /// The kind of watch; `type` on the wire.
    pub watcher: WatcherType,
}

wire_record!(RemoveWatchesRequest<'a> = "proto"."RemoveWatchesRequest" {
    path: Ustring<'_> = "path",
    watcher: WatcherType = "type",
});
