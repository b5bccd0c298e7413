//! Why a client gave up a connection.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use jute_codec::DecodeError;
use jute_codec::EventType;
use jute_codec::FrameError;
use jute_codec::KeeperState;

/// Why a client gave up a connection that its peer had not closed.
///
/// All but the timeouts say that the server broke the protocol. What follows is what Apache
/// does: the connection is closed, everything in flight is lost, another one is opened.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// A frame's length is out of range (`ClientCnxnSocket.readLength`).
    Frame(FrameError),
    /// The answer to the request for a session cannot be read
    /// (`ClientCnxnSocket.readConnectResult`).
    ConnectResponse(DecodeError),
    /// A reply's header cannot be read (`ClientCnxn.SendThread.readResponse`).
    ReplyHeader(DecodeError),
    /// A watch event cannot be read (`ClientCnxn.SendThread.readResponse`).
    WatcherEvent(DecodeError),
    /// A watch event says what no server may say (`EventType.fromInt`, `KeeperState.fromInt`,
    /// `ZKWatchManager.materialize`).
    UnknownEvent {
        /// What it says happened.
        event: EventType,
        /// The session state it claims.
        state: KeeperState,
    },
    /// A reply came while no request was waiting (`ClientCnxn.SendThread.readResponse`).
    ReplyToNothing {
        /// The reply's number.
        xid: i32,
    },
    /// A reply is not to the oldest request (`ClientCnxn.SendThread.readResponse`).
    ReplyOutOfOrder {
        /// The number of the oldest request.
        expected: i32,
        /// The reply's number.
        got: i32,
    },
    /// No session came about in time (`ClientCnxn.SendThread.run`, `connectTimeout`).
    ConnectTimeout {
        /// Time since the connection was asked for or, if that was later, since it was open.
        waited: Duration,
    },
    /// The server was silent for too long (`ClientCnxn.SendThread.run`, `readTimeout`).
    ReadTimeout {
        /// Time since the last frame came in.
        silence: Duration,
    },
    /// No server was heard for so long that the session must be gone
    /// (`ClientCnxn.SendThread.run`, `expirationTimeout`).
    SessionTimeout {
        /// Time since a server was last heard.
        silence: Duration,
    },
}

impl Fault {
    /// Whether the server broke the protocol, rather than being silent or unreachable.
    #[must_use]
    pub const fn is_misbehaviour(&self) -> bool {
        match self {
            Self::Frame(_)
            | Self::ConnectResponse(_)
            | Self::ReplyHeader(_)
            | Self::WatcherEvent(_)
            | Self::UnknownEvent { .. }
            | Self::ReplyToNothing { .. }
            | Self::ReplyOutOfOrder { .. } => true,
            Self::ConnectTimeout { .. }
            | Self::ReadTimeout { .. }
            | Self::SessionTimeout { .. } => false,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Frame(error) => write!(f, "{error}"),
            Self::ConnectResponse(error) => write!(f, "bad answer to the connect request: {error}"),
            Self::ReplyHeader(error) => write!(f, "bad reply: {error}"),
            Self::WatcherEvent(error) => write!(f, "bad watch event: {error}"),
            Self::UnknownEvent { event, state } => {
                write!(f, "watch event of type {event} with state {state}")
            }
            Self::ReplyToNothing { xid } => {
                write!(f, "reply with xid {xid} while no request was waiting")
            }
            Self::ReplyOutOfOrder { expected, got } => {
                write!(f, "reply with xid {got} where {expected} was due")
            }
            Self::ConnectTimeout { waited } => {
                write!(f, "no session after {}ms", waited.as_millis())
            }
            Self::ReadTimeout { silence } => {
                write!(f, "nothing heard for {}ms", silence.as_millis())
            }
            Self::SessionTimeout { silence } => write!(
                f,
                "nothing heard for {}ms, so the session is gone",
                silence.as_millis()
            ),
        }
    }
}

impl Error for Fault {}
