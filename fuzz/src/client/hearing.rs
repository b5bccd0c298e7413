//! What the server says, read beside the client: the other account of every frame.

use std::sync::Arc;

use jute_codec::ConnectResponse;
use jute_codec::Decode;
use jute_codec::DecodeError;
use jute_codec::ErrorCode;
use jute_codec::EventType;
use jute_codec::Frame;
use jute_codec::Framer;
use jute_codec::Reader;
use jute_codec::Reading;
use jute_codec::ReplyHeader;
use jute_codec::WatcherEvent;
use jute_codec::Xid;
use zk_conformance::client::Fault;
use zk_conformance::client::WatchedEvent;

/// The server's side of a connection, as far as it has been read.
#[derive(Default)]
pub(super) struct Hearing {
    framer: Framer,
    /// Whether the answer to the request for a session was read.
    is_answered: bool,
}

/// What a frame says.
pub(super) enum Said {
    Granted(Granted),
    /// There is no such session.
    Refused,
    /// It answers a request, or would.
    Reply(ReplyHeader, Frame),
    Event(WatchedEvent),
    IdentityRefused,
    /// A sign of life.
    Alive,
}

/// The session that a server grants.
pub(super) struct Granted {
    pub(super) id: i64,
    pub(super) passwd: Option<Vec<u8>>,
    pub(super) time_out: i32,
    pub(super) read_only: bool,
}

impl Hearing {
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.framer.push(bytes);
    }

    /// Whether no frame has begun.
    pub(super) fn is_between_frames(&self) -> bool {
        self.framer.buffered().is_empty()
    }

    /// The next frame that is there in full, or what is wrong with it.
    pub(super) fn next(&mut self) -> Option<Result<Said, Fault>> {
        let frame = match self.framer.next_frame() {
            Ok(frame) => frame?,
            Err(error) => return Some(Err(Fault::Frame(error))),
        };
        let is_first = !std::mem::replace(&mut self.is_answered, true);
        Some(if is_first {
            answer(&frame).map_err(Fault::ConnectResponse)
        } else {
            said(frame)
        })
    }
}

fn answer(frame: &Frame) -> Result<Said, DecodeError> {
    let mut reader = Reader::with(frame.payload(), Reading::JAVA);
    let response = ConnectResponse::decode(&mut reader)?;
    if response.time_out <= 0 {
        return Ok(Said::Refused);
    }
    Ok(Said::Granted(Granted {
        id: response.session_id,
        passwd: response.passwd.map(<[u8]>::to_vec),
        time_out: response.time_out,
        read_only: response.read_only == Some(true),
    }))
}

fn said(frame: Frame) -> Result<Said, Fault> {
    let mut reader = Reader::with(frame.payload(), Reading::JAVA);
    let header = ReplyHeader::decode(&mut reader).map_err(Fault::ReplyHeader)?;
    match Xid(header.xid) {
        Xid::PING => Ok(Said::Alive),
        Xid::AUTH if header.err == ErrorCode::AUTH_FAILED => Ok(Said::IdentityRefused),
        Xid::AUTH => Ok(Said::Alive),
        Xid::NOTIFICATION => {
            let told = WatcherEvent::decode(&mut reader).map_err(Fault::WatcherEvent)?;
            event(&header, &told).map(Said::Event)
        }
        _ => Ok(Said::Reply(header, frame)),
    }
}

fn event(header: &ReplyHeader, told: &WatcherEvent<'_>) -> Result<WatchedEvent, Fault> {
    let of_znodes = EventType::NODE_CREATED.0..=EventType::NODE_CHILDREN_CHANGED.0;
    let is_known = told.event == EventType::NONE || of_znodes.contains(&told.event.0);
    if !is_known || told.state.name().is_none() {
        let (event, state) = (told.event, told.state);
        return Err(Fault::UnknownEvent { event, state });
    }
    let path = told.path.as_bytes().map(String::from_utf8_lossy);
    let mut event = WatchedEvent::session(told.state);
    event.event = told.event;
    event.path = path.map(Arc::from);
    event.zxid = header.zxid;
    Ok(event)
}
