//! The fence: pings on other connections, so that a step does not reach into the next.

use std::collections::VecDeque;

use crate::Instant;
use crate::driver::Driver;
use crate::driver::FLOOD;
use crate::driver::NOT_DONE;
use crate::driver::SILENT;
use crate::driver::Stage;
use crate::driver::line::Came;
use crate::driver::packet;
use crate::driver::packet::Question;
use crate::driver::reply;
use crate::driver::symbol::letter;
use crate::player::Happening;
use crate::player::Order;

/// Pongs that are awaited.
#[derive(Clone, Debug)]
pub(super) struct Fence {
    left: VecDeque<usize>,
    /// Since when the first of these is awaited.
    since: Instant,
    pub(super) until: Instant,
    said: String,
    noted: Vec<String>,
}

impl Driver {
    /// Pings every connection with a session but one, and keeps what was said until then.
    pub(super) fn fence(&mut self, now: Instant, but: Option<usize>, said: String) {
        let others = (0..self.lines.len()).filter(|line| Some(*line) != but);
        let left: VecDeque<usize> = others
            .filter(|line| self.lines[*line].has_session && self.lines[*line].is_open())
            .collect();
        for line in &left {
            self.write(now, *line, packet::ping());
        }
        self.stage = Stage::Fencing(Fence {
            since: now,
            until: self.fence_until(now, left.front()),
            left,
            said,
            noted: Vec::new(),
        });
    }

    /// Ends a moment with what has come on any connection, and asks nobody: a ping would be a sign
    /// of life.
    pub(super) fn look_around(&mut self) {
        let mut said = NOT_DONE.to_owned();
        for line in 0..self.lines.len() {
            while let Some(came) = self.lines[line].take() {
                let is_end = matches!(came, Came::End | Came::Flood);
                let text = match came {
                    Came::End => "closed".to_owned(),
                    Came::Flood => FLOOD.to_owned(),
                    Came::Noise(bytes) => reply::noise(&bytes),
                    Came::Frame(payload) => {
                        reply::describe(&payload, Question::Other, &mut self.sessions).said
                    }
                };
                if self.lines[line].is_open() && said.len() < LONGEST_SAID {
                    said += &format!("; {}: {text}", letter(line));
                }
                if is_end {
                    self.let_go(line, Order::Close);
                    break;
                }
            }
        }
        self.answer(said);
    }

    /// How long a pong may take: on a connection that waits for the rest of a frame there is none.
    fn fence_until(&self, now: Instant, line: Option<&usize>) -> Instant {
        match line {
            Some(line) if self.lines[*line].is_stuck => now + self.config.quiet,
            _ => now + self.config.patience,
        }
    }

    /// Awaits a pong, or what comes instead; whether there is more to do at once.
    pub(super) fn await_pong(&mut self, now: Instant, mut fence: Fence) -> bool {
        let Some(&line) = fence.left.front() else {
            let all = std::iter::once(fence.said).chain(fence.noted);
            self.answer(all.collect::<Vec<_>>().join("; "));
            return true;
        };
        let mut is_over = false;
        let said_here = match self.lines[line].take() {
            Some(Came::End) => {
                self.let_go(line, Order::Close);
                is_over = true;
                Some("closed".to_owned())
            }
            Some(Came::Flood) => {
                self.let_go_by(now, line, Order::Reset, Happening::Reset);
                is_over = true;
                Some(FLOOD.to_owned())
            }
            Some(Came::Noise(bytes)) => Some(reply::noise(&bytes)),
            Some(Came::Frame(payload)) => {
                let said = reply::describe(&payload, Question::PING, &mut self.sessions).said;
                is_over = said.starts_with(reply::PONG);
                (said != reply::PONG).then_some(said)
            }
            None if now < fence.until => {
                self.stage = Stage::Fencing(fence);
                return false;
            }
            None => {
                self.lines[line].is_stuck = true;
                self.note_on(now, line, Happening::Quiet(now - fence.since));
                is_over = true;
                Some(SILENT.to_owned())
            }
        };
        if let Some(text) = said_here {
            fence.noted.push(format!("{}: {text}", letter(line)));
            is_over |= fence.noted.len() > MOST_NOTED;
        }
        if is_over {
            fence.left.pop_front();
            fence.since = now;
            fence.until = self.fence_until(now, fence.left.front());
        }
        if fence.noted.len() > MOST_NOTED {
            fence.left.clear();
        }
        self.stage = Stage::Fencing(fence);
        true
    }
}

/// What is noted of connections that should send a pong.
const MOST_NOTED: usize = 8;
/// What is said of connections nobody asked, in bytes.
const LONGEST_SAID: usize = 200;
