//! What happened to sessions and connections, a line each.

use std::fmt;

use jute_codec::DecodeError;
use jute_codec::FrameError;
use jute_codec::OpCode;

use crate::server::connection::ConnectionId;
use crate::server::flaw::Flaw;
use crate::server::phase::Trigger;
use crate::server::word::Word;

/// Something that happened, for a log or a transcript. Nothing needs to be done about it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// A session was made.
    Created {
        /// The session.
        session_id: i64,
        /// The timeout granted, in milliseconds.
        timeout_ms: i32,
        /// Who holds it.
        connection: ConnectionId,
    },
    /// A session was renewed.
    Renewed {
        /// The session.
        session_id: i64,
        /// The timeout granted, in milliseconds.
        timeout_ms: i32,
        /// Who holds it.
        connection: ConnectionId,
        /// Who held it until then, if that connection was open.
        from: Option<ConnectionId>,
    },
    /// A client was told that there are no new sessions, and left to itself.
    Stranded {
        /// The connection.
        connection: ConnectionId,
    },
    /// A session was closed by its client.
    Closed {
        /// The session.
        session_id: i64,
    },
    /// A session expired.
    Expired {
        /// The session.
        session_id: i64,
    },
    /// A session ended with its connection, which is a flaw.
    Dropped {
        /// The session.
        session_id: i64,
    },
    /// A connection ended.
    Disconnected {
        /// The connection.
        connection: ConnectionId,
        /// Why.
        reason: Reason,
    },
}

/// Why a connection ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Reason {
    /// There are too many, or too many from its address (`NIOServerCnxnFactory.doAccept`).
    TooMany,
    /// The server does not serve.
    NotServing,
    /// The server is read-only and the client will not have that.
    ReadOnly,
    /// The client has seen a transaction the server has not.
    ZxidAhead {
        /// The client's.
        seen: i64,
        /// The server's.
        last: i64,
    },
    /// There is no such session.
    UnknownSession {
        /// The id presented.
        session_id: i64,
    },
    /// The password is wrong.
    WrongPassword {
        /// The id presented.
        session_id: i64,
    },
    /// A four-letter word was answered.
    Word(Word),
    /// A frame's length is out of bounds.
    BadLength(FrameError),
    /// A frame is longer than large requests may be.
    LargeRequest {
        /// Its length.
        length: u32,
    },
    /// A record could not be read.
    BadRecord(DecodeError),
    /// A SASL token was null.
    NullToken,
    /// The operation is unknown.
    UnknownOperation(OpCode),
    /// The identity was refused.
    AuthFailed,
    /// The client closed the session.
    SessionClosed,
    /// The session expired.
    SessionExpired,
    /// Another connection presented the session's id.
    Evicted {
        /// The other one.
        by: ConnectionId,
    },
    /// Nothing came in for too long, and there was no session.
    Silent,
    /// The delegate asked for it.
    Delegate,
    /// The peer closed.
    Eof,
    /// The connection broke.
    Lost,
    /// The server stopped.
    Restart,
    /// There was no good reason.
    Flaw(Flaw),
}

impl Reason {
    /// The trigger in the table of moves; none before there is a connection.
    #[must_use]
    pub const fn trigger(self) -> Trigger {
        match self {
            Self::ReadOnly
            | Self::ZxidAhead { .. }
            | Self::UnknownSession { .. }
            | Self::WrongPassword { .. } => Trigger::Refuse,
            Self::Word(_) => Trigger::Inform,
            Self::TooMany
            | Self::NotServing
            | Self::BadLength(_)
            | Self::LargeRequest { .. }
            | Self::BadRecord(_)
            | Self::NullToken
            | Self::Flaw(_)
            | Self::Delegate => Trigger::Fault,
            Self::UnknownOperation(_) | Self::AuthFailed | Self::SessionClosed => Trigger::End,
            Self::SessionExpired => Trigger::Expire,
            Self::Evicted { .. } => Trigger::Evict,
            Self::Silent => Trigger::Silence,
            Self::Eof | Self::Lost | Self::Restart => Trigger::Leave,
        }
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Created {
                session_id,
                timeout_ms,
                connection,
            } => write!(
                f,
                "{connection}: session {session_id:#x} created, {timeout_ms}ms"
            ),
            Self::Renewed {
                session_id,
                timeout_ms,
                connection,
                from,
            } => {
                write!(
                    f,
                    "{connection}: session {session_id:#x} renewed, {timeout_ms}ms"
                )?;
                from.map_or(Ok(()), |from| write!(f, ", moved from {from}"))
            }
            Self::Stranded { connection } => write!(f, "{connection}: no session, read-only"),
            Self::Closed { session_id } => write!(f, "session {session_id:#x} closed"),
            Self::Expired { session_id } => write!(f, "session {session_id:#x} expired"),
            Self::Dropped { session_id } => write!(f, "session {session_id:#x} dropped"),
            Self::Disconnected { connection, reason } => write!(f, "{connection}: {reason}"),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::TooMany => f.write_str("refused, too many connections"),
            Self::NotServing => f.write_str("refused, not serving"),
            Self::ReadOnly => f.write_str("refused, read-only"),
            Self::ZxidAhead { seen, last } => {
                write!(f, "refused, has seen zxid {seen:#x}, the last is {last:#x}")
            }
            Self::UnknownSession { session_id } => {
                write!(f, "refused, no session {session_id:#x}")
            }
            Self::WrongPassword { session_id } => {
                write!(f, "refused, wrong password for session {session_id:#x}")
            }
            Self::Word(word) => write!(f, "asked {word}"),
            Self::BadLength(error) => write!(f, "closed, {error}"),
            Self::LargeRequest { length } => {
                write!(f, "closed, a large request of {length} bytes")
            }
            Self::BadRecord(error) => write!(f, "closed, {error}"),
            Self::NullToken => f.write_str("closed, null SASL token"),
            Self::UnknownOperation(op) => write!(f, "closed, unknown operation {op}"),
            Self::AuthFailed => f.write_str("closed, identity refused"),
            Self::SessionClosed => f.write_str("closed with its session"),
            Self::SessionExpired => f.write_str("closed, its session expired"),
            Self::Evicted { by } => write!(f, "closed, its session was presented by {by}"),
            Self::Silent => f.write_str("closed, silent"),
            Self::Delegate => f.write_str("closed by the delegate"),
            Self::Eof => f.write_str("closed by the peer"),
            Self::Lost => f.write_str("lost"),
            Self::Restart => f.write_str("gone with the server"),
            Self::Flaw(flaw) => write!(f, "closed by the flaw {flaw}"),
        }
    }
}
