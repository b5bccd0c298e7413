//! One server of a recording, followed by an engine that is told what the recording leaves open.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use bytes::BytesMut;
use jute_codec::Decode;
use jute_codec::Frame;
use jute_codec::Limits;
use jute_codec::OpCode;
use jute_codec::Reader;
use jute_codec::RequestHeader;
use jute_codec::put_frame;

use crate::Instant;
use crate::capture::Side;
use crate::recording::What;
use crate::recording::bounds::Bounds;
use crate::recording::connection::Delegated;
use crate::recording::connection::Expected;
use crate::recording::connection::State;
use crate::recording::connection::Wire;
use crate::recording::opening::FirstAnswer;
use crate::recording::opening::Opening;
use crate::recording::remark::Say;
use crate::recording::session::Fate;
use crate::recording::session::Session;
use crate::server::Config;
use crate::server::ConnectionId;
use crate::server::Event;
use crate::server::Input;
use crate::server::Output;
use crate::server::Requests;
use crate::server::Server;

/// One server, and the engine that stands beside it.
pub(super) struct Peer {
    pub(super) engine: Server,
    pub(super) wires: BTreeMap<usize, Wire>,
    pub(super) sessions: BTreeMap<i64, Session>,
    /// Sessions that other servers know, too.
    pub(super) wandering: Rc<BTreeSet<i64>>,
    pub(super) bounds: Bounds,
    /// When the server may last have lost what it knew, or the recording what it did: it closed
    /// something for no reason, or bytes are missing.
    pub(super) doubt: Option<Duration>,
    /// When it last had no connections for long enough to be started again unseen.
    pub(super) idle: Idle,
    pub(super) followed: usize,
    frames: usize,
}

/// Since when there are no connections, and when there last were none for long.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Idle {
    open: usize,
    since: Duration,
    pub(super) last: Option<Duration>,
}

impl Peer {
    pub(super) fn new(wandering: Rc<BTreeSet<i64>>) -> Self {
        let config = Config {
            requests: Requests::Delegate,
            sessionless_timeout: None,
            max_client_connections: 0,
            limits: Limits::frame(i32::MAX.unsigned_abs()),
            min_session_timeout: Some(Duration::ZERO),
            max_session_timeout: Some(Duration::from_millis(i32::MAX.unsigned_abs().into())),
            ..Config::default()
        };
        Self {
            engine: Server::new(config, Instant::ZERO),
            wires: BTreeMap::new(),
            sessions: BTreeMap::new(),
            wandering,
            bounds: Bounds::default(),
            doubt: None,
            idle: Idle::default(),
            followed: 0,
            frames: 0,
        }
    }

    /// Adds a connection to come.
    pub(super) fn add(&mut self, index: usize, opening: Opening, from_start: bool) {
        self.wires.insert(index, Wire::new(opening, from_start));
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
            What::Open => self.open(index, at, say),
            What::Refused => {
                self.doubt = Some(at);
                self.idle.closed(at);
                say.note("the connection was refused: no server listens".to_owned());
            }
            What::Data(Side::Client, bytes) => self.client_sent(index, at, bytes, say),
            What::Data(Side::Server, bytes) => self.server_sent(index, bytes, say),
            What::Fin(Side::Client) | What::Rst(Side::Client) | What::Shut => {
                self.client_closed(index, at);
            }
            What::Quiet(_) => {}
            What::Fin(Side::Server) | What::Rst(Side::Server) => {
                self.server_closed(index, at, say);
            }
            What::Gap(side, bytes) => {
                // Whole connections may be missing, too.
                self.doubt = Some(at);
                say.note(format!("{bytes} bytes of the {side} are missing"));
                self.lose(index, *side);
            }
        }
    }

    fn open(&mut self, index: usize, at: Duration, say: &mut Say<'_>) {
        self.idle.opened(at);
        let wire = self.wires.get(&index);
        if wire.is_some_and(|wire| wire.state == State::Joining) {
            say.note("it began before the capture did".to_owned());
        }
    }

    fn client_sent(&mut self, index: usize, at: Duration, bytes: &Bytes, say: &mut Say<'_>) {
        let Some(wire) = self.wires.get_mut(&index) else {
            return;
        };
        if wire.state == State::Unjudged {
            return;
        }
        wire.push(Side::Client, bytes);
        loop {
            let Some(wire) = self.wires.get_mut(&index) else {
                return;
            };
            if wire.state == State::New && wire.up.buffered().first_chunk().is_some_and(is_word) {
                wire.state = State::Unjudged;
                say.note("a four-letter word: not judged".to_owned());
                return;
            }
            match (wire.up.next_frame(), wire.state) {
                (Ok(None), _) | (Ok(Some(_)), State::Unjudged) => return,
                (Ok(Some(frame)), State::New) => self.connect(index, at, &frame, say),
                (Ok(Some(frame)), State::Followed) => self.request(index, at, &frame),
                (Ok(Some(frame)), State::Joining) => wire.remember(at, frame),
                (Err(_), State::Joining) => return wire.lose(Side::Client),
                (Err(error), _) => {
                    say.note(format!(
                        "the client's bytes are no frames ({error}): not judged"
                    ));
                    return self.give_up(index);
                }
            }
        }
    }

    /// A later frame of a client.
    pub(super) fn request(&mut self, index: usize, at: Duration, frame: &Frame) {
        let header = RequestHeader::decode(&mut Reader::new(frame.payload()));
        let Some(wire) = self.wires.get_mut(&index) else {
            return;
        };
        let connection = wire.id(index);
        if let Ok(header) = header {
            if header.op == OpCode::AUTH || header.op == OpCode::SASL {
                wire.inline.push(header);
                return;
            }
            wire.sent.push_back((at, header));
            if header.op == OpCode::CREATE_SESSION {
                // Meant for members alone: it changes the session, and its answer is no reply.
                return self.give_up(index);
            }
            if header.op == OpCode::CLOSE_SESSION {
                wire.finishing = true;
                self.doubt_session(index);
            }
        }
        let bytes = framed(&jute_codec::Raw(frame.payload()));
        self.tell(Input::Receive {
            connection,
            bytes: &bytes,
        });
    }

    fn server_sent(&mut self, index: usize, bytes: &Bytes, say: &mut Say<'_>) {
        let Some(wire) = self.wires.get_mut(&index) else {
            return;
        };
        if matches!(wire.state, State::Unjudged | State::New) {
            return;
        }
        wire.push(Side::Server, bytes);
        loop {
            let Some(wire) = self.wires.get_mut(&index) else {
                return;
            };
            match (wire.down.next_frame(), wire.state) {
                (Ok(None), _) | (_, State::Unjudged | State::New) => return,
                (Ok(Some(frame)), State::Joining) => {
                    if self.joins(index, &frame, say) {
                        self.frames += 1;
                        self.answer(index, &frame, say);
                    }
                }
                (Ok(Some(frame)), State::Followed) => {
                    self.frames += 1;
                    self.answer(index, &frame, say);
                }
                (Err(_), State::Joining) => return wire.lose(Side::Server),
                (Err(error), State::Followed) => {
                    say.differs(format!("the server's bytes are no frames: {error}"));
                    return self.give_up(index);
                }
            }
        }
    }

    fn client_closed(&mut self, index: usize, at: Duration) {
        let Some(wire) = self.wires.get_mut(&index) else {
            return;
        };
        if !std::mem::replace(&mut wire.is_closed, true) {
            self.idle.closed(at);
        }
        // What it asked before may be answered still, or not any more.
        self.release(index, State::Unjudged);
    }

    fn server_closed(&mut self, index: usize, at: Duration, say: &mut Say<'_>) {
        let Some(wire) = self.wires.get_mut(&index) else {
            return;
        };
        if std::mem::replace(&mut wire.is_closed, true) {
            return;
        }
        self.idle.closed(at);
        let state = wire.state;
        let due = matches!(wire.expected.front(), Some(Expected::Close(_)));
        let left = wire.expected.len() + wire.delegated.len();
        let answer = wire.opening.answer;
        let session = wire.session.and_then(|session| self.sessions.get(&session));
        let expired =
            session.is_some_and(|session| at.saturating_sub(session.touched) >= session.timeout);
        let engine_id = session.map(|session| session.engine_id);
        self.release(index, State::Unjudged);
        match state {
            State::Followed if due => {}
            State::Followed if expired => {
                if let Some(engine_id) = engine_id {
                    self.engine.expire_session(engine_id);
                    self.drain();
                }
                say.note("closed: the session has expired".to_owned());
            }
            State::Followed => {
                self.doubt = Some(at);
                say.note(match left {
                    0 => "closed by the server for no reason that shows".to_owned(),
                    left => format!("closed by the server with {left} answers due"),
                });
            }
            State::Joining => self.doubt = Some(at),
            State::New | State::Unjudged => match answer {
                FirstAnswer::None => {
                    self.doubt = Some(at);
                    say.note("closed without an answer".to_owned());
                }
                FirstAnswer::Accepted { .. } => self.doubt = Some(at),
                FirstAnswer::Refused | FirstAnswer::Stranded | FirstAnswer::Other => {}
            },
        }
    }

    /// Something is missing: goes on where it is clear again.
    fn lose(&mut self, index: usize, side: Side) {
        let Some(wire) = self.wires.get(&index) else {
            return;
        };
        if wire.state != State::Unjudged {
            self.doubt_session(index);
            self.release(index, State::Joining);
        }
        if let Some(wire) = self.wires.get_mut(&index)
            && wire.state == State::Joining
        {
            wire.lose(side);
        }
    }

    /// Stops judging a connection.
    pub(super) fn give_up(&mut self, index: usize) {
        self.doubt_session(index);
        self.release(index, State::Unjudged);
    }

    /// The recording does not show any more what becomes of a session.
    fn doubt_session(&mut self, index: usize) {
        if let Some(session) = self.session_of(index)
            && session.fate == Fate::Alive
        {
            session.fate = Fate::Unsure;
        }
    }

    /// The session of a connection.
    pub(super) fn session_of(&mut self, index: usize) -> Option<&mut Session> {
        let session_id = self.wires.get(&index)?.session?;
        self.sessions.get_mut(&session_id)
    }

    /// Lets go of a connection in the engine.
    pub(super) fn release(&mut self, index: usize, state: State) {
        let Some(wire) = self.wires.get_mut(&index) else {
            return;
        };
        let connection = wire.id(index);
        if std::mem::replace(&mut wire.state, state) == State::Followed {
            self.tell(Input::Lost { connection });
        }
    }

    /// Tells the engine something. Its clock stands still: when sessions expire is the recording's
    /// to say.
    pub(super) fn tell(&mut self, input: Input<'_>) {
        self.engine.handle(Instant::ZERO, input);
        self.drain();
    }

    pub(super) fn drain(&mut self) {
        let mut reasons = BTreeMap::new();
        while let Some(output) = self.engine.poll() {
            match output {
                Output::Send { connection, bytes } => {
                    if let Some(wire) = self.wire(connection) {
                        let payload = bytes.slice(4.min(bytes.len())..);
                        wire.expected.push_back(Expected::Frame(payload));
                    }
                }
                Output::Close { connection } => {
                    if let Some(wire) = self.wire(connection) {
                        let reason = reasons.remove(&connection);
                        wire.expected.push_back(Expected::Close(reason));
                    }
                }
                Output::Request {
                    connection, header, ..
                } => {
                    if let Some(wire) = self.wire(connection) {
                        wire.delegated.push_back(Delegated {
                            header,
                            is_answered: false,
                        });
                    }
                }
                Output::Event(Event::Disconnected { connection, reason }) => {
                    reasons.insert(connection, reason);
                }
                _ => {}
            }
        }
    }

    /// The connection the engine calls so, if it is not the one before it was joined anew.
    fn wire(&mut self, connection: ConnectionId) -> Option<&mut Wire> {
        let index = usize::try_from(connection.0 & u64::from(u32::MAX)).ok()?;
        let wire = self.wires.get_mut(&index)?;
        (wire.id(index) == connection).then_some(wire)
    }
}

impl Idle {
    fn opened(&mut self, at: Duration) {
        if self.open == 0 && at.saturating_sub(self.since) >= QUICKEST_START {
            self.last = Some(at);
        }
        self.open += 1;
    }

    fn closed(&mut self, at: Duration) {
        self.open = self.open.saturating_sub(1);
        self.since = at;
    }
}

/// No server stops and starts in less.
const QUICKEST_START: Duration = Duration::from_millis(200);

fn is_word(start: &[u8; 4]) -> bool {
    start.iter().all(u8::is_ascii_lowercase)
}

pub(super) fn framed(payload: &impl jute_codec::Encode) -> Bytes {
    let mut out = BytesMut::new();
    put_frame(&mut out, payload);
    out.freeze()
}
