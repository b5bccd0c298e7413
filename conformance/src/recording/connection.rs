//! One connection of a recording: what has come and what is due.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use jute_codec::Framer;
use jute_codec::Limits;
use jute_codec::RequestHeader;

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
    /// Requests behind one that ends the connection, which may be answered or not.
    pub(super) late: Vec<RequestHeader>,
    /// When the requests were sent that wait for an answer.
    pub(super) sent: VecDeque<Duration>,
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
            late: Vec::new(),
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
        self.late.clear();
        self.sent.clear();
        self.request = None;
        self.finishing = false;
    }

    /// Takes the request with this xid, if it is one of those that the end may leave unanswered.
    pub(super) fn take_late(&mut self, xid: i32) -> bool {
        let left = self.delegated.drain(..).map(|request| request.header);
        self.late.extend(left);
        let found = self.late.iter().position(|request| request.xid == xid);
        if let Some(found) = found {
            self.late.remove(found);
        }
        found.is_some()
    }
}

/// A framer that takes whatever a peer may be set up to take.
pub(super) fn framer() -> Framer {
    Framer::new(Limits::frame(64 << 20))
}
