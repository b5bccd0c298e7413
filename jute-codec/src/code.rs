//! The numbers ZooKeeper gives to operations, results and states.

wire_code! {
    /// What a request asks for: `ZooDefs.OpCode`, the `type` of a [`RequestHeader`](crate::RequestHeader).
    pub struct OpCode;
    /// Marks a watch event inside the server; never sent by a client.
    NOTIFICATION = 0, "notification";
    /// Makes a znode.
    CREATE = 1, "create";
    /// Removes a znode.
    DELETE = 2, "delete";
    /// Asks for a znode's `Stat`.
    EXISTS = 3, "exists";
    /// Reads a znode's data.
    GET_DATA = 4, "getData";
    /// Writes a znode's data.
    SET_DATA = 5, "setData";
    /// Reads a znode's ACL.
    GET_ACL = 6, "getACL";
    /// Writes a znode's ACL.
    SET_ACL = 7, "setACL";
    /// Lists a znode's children.
    GET_CHILDREN = 8, "getChildren";
    /// Brings a member up to the leader.
    SYNC = 9, "sync";
    /// Keeps the session alive.
    PING = 11, "ping";
    /// Lists a znode's children, with its `Stat`.
    GET_CHILDREN2 = 12, "getChildren2";
    /// Checks a version; meant for use within `multi`.
    CHECK = 13, "check";
    /// Several writes as one.
    MULTI = 14, "multi";
    /// Makes a znode and returns its `Stat`.
    CREATE2 = 15, "create2";
    /// Changes the ensemble.
    RECONFIG = 16, "reconfig";
    /// Asks whether a watch is set.
    CHECK_WATCHES = 17, "checkWatches";
    /// Removes a watch.
    REMOVE_WATCHES = 18, "removeWatches";
    /// Makes a container.
    CREATE_CONTAINER = 19, "createContainer";
    /// Removes an empty container; internal, yet accepted from a client.
    DELETE_CONTAINER = 20, "deleteContainer";
    /// Makes a znode with a time to live.
    CREATE_TTL = 21, "createTTL";
    /// Several reads as one.
    MULTI_READ = 22, "multiRead";
    /// Adds an identity to the connection.
    AUTH = 100, "auth";
    /// Sets watches again after a reconnect.
    SET_WATCHES = 101, "setWatches";
    /// One step of a SASL exchange.
    SASL = 102, "sasl";
    /// Lists the session's ephemeral znodes.
    GET_EPHEMERALS = 103, "getEphemerals";
    /// Counts all descendants of a znode.
    GET_ALL_CHILDREN_NUMBER = 104, "getAllChildrenNumber";
    /// As `setWatches`, with persistent watches too.
    SET_WATCHES2 = 105, "setWatches2";
    /// Adds a persistent watch.
    ADD_WATCH = 106, "addWatch";
    /// Asks for the connection's identities.
    WHO_AM_I = 107, "whoAmI";
    /// Opens a session; internal, yet accepted from a client.
    CREATE_SESSION = -10, "createSession";
    /// Ends the session.
    CLOSE_SESSION = -11, "closeSession";
    /// Marks an error result within `multi`.
    ERROR = -1, "error";
}

wire_code! {
    /// How a request went: `KeeperException.Code`, the `err` of a [`ReplyHeader`](crate::ReplyHeader).
    ///
    /// A protocol value, not a Rust error: a server that answers `NONODE` did its job.
    pub struct ErrorCode;
    /// All is well.
    OK = 0, "OK";
    /// Marks the range of system errors; never sent.
    SYSTEM_ERROR = -1, "SYSTEMERROR";
    /// A runtime inconsistency; in a failed multi, an operation after the one that failed.
    RUNTIME_INCONSISTENCY = -2, "RUNTIMEINCONSISTENCY";
    /// A data inconsistency.
    DATA_INCONSISTENCY = -3, "DATAINCONSISTENCY";
    /// The connection was lost; made by clients.
    CONNECTION_LOSS = -4, "CONNECTIONLOSS";
    /// The request's body could not be read; the connection stays.
    MARSHALLING_ERROR = -5, "MARSHALLINGERROR";
    /// The operation is unknown; the server closes.
    UNIMPLEMENTED = -6, "UNIMPLEMENTED";
    /// The operation took too long.
    OPERATION_TIMEOUT = -7, "OPERATIONTIMEOUT";
    /// An argument is not allowed.
    BAD_ARGUMENTS = -8, "BADARGUMENTS";
    /// No quorum of the new configuration is connected.
    NEW_CONFIG_NO_QUORUM = -13, "NEWCONFIGNOQUORUM";
    /// Another reconfiguration is under way.
    RECONFIG_IN_PROGRESS = -14, "RECONFIGINPROGRESS";
    /// The session is unknown; internal to servers.
    UNKNOWN_SESSION = -12, "UNKNOWNSESSION";
    /// Marks the range of API errors; never sent.
    API_ERROR = -100, "APIERROR";
    /// There is no such znode.
    NO_NODE = -101, "NONODE";
    /// The identities do not allow it.
    NO_AUTH = -102, "NOAUTH";
    /// The version is not the expected one.
    BAD_VERSION = -103, "BADVERSION";
    /// An ephemeral znode cannot have children.
    NO_CHILDREN_FOR_EPHEMERALS = -108, "NOCHILDRENFOREPHEMERALS";
    /// The znode exists already.
    NODE_EXISTS = -110, "NODEEXISTS";
    /// The znode has children.
    NOT_EMPTY = -111, "NOTEMPTY";
    /// The session has expired or was closed.
    SESSION_EXPIRED = -112, "SESSIONEXPIRED";
    /// The callback is not valid.
    INVALID_CALLBACK = -113, "INVALIDCALLBACK";
    /// The ACL is not valid.
    INVALID_ACL = -114, "INVALIDACL";
    /// The identity was refused; the server closes.
    AUTH_FAILED = -115, "AUTHFAILED";
    /// The session is on another member; the server closes rather than send it.
    SESSION_MOVED = -118, "SESSIONMOVED";
    /// The server is read-only.
    NOT_READ_ONLY = -119, "NOTREADONLY";
    /// A local session cannot hold an ephemeral znode.
    EPHEMERAL_ON_LOCAL_SESSION = -120, "EPHEMERALONLOCALSESSION";
    /// There is no such watch.
    NO_WATCHER = -121, "NOWATCHER";
    /// The request took too long.
    REQUEST_TIMEOUT = -122, "REQUESTTIMEOUT";
    /// Reconfiguration is turned off.
    RECONFIG_DISABLED = -123, "RECONFIGDISABLED";
    /// The server demands SASL.
    SESSION_CLOSED_REQUIRE_SASL_AUTH = -124, "SESSIONCLOSEDREQUIRESASLAUTH";
    /// A quota is used up.
    QUOTA_EXCEEDED = -125, "QUOTAEXCEEDED";
    /// The server is busy.
    THROTTLED_OP = -127, "THROTTLEDOP";
    /// The handle is in no state for it; of the C client alone, as are those below.
    INVALID_STATE = -9, "ZINVALIDSTATE";
    /// TLS failed.
    SSL_CONNECTION_ERROR = -15, "ZSSLCONNECTIONERROR";
    /// The client is closing.
    CLOSING = -116, "ZCLOSING";
    /// There is nothing to do.
    NOTHING = -117, "ZNOTHING";
}

wire_code! {
    /// What happened to a znode: `Watcher.Event.EventType`, the `type` of a
    /// [`WatcherEvent`](crate::WatcherEvent).
    pub struct EventType;
    /// Nothing: the event is about the session.
    NONE = -1, "None";
    /// It was made.
    NODE_CREATED = 1, "NodeCreated";
    /// It was removed.
    NODE_DELETED = 2, "NodeDeleted";
    /// Its data was written.
    NODE_DATA_CHANGED = 3, "NodeDataChanged";
    /// A child was made or removed.
    NODE_CHILDREN_CHANGED = 4, "NodeChildrenChanged";
    /// A data watch was removed.
    DATA_WATCH_REMOVED = 5, "DataWatchRemoved";
    /// A child watch was removed.
    CHILD_WATCH_REMOVED = 6, "ChildWatchRemoved";
    /// A persistent watch was removed.
    PERSISTENT_WATCH_REMOVED = 7, "PersistentWatchRemoved";
}

wire_code! {
    /// How the session is: `Watcher.Event.KeeperState`, the `state` of a
    /// [`WatcherEvent`](crate::WatcherEvent).
    pub struct KeeperState;
    /// Not known.
    UNKNOWN = -1, "Unknown";
    /// Not connected.
    DISCONNECTED = 0, "Disconnected";
    /// Never used.
    NO_SYNC_CONNECTED = 1, "NoSyncConnected";
    /// Connected to a read/write server.
    SYNC_CONNECTED = 3, "SyncConnected";
    /// An identity was refused.
    AUTH_FAILED = 4, "AuthFailed";
    /// Connected to a read-only server.
    CONNECTED_READ_ONLY = 5, "ConnectedReadOnly";
    /// A SASL exchange is complete.
    SASL_AUTHENTICATED = 6, "SaslAuthenticated";
    /// The session has expired.
    EXPIRED = -112, "Expired";
    /// The client was closed.
    CLOSED = 7, "Closed";
}

wire_code! {
    /// What kind of znode to make: `CreateMode`, the `flags` of a
    /// [`CreateRequest`](crate::CreateRequest).
    pub struct CreateMode;
    /// It stays.
    PERSISTENT = 0, "PERSISTENT";
    /// It goes with the session.
    EPHEMERAL = 1, "EPHEMERAL";
    /// It stays, and gets a number.
    PERSISTENT_SEQUENTIAL = 2, "PERSISTENT_SEQUENTIAL";
    /// It goes with the session, and gets a number.
    EPHEMERAL_SEQUENTIAL = 3, "EPHEMERAL_SEQUENTIAL";
    /// It goes when its last child has gone. Since 3.5.1.
    CONTAINER = 4, "CONTAINER";
    /// It goes when nothing changed for a time. Since 3.5.3.
    PERSISTENT_WITH_TTL = 5, "PERSISTENT_WITH_TTL";
    /// It goes when nothing changed for a time, and gets a number. Since 3.5.3.
    PERSISTENT_SEQUENTIAL_WITH_TTL = 6, "PERSISTENT_SEQUENTIAL_WITH_TTL";
}

wire_code! {
    /// What a persistent watch watches: `AddWatchMode`, the `mode` of an
    /// [`AddWatchRequest`](crate::AddWatchRequest).
    pub struct AddWatchMode;
    /// The znode.
    PERSISTENT = 0, "PERSISTENT";
    /// The znode and all below it.
    PERSISTENT_RECURSIVE = 1, "PERSISTENT_RECURSIVE";
}

wire_code! {
    /// Which watches to look for or remove: `Watcher.WatcherType`, the `type` of a
    /// [`RemoveWatchesRequest`](crate::RemoveWatchesRequest).
    pub struct WatcherType;
    /// Those for its children.
    CHILDREN = 1, "Children";
    /// Those for its data.
    DATA = 2, "Data";
    /// All of them.
    ANY = 3, "Any";
    /// Persistent ones. Since 3.9.0.
    PERSISTENT = 4, "Persistent";
    /// Persistent recursive ones. Since 3.9.0.
    PERSISTENT_RECURSIVE = 5, "PersistentRecursive";
}

wire_code! {
    /// What members talk about: the constants of `Leader`, the `type` of a
    /// [`QuorumPacket`](crate::QuorumPacket).
    pub struct QuorumPacketType;
    /// A follower passes a request on.
    REQUEST = 1, "REQUEST";
    /// The leader proposes a transaction.
    PROPOSAL = 2, "PROPOSAL";
    /// A follower has logged a proposal.
    ACK = 3, "ACK";
    /// The leader commits a proposal.
    COMMIT = 4, "COMMIT";
    /// The leader asks for signs of life, and is told the sessions'.
    PING = 5, "PING";
    /// A follower asks whether a session is still valid.
    REVALIDATE = 6, "REVALIDATE";
    /// The leader and a follower are level.
    SYNC = 7, "SYNC";
    /// The leader tells an observer of a transaction.
    INFORM = 8, "INFORM";
    /// The leader commits a reconfiguration.
    COMMIT_AND_ACTIVATE = 9, "COMMITANDACTIVATE";
    /// The leader is new.
    NEW_LEADER = 10, "NEWLEADER";
    /// A follower presents itself.
    FOLLOWER_INFO = 11, "FOLLOWERINFO";
    /// The follower may serve.
    UP_TO_DATE = 12, "UPTODATE";
    /// What the follower lacks comes as transactions.
    DIFF = 13, "DIFF";
    /// The follower has to cut its log.
    TRUNC = 14, "TRUNC";
    /// What the follower lacks comes as a snapshot.
    SNAP = 15, "SNAP";
    /// An observer presents itself.
    OBSERVER_INFO = 16, "OBSERVERINFO";
    /// The leader presents itself and its epoch.
    LEADER_INFO = 17, "LEADERINFO";
    /// A follower takes the epoch.
    ACK_EPOCH = 18, "ACKEPOCH";
    /// The leader tells an observer of a reconfiguration.
    INFORM_AND_ACTIVATE = 19, "INFORMANDACTIVATE";
}

wire_code! {
    /// Numbers that stand for a kind of packet rather than for a request of the caller's.
    pub struct Xid;
    /// A watch event.
    NOTIFICATION = -1, "notification";
    /// A ping.
    PING = -2, "ping";
    /// An auth packet.
    AUTH = -4, "auth";
    /// A `setWatches` or `setWatches2`.
    SET_WATCHES = -8, "setWatches";
}

wire_code! {
    /// What the first four bytes of a connection may be instead of a frame's length
    /// (`FourLetterCommands`).
    ///
    /// A frame that long is over every limit, so that the two cannot be confused. A server answers
    /// with text and closes; `stmk` is followed by eight bytes.
    ///
    /// ```
    /// use jute_codec::FourLetterWord;
    ///
    /// let start = FourLetterWord(i32::from_be_bytes(*b"ruok"));
    /// assert_eq!(start, FourLetterWord::RUOK);
    /// assert_eq!(FourLetterWord(45).name(), None);
    /// ```
    pub struct FourLetterWord;
    /// The configuration.
    CONF = 0x636f_6e66, "conf";
    /// The connections, in detail.
    CONS = 0x636f_6e73, "cons";
    /// Resets the numbers of connections.
    CRST = 0x6372_7374, "crst";
    /// Sizes of files.
    DIRS = 0x6469_7273, "dirs";
    /// The sessions, by expiry.
    DUMP = 0x6475_6d70, "dump";
    /// The environment.
    ENVI = 0x656e_7669, "envi";
    /// The trace mask.
    GTMK = 0x6774_6d6b, "gtmk";
    /// Digests of the data.
    HASH = 0x6861_7368, "hash";
    /// Whether it is read-only.
    ISRO = 0x6973_726f, "isro";
    /// Numbers for monitoring.
    MNTR = 0x6d6e_7472, "mntr";
    /// Whether it is there at all.
    RUOK = 0x7275_6f6b, "ruok";
    /// Resets the server's numbers.
    SRST = 0x7372_7374, "srst";
    /// The server in brief.
    SRVR = 0x7372_7672, "srvr";
    /// The server and its connections.
    STAT = 0x7374_6174, "stat";
    /// Sets the trace mask.
    STMK = 0x7374_6d6b, "stmk";
    /// Watches by session.
    WCHC = 0x7763_6863, "wchc";
    /// Watches by path.
    WCHP = 0x7763_6870, "wchp";
    /// Watches in brief.
    WCHS = 0x7763_6873, "wchs";
}
