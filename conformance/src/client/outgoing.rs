//! Packets that are not on the wire yet.

use std::collections::VecDeque;

use bytes::Bytes;
use bytes::BytesMut;
use jute_codec::AuthPacket;
use jute_codec::Encode;
use jute_codec::OpCode;
use jute_codec::Raw;
use jute_codec::RequestHeader;
use jute_codec::Ustring;
use jute_codec::put_frame;

use crate::client::RequestId;
use crate::client::watches::encode;

/// A packet and what it is for.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(super) struct Packet {
    pub(super) purpose: Purpose,
    pub(super) op: OpCode,
    body: Bytes,
}

/// Who is waiting for the reply to a packet.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Purpose {
    /// Whoever made the request.
    Request(RequestId),
    /// Whoever closes the client.
    Close(RequestId),
    /// Nobody, but it has its place among the replies.
    SetWatches,
    /// Nobody; the reply has a number of its own.
    Auth,
}

impl Purpose {
    /// The request to be told of a reply.
    pub(super) const fn request(self) -> Option<RequestId> {
        match self {
            Self::Request(id) | Self::Close(id) => Some(id),
            Self::SetWatches | Self::Auth => None,
        }
    }
}

impl Packet {
    pub(super) const fn new(purpose: Purpose, op: OpCode, body: Bytes) -> Self {
        Self { purpose, op, body }
    }

    /// The packet as a frame.
    pub(super) fn frame(&self, xid: i32) -> Bytes {
        frame(&(RequestHeader { xid, op: self.op }, Raw(&self.body)))
    }
}

/// An identity of the client, to be shown on every connection (`ClientCnxn.AuthData`).
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(super) struct Identity {
    scheme: String,
    auth: Bytes,
}

impl Identity {
    pub(super) fn new(scheme: &str, auth: &[u8]) -> Self {
        Self {
            scheme: scheme.to_owned(),
            auth: Bytes::copy_from_slice(auth),
        }
    }

    /// The packet that shows it.
    pub(super) fn packet(&self) -> Packet {
        let body = encode(&AuthPacket {
            auth_type: 0,
            scheme: Ustring::new(&self.scheme),
            auth: Some(&self.auth),
        });
        Packet::new(Purpose::Auth, OpCode::AUTH, body)
    }
}

/// The queue of packets to be sent (`ClientCnxn.outgoingQueue`).
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub(super) struct Outgoing {
    queue: VecDeque<Packet>,
    sealed: bool,
}

impl Outgoing {
    /// Adds a packet at the end, unless `closeSession` has been queued: nothing goes behind it.
    pub(super) fn push(&mut self, packet: Packet) -> bool {
        if self.sealed {
            return false;
        }
        self.sealed = matches!(packet.purpose, Purpose::Close(_));
        self.queue.push_back(packet);
        true
    }

    /// Adds a packet in front of all others.
    pub(super) fn push_front(&mut self, packet: Packet) {
        self.queue.push_front(packet);
    }

    /// Takes the next packet to be sent.
    pub(super) fn pop(&mut self) -> Option<Packet> {
        self.queue.pop_front()
    }

    /// Whether `closeSession` has been queued: the client is on its way out
    /// (`ClientCnxn.closing`).
    pub(super) const fn is_sealed(&self) -> bool {
        self.sealed
    }
}

/// `payload` behind its length.
pub(super) fn frame(payload: &impl Encode) -> Bytes {
    let mut out = BytesMut::new();
    put_frame(&mut out, payload);
    out.freeze()
}
