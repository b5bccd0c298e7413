//! One connection of a recording: what has come and what is due.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use jute_codec::Framer;
use jute_codec::Limits;
use jute_codec::OpCode;
use jute_codec::RequestHeader;
use jute_codec::Xid;

use crate::recording::difference::Request;
use crate::recording::joining::Joining;
use crate::recording::opening::Opening;
use crate::server::ConnectionId;
use crate::server::Reason;

/// One connection.
pub(super) struct Wire {
    pub(super) opening: Opening,
    pub(super) up: Framer,
    pub(super) down: Framer,
    pub(super) state: State,
    pub(super) joining: Joining,
    /// How often it was joined: to the engine, each time is another connection.
    pub(super) turn: u64,
    /// What the engine answered and the server has not yet.
    pub(super) expected: VecDeque<Expected>,
    /// Requests the engine hands on, in order.
    pub(super) delegated: VecDeque<Delegated>,
    /// Requests whose answers overtake the others: auth and SASL.
    pub(super) inline: Vec<RequestHeader>,
    /// All other requests that wait for an answer, and when they were sent.
    pub(super) sent: VecDeque<(Duration, RequestHeader)>,
    pub(super) request: Option<Request>,
    pub(super) session: Option<i64>,
    pub(super) read_only: bool,
    pub(super) is_closed: bool,
    /// Whether the client has asked for the end of the session.
    pub(super) finishing: bool,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum State {
    /// Nothing has been sent yet.
    New,
    /// The engine follows it.
    Followed,
    /// Something is missing: the next answer that shows where it is will tell.
    Joining,
    /// It cannot be followed.
    Unjudged,
}

pub(super) enum Expected {
    Frame(Bytes),
    Close(Option<Reason>),
}

/// A request the engine hands on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Delegated {
    pub(super) header: RequestHeader,
    /// Whether its answer overtook others.
    pub(super) is_answered: bool,
}

impl Wire {
    pub(super) fn new(opening: Opening, from_start: bool) -> Self {
        Self {
            opening,
            up: framer(),
            down: framer(),
            state: if from_start {
                State::New
            } else {
                State::Joining
            },
            joining: Joining::new(from_start),
            turn: 0,
            expected: VecDeque::new(),
            delegated: VecDeque::new(),
            inline: Vec::new(),
            sent: VecDeque::new(),
            request: None,
            session: None,
            read_only: false,
            is_closed: false,
            finishing: false,
        }
    }

    /// What the engine calls it.
    pub(super) const fn id(&self, index: usize) -> ConnectionId {
        ConnectionId(self.turn << 32 | index as u64)
    }

    /// Forgets what is due.
    pub(super) fn clear(&mut self) {
        self.expected.clear();
        self.delegated.clear();
        self.inline.clear();
        self.sent.clear();
        self.request = None;
        self.finishing = false;
    }

    /// Whether a request waits for an answer with this xid.
    pub(super) fn awaits(&self, xid: i32) -> bool {
        let mut requests = self.sent.iter();
        requests.any(|(_, request)| answered_by(*request) == xid)
    }

    /// Takes the oldest request that a reply with this xid can answer, and says when it was sent and
    /// whether others are older.
    pub(super) fn take_sent(&mut self, xid: i32) -> Option<(Duration, bool)> {
        let mut requests = self.sent.iter();
        let found = requests.position(|(_, request)| answered_by(*request) == xid)?;
        let (at, _) = self.sent.remove(found)?;
        Some((at, found > 0))
    }
}

/// The xid of the answer to a request.
pub(super) fn answered_by(request: RequestHeader) -> i32 {
    match request.op {
        OpCode::PING => Xid::PING.0,
        _ => request.xid,
    }
}

/// A framer that takes whatever a peer may be set up to take.
pub(super) fn framer() -> Framer {
    Framer::new(Limits::frame(64 << 20))
}
