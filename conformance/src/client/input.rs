//! What goes into a client and what comes out.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use jute_codec::ErrorCode;
use jute_codec::Frame;
use jute_codec::ReplyHeader;

use crate::client::Fault;
use crate::client::WatchedEvent;

/// What happened outside.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Input<'a> {
    /// The connection asked for is open.
    Connected,
    /// The connection asked for cannot be had.
    ConnectFailed,
    /// Bytes came in.
    Receive(&'a [u8]),
    /// The server has closed its side.
    Eof,
    /// The connection broke; there is nothing left to disconnect.
    Lost,
    /// All that the server last probed had to say. A probe that fails needs no answer.
    ProbeAnswer(&'a [u8]),
    /// Time has passed.
    Tick,
}

impl fmt::Display for Input<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connected => f.write_str("connected"),
            Self::ConnectFailed => f.write_str("connect failed"),
            Self::Receive(bytes) => write!(f, "receive {}", Octets(bytes.len())),
            Self::Eof => f.write_str("end of stream"),
            Self::Lost => f.write_str("lost"),
            Self::ProbeAnswer(answer) => write!(f, "probe answer \"{}\"", answer.escape_ascii()),
            Self::Tick => f.write_str("tick"),
        }
    }
}

/// What has to be done outside.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Output {
    /// Open a connection to this server and say [`Input::Connected`] or
    /// [`Input::ConnectFailed`].
    Connect(Arc<str>),
    /// Write one frame.
    Send(Bytes),
    /// Close the connection, or stop opening it, and forget what it may still have to say.
    Disconnect,
    /// Ask this server `isro` on a connection of its own and say [`Input::ProbeAnswer`]. An
    /// earlier probe is over.
    Probe(Arc<str>),
    /// Tell the watcher.
    Event(WatchedEvent),
    /// Tell whoever made the request.
    Reply(Reply),
    /// Note why the connection is given up; what to do about it comes next.
    Fault(Fault),
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect(host) => write!(f, "connect {host}"),
            Self::Send(frame) => write!(f, "send {}", Octets(frame.len())),
            Self::Disconnect => f.write_str("disconnect"),
            Self::Probe(host) => write!(f, "probe {host}"),
            Self::Event(event) => write!(f, "event {event}"),
            Self::Reply(reply) => write!(f, "{reply}"),
            Self::Fault(fault) => write!(f, "fault: {fault}"),
        }
    }
}

/// A client's own number for a request. The xid is given later, when the request goes out.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct RequestId(pub(super) u64);

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "request {}", self.0)
    }
}

/// How a request went; there is exactly one for each.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Reply {
    /// The request.
    pub request: RequestId,
    /// Its xid; `None` if it never went out.
    pub xid: Option<i32>,
    /// The answer or the lack of one.
    pub outcome: Outcome,
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.request)?;
        match &self.outcome {
            Outcome::Answered(answer) => write!(
                f,
                "{} at zxid {:#x}, {}",
                answer.header.err,
                answer.header.zxid,
                Octets(answer.body().len())
            ),
            Outcome::Lost(error) => write!(f, "{error}, by the client"),
        }
    }
}

/// The answer to a request, or the lack of one.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Outcome {
    /// The server answered.
    Answered(Answer),
    /// It did not, and the client says why: `CONNECTIONLOSS`, `SESSIONEXPIRED` or `AUTHFAILED`
    /// (`ClientCnxn.conLossPacket`), or `BADARGUMENTS` for what is not a request.
    Lost(ErrorCode),
}

/// What a server answered.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Answer {
    /// The header.
    pub header: ReplyHeader,
    /// The whole payload, header included.
    pub frame: Frame,
}

impl Answer {
    /// The payload after the header.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        self.frame.payload().get(HEADER_LENGTH..).unwrap_or(&[])
    }
}

/// A number of bytes and its noun.
struct Octets(usize);

impl fmt::Display for Octets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} byte{}", self.0, if self.0 == 1 { "" } else { "s" })
    }
}

/// Bytes of a reply header: xid, zxid, err.
const HEADER_LENGTH: usize = 4 + 8 + 4;
