//! One server of a recording, followed by an engine that is told what the recording leaves open.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use bytes::BytesMut;
use jute_codec::ConnectRequest;
use jute_codec::ConnectResponse;
use jute_codec::Decode;
use jute_codec::ErrorCode;
use jute_codec::Frame;
use jute_codec::Limits;
use jute_codec::OpCode;
use jute_codec::Reader;
use jute_codec::Reading;
use jute_codec::ReplyHeader;
use jute_codec::RequestHeader;
use jute_codec::WatcherEvent;
use jute_codec::Xid;
use jute_codec::put_frame;

use crate::Instant;
use crate::capture::Side;
use crate::recording::Recording;
use crate::recording::What;
use crate::recording::connection::Expected;
use crate::recording::connection::FirstAnswer;
use crate::recording::connection::State;
use crate::recording::connection::Wire;
use crate::recording::connection::bounds;
use crate::recording::connection::first_answer;
use crate::recording::connection::first_request;
use crate::recording::connection::stream;
use crate::recording::difference::Request;
use crate::recording::difference::reply_differs;
use crate::recording::difference::response_differs;
use crate::recording::remark::Say;
use crate::server::Config;
use crate::server::ConnectionId;
use crate::server::Event;
use crate::server::Input;
use crate::server::Output;
use crate::server::Reason;
use crate::server::Reply;
use crate::server::Requests;
use crate::server::Server;

/// One server, and the engine that stands beside it.
pub(super) struct Peer {
    engine: Server,
    wires: BTreeMap<usize, Wire>,
    sessions: BTreeMap<i64, Session>,
    /// Since when the server may have lost what it knew: it closed something for no reason.
    doubtful: bool,
    followed: usize,
    frames: usize,
}

/// A session of the real server.
#[derive(Clone, Debug)]
struct Session {
    /// What the engine calls it.
    engine_id: i64,
    passwd: Vec<u8>,
    engine_passwd: Vec<u8>,
    timeout: Duration,
    /// When the server last heard of it.
    touched: Duration,
}

impl Peer {
    pub(super) fn new(recording: &Recording, server: SocketAddr) -> Self {
        let mut wires = BTreeMap::new();
        let mut grants = Vec::new();
        for (index, connection) in recording.connections.iter().enumerate() {
            if connection.server != server {
                continue;
            }
            let down = stream(recording, index, Side::Server);
            let first = if connection.from_start {
                first_answer(&down)
            } else {
                FirstAnswer::Other
            };
            if let FirstAnswer::Accepted { timeout, .. } = first {
                let asked = first_request(&stream(recording, index, Side::Client));
                grants.extend(asked.map(|asked| (asked, timeout)));
            }
            let state = if connection.from_start {
                State::New
            } else {
                State::Unjudged
            };
            wires.insert(index, Wire::new(first, state));
        }
        let mut config = Config {
            requests: Requests::Delegate,
            sessionless_timeout: None,
            max_client_connections: 0,
            limits: Limits::frame(i32::MAX.unsigned_abs()),
            ..Config::default()
        };
        let (min, max) = bounds(&grants);
        config.min_session_timeout = Some(min);
        config.max_session_timeout = Some(max);
        Self {
            engine: Server::new(config, Instant::ZERO),
            wires,
            sessions: BTreeMap::new(),
            doubtful: false,
            followed: 0,
            frames: 0,
        }
    }

    /// Connections that were followed.
    pub(super) const fn followed(&self) -> usize {
        self.followed
    }

    /// Frames of the server that were judged.
    pub(super) const fn frames(&self) -> usize {
        self.frames
    }

    pub(super) fn event(&mut self, index: usize, at: Duration, what: &What, say: &mut Say<'_>) {
        match what {
            What::Open => self.open(index, say),
            What::Refused => {
                self.doubtful = true;
                say.note("the connection was refused: no server listens".to_owned());
            }
            What::Data(Side::Client, bytes) => self.client_sent(index, at, bytes, say),
            What::Data(Side::Server, bytes) => self.server_sent(index, at, bytes, say),
            What::Fin(Side::Client) | What::Rst(Side::Client) => self.client_closed(index),
            What::Fin(Side::Server) | What::Rst(Side::Server) => {
                self.server_closed(index, at, say);
            }
            What::Gap(side, bytes) => {
                self.give_up(index);
                say.note(format!(
                    "{bytes} bytes of the {side} are missing: not judged from here"
                ));
            }
        }
    }

    fn open(&mut self, index: usize, say: &mut Say<'_>) {
        let Some(wire) = self.wires.get(&index) else {
            return;
        };
        if wire.state == State::Unjudged {
            say.note("it began before the capture did: not judged".to_owned());
        }
    }

    fn client_sent(&mut self, index: usize, at: Duration, bytes: &[u8], say: &mut Say<'_>) {
        let Some(wire) = self.wires.get_mut(&index) else {
            return;
        };
        if wire.state == State::Unjudged {
            return;
        }
        wire.up.push(bytes);
        loop {
            let Some(wire) = self.wires.get_mut(&index) else {
                return;
            };
            if wire.state == State::New && wire.up.buffered().first_chunk().is_some_and(is_word) {
                wire.state = State::Unjudged;
                say.note("a four-letter word: not judged".to_owned());
                return;
            }
            match wire.up.next_frame() {
                Ok(None) => return,
                Ok(Some(frame)) if wire.state == State::New => {
                    self.connect(index, at, &frame, say);
                }
                Ok(Some(frame)) if wire.state == State::Followed => self.request(index, at, &frame),
                Ok(Some(_)) => return,
                Err(error) => {
                    say.note(format!(
                        "the client's bytes are no frames ({error}): not judged"
                    ));
                    self.give_up(index);
                    return;
                }
            }
        }
    }

    /// The first frame of a client.
    fn connect(&mut self, index: usize, at: Duration, frame: &Frame, say: &mut Say<'_>) {
        let mut reader = Reader::with(frame.payload(), Reading::JAVA);
        let request = ConnectRequest::decode(&mut reader);
        let Some(wire) = self.wires.get_mut(&index) else {
            return;
        };
        let Ok(request) = request else {
            wire.state = State::Unjudged;
            say.note(
                "the first frame is no ConnectRequest: not ZooKeeper, or not judged".to_owned(),
            );
            return;
        };
        let asked = Request {
            session_id: request.session_id,
            passwd: request.passwd.unwrap_or_default().to_vec(),
            read_only: request.read_only,
        };
        match wire.first.clone() {
            FirstAnswer::None => {
                wire.state = State::Unjudged;
                return;
            }
            FirstAnswer::Stranded => {
                wire.state = State::Unjudged;
                if asked.read_only != Some(true) {
                    let text = "a reply header where a ConnectResponse belongs";
                    say.differs(text.to_owned());
                } else {
                    say.note("refused by a read-only member that has no local sessions".to_owned());
                }
                return;
            }
            FirstAnswer::Accepted {
                session_id,
                timeout,
            } => {
                if asked.session_id != 0 && session_id == asked.session_id {
                    self.know(at, &asked, timeout);
                }
            }
            FirstAnswer::Refused => self.forget_if_due(at, &asked, say),
            FirstAnswer::Other => {}
        }
        let bytes = self.translated(&request);
        let connection = id(index);
        let peer = std::net::IpAddr::from([127, 0, 0, 1]);
        if let Some(wire) = self.wires.get_mut(&index) {
            wire.state = State::Followed;
            wire.request = Some(asked);
            self.followed += 1;
        }
        self.tell(Input::Accept { connection, peer });
        self.tell(Input::Receive {
            connection,
            bytes: &bytes,
        });
    }

    /// A session that the server renews is one it knew, whether or not the recording shows how it
    /// was made.
    fn know(&mut self, at: Duration, asked: &Request, timeout: i32) {
        let timeout = Duration::from_millis(timeout.unsigned_abs().into());
        let known = self.sessions.get(&asked.session_id);
        if known.is_some_and(|known| self.engine.session(known.engine_id).is_some()) {
            return;
        }
        let engine_passwd = crate::server::password(asked.session_id);
        self.engine
            .adopt_session(Instant::ZERO, asked.session_id, engine_passwd, timeout);
        let session = Session {
            engine_id: asked.session_id,
            passwd: asked.passwd.clone(),
            engine_passwd: engine_passwd.to_vec(),
            timeout,
            touched: at,
        };
        self.sessions.insert(asked.session_id, session);
    }

    /// A session that the server refuses may have expired, or gone with the server's memory.
    fn forget_if_due(&mut self, at: Duration, asked: &Request, say: &mut Say<'_>) {
        let Some(session) = self.sessions.get(&asked.session_id) else {
            return;
        };
        if session.passwd != asked.passwd {
            return;
        }
        let silent = at.saturating_sub(session.touched);
        let engine_id = session.engine_id;
        if silent + CLOCK_GRAIN >= session.timeout {
            self.engine.expire_session(engine_id);
        } else if self.doubtful {
            self.engine.expire_session(engine_id);
            say.note("a session is gone before its time, but the server was, too".to_owned());
        }
        self.drain();
    }

    /// The request as the engine has to see it: with its own id and password for the session.
    fn translated(&self, request: &ConnectRequest<'_>) -> Bytes {
        let mut request = *request;
        // What the server had done before the recording began is not known.
        request.last_zxid_seen = 0;
        if let Some(session) = self.sessions.get(&request.session_id) {
            request.session_id = session.engine_id;
            if request.passwd.unwrap_or_default() == session.passwd {
                request.passwd = Some(&session.engine_passwd);
            } else if request.passwd == Some(&session.engine_passwd) {
                request.passwd = None;
            }
        }
        framed(&request)
    }

    /// A later frame of a client.
    fn request(&mut self, index: usize, at: Duration, frame: &Frame) {
        let header = RequestHeader::decode(&mut Reader::new(frame.payload()));
        let Some(wire) = self.wires.get_mut(&index) else {
            return;
        };
        if let Ok(header) = header {
            wire.finishing |= header.op == OpCode::CLOSE_SESSION;
            if header.op == OpCode::AUTH || header.op == OpCode::SASL {
                wire.inline.push(header);
                return;
            }
            let session = wire
                .session
                .and_then(|session| self.sessions.get_mut(&session));
            if let Some(session) = session {
                session.touched = at;
            }
        }
        let bytes = framed(&jute_codec::Raw(frame.payload()));
        self.tell(Input::Receive {
            connection: id(index),
            bytes: &bytes,
        });
    }

    fn server_sent(&mut self, index: usize, at: Duration, bytes: &[u8], say: &mut Say<'_>) {
        let Some(wire) = self.wires.get_mut(&index) else {
            return;
        };
        if wire.state != State::Followed {
            return;
        }
        wire.down.push(bytes);
        loop {
            let Some(wire) = self.wires.get_mut(&index) else {
                return;
            };
            if wire.state != State::Followed {
                return;
            }
            match wire.down.next_frame() {
                Ok(None) => return,
                Ok(Some(frame)) => {
                    self.frames += 1;
                    self.answer(index, at, &frame, say);
                }
                Err(error) => {
                    say.differs(format!("the server's bytes are no frames: {error}"));
                    self.give_up(index);
                }
            }
        }
    }

    /// A frame of the server.
    fn answer(&mut self, index: usize, at: Duration, frame: &Frame, say: &mut Say<'_>) {
        let Some(wire) = self.wires.get_mut(&index) else {
            return;
        };
        if let Some(request) = wire.request.take() {
            return self.connected(index, at, &request, frame, say);
        }
        let Ok(header) = ReplyHeader::decode(&mut frame.reader()) else {
            // createSession is answered by the connect record once more, which is longer.
            return say.differs(format!("{} bytes are no reply", frame.payload().len()));
        };
        if header.xid == Xid::NOTIFICATION.0 {
            let body = frame.payload().get(16..).unwrap_or_default();
            if let Err(error) = WatcherEvent::decode(&mut Reader::with(body, Reading::JAVA)) {
                say.differs(format!("a watch event cannot be read: {error}"));
            }
            return;
        }
        if let Some(at) = wire
            .inline
            .iter()
            .position(|request| request.xid == header.xid)
        {
            let request = wire.inline.remove(at);
            return self.authenticated(index, request, header, say);
        }
        if wire.expected.is_empty()
            && let Some(request) = wire.delegated.front().copied()
        {
            return self.delegated(index, request, header, frame, say);
        }
        match wire.expected.pop_front() {
            Some(Expected::Frame(expected)) => {
                if let Some(difference) = reply_differs(&expected, frame.payload()) {
                    // The last requests of a session that closes may find it gone.
                    if wire.finishing && header.err == ErrorCode::SESSION_EXPIRED {
                        wire.expected.push_front(Expected::Frame(expected));
                        return;
                    }
                    say.differs(difference);
                    self.give_up(index);
                }
            }
            Some(Expected::Close(Some(Reason::Evicted { .. }))) => {
                say.note(
                    "two connections share one session: the old one is answered still".to_owned(),
                );
                self.give_up(index);
            }
            Some(Expected::Close(reason)) => {
                if wire.finishing && header.err == ErrorCode::SESSION_EXPIRED {
                    wire.expected.push_front(Expected::Close(reason));
                    return;
                }
                let why = reason.map_or_else(String::new, |reason| format!(" ({reason})"));
                say.differs(format!(
                    "a reply with xid {} where the end was due{why}",
                    header.xid
                ));
                self.give_up(index);
            }
            None => {
                say.differs(format!("a reply with xid {} to nothing", header.xid));
                self.give_up(index);
            }
        }
    }

    /// The answer to a connect request.
    fn connected(
        &mut self,
        index: usize,
        at: Duration,
        asked: &Request,
        frame: &Frame,
        say: &mut Say<'_>,
    ) {
        let Some(wire) = self.wires.get_mut(&index) else {
            return;
        };
        let Some(Expected::Frame(expected)) = wire.expected.pop_front() else {
            say.differs("an answer where the engine has none".to_owned());
            return self.give_up(index);
        };
        let seen = match frame.decode::<ConnectResponse<'_>>() {
            Ok(seen) => seen,
            Err(error) => {
                say.differs(error.to_string());
                return self.give_up(index);
            }
        };
        let Ok(due) = ConnectResponse::from_payload(&expected) else {
            return;
        };
        if let Some(difference) = response_differs(&due, &seen, asked, say) {
            say.differs(difference);
            return self.give_up(index);
        }
        if seen.is_refusal() {
            return;
        }
        wire.session = Some(seen.session_id);
        let session = Session {
            engine_id: due.session_id,
            passwd: seen.passwd.unwrap_or_default().to_vec(),
            engine_passwd: due.passwd.unwrap_or_default().to_vec(),
            timeout: Duration::from_millis(seen.time_out.unsigned_abs().into()),
            touched: at,
        };
        self.sessions.insert(seen.session_id, session);
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
    fn delegated(
        &mut self,
        index: usize,
        request: RequestHeader,
        header: ReplyHeader,
        frame: &Frame,
        say: &mut Say<'_>,
    ) {
        let Some(wire) = self.wires.get_mut(&index) else {
            return;
        };
        if header.xid != request.xid {
            let RequestHeader { op, xid } = request;
            say.differs(format!(
                "a reply with xid {} where {op} with xid {xid} is due",
                header.xid
            ));
            return self.give_up(index);
        }
        wire.delegated.pop_front();
        let reply = if header.err == ErrorCode::UNIMPLEMENTED {
            Reply::Unimplemented
        } else {
            let body = frame.payload().get(16..).unwrap_or_default();
            Reply::Done {
                zxid: header.zxid,
                err: header.err,
                body: frame.share(body),
            }
        };
        self.tell(Input::Reply {
            connection: id(index),
            reply,
        });
        // The engine's answer is this one, with nothing to be held against it.
        if let Some(wire) = self.wires.get_mut(&index) {
            wire.expected.pop_front();
        }
    }

    fn client_closed(&mut self, index: usize) {
        let Some(wire) = self.wires.get_mut(&index) else {
            return;
        };
        wire.client_closed = true;
        if wire.state == State::Followed {
            // What it asked before may be answered still, or not any more.
            wire.state = State::Unjudged;
            self.tell(Input::Lost {
                connection: id(index),
            });
        }
    }

    fn server_closed(&mut self, index: usize, at: Duration, say: &mut Say<'_>) {
        let Some(wire) = self.wires.get_mut(&index) else {
            return;
        };
        let unanswered = wire.first == FirstAnswer::None;
        if wire.client_closed {
            return;
        }
        if wire.state != State::Followed {
            if unanswered {
                self.doubtful = true;
                say.note("closed without an answer".to_owned());
            }
            return;
        }
        let due = matches!(wire.expected.front(), Some(Expected::Close(_)));
        let left = wire.expected.len() + wire.delegated.len();
        wire.state = State::Unjudged;
        let session = wire.session.and_then(|session| self.sessions.get(&session));
        let expired =
            session.is_some_and(|session| at.saturating_sub(session.touched) >= session.timeout);
        let engine_id = session.map(|session| session.engine_id);
        self.tell(Input::Lost {
            connection: id(index),
        });
        if due {
            return;
        }
        if expired && let Some(engine_id) = engine_id {
            self.engine.expire_session(engine_id);
            self.drain();
            return say.note("closed: the session has expired".to_owned());
        }
        self.doubtful = true;
        say.note(match left {
            0 => "closed by the server for no reason that shows".to_owned(),
            left => format!("closed by the server with {left} answers due"),
        });
    }

    /// Stops judging a connection.
    fn give_up(&mut self, index: usize) {
        let Some(wire) = self.wires.get_mut(&index) else {
            return;
        };
        if wire.state == State::Followed {
            wire.state = State::Unjudged;
            self.tell(Input::Lost {
                connection: id(index),
            });
        } else {
            wire.state = State::Unjudged;
        }
    }

    /// Tells the engine something. Its clock stands still: when sessions expire is the recording's
    /// to say.
    fn tell(&mut self, input: Input<'_>) {
        self.engine.handle(Instant::ZERO, input);
        self.drain();
    }

    fn drain(&mut self) {
        let mut reasons = BTreeMap::new();
        while let Some(output) = self.engine.poll() {
            match output {
                Output::Send { connection, bytes } => {
                    if let Some(wire) = self.wires.get_mut(&index(connection)) {
                        let payload = bytes.slice(4.min(bytes.len())..);
                        wire.expected.push_back(Expected::Frame(payload));
                    }
                }
                Output::Close { connection } => {
                    if let Some(wire) = self.wires.get_mut(&index(connection)) {
                        let reason = reasons.remove(&connection);
                        wire.expected.push_back(Expected::Close(reason));
                    }
                }
                Output::Request {
                    connection, header, ..
                } => {
                    if let Some(wire) = self.wires.get_mut(&index(connection)) {
                        wire.delegated.push_back(header);
                    }
                }
                Output::Event(Event::Disconnected { connection, reason }) => {
                    reasons.insert(connection, reason);
                    let wire = self.wires.get_mut(&index(connection));
                    if let Some(Expected::Close(unknown)) =
                        wire.and_then(|wire| wire.expected.back_mut())
                        && unknown.is_none()
                    {
                        *unknown = Some(reason);
                    }
                }
                _ => {}
            }
        }
    }
}

/// A capture's clock and a server's round differently.
const CLOCK_GRAIN: Duration = Duration::from_millis(5);

fn id(index: usize) -> ConnectionId {
    ConnectionId(index as u64)
}

fn index(connection: ConnectionId) -> usize {
    usize::try_from(connection.0).unwrap_or(usize::MAX)
}

fn is_word(start: &[u8; 4]) -> bool {
    start.iter().all(u8::is_ascii_lowercase)
}

fn framed(payload: &impl jute_codec::Encode) -> Bytes {
    let mut out = BytesMut::new();
    put_frame(&mut out, payload);
    out.freeze()
}
