//! Who has which session, as far as the answers tell.

use std::collections::BTreeSet;

use crate::driver::Act;
use crate::driver::Moment;
use crate::driver::NOT_DONE;
use crate::fuzz::outcome::Outcome;

/// The connections of a run, and the sessions on them.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub(super) struct Ledger {
    lines: Vec<Line>,
    /// How many sessions were made.
    made: usize,
    /// The latest session that was given to a connection.
    latest: Option<usize>,
}

/// What is known of a connection.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
enum Line {
    /// There is none.
    #[default]
    Closed,
    /// Nobody has spoken.
    Open,
    /// It has no session.
    Spoken,
    /// It has a session, counted from the first.
    Holds(usize),
}

impl Ledger {
    /// Takes in what was done and what came of it.
    pub(super) fn note(&mut self, moment: &Moment, outcome: &Outcome) {
        for line in outcome.lines() {
            if self.lines.len() <= line {
                self.lines.resize(line + 1, Line::Closed);
            }
            let mut own = moment.0.iter().filter(|step| step.symbol.line == line);
            let asks_first = own.any(|step| step.symbol.act == Act::First);
            for word in outcome.on(line) {
                self.lines[line] = self.hear(self.lines[line], asks_first, word);
            }
        }
    }

    /// What a connection is once something was seen on it.
    fn hear(&mut self, line: Line, asks_first: bool, word: &str) -> Line {
        match word {
            "open" => Line::Open,
            "closed" | "cut" => Line::Closed,
            "new session" => {
                self.latest = Some(self.made);
                self.made += 1;
                Line::Holds(self.made - 1)
            }
            "same session" => {
                let known = if asks_first { Some(0) } else { self.latest };
                self.latest = known;
                known.map_or(Line::Spoken, Line::Holds)
            }
            _ if line == Line::Open && word != NOT_DONE => Line::Spoken,
            _ => line,
        }
    }

    /// Whether several connections have one session.
    pub(super) fn has_two_owners(&self) -> bool {
        let mut held = BTreeSet::new();
        let mut holds = self.lines.iter().filter_map(|line| match line {
            Line::Holds(session) => Some(session),
            _ => None,
        });
        !holds.all(|session| held.insert(session))
    }
}
