//! What is awaited on one connection.

use std::collections::VecDeque;

use crate::Instant;
use crate::driver::Driver;
use crate::driver::FLOOD;
use crate::driver::SILENT;
use crate::driver::STAYS_OPEN;
use crate::driver::line::Came;
use crate::driver::packet::Question;
use crate::driver::reply;
use crate::driver::reply::Reply;
use crate::player::Happening;
use crate::player::Order;

/// A connection on which something was sent, and what came of it so far.
#[derive(Clone, Debug)]
pub(super) struct Talk {
    pub(super) line: usize,
    /// What was asked and not answered yet.
    pub(super) pending: VecDeque<Question>,
    /// Whether the end of the connection has to come.
    pub(super) is_ending: bool,
    /// What came.
    pub(super) said: Vec<String>,
    /// Since when something is awaited.
    pub(super) since: Instant,
    pub(super) until: Instant,
}

impl Talk {
    /// What came, in words.
    pub(super) fn in_words(&self) -> String {
        self.said.join(", ")
    }

    fn is_too_long(&self) -> bool {
        self.said.iter().map(String::len).sum::<usize>() >= LONGEST_ANSWER
    }
}

impl Driver {
    /// Takes a talk as far as it goes; whether it is over.
    pub(super) fn listen(&mut self, now: Instant, talk: &mut Talk) -> bool {
        loop {
            if talk.is_too_long() || (talk.pending.is_empty() && !talk.is_ending) {
                return true;
            }
            match self.lines[talk.line].take() {
                Some(Came::End) => {
                    self.let_go(talk.line, Order::Close);
                    talk.said.push("closed".to_owned());
                    return true;
                }
                Some(Came::Flood) => {
                    self.let_go_by(now, talk.line, Order::Reset, Happening::Reset);
                    talk.said.push(FLOOD.to_owned());
                    return true;
                }
                Some(Came::Noise(bytes)) => {
                    talk.is_ending = true;
                    talk.said.push(reply::noise(&bytes));
                }
                Some(Came::Frame(payload)) => {
                    let asked = talk.pending.pop_front().unwrap_or(Question::Other);
                    let Reply {
                        said,
                        has_session,
                        implies_end,
                    } = reply::describe(&payload, asked, &mut self.sessions);
                    self.lines[talk.line].has_session |= has_session;
                    talk.said.push(said);
                    if implies_end && !talk.is_ending {
                        talk.is_ending = true;
                        talk.since = now;
                        talk.until = now + self.shortened(self.config.patience);
                    }
                }
                None if now < talk.until => return false,
                None => {
                    self.time_is_up(now, talk);
                    return true;
                }
            }
        }
    }

    /// Nothing more comes.
    fn time_is_up(&mut self, now: Instant, talk: &mut Talk) {
        let noise = self.lines[talk.line].take_noise();
        if !noise.is_empty() {
            talk.said.push(reply::noise(&noise));
        } else if talk.said.is_empty() || !talk.is_ending {
            talk.said.push(SILENT.to_owned());
        } else {
            talk.said.push(STAYS_OPEN.to_owned());
        }
        let line = &mut self.lines[talk.line];
        line.is_stuck = true;
        if let Some(name) = line.name.clone() {
            self.note(now, &name, Happening::Quiet(now - talk.since));
        }
    }
}

/// What is read of a connection that should end and says more and more instead, in bytes.
const LONGEST_ANSWER: usize = 200;
