//! Which fields hold a code, and which are read best in hex.

use jute_codec::ErrorCode;
use jute_codec::EventType;
use jute_codec::Field;
use jute_codec::JuteType;
use jute_codec::KeeperState;
use jute_codec::OpCode;

/// Names for the numbers of a field.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Codes {
    Operation,
    Error,
    Event,
    State,
}

/// The codes of a field of a record.
pub(super) fn codes(record: &str, field: &str) -> Option<Codes> {
    match (record, field) {
        ("RequestHeader" | "MultiHeader", "type") => Some(Codes::Operation),
        ("ReplyHeader" | "MultiHeader" | "ErrorResponse", "err") => Some(Codes::Error),
        ("WatcherEvent", "type") => Some(Codes::Event),
        ("WatcherEvent", "state") => Some(Codes::State),
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
        }
    }

    /// The number called `name`.
    pub(super) fn number(self, name: &str) -> Option<i32> {
        match self {
            Self::Operation => OpCode::from_name(name).map(|code| code.0),
            Self::Error => ErrorCode::from_name(name).map(|code| code.0),
            Self::Event => EventType::from_name(name).map(|code| code.0),
            Self::State => KeeperState::from_name(name).map(|code| code.0),
        }
    }

    /// The name of `number`.
    pub(super) fn name(self, number: i64) -> Option<&'static str> {
        let number = i32::try_from(number).ok()?;
        match self {
            Self::Operation => OpCode(number).name(),
            Self::Error => ErrorCode(number).name(),
            Self::Event => EventType(number).name(),
            Self::State => KeeperState(number).name(),
        }
    }

    /// Every name.
    pub(super) fn names(self) -> Vec<&'static str> {
        match self {
            Self::Operation => OpCode::NAMED
                .iter()
                .filter_map(|code| code.name())
                .collect(),
            Self::Error => ErrorCode::NAMED
                .iter()
                .filter_map(|code| code.name())
                .collect(),
            Self::Event => EventType::NAMED
                .iter()
                .filter_map(|code| code.name())
                .collect(),
            Self::State => KeeperState::NAMED
                .iter()
                .filter_map(|code| code.name())
                .collect(),
        }
    }
}
