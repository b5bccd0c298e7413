//! What the model knows of connections and sessions.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::time::Duration;

use jute_codec::AuthPacket;
use jute_codec::ConnectRequest;
use jute_codec::Decode;
use jute_codec::Frame;
use jute_codec::Framer;
use jute_codec::OpCode;
use jute_codec::Reader;
use jute_codec::Reading;
use jute_codec::RequestHeader;
use zk_conformance::Instant;
use zk_conformance::server::ConnectionId;
use zk_conformance::server::Mode;
use zk_conformance::server::Server;
use zk_conformance::server::password;

/// What the model knows of an open connection.
pub(super) struct Connection {
    pub(super) peer: IpAddr,
    pub(super) framer: Framer,
    pub(super) greeted: bool,
    /// Whether it began with a four-letter word, which is answered with text.
    pub(super) word: bool,
    /// A request came that may have ended the connection; what follows it may not be read.
    pub(super) doubtful: bool,
    /// A frame came that is no request; whatever follows it may not be read either.
    pub(super) garbled: bool,
    /// A length came that is none.
    pub(super) broken: bool,
    /// When it last said anything.
    pub(super) heard: Instant,
    pub(super) session: Option<i64>,
    pub(super) owed: VecDeque<Owed>,
    pub(super) delegated: usize,
}

/// An answer that may come.
pub(super) enum Owed {
    Session(Asked),
    Reply(RequestHeader),
    /// To an identity, and whether it is one that is taken.
    Identity(RequestHeader, bool),
    /// To a `createSession`: the session again, or an error.
    Either,
}

/// What a client asked for that is to be answered at once.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    pub(super) session_id: i64,
    pub(super) time_out: i32,
    pub(super) read_only: Option<bool>,
    pub(super) has_password: bool,
    /// Whether the session is there to be renewed.
    pub(super) is_alive: bool,
    /// Who has it until then.
    pub(super) owner: Option<ConnectionId>,
}

/// What the model knows of a session.
pub(super) struct Session {
    pub(super) created_ms: i32,
    pub(super) timeout_ms: i32,
    /// When it ends; `None` if the model cannot tell.
    pub(super) ends: Option<Instant>,
}

/// What a request does to the end of its session.
pub(super) enum Touch {
    Counts,
    Unknown,
}

impl Connection {
    /// Notes what a request may be answered with.
    pub(super) fn note_request(&mut self, frame: &Frame) -> Option<Touch> {
        let mut reader = frame.reader();
        let Ok(header) = RequestHeader::decode(&mut reader) else {
            self.garbled = true;
            return None;
        };
        let (owed, ends) = match header.op {
            OpCode::PING => (Owed::Reply(header), false),
            OpCode::CREATE_SESSION => (Owed::Either, false),
            OpCode::AUTH => (Owed::Identity(header, is_taken(frame)), true),
            _ => (Owed::Reply(header), true),
        };
        self.owed.push_back(owed);
        let doubtful = self.doubtful || self.garbled;
        self.doubtful |= ends;
        match header.op {
            _ if doubtful => Some(Touch::Unknown),
            OpCode::AUTH | OpCode::SASL => None,
            OpCode::CREATE_SESSION => Some(Touch::Unknown),
            _ => Some(Touch::Counts),
        }
    }
}

impl Session {
    /// Sets its end by the rule: in whole ticks, never early.
    pub(super) fn touch(&mut self, now: Instant, timeout_ms: i32) {
        let tick = u64::try_from(TICK.as_millis()).expect("a short tick");
        let timeout_ms = u64::try_from(timeout_ms).unwrap_or(0);
        let ends = ((now.as_millis() + timeout_ms) / tick + 1) * tick;
        self.ends = Some(Instant::from_millis(ends));
    }
}

/// Whether the identity in a request is one that is taken.
fn is_taken(frame: &Frame) -> bool {
    let mut reader = Reader::with(frame.payload(), Reading::JAVA);
    let packet = RequestHeader::decode(&mut reader).and_then(|_| AuthPacket::decode(&mut reader));
    packet.is_ok_and(|packet| match packet.scheme.as_str() {
        Some("digest") => packet.auth.is_some(),
        scheme => scheme == Some("ip"),
    })
}

/// What a request asks for, if it gets as far as the session.
pub(super) fn admitted(server: &Server, request: &ConnectRequest<'_>) -> Option<Asked> {
    let ConnectRequest {
        session_id,
        time_out,
        read_only,
        passwd,
        ..
    } = *request;
    let is_unwilling = server.config().mode != Mode::ReadWrite && read_only != Some(true);
    if is_unwilling || request.last_zxid_seen > server.last_zxid() {
        return None;
    }
    let session = server.session(session_id);
    Some(Asked {
        session_id,
        time_out,
        read_only,
        has_password: passwd == Some(&password(session_id)),
        is_alive: session.is_some(),
        owner: session.and_then(|session| session.owner),
    })
}

/// Sessions last from 400 to 4000 ms.
pub(crate) const TICK: Duration = Duration::from_millis(200);
