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
    /// The first session, if it is known which that was.
    first: Option<usize>,
    /// The latest session that was given to a connection, if it is known which that was.
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
    /// Takes in what was done and what came of it. Who asked for a session asked for the one that was
    /// the latest before; which of several is the latest behind a race is chance.
    pub(super) fn note(&mut self, moment: &Moment, outcome: &Outcome) {
        let (first, latest, made) = (self.first, self.latest, self.made);
        let mut given = BTreeSet::new();
        for line in outcome.lines() {
            if self.lines.len() <= line {
                self.lines.resize(line + 1, Line::Closed);
            }
            let mut own = moment.0.iter().filter(|step| step.symbol.line == line);
            let asks_first = own.any(|step| step.symbol.act == Act::First);
            let asked = if asks_first { first } else { latest };
            for word in outcome.on(line) {
                self.lines[line] = self.hear(self.lines[line], asked, word);
                if [NEW, SAME].contains(&word.as_str()) {
                    given.insert(self.lines[line].session());
                }
            }
        }
        if made == 0 && self.made == 1 {
            self.first = Some(0);
        }
        self.latest = match given.pop_last() {
            Some(one) => one.filter(|_| given.is_empty()),
            None => latest,
        };
    }

    /// What a connection is, on which `asked` was asked for, once something was seen on it.
    fn hear(&mut self, line: Line, asked: Option<usize>, word: &str) -> Line {
        match word {
            "open" => Line::Open,
            "closed" | "cut" => Line::Closed,
            NEW => {
                self.made += 1;
                Line::Holds(self.made - 1)
            }
            SAME => asked.map_or(Line::Spoken, Line::Holds),
            _ if line == Line::Open && word != NOT_DONE => Line::Spoken,
            _ => line,
        }
    }

    /// Whether several connections have one session.
    pub(super) fn has_two_owners(&self) -> bool {
        let mut held = BTreeSet::new();
        let mut holds = self.lines.iter().filter_map(|line| line.session());
        !holds.all(|session| held.insert(session))
    }
}

impl Line {
    /// The session on it.
    const fn session(self) -> Option<usize> {
        match self {
            Self::Holds(session) => Some(session),
            _ => None,
        }
    }
}

/// How it is told that somebody has a session that was not there before.
const NEW: &str = "new session";
/// How it is told that somebody has the session that was asked for.
const SAME: &str = "same session";

#[cfg(test)]
mod tests {
    use super::Ledger;
    use crate::driver::Sequence;
    use crate::fuzz::outcome::Outcome;

    /// Whether a session has two owners once this was done and answered so.
    fn has_two_owners(sequence: &str, answers: &[&str]) -> bool {
        let sequence: Sequence = sequence.parse().expect("steps");
        assert_eq!(sequence.0.len(), answers.len());
        let mut ledger = Ledger::default();
        for (moment, answer) in sequence.0.iter().zip(answers) {
            ledger.note(moment, &Outcome::of(moment, answer));
        }
        ledger.has_two_owners()
    }

    #[test]
    fn a_session_renewed_by_two_who_stay_has_two_owners() {
        let race = "a.open a.new b.open c.open b.renew+c.renew";
        let begin = ["open", "new session", "open", "open"];
        let both = "b: same session; c: same session; a: closed";
        assert!(has_two_owners(race, &[&begin[..], &[both]].concat()));
        let one = "b: same session, closed; c: same session; a: closed";
        assert!(!has_two_owners(race, &[&begin[..], &[one]].concat()));
    }

    #[test]
    fn who_renews_while_another_is_made_has_the_one_before() {
        for race in ["b.new+c.renew", "c.renew+b.new"] {
            let sequence = format!("a.open a.new b.open c.open {race}");
            let begin = ["open", "new session", "open", "open"];
            let seen = "b: new session; c: same session; a: closed";
            assert!(!has_two_owners(&sequence, &[&begin[..], &[seen]].concat()));
            let stays = "b: new session; c: same session";
            assert!(has_two_owners(&sequence, &[&begin[..], &[stays]].concat()));
        }
    }

    #[test]
    fn nobody_knows_which_is_the_latest_of_two_that_race() {
        let sequence = "a.open b.open a.new+b.new c.open c.renew";
        let answers = ["open", "open", "a: new session; b: new session", "open"];
        for seen in ["same session; a: closed", "same session; b: closed"] {
            assert!(!has_two_owners(sequence, &[&answers[..], &[seen]].concat()));
        }
        let sequence = "a.open b.open a.new+b.new c.open c.first";
        let seen = "same session; b: closed";
        assert!(!has_two_owners(sequence, &[&answers[..], &[seen]].concat()));
    }
}
