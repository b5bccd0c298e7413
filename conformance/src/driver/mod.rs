//! Drives a server by symbols: what a client can do on one or more connections, and what the
//! server makes of it, in words that mean the same in every run.
//!
//! Session ids and passwords are made up by the server, so they are told by what they are to each
//! other: a new session, the same, an earlier one. How a connection ends is not told apart: FIN or
//! RST is a race wherever bytes are unread.
//!
//! A driver is sans-I/O, and has the four kinds of method of the other engines:
//!
//! 1. Give it something to do: [`Driver::push`].
//! 2. Take every [`Output`] from [`Driver::poll`] and carry it out.
//! 3. Tell what happens on the connections by [`Driver::handle`].
//! 4. When [`Driver::deadline`] comes, tell that: [`Input::Tick`].
//! 5. Go on until [`Driver::is_idle`]; then [`Driver::answers`] has an answer for each symbol.
//!
//! [`lab::drive`](crate::lab::drive) does that with the crate's own server on virtual time,
//! [`net::drive`](crate::net::drive) with any server over TCP.
//!
//! # When a step is over
//!
//! A step ends with the first frame, or with the end of the connection. That needs no waiting, as
//! ZooKeeper answers nearly everything. Two rules keep a step from reaching into the next:
//!
//! *Settle.* After an answer that implies the end of the connection (a refusal, the reply to
//! closeSession, an error that closes) the connection is read to its end.
//!
//! *Fence.* Every other connection with a session is sent a ping. What comes before the pong is
//! part of the answer, and so is the end of that connection: `same session; a: closed` is a
//! renewal that took the session from connection `a`.
//!
//! Only that nothing comes takes time: [`Config::quiet`] for symbols that a server may well leave
//! without an answer, [`Config::patience`] for others.

mod line;
mod meaning;
mod reply;
mod session;
mod symbol;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use jute_codec::AuthPacket;
use jute_codec::ConnectRequest;
use jute_codec::Encode;
use jute_codec::GetDataRequest;
use jute_codec::OpCode;
use jute_codec::RequestHeader;
use jute_codec::Xid;
use jute_codec::put_frame;

pub use self::meaning::meanings;
pub use self::symbol::Act;
pub use self::symbol::Symbol;
pub use self::symbol::SymbolError;

use self::line::Came;
use self::line::Line;
use self::reply::Reply;
use self::session::Asked;
use self::session::Sessions;
use self::symbol::letter;
use crate::Instant;
use crate::player::ClientSide;
use crate::player::Input;
use crate::player::Order;
use crate::player::Output;

/// Does what symbols say and tells what comes of it.
#[derive(Clone, Debug)]
pub struct Driver {
    config: Config,
    lines: Vec<Line>,
    sessions: Sessions,
    pending: VecDeque<Symbol>,
    answers: Vec<Arc<str>>,
    outputs: VecDeque<Output>,
    stage: Stage,
}

/// How a server is driven.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// The session timeout asked for, in milliseconds.
    pub timeout_ms: i32,
    /// How long a server is silent that leaves something without an answer.
    pub quiet: Duration,
    /// How long an answer may take that has to come.
    pub patience: Duration,
    /// The steps of the run, counted from 0, at which silence is nothing new, or that a connection
    /// stays open: that is awaited for a quarter of `quiet`.
    pub silences: Vec<usize>,
    /// A session id that the server never gave. Runs side by side need different ones: a server
    /// may close the connection of one who asks for the same unknown session as another.
    pub unknown_id: i64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            timeout_ms: 10_000,
            quiet: Duration::from_millis(250),
            patience: Duration::from_secs(2),
            silences: Vec::new(),
            unknown_id: 0x7a00_0000_0000_0001,
        }
    }
}

/// Where a step stands.
#[derive(Clone, Debug)]
enum Stage {
    Idle,
    /// The connection is being opened.
    Opening {
        line: usize,
        until: Instant,
    },
    /// The first answer is awaited.
    Listening {
        line: usize,
        until: Instant,
        asked: Question,
    },
    /// The end of the connection is awaited.
    Settling {
        line: usize,
        until: Instant,
        said: String,
    },
    /// Pongs of other connections are awaited.
    Fencing {
        left: VecDeque<usize>,
        until: Instant,
        said: String,
        noted: Vec<String>,
    },
    /// Sessions are expiring.
    Waiting {
        until: Instant,
    },
    /// The server cannot be reached any more.
    Lost,
}

/// What was sent, as far as it matters for the answer.
#[derive(Clone, Copy, Debug)]
enum Question {
    Connect(Asked),
    Request { xid: i32, op: OpCode },
    Other,
}

impl ClientSide for Driver {
    fn handle(&mut self, now: Instant, input: Input<'_>) {
        Self::handle(self, now, input);
    }

    fn poll(&mut self) -> Option<Output> {
        Self::poll(self)
    }

    fn deadline(&self) -> Option<Instant> {
        Self::deadline(self)
    }

    fn is_over(&self) -> bool {
        self.is_idle()
    }
}

impl Driver {
    /// A driver without connections or sessions.
    #[must_use]
    pub const fn new(config: Config) -> Self {
        Self {
            sessions: Sessions::new(config.unknown_id),
            config,
            lines: Vec::new(),
            pending: VecDeque::new(),
            answers: Vec::new(),
            outputs: VecDeque::new(),
            stage: Stage::Idle,
        }
    }

    /// Gives it one more thing to do.
    pub fn push(&mut self, now: Instant, symbol: Symbol) {
        if self.lines.len() <= symbol.line {
            self.lines.resize_with(symbol.line + 1, Line::default);
        }
        self.pending.push_back(symbol);
        self.go_on(now);
    }

    /// Takes in what happened.
    pub fn handle(&mut self, now: Instant, input: Input<'_>) {
        match input {
            Input::Opened(name) => self.opened(now, name),
            Input::Refused(name) => {
                if self.find(name).is_some() {
                    self.stage = Stage::Lost;
                }
            }
            Input::Received(name, bytes) => {
                if let Some(line) = self.find(name) {
                    line.received(bytes);
                }
            }
            Input::Ended(name, end) => {
                if let Some(line) = self.find(name) {
                    line.ended(end);
                }
            }
            Input::Tick => {}
        }
        self.go_on(now);
    }

    /// What is to be done next.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When to come back, if nothing happens before.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        match &self.stage {
            Stage::Idle | Stage::Lost => None,
            Stage::Opening { until, .. }
            | Stage::Listening { until, .. }
            | Stage::Settling { until, .. }
            | Stage::Fencing { until, .. }
            | Stage::Waiting { until } => Some(*until),
        }
    }

    /// Whether everything is done, or can be done no more.
    #[must_use]
    pub const fn is_idle(&self) -> bool {
        matches!(self.stage, Stage::Idle | Stage::Lost)
    }

    /// Whether a connection could not be opened.
    #[must_use]
    pub const fn is_lost(&self) -> bool {
        matches!(self.stage, Stage::Lost)
    }

    /// What came of each symbol so far.
    #[must_use]
    pub fn answers(&self) -> &[Arc<str>] {
        &self.answers
    }

    /// Lets go of every connection.
    pub fn hang_up(&mut self) {
        for line in 0..self.lines.len() {
            self.let_go(line, Order::Reset);
        }
    }

    fn find(&mut self, name: &str) -> Option<&mut Line> {
        self.lines
            .iter_mut()
            .find(|line| line.name.as_deref() == Some(name))
    }

    fn go_on(&mut self, now: Instant) {
        while self.proceed(now) {}
    }

    /// Takes the step under way as far as it goes; whether there is more to do at once.
    fn proceed(&mut self, now: Instant) -> bool {
        match std::mem::replace(&mut self.stage, Stage::Idle) {
            Stage::Lost => {
                self.stage = Stage::Lost;
                false
            }
            Stage::Idle => match self.pending.pop_front() {
                Some(symbol) => {
                    self.start(now, symbol);
                    true
                }
                None => false,
            },
            Stage::Opening { until, .. } if now >= until => {
                self.stage = Stage::Lost;
                false
            }
            Stage::Waiting { until } if now >= until => {
                self.fence(now, None, NOT_DONE.to_owned());
                true
            }
            stage @ (Stage::Opening { .. } | Stage::Waiting { .. }) => {
                self.stage = stage;
                false
            }
            Stage::Listening { line, until, asked } => self.listen(now, line, until, asked),
            Stage::Settling { line, until, said } => self.read_on(now, line, until, said),
            Stage::Fencing {
                left,
                until,
                said,
                noted,
            } => self.await_pong(now, left, until, said, noted),
        }
    }

    /// Begins a step.
    fn start(&mut self, now: Instant, symbol: Symbol) {
        let Symbol { line, act } = symbol;
        let is_open = self.lines[line].is_open();
        match act {
            Act::Open if !is_open => {
                let name = self.lines[line].open(letter(line));
                self.outputs.push_back(Output {
                    connection: name,
                    order: Order::Open,
                });
                let until = now + self.config.patience;
                self.stage = Stage::Opening { line, until };
            }
            Act::Expire => {
                let timeout = self.sessions.timeout_ms().unwrap_or(self.config.timeout_ms);
                let timeout = Duration::from_millis(u64::try_from(timeout).unwrap_or(0));
                // A tick is at most half of the shortest timeout.
                self.stage = Stage::Waiting {
                    until: now + timeout * 2,
                };
            }
            _ if act == Act::Open || !is_open => self.answer(NOT_DONE.to_owned()),
            Act::Cut => {
                self.let_go(line, Order::Reset);
                self.answer("cut".to_owned());
            }
            act => {
                let asked = self.send(line, act);
                let wait = if act.may_be_silent() {
                    self.config.quiet
                } else {
                    self.config.patience
                };
                let until = now + self.shortened(wait);
                self.stage = Stage::Listening { line, until, asked };
            }
        }
    }

    /// How long to wait in this step for what may not come.
    fn shortened(&self, wait: Duration) -> Duration {
        if self.config.silences.contains(&self.answers.len()) {
            self.config.quiet / 4
        } else {
            wait
        }
    }

    /// Sends what an act says.
    fn send(&mut self, line: usize, act: Act) -> Question {
        let request = |xid: i32, op: OpCode, body: &dyn Fn(&mut BytesMut)| {
            let mut payload = BytesMut::new();
            RequestHeader { xid, op }.encode(&mut payload);
            body(&mut payload);
            let mut bytes = BytesMut::new();
            put_frame(&mut bytes, &jute_codec::Raw(&payload));
            (bytes, Question::Request { xid, op })
        };
        let plain = |bytes: &[u8]| (BytesMut::from(bytes), Question::Other);
        let nothing = |_: &mut BytesMut| {};
        let connect = |request: &ConnectRequest<'_>| {
            let mut bytes = BytesMut::new();
            put_frame(&mut bytes, request);
            (bytes, Question::Connect(Asked::from(request)))
        };
        let timeout_ms = self.config.timeout_ms;
        let new = ConnectRequest {
            time_out: timeout_ms,
            passwd: Some(&[0; 16]),
            read_only: Some(false),
            ..ConnectRequest::default()
        };
        let (bytes, mut asked) = match act {
            Act::New => connect(&new),
            Act::Plain => connect(&ConnectRequest {
                read_only: None,
                ..new
            }),
            Act::Null => connect(&ConnectRequest {
                passwd: None,
                ..new
            }),
            Act::Ahead => connect(&ConnectRequest {
                last_zxid_seen: i64::MAX,
                ..new
            }),
            Act::Renew => self.sessions.request(timeout_ms, true, connect),
            Act::Wrong => self.sessions.request(timeout_ms, false, connect),
            Act::Ping => request(Xid::PING.0, OpCode::PING, &nothing),
            Act::Close => request(1, OpCode::CLOSE_SESSION, &nothing),
            Act::Unknown => request(2, OpCode(9_999), &nothing),
            Act::Again => request(3, OpCode::CREATE_SESSION, &|body| timeout_ms.encode(body)),
            Act::Auth => request(Xid::AUTH.0, OpCode::AUTH, &|body| {
                let scheme = "no-such-scheme".into();
                AuthPacket {
                    scheme,
                    auth: Some(b"nobody"),
                    ..AuthPacket::default()
                }
                .encode(body);
            }),
            Act::Read => request(4, OpCode::GET_DATA, &|body| {
                let path = "/".into();
                GetDataRequest { path, watch: false }.encode(body);
            }),
            Act::Empty => plain(&[0; 4]),
            Act::Negative => plain(&[0xff; 4]),
            Act::Partial => plain(&[0, 0, 0, 8, 0xff, 0xff]),
            Act::Word => plain(b"ruok"),
            Act::Half | Act::Open | Act::Cut | Act::Expire => plain(&[]),
        };
        let greeted = std::mem::replace(&mut self.lines[line].greeted, true);
        if greeted && matches!(asked, Question::Connect(_)) {
            // It is a request now: the first field is its xid, half of the second its operation.
            asked = Question::Request {
                xid: 0,
                op: OpCode(0),
            };
        }
        let order = if act == Act::Half {
            Order::Shut
        } else {
            Order::Write(bytes.to_vec())
        };
        self.order(line, order);
        asked
    }

    /// Awaits the first answer.
    fn listen(&mut self, now: Instant, line: usize, until: Instant, asked: Question) -> bool {
        let said = match self.lines[line].take() {
            Some(Came::End) => {
                self.let_go(line, Order::Close);
                "closed".to_owned()
            }
            Some(Came::Noise(bytes)) => {
                self.let_go(line, Order::Close);
                format!("{}, closed", reply::noise(&bytes))
            }
            Some(Came::Frame(payload)) => {
                let Reply {
                    said,
                    has_session,
                    implies_end,
                } = reply::describe(&payload, asked, &mut self.sessions);
                self.lines[line].has_session |= has_session;
                if implies_end {
                    let until = now + self.shortened(self.config.patience);
                    self.stage = Stage::Settling { line, until, said };
                    return true;
                }
                said
            }
            None if now < until => {
                self.stage = Stage::Listening { line, until, asked };
                return false;
            }
            None => match self.lines[line].take_noise() {
                bytes if bytes.is_empty() => SILENT.to_owned(),
                bytes => reply::noise(&bytes),
            },
        };
        self.fence(now, Some(line), said);
        true
    }

    /// Awaits the end of the connection.
    fn read_on(&mut self, now: Instant, line: usize, until: Instant, said: String) -> bool {
        let said = match self.lines[line].take() {
            Some(Came::End) => {
                self.let_go(line, Order::Close);
                format!("{said}, closed")
            }
            Some(Came::Noise(bytes)) => format!("{said}, {}", reply::noise(&bytes)),
            Some(Came::Frame(payload)) => {
                let more = reply::describe(&payload, Question::Other, &mut self.sessions);
                format!("{said}, {}", more.said)
            }
            None if now < until => {
                self.stage = Stage::Settling { line, until, said };
                return false;
            }
            None => format!("{said}, {STAYS_OPEN}"),
        };
        if self.lines[line].is_open() && said.len() < LONGEST_ANSWER && now < until {
            self.stage = Stage::Settling { line, until, said };
            return true;
        }
        self.fence(now, Some(line), said);
        true
    }

    /// Pings every other connection with a session.
    fn fence(&mut self, now: Instant, but: Option<usize>, said: String) {
        let others = (0..self.lines.len()).filter(|line| Some(*line) != but);
        let left: VecDeque<usize> = others
            .filter(|line| self.lines[*line].has_session)
            .collect();
        let mut ping = BytesMut::new();
        let (xid, op) = (Xid::PING.0, OpCode::PING);
        put_frame(&mut ping, &RequestHeader { xid, op });
        for line in &left {
            self.order(*line, Order::Write(ping.to_vec()));
        }
        self.stage = Stage::Fencing {
            left,
            until: now + self.config.patience,
            said,
            noted: Vec::new(),
        };
    }

    /// Awaits a pong, or what comes instead.
    fn await_pong(
        &mut self,
        now: Instant,
        mut left: VecDeque<usize>,
        until: Instant,
        said: String,
        mut noted: Vec<String>,
    ) -> bool {
        let Some(&line) = left.front() else {
            let all = std::iter::once(said).chain(noted);
            self.answer(all.collect::<Vec<_>>().join("; "));
            return true;
        };
        let asked = Question::Request {
            xid: Xid::PING.0,
            op: OpCode::PING,
        };
        let said_here = match self.lines[line].take() {
            Some(Came::End) => {
                self.let_go(line, Order::Close);
                left.pop_front();
                Some("closed".to_owned())
            }
            Some(Came::Noise(bytes)) => Some(reply::noise(&bytes)),
            Some(Came::Frame(payload)) => {
                let said = reply::describe(&payload, asked, &mut self.sessions).said;
                if said.starts_with(reply::PONG) {
                    left.pop_front();
                }
                (said != reply::PONG).then_some(said)
            }
            None if now < until => {
                self.stage = Stage::Fencing {
                    left,
                    until,
                    said,
                    noted,
                };
                return false;
            }
            None => {
                left.pop_front();
                Some(SILENT.to_owned())
            }
        };
        if let Some(text) = said_here {
            noted.push(format!("{}: {text}", letter(line)));
            if noted.len() > MOST_NOTED {
                left.clear();
            }
        }
        self.stage = Stage::Fencing {
            left,
            until,
            said,
            noted,
        };
        true
    }

    fn opened(&mut self, now: Instant, name: &str) {
        if let Stage::Opening { line, .. } = self.stage
            && self.lines[line].name.as_deref() == Some(name)
        {
            self.fence(now, Some(line), "open".to_owned());
        }
    }

    /// Closes a connection.
    fn let_go(&mut self, line: usize, order: Order) {
        if let Some(connection) = self.lines[line].close() {
            self.outputs.push_back(Output { connection, order });
        }
    }

    fn order(&mut self, line: usize, order: Order) {
        if let Some(name) = &self.lines[line].name {
            self.outputs.push_back(Output {
                connection: name.clone(),
                order,
            });
        }
    }

    /// Ends a step.
    fn answer(&mut self, said: String) {
        self.answers.push(said.into());
        self.stage = Stage::Idle;
    }
}

/// The answer where there was nothing to do: the connection is not open, or it is already.
pub const NOT_DONE: &str = "-";
/// How the answer begins where nothing came.
pub const SILENT: &str = "silent";
/// How it ends where the end of the connection should have come.
pub const STAYS_OPEN: &str = "stays open";
/// What is read of a connection that should end and says more and more instead, in bytes.
const LONGEST_ANSWER: usize = 200;
/// What is noted of connections that should send a pong.
const MOST_NOTED: usize = 8;
