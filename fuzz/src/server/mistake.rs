//! Servers that are wrong in ways for which the engine has no flaw, to show that it is noticed.

use std::collections::VecDeque;
use std::ops::Deref;
use std::ops::DerefMut;
use std::time::Duration;

use bytes::Bytes;
use bytes::BytesMut;
use zk_conformance::Instant;
use zk_conformance::server::Config;
use zk_conformance::server::Event;
use zk_conformance::server::Input;
use zk_conformance::server::Output;
use zk_conformance::server::Phase;
use zk_conformance::server::Reason;
use zk_conformance::server::Server;

/// What a server does wrong.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Mistake {
    /// Its clock is late by a millisecond when it ticks.
    ClockLate,
    /// It ends every connection that asks for data, as if it did not serve.
    DataRefused,
    /// It asks its delegate for something else than the client did.
    RequestChanged,
    /// It asks its delegate for nothing.
    RequestLost,
    /// It changes the last byte of what the delegate answers.
    AnswerChanged,
    /// It ends a session whose connection the peer closes, as if it had been asked to.
    ClosedAtEof,
    /// It answers on connections that are over.
    LateAnswered,
    /// It says that every connection that ends was one too many.
    ReasonWrong,
    /// It does not let go of connections that have ended.
    CloseMissing,
    /// It lets go of connections and does not say why.
    EndUntold,
}

/// A server, and what is wrong with it.
pub(super) struct Subject {
    server: Server,
    mistake: Option<Mistake>,
    outputs: VecDeque<Output>,
}

impl Subject {
    pub(super) fn new(config: Config, mistake: Option<Mistake>) -> Self {
        Self {
            server: Server::new(config, Instant::ZERO),
            mistake,
            outputs: VecDeque::new(),
        }
    }

    pub(super) fn handle(&mut self, now: Instant, input: Input<'_>) {
        let (is_tick, is_reply) = (input == Input::Tick, matches!(input, Input::Reply { .. }));
        let closing = match input {
            Input::Eof { connection } if self.mistake == Some(Mistake::ClosedAtEof) => {
                let mut sessions = self.server.sessions();
                sessions.find(|session| session.owner == Some(connection))
            }
            _ => None,
        };
        if let Input::Receive { connection, .. } = input
            && self.mistake == Some(Mistake::LateAnswered)
            && self.server.phase(connection) == Phase::Closed
        {
            let bytes = Bytes::from_static(&[0; 20]);
            self.outputs.push_back(Output::Send { connection, bytes });
        }
        let is_late = is_tick && self.mistake == Some(Mistake::ClockLate);
        let late = Duration::from_millis(is_late.into());
        let shown = Instant::ZERO + (now - Instant::ZERO).saturating_sub(late);
        self.server.handle(shown, input);
        if let Some(session) = closing {
            let session_id = session.session_id;
            self.outputs
                .push_back(Output::Event(Event::Closed { session_id }));
        }
        while let Some(output) = self.server.poll() {
            self.outputs.extend(self.bend(output, is_reply));
        }
    }

    /// What becomes of an output.
    fn bend(&self, output: Output, is_reply: bool) -> Option<Output> {
        let Some(mistake) = self.mistake else {
            return Some(output);
        };
        Some(match (mistake, output) {
            (Mistake::DataRefused, Output::Request { connection, .. }) => {
                let reason = Reason::NotServing;
                Output::Event(Event::Disconnected { connection, reason })
            }
            (
                Mistake::RequestChanged,
                Output::Request {
                    connection,
                    session_id,
                    mut header,
                    frame,
                },
            ) => {
                header.op.0 += 1;
                Output::Request {
                    connection,
                    session_id,
                    header,
                    frame,
                }
            }
            (Mistake::AnswerChanged, Output::Send { connection, bytes }) if is_reply => {
                let mut bytes = BytesMut::from(bytes);
                let last = bytes.last_mut().expect("a frame");
                *last ^= 1;
                let bytes = bytes.freeze();
                Output::Send { connection, bytes }
            }
            (Mistake::ReasonWrong, Output::Event(Event::Disconnected { connection, .. })) => {
                let reason = Reason::TooMany;
                Output::Event(Event::Disconnected { connection, reason })
            }
            (Mistake::RequestLost, Output::Request { .. })
            | (Mistake::CloseMissing, Output::Close { .. })
            | (Mistake::EndUntold, Output::Event(Event::Disconnected { .. })) => return None,
            (_, output) => output,
        })
    }

    pub(super) fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front().or_else(|| self.server.poll())
    }
}

/// What is not about inputs and outputs is the server's own.
impl Deref for Subject {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}

impl DerefMut for Subject {
    fn deref_mut(&mut self) -> &mut Server {
        &mut self.server
    }
}
