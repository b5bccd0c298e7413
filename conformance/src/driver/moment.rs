//! The beginning of a moment: everything in it is done at once.

use std::collections::VecDeque;
use std::time::Duration;

use crate::Instant;
use crate::driver::Act;
use crate::driver::Driver;
use crate::driver::Moment;
use crate::driver::NOT_DONE;
use crate::driver::Stage;
use crate::driver::Step;
use crate::driver::packet;
use crate::driver::packet::Draft;
use crate::driver::symbol::letter;
use crate::driver::talk::Talk;
use crate::player::Happening;
use crate::player::Order;
use crate::player::Output;

impl Driver {
    /// Begins a moment: with what is opened in it.
    pub(super) fn start(&mut self, now: Instant, moment: Moment) {
        if let [step] = moment.0.as_slice() {
            let (line, act) = (step.symbol.line, step.symbol.act);
            if act.passes_time() {
                return self.wait(now, act);
            }
            if (act == Act::Open) == self.lines[line].is_open() {
                return self.answer(NOT_DONE.to_owned());
            }
        }
        let mut left = Vec::new();
        for step in &moment.0 {
            let line = step.symbol.line;
            if step.symbol.act == Act::Open && !self.lines[line].is_open() {
                let connection = self.lines[line].open(letter(line));
                let order = Order::Open;
                self.outputs.push_back(Output { connection, order });
                left.push(line);
            }
        }
        let until = now + self.config.patience;
        self.stage = Stage::Opening {
            left,
            until,
            moment,
        };
    }

    pub(super) fn wait(&mut self, now: Instant, act: Act) {
        let millis = |timeout: Option<i32>| {
            let timeout = timeout.unwrap_or(self.config.timeout_ms);
            Duration::from_millis(u64::try_from(timeout).unwrap_or(0))
        };
        // A tick is at most half of the shortest timeout.
        let span = if act == Act::Expire {
            millis(self.sessions.longest_timeout_ms()) * 2
        } else {
            millis(self.sessions.timeout_ms()) / 2
        };
        self.note(now, "", Happening::Waited(span));
        let until = now + span;
        self.stage = Stage::Waiting { until, act };
    }

    /// Takes the steps of a moment, all at once.
    pub(super) fn take(&mut self, now: Instant, moment: &Moment) {
        let mut left = VecDeque::new();
        let mut lines = moment.lines();
        if self.config.last_first {
            lines.reverse();
        }
        for line in lines {
            let steps = moment.0.iter().filter(|step| step.symbol.line == line);
            left.push_back(self.speak(now, line, steps));
        }
        // Who was first is nobody's business; what they say has its place.
        left.make_contiguous().sort_by_key(|talk: &Talk| talk.line);
        self.stage = Stage::Listening {
            left,
            over: Vec::new(),
        };
    }

    /// Takes the steps of a moment that are on one connection.
    fn speak<'a>(
        &mut self,
        now: Instant,
        line: usize,
        steps: impl Iterator<Item = &'a Step>,
    ) -> Talk {
        let mut talk = Talk {
            line,
            pending: VecDeque::new(),
            is_ending: false,
            said: Vec::new(),
            since: now,
            until: now,
        };
        let mut write = Vec::new();
        for step in steps {
            match step.symbol.act {
                Act::Open if std::mem::take(&mut self.lines[line].is_fresh) => {
                    talk.said.push("open".to_owned());
                }
                Act::Open => talk.said.push(NOT_DONE.to_owned()),
                _ if !self.lines[line].is_open() => talk.said.push(NOT_DONE.to_owned()),
                Act::Cut => {
                    self.write(now, line, std::mem::take(&mut write));
                    self.let_go_by(now, line, Order::Reset, Happening::Reset);
                    talk.pending.clear();
                    talk.is_ending = false;
                    talk.said.push("cut".to_owned());
                }
                _ => {
                    let greeted = self.lines[line].greeted;
                    let draft = packet::draft(step, &self.sessions, &self.config, greeted);
                    talk.until = talk
                        .until
                        .max(now + self.shortened(self.wait_for(line, step)));
                    self.utter(now, &mut talk, &mut write, draft);
                }
            }
        }
        self.write(now, line, write);
        talk
    }

    /// Sends what a step says, or leaves it to go out with what comes next.
    fn utter(&mut self, now: Instant, talk: &mut Talk, write: &mut Vec<u8>, draft: Draft) {
        let line = talk.line;
        let Draft {
            mut pieces,
            close,
            asked,
        } = draft;
        self.lines[line].greeted = true;
        talk.pending.push_back(asked);
        let last = pieces.pop().unwrap_or_default();
        for piece in pieces {
            write.extend_from_slice(&piece);
            self.write(now, line, std::mem::take(write));
        }
        write.extend_from_slice(&last);
        match close {
            Some(Order::Shut) => {
                self.write(now, line, std::mem::take(write));
                self.order(line, Order::Shut);
                self.note_on(now, line, Happening::Shut);
                talk.is_ending = true;
            }
            Some(order) => {
                self.write(now, line, std::mem::take(write));
                self.let_go_by(now, line, order, Happening::Reset);
                talk.pending.clear();
                talk.said.push("cut".to_owned());
            }
            None => {}
        }
    }

    /// How long to wait for the answer to a step.
    fn wait_for(&self, line: usize, step: &Step) -> Duration {
        if step.symbol.act == Act::Linger {
            self.config.linger
        } else if step.may_be_silent() || self.lines[line].is_stuck {
            self.config.quiet
        } else {
            self.config.patience
        }
    }

    /// How long to wait in this moment for what may not come.
    pub(super) fn shortened(&self, wait: Duration) -> Duration {
        if self.config.silences.contains(&self.answers.len()) {
            self.config.quiet / 4
        } else {
            wait
        }
    }
}
