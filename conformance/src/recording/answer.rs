//! What a server sends: answers, held against those that are due.

use std::time::Duration;

use jute_codec::Decode;
use jute_codec::ErrorCode;
use jute_codec::Frame;
use jute_codec::Reader;
use jute_codec::Reading;
use jute_codec::ReplyHeader;
use jute_codec::RequestHeader;
use jute_codec::WatcherEvent;
use jute_codec::Xid;

use crate::recording::connection::Expected;
use crate::recording::connection::State;
use crate::recording::difference::is_unknown_operation;
use crate::recording::difference::overtakes;
use crate::recording::difference::reply_differs;
use crate::recording::peer::Peer;
use crate::recording::remark::Say;
use crate::recording::session::Fate;
use crate::server::Input;
use crate::server::Reason;
use crate::server::Reply;

impl Peer {
    /// A frame of the server.
    pub(super) fn answer(&mut self, index: usize, frame: &Frame, say: &mut Say<'_>) {
        let Some(wire) = self.wires.get_mut(&index) else {
            return;
        };
        if let Some(request) = wire.request.take() {
            return self.connected(index, &request, frame, say);
        }
        let Ok(header) = ReplyHeader::decode(&mut frame.reader()) else {
            return say.differs(format!("{} bytes are no reply", frame.payload().len()));
        };
        if header.xid == Xid::NOTIFICATION.0 && !wire.awaits(header.xid) {
            let body = frame.payload().get(16..).unwrap_or_default();
            if let Err(error) = WatcherEvent::decode(&mut Reader::with(body, Reading::JAVA)) {
                say.differs(format!("a watch event cannot be read: {error}"));
            }
            return;
        }
        let inline = wire.inline.iter();
        if let Some(at) = inline
            .map(|request| request.xid)
            .position(|xid| xid == header.xid)
        {
            let request = wire.inline.remove(at);
            return self.authenticated(index, request, header, say);
        }
        if header.err == ErrorCode::SESSION_CLOSED_REQUIRE_SASL_AUTH && wire.awaits(header.xid) {
            say.note(format!("{}, and the end", header.err));
            return self.give_up(index);
        }
        let sent = wire.take_sent(header.xid);
        let is_good = match sent {
            Some((_, true)) if overtakes(header) => self.overtakes(index, header, say),
            _ => self.in_turn(index, header, sent.is_some(), frame, say),
        };
        if is_good && let Some((sent, _)) = sent {
            self.touched(index, sent);
        }
    }

    /// The server has heard of a session.
    fn touched(&mut self, index: usize, sent: Duration) {
        let Some(wire) = self.wires.get(&index) else {
            return;
        };
        let is_closed = matches!(
            wire.expected.front(),
            Some(Expected::Close(Some(Reason::SessionClosed)))
        );
        let is_finishing = wire.finishing;
        if let Some(session) = self.session_of(index) {
            session.touched = session.touched.max(sent);
            if is_closed {
                session.fate = Fate::Closed;
            } else if !is_finishing {
                session.fate = Fate::Alive;
            }
        }
    }

    /// A reply that does not wait for those before it; whether it is good.
    fn overtakes(&mut self, index: usize, header: ReplyHeader, say: &mut Say<'_>) -> bool {
        if is_unknown_operation(header) {
            say.note("an unknown operation is answered before others are".to_owned());
            self.give_up(index);
            return true;
        }
        let Some(wire) = self.wires.get_mut(&index) else {
            return false;
        };
        let mut requests = wire.delegated.iter_mut();
        let request = requests.find(|it| it.header.xid == header.xid && !it.is_answered);
        if let Some(request) = request {
            request.is_answered = true;
            self.pass_answered(index);
        }
        true
    }

    /// A reply to what is due now; whether it is good.
    fn in_turn(
        &mut self,
        index: usize,
        header: ReplyHeader,
        is_asked: bool,
        frame: &Frame,
        say: &mut Say<'_>,
    ) -> bool {
        let Some(wire) = self.wires.get_mut(&index) else {
            return false;
        };
        let difference = match wire.expected.front() {
            Some(Expected::Frame(due)) => {
                let difference = reply_differs(due, frame.payload());
                if difference.is_none() {
                    wire.expected.pop_front();
                    wire.joining.by_ping &= header.xid == Xid::PING.0;
                    return true;
                }
                let is_read_only = wire.read_only && header.err == ErrorCode::NOT_READ_ONLY;
                if wire.finishing && is_read_only && difference.is_some() {
                    say.note("a read-only member closes no session that others know".to_owned());
                    self.give_up(index);
                    return true;
                }
                difference
            }
            Some(Expected::Close(Some(Reason::Evicted { .. } | Reason::SessionExpired))) => {
                say.note(
                    "two connections share one session: the old one is answered still".to_owned(),
                );
                self.give_up(index);
                return true;
            }
            Some(Expected::Close(reason)) => {
                // Requests behind the one that ends the connection are answered or not.
                if is_asked {
                    return true;
                }
                let why = reason.map_or_else(String::new, |reason| format!(" ({reason})"));
                Some(format!(
                    "a reply with xid {} where the end was due{why}",
                    header.xid
                ))
            }
            None => match wire.delegated.front().map(|request| request.header) {
                Some(request) if request.xid == header.xid => {
                    wire.joining.by_ping = false;
                    self.delegated(index, header, frame);
                    return true;
                }
                Some(RequestHeader { op, xid }) => Some(format!(
                    "a reply with xid {} where {op} with xid {xid} is due",
                    header.xid
                )),
                None => Some(format!("a reply with xid {} to nothing", header.xid)),
            },
        };
        // The last requests of a session that closes may find it gone.
        if wire.finishing && header.err == ErrorCode::SESSION_EXPIRED {
            return true;
        }
        if wire.joining.by_ping {
            self.release(index, State::Joining);
            return false;
        }
        if let Some(difference) = difference {
            say.differs(difference);
        }
        self.give_up(index);
        false
    }

    /// The answer to an auth packet or a SASL token: whether it is to be granted is not known.
    fn authenticated(
        &mut self,
        index: usize,
        request: RequestHeader,
        reply: ReplyHeader,
        say: &mut Say<'_>,
    ) {
        let known = [
            ErrorCode::OK,
            ErrorCode::AUTH_FAILED,
            ErrorCode::SESSION_CLOSED_REQUIRE_SASL_AUTH,
        ];
        if !known.contains(&reply.err) {
            say.differs(format!("{} is answered {}", request.op, reply.err));
        }
        if reply.err != ErrorCode::OK {
            // The end is due, and what else was asked is not answered.
            self.give_up(index);
        }
    }

    /// The answer to an operation that the engine leaves to others.
    fn delegated(&mut self, index: usize, header: ReplyHeader, frame: &Frame) {
        let reply = if is_unknown_operation(header) {
            Reply::Unimplemented
        } else {
            let body = frame.payload().get(16..).unwrap_or_default();
            Reply::Done {
                zxid: header.zxid,
                err: header.err,
                body: frame.share(body),
            }
        };
        self.pass(index, reply);
        self.pass_answered(index);
    }

    /// Gives the engine the answers that came before their turn, if it is now.
    fn pass_answered(&mut self, index: usize) {
        while let Some(wire) = self.wires.get(&index)
            && wire
                .delegated
                .front()
                .is_some_and(|request| request.is_answered)
        {
            let err = ErrorCode::NOT_READ_ONLY;
            let body = bytes::Bytes::new();
            self.pass(index, Reply::Done { zxid: 0, err, body });
        }
    }

    /// Gives the engine the answer to the oldest request it has handed on.
    fn pass(&mut self, index: usize, reply: Reply) {
        let Some(wire) = self.wires.get_mut(&index) else {
            return;
        };
        wire.delegated.pop_front();
        let connection = wire.id(index);
        let due = wire.expected.len();
        self.tell(Input::Reply { connection, reply });
        // The engine's answer is this one, with nothing to be held against it.
        if let Some(wire) = self.wires.get_mut(&index) {
            wire.expected.remove(due);
        }
    }
}
