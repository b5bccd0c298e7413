//! Connections joined in the middle: where the recording begins too late, or misses something.
//!
//! Frames are found where a segment begins like one. Answers come in the order of the requests, so
//! the first answer to a request that was seen shows where the conversation is; from there on it is
//! followed like any other. What came before is not judged.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use jute_codec::ConnectRequest;
use jute_codec::Decode;
use jute_codec::ErrorCode;
use jute_codec::Frame;
use jute_codec::OpCode;
use jute_codec::Reader;
use jute_codec::ReplyHeader;
use jute_codec::RequestHeader;
use jute_codec::Xid;

use crate::capture::Side;
use crate::recording::connection::State;
use crate::recording::connection::Wire;
use crate::recording::connection::answered_by;
use crate::recording::connection::framer;
use crate::recording::difference::is_unknown_operation;
use crate::recording::peer::Peer;
use crate::recording::peer::framed;
use crate::recording::remark::Say;
use crate::server::Input;

/// What is known of a connection that is to be joined.
#[derive(Debug)]
pub(super) struct Joining {
    up: Edge,
    down: Edge,
    /// Requests whose answers may come, in order.
    seen: VecDeque<(Duration, RequestHeader, Frame)>,
    /// Whether nothing but pings told where the conversation is. They look alike, so that what was
    /// taken for the answer to one may have been that to one before.
    pub(super) by_ping: bool,
}

/// Where the frames of one side begin.
#[derive(Debug)]
struct Edge {
    is_found: bool,
    /// Four bytes that may be a length: some clients send it on its own.
    length: Vec<u8>,
}

/// More requests than anybody has waiting.
const REMEMBERED: usize = 4096;

impl Joining {
    pub(super) const fn new(from_start: bool) -> Self {
        Self {
            up: Edge::new(from_start),
            down: Edge::new(from_start),
            seen: VecDeque::new(),
            by_ping: false,
        }
    }
}

impl Edge {
    const fn new(is_found: bool) -> Self {
        Self {
            is_found,
            length: Vec::new(),
        }
    }

    /// What a segment adds to the frames, if it is known where they begin.
    fn find(&mut self, side: Side, bytes: &Bytes) -> Option<Bytes> {
        if self.is_found {
            return Some(bytes.clone());
        }
        let with_length = [self.length.as_slice(), bytes].concat();
        self.length.clear();
        self.is_found = true;
        if begins_frame(side, &with_length) {
            return Some(with_length.into());
        }
        if begins_frame(side, bytes) {
            return Some(bytes.clone());
        }
        self.is_found = false;
        if bytes.len() == 4 {
            self.length.extend_from_slice(bytes);
        }
        None
    }
}

impl Wire {
    /// Has to be joined anew: what comes from one side makes no sense before its next frame.
    pub(super) fn lose(&mut self, side: Side) {
        self.state = State::Joining;
        self.clear();
        self.joining.seen.clear();
        match side {
            Side::Client => (self.joining.up, self.up) = (Edge::new(false), framer()),
            Side::Server => (self.joining.down, self.down) = (Edge::new(false), framer()),
        }
    }

    /// Adds what one side sent to its frames.
    pub(super) fn push(&mut self, side: Side, bytes: &Bytes) {
        let (edge, framer) = match side {
            Side::Client => (&mut self.joining.up, &mut self.up),
            Side::Server => (&mut self.joining.down, &mut self.down),
        };
        if let Some(bytes) = edge.find(side, bytes) {
            framer.push(&bytes);
        }
    }

    /// Keeps a request whose answer may show where the conversation is.
    pub(super) fn remember(&mut self, at: Duration, frame: Frame) {
        let header = RequestHeader::decode(&mut frame.reader());
        let is_connect = has_password_at(24, frame.payload());
        if let Ok(header) = header
            && !is_connect
        {
            self.joining.seen.push_back((at, header, frame));
            if self.joining.seen.len() > REMEMBERED {
                self.joining.seen.pop_front();
            }
        }
    }
}

impl Peer {
    /// Whether a frame of the server shows where the conversation is; from it on, the connection is
    /// followed.
    pub(super) fn joins(&mut self, index: usize, frame: &Frame, say: &mut Say<'_>) -> bool {
        let Some(wire) = self.wires.get_mut(&index) else {
            return false;
        };
        let Ok(reply) = ReplyHeader::decode(&mut frame.reader()) else {
            return false;
        };
        if is_unknown_operation(reply) {
            say.note("an unknown operation: the end is due".to_owned());
            self.give_up(index);
            return false;
        }
        let is_connect = has_password_at(16, frame.payload());
        let is_unordered =
            reply.err == ErrorCode::NOT_READ_ONLY || reply.err == ErrorCode::SESSION_EXPIRED;
        if is_connect || is_unordered {
            let seen = &mut wire.joining.seen;
            seen.retain(|(_, request, _)| !is_unordered || request.xid != reply.xid);
            return false;
        }
        let Some(found) = wire.joining.seen.iter().position(|(_, request, _)| {
            let is_inline = request.op == OpCode::AUTH || request.op == OpCode::SASL;
            answered_by(*request) == reply.xid && !is_inline
        }) else {
            return false;
        };
        let seen = std::mem::take(&mut wire.joining.seen);
        wire.joining.by_ping = reply.xid == Xid::PING.0;
        wire.state = State::Followed;
        wire.turn += 1;
        let connection = wire.id(index);
        let peer = std::net::IpAddr::from([127, 0, 0, 1]);
        let greeting = framed(&ConnectRequest {
            time_out: i32::MAX,
            passwd: Some(&[0; 16]),
            ..ConnectRequest::default()
        });
        self.followed += 1;
        self.tell(Input::Accept { connection, peer });
        self.tell(Input::Receive {
            connection,
            bytes: &greeting,
        });
        if let Some(wire) = self.wires.get_mut(&index) {
            wire.clear();
        }
        for (at, _, frame) in seen.into_iter().skip(found) {
            self.request(index, at, &frame);
        }
        say.note(format!("judged from the answer to xid {} on", reply.xid));
        true
    }
}

/// Whether a frame is a connect record, which are the only ones so short that have a password.
fn has_password_at(offset: usize, payload: &[u8]) -> bool {
    let is_short = (offset + 20..=offset + 21).contains(&payload.len());
    is_short
        && payload
            .get(offset..)
            .unwrap_or_default()
            .starts_with(&[0, 0, 0, 16])
}

/// Whether a segment begins with a frame, and goes on with frames.
fn begins_frame(side: Side, bytes: &[u8]) -> bool {
    let mut rest = bytes;
    let mut found = false;
    while let Some((length, after)) = rest.split_first_chunk() {
        let length = usize::try_from(i32::from_be_bytes(*length)).unwrap_or(usize::MAX);
        let payload = after.get(..length.min(after.len())).unwrap_or_default();
        let mut reader = Reader::new(payload);
        let is_header = match side {
            Side::Client => RequestHeader::decode(&mut reader)
                .map(|header| header.op.name().is_some() && header.op != OpCode::NOTIFICATION),
            Side::Server => ReplyHeader::decode(&mut reader)
                .map(|header| header.err.name().is_some() && header.zxid >= -1),
        };
        match is_header {
            Ok(true) if length <= LONGEST => found = true,
            // The header goes on in the next segment.
            Err(_) if length > after.len() && length <= LONGEST => return found,
            _ => return false,
        }
        rest = after.get(length..).unwrap_or_default();
    }
    found
}

/// Longer ones are no frames.
const LONGEST: usize = 64 << 20;
