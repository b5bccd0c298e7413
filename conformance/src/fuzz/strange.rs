//! What is strange about an outcome, and what that is called.

use std::collections::BTreeSet;

use crate::driver::Moment;
use crate::driver::SILENT;
use crate::fuzz::outcome::Outcome;

/// What no sound server does.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Strange {
    /// The moment it came of.
    pub(crate) at: usize,
    /// What may come of it.
    pub(super) expected: BTreeSet<Outcome>,
    /// What came of it.
    pub(super) actual: Outcome,
    /// What it is, whatever was done to bring it about.
    pub(super) symptom: String,
    /// Where what came and what is due part, which is the same for much that has one cause.
    pub(super) gist: String,
}

impl Strange {
    /// A connection was not to be had, so that the run ends before this moment.
    pub(super) fn refused(at: usize, moment: &Moment, ways: &[&Vec<Outcome>]) -> Self {
        let expected = ways.iter().map(|way| way[at].clone()).collect();
        let actual = Outcome::refused(moment);
        Self::of(at, moment, expected, actual)
    }

    /// What came of a moment, and may not.
    pub(super) fn of(
        at: usize,
        moment: &Moment,
        expected: BTreeSet<Outcome>,
        actual: Outcome,
    ) -> Self {
        let (symptom, gist) = names(moment, &expected, &actual);
        Self {
            at,
            expected,
            actual,
            symptom,
            gist,
        }
    }

    /// The same, which is that a session has two owners.
    pub(super) fn with_two_owners(self) -> Self {
        Self {
            symptom: TWO_OWNERS.to_owned(),
            gist: TWO_OWNERS.to_owned(),
            ..self
        }
    }
}

/// What is strange about an outcome, held against the likest that may be: in words that leave out
/// numbers, and which connection it was. First all of it, then where it begins.
fn names(moment: &Moment, expected: &BTreeSet<Outcome>, actual: &Outcome) -> (String, String) {
    let own = moment.lines();
    let differing = |due: &Outcome| {
        let lines: BTreeSet<usize> = due.lines().chain(actual.lines()).collect();
        let differs = |line: &usize| due.on(*line) != actual.on(*line);
        lines.into_iter().filter(differs).collect::<Vec<_>>()
    };
    let likest = expected.iter().min_by_key(|due| differing(due).len());
    let Some(due) = likest else {
        return (String::new(), String::new());
    };
    let differing = differing(due);
    let is_race = own.len() > 1;
    if is_race && differing.iter().any(|line| is_left_alone(actual.on(*line))) {
        return (UNSERVED.to_owned(), UNSERVED.to_owned());
    }
    let (mut whole, mut begin) = (BTreeSet::new(), BTreeSet::new());
    for line in differing {
        let whose = if own.contains(&line) { "" } else { "another: " };
        let (seen, due) = (actual.on(line), due.on(line));
        whole.insert(format!("{whose}{} instead of {}", plain(seen), plain(due)));
        begin.insert(format!("{whose}{}", first_difference(seen, due)));
    }
    (joined(whole), joined(begin))
}

/// Where what was seen and what is due part: something is too much there, or missing, or something
/// else.
fn first_difference(seen: &[String], due: &[String]) -> String {
    let alike = seen.iter().zip(due).take_while(|(seen, due)| seen == due);
    let alike = alike.count();
    let word = |words: &[String]| plain(words.get(..1).unwrap_or_default());
    match (&seen[alike..], &due[alike..]) {
        (seen, due) if seen.len() > 1 && seen.get(1) == due.first() || due.is_empty() => {
            format!("{} that is not due", word(seen))
        }
        (seen, due) if due.len() > 1 && due.get(1) == seen.first() || seen.is_empty() => {
            format!("no {}", word(due))
        }
        (seen, due) => format!("{} instead of {}", word(seen), word(due)),
    }
}

fn joined(told: BTreeSet<String>) -> String {
    told.into_iter().collect::<Vec<_>>().join("; ")
}

/// Whether a session was renewed on a connection, which then got nothing more for it.
fn is_left_alone(seen: &[String]) -> bool {
    let renewed = seen.iter().position(|word| word == "same session");
    renewed.is_some_and(|at| {
        let mut after = seen[at..].iter();
        after.any(|word| word == SILENT || GONE.contains(&word.as_str()))
    })
}

/// Words without numbers.
fn plain(words: &[String]) -> String {
    if words.is_empty() {
        return "nothing".to_owned();
    }
    let mut plain = String::new();
    for letter in words.join(", ").chars() {
        match letter {
            '0'..='9' if plain.ends_with('N') => {}
            '0'..='9' => plain.push('N'),
            '-' if plain.ends_with(' ') => {}
            _ => plain.push(letter),
        }
    }
    plain
}

/// What a session with several connections is called.
pub const TWO_OWNERS: &str = "a session with two connections, both alive";

/// What a renewal is called that comes to nothing.
pub const UNSERVED: &str = "a session renewed, and then not served";

/// Answers to who has no session any more: `SESSIONEXPIRED`, `UNKNOWNSESSION`.
const GONE: [&str; 2] = ["error -112", "error -12"];
