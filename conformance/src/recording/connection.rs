//! One connection of a recording: what has come, what is due, and how the server first answered,
//! looked up ahead of time.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use jute_codec::ConnectRequest;
use jute_codec::ConnectResponse;
use jute_codec::Decode;
use jute_codec::ErrorCode;
use jute_codec::Frame;
use jute_codec::Framer;
use jute_codec::Limits;
use jute_codec::Reader;
use jute_codec::Reading;
use jute_codec::ReplyHeader;
use jute_codec::RequestHeader;

use crate::capture::Side;
use crate::recording::Recording;
use crate::recording::What;
use crate::recording::difference::Request;
use crate::server::Reason;

/// One connection.
pub(super) struct Wire {
    pub(super) first: FirstAnswer,
    pub(super) up: Framer,
    pub(super) down: Framer,
    pub(super) state: State,
    /// What the engine answered and the server has not yet.
    pub(super) expected: VecDeque<Expected>,
    /// Requests the engine hands on, in order.
    pub(super) delegated: VecDeque<RequestHeader>,
    /// Requests whose answers overtake the others: auth and SASL.
    pub(super) inline: Vec<RequestHeader>,
    pub(super) request: Option<Request>,
    pub(super) session: Option<i64>,
    pub(super) client_closed: bool,
    /// Whether the client has asked for the end of the session.
    pub(super) finishing: bool,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum State {
    /// Nothing has been sent yet.
    New,
    /// The engine follows it.
    Followed,
    /// It cannot be followed.
    Unjudged,
}

pub(super) enum Expected {
    Frame(Bytes),
    Close(Option<Reason>),
}

/// How the server first answered on a connection, looked up ahead of time.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum FirstAnswer {
    /// It did not.
    None,
    /// With a session.
    Accepted { session_id: i64, timeout: i32 },
    /// With a refusal.
    Refused,
    /// With a reply header where a connect response belongs: read-only since 3.7.
    Stranded,
    /// With something else.
    Other,
}

impl Wire {
    pub(super) fn new(first: FirstAnswer, state: State) -> Self {
        let generous = Limits::frame(64 << 20);
        Self {
            first,
            up: Framer::new(generous),
            down: Framer::new(generous),
            state,
            expected: VecDeque::new(),
            delegated: VecDeque::new(),
            inline: Vec::new(),
            request: None,
            session: None,
            client_closed: false,
            finishing: false,
        }
    }
}

fn first_frame(stream: &[u8]) -> Option<Frame> {
    let mut framer = Framer::new(Limits::frame(64 << 20));
    framer.push(stream);
    framer.next_frame().ok().flatten()
}

pub(super) fn first_answer(down: &[u8]) -> FirstAnswer {
    let Some(frame) = first_frame(down) else {
        return if down.is_empty() {
            FirstAnswer::None
        } else {
            FirstAnswer::Other
        };
    };
    let mut reader = Reader::with(frame.payload(), Reading::JAVA);
    match ConnectResponse::decode(&mut reader) {
        Ok(response) if response.is_refusal() => FirstAnswer::Refused,
        Ok(response) => FirstAnswer::Accepted {
            session_id: response.session_id,
            timeout: response.time_out,
        },
        Err(_) => match ReplyHeader::decode(&mut frame.reader()) {
            Ok(header) if header.err == ErrorCode::NOT_READ_ONLY => FirstAnswer::Stranded,
            _ => FirstAnswer::Other,
        },
    }
}

/// The timeout a client asked for.
pub(super) fn first_request(up: &[u8]) -> Option<i32> {
    let frame = first_frame(up)?;
    let mut reader = Reader::with(frame.payload(), Reading::JAVA);
    ConnectRequest::decode(&mut reader)
        .ok()
        .map(|request| request.time_out)
}

/// The bounds for timeouts that explain what was granted, as (asked, granted).
pub(super) fn bounds(grants: &[(i32, i32)]) -> (Duration, Duration) {
    let millis = |timeout: i32| Duration::from_millis(timeout.unsigned_abs().into());
    let raised = grants.iter().find(|(asked, granted)| granted > asked);
    let lowered = grants.iter().find(|(asked, granted)| granted < asked);
    let min = raised.map_or(Duration::ZERO, |(_, granted)| millis(*granted));
    let max = lowered.map_or(millis(i32::MAX), |(_, granted)| millis(*granted));
    (min, max)
}

/// All the bytes one side of a connection sent, up to the first gap.
pub(super) fn stream(recording: &Recording, connection: usize, side: Side) -> Vec<u8> {
    let mut all = Vec::new();
    for event in recording
        .events
        .iter()
        .filter(|event| event.connection == connection)
    {
        match &event.what {
            What::Data(from, bytes) if *from == side => all.extend_from_slice(bytes),
            What::Gap(from, _) if *from == side => break,
            _ => {}
        }
    }
    all
}
