//! Follows both directions of one connection, so that each frame can be told for what it is.

use std::collections::VecDeque;

use jute_codec::Decode;
use jute_codec::OpCode;
use jute_codec::Reader;
use jute_codec::ReplyHeader;
use jute_codec::RequestHeader;
use jute_codec::Xid;

use crate::transcript::Packet;
use crate::transcript::describe::Meaning;
use crate::transcript::describe::describe;

/// One connection's conversation, from its first byte.
#[derive(Clone, Debug, Default)]
pub struct Dialogue {
    up: Stream,
    down: Stream,
    awaiting: VecDeque<RequestHeader>,
}

/// The bytes of one direction that are not a whole frame yet.
#[derive(Clone, Debug, Default)]
struct Stream {
    pending: Vec<u8>,
    frames: usize,
    /// Whether there are no frames to be found any more.
    raw: bool,
}

/// A packet and the bytes it stands for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Told {
    /// What it means.
    pub packet: Packet,
    /// The whole of it, length included.
    pub bytes: Vec<u8>,
}

/// Frames longer than this are not waited for: no peer sends them, so the bytes are no frames.
const LONGEST: usize = 64 << 20;

impl Dialogue {
    /// Follows a connection that is past its handshake.
    #[must_use]
    pub fn under_way() -> Self {
        let stream = Stream {
            frames: 1,
            ..Stream::default()
        };
        Self {
            up: stream.clone(),
            down: stream,
            awaiting: VecDeque::new(),
        }
    }

    /// Takes in what the client sent; the packets that are complete with it.
    pub fn sent(&mut self, bytes: &[u8]) -> Vec<Told> {
        self.up.pending.extend_from_slice(bytes);
        if self.up.frames == 0 && self.up.pending.first_chunk::<4>().is_some_and(is_word) {
            self.up.raw = true;
            self.down.raw = true;
        }
        let mut told = Vec::new();
        while let Some(frame) = self.up.next() {
            let payload = frame.get(4..).unwrap_or_default();
            let meaning = match self.up.frames {
                1 => Meaning::ConnectRequest,
                _ => Meaning::Request,
            };
            if meaning == Meaning::Request {
                self.awaiting
                    .extend(RequestHeader::decode(&mut Reader::new(payload)));
            }
            told.push(Told {
                packet: describe(payload, meaning),
                bytes: frame,
            });
        }
        told.extend(self.up.raw());
        told
    }

    /// Takes in what the server sent; the packets that are complete with it.
    pub fn received(&mut self, bytes: &[u8]) -> Vec<Told> {
        self.down.pending.extend_from_slice(bytes);
        let mut told = Vec::new();
        while let Some(frame) = self.down.next() {
            let payload = frame.get(4..).unwrap_or_default();
            let meaning = match self.down.frames {
                1 => Meaning::ConnectResponse,
                _ => Meaning::Reply(self.answered(payload)),
            };
            told.push(Told {
                packet: describe(payload, meaning),
                bytes: frame,
            });
        }
        told.extend(self.down.raw());
        told
    }

    /// Bytes of either direction that never became whole packets.
    pub fn rest(&mut self) -> (Option<Told>, Option<Told>) {
        self.up.raw = true;
        self.down.raw = true;
        (self.up.raw(), self.down.raw())
    }

    /// What a reply answers. Replies come in the order of the requests, except where a request
    /// was never answered.
    fn answered(&mut self, payload: &[u8]) -> Option<OpCode> {
        let session = |awaited: &RequestHeader| awaited.op == OpCode::CREATE_SESSION;
        if payload.len() > 16 && self.awaiting.front().is_some_and(session) {
            return self.awaiting.pop_front().map(|awaited| awaited.op);
        }
        let header = ReplyHeader::decode(&mut Reader::new(payload)).ok()?;
        if header.xid == Xid::NOTIFICATION.0 {
            return None;
        }
        let answers = |awaited: &RequestHeader| {
            awaited.xid == header.xid || (header.xid == Xid::PING.0 && awaited.op == OpCode::PING)
        };
        let at = self.awaiting.iter().position(answers)?;
        self.awaiting
            .drain(..=at)
            .next_back()
            .map(|awaited| awaited.op)
    }
}

impl Stream {
    /// The next whole frame, length included.
    fn next(&mut self) -> Option<Vec<u8>> {
        if self.raw {
            return None;
        }
        let prefix = self.pending.first_chunk::<4>()?;
        let length = usize::try_from(i32::from_be_bytes(*prefix)).ok();
        let Some(length) = length.filter(|length| *length <= LONGEST) else {
            self.raw = true;
            return None;
        };
        if self.pending.len() < 4 + length {
            return None;
        }
        self.frames += 1;
        Some(self.pending.drain(..4 + length).collect())
    }

    /// What is there, if frames are not to be found any more.
    fn raw(&mut self) -> Option<Told> {
        if !self.raw || self.pending.is_empty() {
            return None;
        }
        let bytes = std::mem::take(&mut self.pending);
        Some(Told {
            packet: Packet::Raw(Some(bytes.clone().into())),
            bytes,
        })
    }
}

/// Whether the start of a connection is a four-letter word and not a length.
fn is_word(start: &[u8; 4]) -> bool {
    start.iter().all(u8::is_ascii_lowercase)
}
