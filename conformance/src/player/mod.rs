//! Plays the client side of a script and judges what comes back.
//!
//! A player is sans-I/O: it is told what happened on its connections and what time it is, and says
//! what to do. The same player runs a case against the embedded server under virtual time, against
//! any server over TCP, and plays a recording again.
//!
//! 1. Take every [`Output`] from [`Player::poll`] and carry it out.
//! 2. Tell what happens on the connections by [`Player::handle`].
//! 3. When [`Player::deadline`] comes, tell that: [`Input::Tick`].
//! 4. Go on until [`Player::verdict`] says how it went.

mod client_side;
mod connection;
mod event;
mod expectation;
mod io;
mod verdict;
mod wire;

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use crate::Instant;
use crate::player::connection::Connection;
use crate::player::expectation::Expectation;
use crate::player::expectation::Progress;
use crate::transcript::Action;
use crate::transcript::Bindings;
use crate::transcript::EvalError;
use crate::transcript::Script;
use crate::transcript::Span;
use crate::transcript::Step;

pub use crate::player::client_side::ClientSide;
pub use crate::player::connection::End;
pub use crate::player::event::Event;
pub use crate::player::event::Happening;
pub use crate::player::io::Config;
pub use crate::player::io::Input;
pub use crate::player::io::Order;
pub use crate::player::io::Output;
pub use crate::player::verdict::Failure;
pub use crate::player::verdict::Trouble;
pub use crate::player::verdict::Verdict;
pub use crate::player::wire::last_sent;
pub use crate::player::wire::text_received;
pub use crate::player::wire::wire_log;

/// Plays one script.
#[derive(Clone, Debug)]
pub struct Player {
    script: Arc<Script>,
    config: Config,
    bindings: Bindings,
    connections: BTreeMap<String, Connection>,
    marks: BTreeMap<String, Instant>,
    outputs: VecDeque<Output>,
    log: Vec<Event>,
    tolerated: Vec<String>,
    /// Every outcome that has a name, as it came about.
    named: Vec<String>,
    /// Index of the step under way.
    at: usize,
    state: State,
}

#[derive(Clone, Debug)]
enum State {
    /// The next step has not begun.
    Between,
    /// A connection is being opened.
    Opening {
        connection: String,
        refused: bool,
        until: Instant,
    },
    /// Time is passing.
    Waiting {
        until: Instant,
    },
    /// Something is expected.
    Expecting(Expectation),
    Done(Verdict),
}

impl ClientSide for Player {
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
        self.verdict().is_some()
    }
}

impl Player {
    /// Starts at the top of `script`; `bindings` are the parameters of the run.
    #[must_use]
    pub fn new(script: Arc<Script>, bindings: Bindings, config: Config, now: Instant) -> Self {
        let mut player = Self {
            script,
            config,
            bindings,
            connections: BTreeMap::new(),
            marks: BTreeMap::new(),
            outputs: VecDeque::new(),
            log: Vec::new(),
            tolerated: Vec::new(),
            named: Vec::new(),
            at: 0,
            state: State::Between,
        };
        player.go_on(now);
        player
    }

    /// Takes in what happened.
    pub fn handle(&mut self, now: Instant, input: Input<'_>) {
        match input {
            Input::Opened(name) => self.opened(now, name),
            Input::Refused(name) => self.refused(now, name),
            Input::Received(name, bytes) => self.received(now, name, bytes),
            Input::Ended(name, end) => {
                self.note(now, name, Happening::Ended(end));
                if let Some(connection) = self.connections.get_mut(name) {
                    connection.ended(now, end);
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
        match &self.state {
            State::Between | State::Done(_) => None,
            State::Opening { until, .. } | State::Waiting { until } => Some(*until),
            State::Expecting(expectation) => Some(expectation.deadline()),
        }
    }

    /// How it went, once that is known.
    #[must_use]
    pub fn verdict(&self) -> Option<&Verdict> {
        match &self.state {
            State::Done(verdict) => Some(verdict),
            _ => None,
        }
    }

    /// The named outcomes that have come about, and how many of each, as one thing that came about
    /// once: `2 alive, closed`. Empty if none has a name.
    #[must_use]
    pub fn seen(&self) -> BTreeMap<String, u32> {
        let mut counts: BTreeMap<_, usize> = BTreeMap::new();
        for name in &self.named {
            *counts.entry(name.as_str()).or_default() += 1;
        }
        let words = counts.into_iter().map(|(name, count)| match count {
            1 => name.to_owned(),
            _ => format!("{count} {name}"),
        });
        let words = words.collect::<Vec<_>>().join(", ");
        let words = Some((words, 1)).filter(|(words, _)| !words.is_empty());
        words.into_iter().collect()
    }

    /// What has been done and seen so far.
    #[must_use]
    pub fn log(&self) -> &[Event] {
        &self.log
    }

    /// What the names of the script stand for.
    #[must_use]
    pub const fn bindings(&self) -> &Bindings {
        &self.bindings
    }

    /// The step under way, if there is one.
    #[must_use]
    pub fn step(&self) -> Option<&Step> {
        self.script.steps.get(self.at)
    }

    /// Does steps until one has to wait.
    fn go_on(&mut self, now: Instant) {
        while self.proceed(now) {}
    }

    /// Takes the step under way as far as it goes; whether it is over.
    fn proceed(&mut self, now: Instant) -> bool {
        match &mut self.state {
            State::Done(_) => false,
            State::Between => self.begin(now),
            State::Waiting { until } if now < *until => false,
            State::Waiting { .. } => self.finish_step(),
            State::Opening { until, .. } if now < *until => false,
            State::Opening { connection, .. } => {
                let connection = connection.clone();
                self.unreachable(connection);
                false
            }
            State::Expecting(expectation) => {
                let Some(connection) = self.connections.get_mut(expectation.connection()) else {
                    return false;
                };
                match expectation.advance(now, connection, &mut self.bindings) {
                    Ok(Progress::Waiting) => false,
                    Ok(Progress::Tolerated(name)) => {
                        self.named.push(name.clone());
                        self.tolerated.push(name);
                        self.finish_step()
                    }
                    Ok(Progress::Strict(name)) => {
                        self.named
                            .extend(Some(name).filter(|name| !name.is_empty()));
                        self.finish_step()
                    }
                    Ok(Progress::Failed { outcome, actual }) => {
                        self.named.extend(outcome.clone());
                        let connection = expectation.connection().to_owned();
                        let expected = expectation.expected();
                        self.fail(connection, outcome, expected, actual)
                    }
                    Err(error) => self.trouble(error),
                }
            }
        }
    }

    fn begin(&mut self, now: Instant) -> bool {
        let script = Arc::clone(&self.script);
        let Some(step) = script.steps.get(self.at) else {
            let tolerated = std::mem::take(&mut self.tolerated);
            self.end(Verdict::Passed { tolerated });
            return false;
        };
        match self.start(now, &step.action) {
            Ok(over) => {
                if over {
                    self.finish_step();
                }
                true
            }
            Err(error) => self.trouble(error),
        }
    }

    /// Starts an action; whether it is over at once.
    fn start(&mut self, now: Instant, action: &Action) -> Result<bool, EvalError> {
        match action {
            Action::Comment(_) => {}
            Action::Open {
                connection,
                refused,
            } => {
                self.order(connection, Order::Open);
                let until = now + self.config.patience;
                let (connection, refused) = (connection.clone(), *refused);
                self.state = State::Opening {
                    connection,
                    refused,
                    until,
                };
                return Ok(false);
            }
            Action::Send {
                connection,
                packets,
                pieces,
            } => {
                let mut bytes = Vec::new();
                for packet in packets {
                    bytes.append(&mut self.bindings.encode(packet)?);
                }
                self.note(now, connection, Happening::Sent(bytes.clone()));
                let size = pieces.unwrap_or(bytes.len()).max(1);
                for piece in bytes.chunks(size) {
                    self.order(connection, Order::Write(piece.to_vec()));
                }
            }
            Action::Expect {
                connection,
                outcomes,
            } => {
                self.connections.entry(connection.clone()).or_default();
                let expectation = Expectation::new(
                    connection,
                    outcomes,
                    &self.bindings,
                    &self.marks,
                    &self.config,
                    now,
                )?;
                self.state = State::Expecting(expectation);
                return Ok(false);
            }
            Action::Shut(name) => self.act(now, name, Happening::Shut, Order::Shut),
            Action::Close(name) => self.act(now, name, Happening::Closed, Order::Close),
            Action::Reset(name) => self.act(now, name, Happening::Reset, Order::Reset),
            Action::Pause(name) => self.act(now, name, Happening::Paused, Order::Pause),
            Action::Resume(name) => self.act(now, name, Happening::Resumed, Order::Resume),
            Action::Wait(span) => {
                self.state = State::Waiting {
                    until: now + span_of(span, &self.bindings)?,
                };
                return Ok(false);
            }
            Action::Mark(name) => {
                self.marks.insert(name.clone(), now);
            }
        }
        Ok(true)
    }

    fn act(&mut self, now: Instant, connection: &str, what: Happening, order: Order) {
        self.note(now, connection, what);
        self.order(connection, order);
    }

    fn order(&mut self, connection: &str, order: Order) {
        self.outputs.push_back(Output {
            connection: connection.to_owned(),
            order,
        });
    }

    fn received(&mut self, now: Instant, name: &str, bytes: &[u8]) {
        let Some(connection) = self.connections.get_mut(name) else {
            return;
        };
        if connection.received(now, bytes) {
            self.note(now, name, Happening::Received(bytes.to_vec()));
        } else {
            self.order(name, Order::Reset);
        }
    }

    fn opened(&mut self, now: Instant, name: &str) {
        self.note(now, name, Happening::Opened);
        self.connections
            .insert(name.to_owned(), Connection::default());
        let State::Opening {
            connection,
            refused,
            ..
        } = &self.state
        else {
            return;
        };
        if connection != name {
            return;
        }
        if *refused {
            let expected = vec!["the connection is refused".to_owned()];
            self.fail(name.to_owned(), None, expected, "it is accepted".to_owned());
        } else {
            self.finish_step();
        }
    }

    fn refused(&mut self, now: Instant, name: &str) {
        self.note(now, name, Happening::Refused);
        match &self.state {
            State::Opening {
                connection,
                refused: true,
                ..
            } if connection == name => {
                self.finish_step();
            }
            State::Opening { connection, .. } if connection == name => {
                let connection = connection.clone();
                self.unreachable(connection);
            }
            _ => {}
        }
    }

    fn fail(
        &mut self,
        connection: String,
        outcome: Option<String>,
        expected: Vec<String>,
        actual: String,
    ) -> bool {
        let line = self.step().map_or(0, |step| step.line);
        let failure = Failure {
            step: self.at,
            line,
            connection,
            outcome,
            expected,
            actual,
        };
        self.end(Verdict::Failed(failure));
        false
    }

    fn finish_step(&mut self) -> bool {
        self.at += 1;
        self.state = State::Between;
        true
    }

    fn unreachable(&mut self, connection: String) {
        let before = !self.connections.is_empty();
        self.end(Verdict::Untested(Trouble::Unreachable {
            connection,
            before,
        }));
    }

    fn trouble(&mut self, error: EvalError) -> bool {
        let line = self.step().map_or(0, |step| step.line);
        self.end(Verdict::Untested(Trouble::Script { line, error }));
        false
    }

    /// Ends the run: whatever is still open is closed.
    fn end(&mut self, verdict: Verdict) {
        for name in self.connections.keys() {
            self.outputs.push_back(Output {
                connection: name.clone(),
                order: Order::Close,
            });
        }
        self.state = State::Done(verdict);
    }

    fn note(&mut self, at: Instant, connection: &str, what: Happening) {
        self.log.push(Event {
            at,
            connection: connection.to_owned(),
            what,
        });
    }
}

/// How long a span is in this run.
fn span_of(span: &Span, bindings: &Bindings) -> Result<Duration, EvalError> {
    match span {
        Span::Exact(duration) => Ok(*duration),
        Span::Millis(expr) => Ok(Duration::from_millis(
            u64::try_from(bindings.int(expr)?).unwrap_or(0),
        )),
    }
}
