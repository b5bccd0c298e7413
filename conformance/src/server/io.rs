//! What goes into a server and what comes out.

use std::fmt;
use std::net::IpAddr;

use bytes::Bytes;
use jute_codec::ErrorCode;
use jute_codec::Frame;
use jute_codec::RequestHeader;

use crate::server::connection::ConnectionId;
use crate::server::event::Event;

/// What happened outside.
///
/// A connection the server does not know, or no longer, is not a mistake: what concerns it is
/// ignored, since bytes and a close may cross.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Input<'a> {
    /// A peer connected. The id must not have been used before.
    Accept {
        /// The id given to the connection.
        connection: ConnectionId,
        /// The peer's address.
        peer: IpAddr,
    },
    /// Bytes came in.
    Receive {
        /// The connection.
        connection: ConnectionId,
        /// The bytes, in whatever pieces.
        bytes: &'a [u8],
    },
    /// The peer closed its half.
    Eof {
        /// The connection.
        connection: ConnectionId,
    },
    /// The connection broke; there is nothing left to close.
    Lost {
        /// The connection.
        connection: ConnectionId,
    },
    /// Time passed.
    Tick,
    /// The delegate answered the connection's oldest request still open.
    Reply {
        /// The connection.
        connection: ConnectionId,
        /// The answer.
        reply: Reply,
    },
    /// The delegate has a packet that nobody asked for, such as a watch event. It goes out at
    /// once.
    Push {
        /// The connection.
        connection: ConnectionId,
        /// The packet's payload, header included.
        payload: Bytes,
    },
}

/// The delegate's answer to a request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Reply {
    /// A reply: a header with the request's xid, then `body`.
    Done {
        /// The zxid for the header; if it is later than the server's last, it becomes that.
        zxid: i64,
        /// How it went.
        err: ErrorCode,
        /// The body as encoded, empty if there is an error.
        body: Bytes,
    },
    /// The operation is unknown: the error that ends the connection.
    Unimplemented,
    /// No reply, the connection ends (as if the session had moved).
    Close,
}

/// What must be done outside, in the order given.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Output {
    /// Send bytes.
    Send {
        /// The connection.
        connection: ConnectionId,
        /// The bytes: one packet, or a text.
        bytes: Bytes,
    },
    /// Close, once everything is sent. The server has forgotten the connection.
    Close {
        /// The connection.
        connection: ConnectionId,
    },
    /// Have a request answered that is not about the session, by an [`Input::Reply`]. Several may
    /// be open at a time; a connection's replies come in the order of its requests.
    Request {
        /// The connection.
        connection: ConnectionId,
        /// Its session.
        session_id: i64,
        /// The request's header.
        header: RequestHeader,
        /// The whole payload, header included.
        frame: Frame,
    },
    /// Know what happened.
    Event(Event),
}

impl fmt::Display for Input<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accept { connection, peer } => write!(f, "{connection} connects from {peer}"),
            Self::Receive { connection, bytes } => write!(f, "{connection} > {}", Hex(bytes)),
            Self::Eof { connection } => write!(f, "{connection} > FIN"),
            Self::Lost { connection } => write!(f, "{connection} > RST"),
            Self::Tick => f.write_str("tick"),
            Self::Reply { connection, reply } => match reply {
                Reply::Done { zxid, err, body } => {
                    write!(f, "{connection}: reply {zxid:#x} {err} {}", Hex(body))
                }
                Reply::Unimplemented => write!(f, "{connection}: reply unimplemented"),
                Reply::Close => write!(f, "{connection}: reply by closing"),
            },
            Self::Push {
                connection,
                payload,
            } => write!(f, "{connection}: push {}", Hex(payload)),
        }
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Send { connection, bytes } => write!(f, "{connection} < {}", Hex(bytes)),
            Self::Close { connection } => write!(f, "{connection} < FIN"),
            Self::Request {
                connection,
                session_id,
                header,
                frame,
            } => write!(
                f,
                "{connection}: session {session_id:#x} asks {} with xid {}, {} bytes",
                header.op,
                header.xid,
                frame.payload().len()
            ),
            Self::Event(event) => event.fmt(f),
        }
    }
}

/// Bytes as two digits each.
struct Hex<'a>(&'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
