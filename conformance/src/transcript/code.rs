//! Which fields hold a code, and which are read best in hex.

use jute_codec::AddWatchMode;
use jute_codec::CreateMode;
use jute_codec::ErrorCode;
use jute_codec::EventType;
use jute_codec::Field;
use jute_codec::JuteType;
use jute_codec::KeeperState;
use jute_codec::OpCode;
use jute_codec::QuorumPacketType;
use jute_codec::WatcherType;

/// Evaluates an expression for the type of a kind of codes.
macro_rules! each {
    ($codes:expr, $code:ident => $value:expr) => {
        match $codes {
            Codes::Operation => each!(@with OpCode, $code => $value),
            Codes::Error => each!(@with ErrorCode, $code => $value),
            Codes::Event => each!(@with EventType, $code => $value),
            Codes::State => each!(@with KeeperState, $code => $value),
            Codes::Node => each!(@with CreateMode, $code => $value),
            Codes::AddWatch => each!(@with AddWatchMode, $code => $value),
            Codes::Watcher => each!(@with WatcherType, $code => $value),
            Codes::QuorumPacket => each!(@with QuorumPacketType, $code => $value),
        }
    };
    (@with $ty:ident, $code:ident => $value:expr) => {{
        use $ty as $code;
        $value
    }};
}

/// Names for the numbers of a field.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Codes {
    Operation,
    Error,
    Event,
    State,
    Node,
    AddWatch,
    Watcher,
    QuorumPacket,
}

/// The codes of a field of a record.
pub(super) fn codes(record: &str, field: &str) -> Option<Codes> {
    match (record, field) {
        ("RequestHeader" | "MultiHeader" | "TxnHeader" | "Txn", "type") => Some(Codes::Operation),
        ("ReplyHeader" | "MultiHeader" | "ErrorResponse" | "ErrorTxn", "err") => Some(Codes::Error),
        ("WatcherEvent", "type") => Some(Codes::Event),
        ("WatcherEvent", "state") => Some(Codes::State),
        ("CreateRequest" | "CreateTTLRequest", "flags") => Some(Codes::Node),
        ("AddWatchRequest", "mode") => Some(Codes::AddWatch),
        ("CheckWatchesRequest" | "RemoveWatchesRequest", "type") => Some(Codes::Watcher),
        ("QuorumPacket", "type") => Some(Codes::QuorumPacket),
        _ => None,
    }
}

/// Whether a field is a session or a transaction, which ZooKeeper's own logs write in hex.
pub(super) fn is_hex(field: &Field) -> bool {
    matches!(field.ty, JuteType::Long)
        && (field.name.ends_with("xid")
            || matches!(
                field.name,
                "sessionId" | "clientId" | "lastZxidSeen" | "ephemeralOwner"
            ))
}

impl Codes {
    /// What an error calls one of them.
    pub(super) const fn kind(self) -> &'static str {
        match self {
            Self::Operation => "an operation",
            Self::Error => "an error code",
            Self::Event => "an event type",
            Self::State => "a state",
            Self::Node => "a kind of znode",
            Self::AddWatch => "a mode",
            Self::Watcher => "a kind of watch",
            Self::QuorumPacket => "a kind of packet",
        }
    }

    /// The number called `name`.
    pub(super) fn number(self, name: &str) -> Option<i32> {
        each!(self, Code => Code::from_name(name).map(|code| code.0))
    }

    /// The name of `number`.
    pub(super) fn name(self, number: i64) -> Option<&'static str> {
        let number = i32::try_from(number).ok()?;
        each!(self, Code => Code(number).name())
    }

    /// Every name.
    pub(super) fn names(self) -> Vec<&'static str> {
        each!(self, Code => Code::NAMED.iter().filter_map(|code| code.name()).collect())
    }
}
