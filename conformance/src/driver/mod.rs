//! Drives a server by symbols: what a client can do on one or more connections, and what the
//! server makes of it, in words that mean the same in every run.
//!
//! Session ids and passwords are made up by the server, so they are told by what they are to each
//! other: a new session, the same, an earlier one. How a connection ends is not told apart: FIN or
//! RST is a race wherever bytes are unread.
//!
//! A driver is sans-I/O, and has the four kinds of method of the other engines:
//!
//! 1. Give it something to do: [`Driver::push`], a [`Symbol`] or a whole [`Moment`].
//! 2. Take every [`Output`] from [`Driver::poll`] and carry it out.
//! 3. Tell what happens on the connections by [`Driver::handle`].
//! 4. When [`Driver::deadline`] comes, tell that: [`Input::Tick`].
//! 5. Go on until [`Driver::is_idle`]; then [`Driver::answers`] has an answer for each moment,
//!    and [`Driver::log`] all that went over the wire.
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
//! A moment of several steps ends when each of its connections has as many frames as it was asked
//! for, or its end. Where it is on several connections, all of them are pinged: `a: same session;
//! b: same session; a: closed`.
//!
//! Only that nothing comes takes time: [`Config::quiet`] for symbols that a server may well leave
//! without an answer, [`Config::patience`] for others.

mod config;
mod fence;
mod line;
mod meaning;
mod moment;
mod packet;
mod quiet;
mod reply;
mod sequence;
mod session;
mod symbol;
mod talk;
mod twist;

use std::collections::VecDeque;
use std::sync::Arc;

pub use self::config::Config;
pub use self::meaning::meanings;
pub use self::quiet::Quiet;
pub(crate) use self::quiet::slowest_answer;
pub use self::sequence::Moment;
pub use self::sequence::Sequence;
pub use self::sequence::Step;
pub use self::symbol::Act;
pub use self::symbol::Symbol;
pub use self::symbol::SymbolError;
pub use self::twist::Knob;
pub use self::twist::Twist;

use self::fence::Fence;
use self::line::Line;
use self::session::Sessions;
use self::symbol::letter;
use self::talk::Talk;
use crate::Instant;
use crate::player::ClientSide;
use crate::player::Event;
use crate::player::Happening;
use crate::player::Input;
use crate::player::Order;
use crate::player::Output;

/// Does what moments say and tells what comes of it.
#[derive(Clone, Debug)]
pub struct Driver {
    config: Config,
    lines: Vec<Line>,
    sessions: Sessions,
    pending: VecDeque<Moment>,
    answers: Vec<Arc<str>>,
    outputs: VecDeque<Output>,
    log: Vec<Event>,
    stage: Stage,
}

/// Where a moment stands.
#[derive(Clone, Debug)]
enum Stage {
    Idle,
    /// Connections are being opened.
    Opening {
        left: Vec<usize>,
        until: Instant,
        moment: Moment,
    },
    /// Answers are awaited: of the first of these talks, while the others go on by themselves.
    Listening {
        left: VecDeque<Talk>,
        over: Vec<Talk>,
    },
    /// Pongs of other connections are awaited.
    Fencing(Fence),
    /// Time passes.
    Waiting {
        until: Instant,
        act: Act,
    },
    /// The server cannot be reached any more.
    Lost,
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
            sessions: Sessions::new(config.unknown_id, config.detail),
            config,
            lines: Vec::new(),
            pending: VecDeque::new(),
            answers: Vec::new(),
            outputs: VecDeque::new(),
            log: Vec::new(),
            stage: Stage::Idle,
        }
    }

    /// Gives it one more thing to do.
    pub fn push(&mut self, now: Instant, moment: impl Into<Moment>) {
        let moment = moment.into();
        let lines = moment.0.iter().map(|step| step.symbol.line + 1);
        let count = lines.max().unwrap_or(0).max(self.lines.len());
        self.lines.resize_with(count, Line::default);
        self.pending.push_back(moment);
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
                    if line.received(bytes) {
                        self.note(now, name, Happening::Received(bytes.to_vec()));
                    } else {
                        let connection = name.to_owned();
                        let order = Order::Reset;
                        self.outputs.push_back(Output { connection, order });
                    }
                }
            }
            Input::Ended(name, end) => {
                if let Some(line) = self.find(name) {
                    line.ended(end);
                    self.note(now, name, Happening::Ended(end));
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
            Stage::Opening { until, .. } | Stage::Waiting { until, .. } => Some(*until),
            Stage::Listening { left, .. } => left.front().map(|talk| talk.until),
            Stage::Fencing(fence) => Some(fence.until),
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

    /// What came of each moment so far.
    #[must_use]
    pub fn answers(&self) -> &[Arc<str>] {
        &self.answers
    }

    /// All that was done and seen so far. Connections are called by their letter and a number:
    /// `a1`, and when that is gone, `a2`.
    #[must_use]
    pub fn log(&self) -> &[Event] {
        &self.log
    }

    /// Forgets what came of the moments so far, and the log: for one that goes on and on.
    pub fn forget(&mut self) {
        self.answers.clear();
        self.log.clear();
    }

    /// Whether a connection is open, as far as the client knows.
    #[must_use]
    pub fn is_open(&self, line: usize) -> bool {
        self.lines.get(line).is_some_and(Line::is_open)
    }

    /// Whether a connection was given a session.
    #[must_use]
    pub fn has_session(&self, line: usize) -> bool {
        let line = self.lines.get(line);
        line.is_some_and(|line| line.is_open() && line.has_session)
    }

    /// Whether anything was sent on a connection.
    #[must_use]
    pub fn has_spoken(&self, line: usize) -> bool {
        let line = self.lines.get(line);
        line.is_some_and(|line| line.is_open() && line.greeted)
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

    /// Takes the moment under way as far as it goes; whether there is more to do at once.
    fn proceed(&mut self, now: Instant) -> bool {
        match std::mem::replace(&mut self.stage, Stage::Idle) {
            Stage::Lost => {
                self.stage = Stage::Lost;
                false
            }
            Stage::Idle => match self.pending.pop_front() {
                Some(moment) => {
                    self.start(now, moment);
                    true
                }
                None => false,
            },
            Stage::Opening { until, left, .. } if now >= until && !left.is_empty() => {
                self.stage = Stage::Lost;
                false
            }
            Stage::Opening { left, moment, .. } if left.is_empty() => {
                self.take(now, &moment);
                true
            }
            Stage::Waiting { until, act } if now >= until => {
                if act == Act::Expire {
                    self.fence(now, None, NOT_DONE.to_owned());
                } else {
                    self.look_around();
                }
                true
            }
            stage @ (Stage::Opening { .. } | Stage::Waiting { .. }) => {
                self.stage = stage;
                false
            }
            Stage::Listening { left, over } => self.hear(now, left, over),
            Stage::Fencing(fence) => self.await_pong(now, fence),
        }
    }

    /// Awaits answers; whether there is more to do at once.
    fn hear(&mut self, now: Instant, mut left: VecDeque<Talk>, mut over: Vec<Talk>) -> bool {
        while let Some(mut talk) = left.pop_front() {
            if !self.listen(now, &mut talk) {
                left.push_front(talk);
                self.stage = Stage::Listening { left, over };
                return false;
            }
            over.push(talk);
        }
        let said = match over.as_slice() {
            [talk] => talk.in_words(),
            _ => {
                let each = over.iter();
                let each = each.map(|talk| format!("{}: {}", letter(talk.line), talk.in_words()));
                each.collect::<Vec<_>>().join("; ")
            }
        };
        match over.as_slice() {
            // Nothing that concerns others.
            [talk] if talk.in_words() == "cut" => self.answer(said),
            [talk] => self.fence(now, Some(talk.line), said),
            _ => self.fence(now, None, said),
        }
        true
    }

    fn opened(&mut self, now: Instant, name: &str) {
        self.note(now, name, Happening::Opened);
        if let Stage::Opening { left, .. } = &mut self.stage {
            let lines = &self.lines;
            left.retain(|line| lines[*line].name.as_deref() != Some(name));
        }
    }

    /// Closes a connection whose end has come.
    fn let_go(&mut self, line: usize, order: Order) {
        if let Some(connection) = self.lines[line].close() {
            self.outputs.push_back(Output { connection, order });
        }
    }

    /// Closes a connection of the client's own accord.
    fn let_go_by(&mut self, now: Instant, line: usize, order: Order, what: Happening) {
        self.note_on(now, line, what);
        self.let_go(line, order);
    }

    fn write(&mut self, now: Instant, line: usize, bytes: Vec<u8>) {
        if !bytes.is_empty() {
            self.note_on(now, line, Happening::Sent(bytes.clone()));
            self.order(line, Order::Write(bytes));
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

    fn note_on(&mut self, now: Instant, line: usize, what: Happening) {
        if let Some(name) = self.lines[line].name.clone() {
            self.note(now, &name, what);
        }
    }

    fn note(&mut self, now: Instant, connection: &str, what: Happening) {
        self.log.push(Event {
            at: now,
            connection: connection.to_owned(),
            what,
        });
    }

    /// Ends a moment.
    fn answer(&mut self, said: String) {
        self.answers.push(said.into());
        self.stage = Stage::Idle;
    }
}

/// The answer where there was nothing to do: the connection is not open, or it is already.
pub const NOT_DONE: &str = "-";
/// How the answer begins where nothing came.
pub const SILENT: &str = "silent";
/// The answer of a server that does not stop talking: the client closed the connection.
pub const FLOOD: &str = "flood";
/// How it ends where the end of the connection should have come.
pub const STAYS_OPEN: &str = "stays open";
