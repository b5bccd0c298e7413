//! What came of a moment, connection by connection.

use std::collections::BTreeMap;
use std::fmt;

use crate::driver::Act;
use crate::driver::Moment;
use crate::driver::NOT_DONE;
use crate::driver::Symbol;

/// What was seen on each connection because of a moment, in order. In which order connections
/// heard of it is left out: it is chance where several are at it at once.
#[derive(Clone, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Outcome(BTreeMap<usize, Vec<String>>);

impl Outcome {
    /// Reads the answer to a moment.
    pub(super) fn of(moment: &Moment, answer: &str) -> Self {
        let mut outcome = Self::default();
        let lines = moment.lines();
        let is_race = lines.len() > 1;
        let mut parts = answer.split("; ");
        if !is_race && let (Some(&line), Some(said)) = (lines.first(), parts.next()) {
            outcome.hear(line, said, false);
        }
        for part in parts {
            if let Some((letter, said)) = part.split_once(": ")
                && let Some(line) = line_of(letter)
            {
                outcome.hear(line, said, is_race);
            }
        }
        outcome
    }

    /// What came of a moment for which there was no connection to be had.
    pub(super) fn refused(moment: &Moment) -> Self {
        let lines = moment.lines().into_iter();
        Self(lines.map(|line| (line, vec![REFUSED.to_owned()])).collect())
    }

    fn hear(&mut self, line: usize, said: &str, is_race: bool) {
        let words = self.0.entry(line).or_default();
        let new = said.split(", ").map(str::to_owned);
        words.extend(new.filter(|word| !is_race || says_something(word)));
    }

    /// Adds what came of a part of a moment, where that part came after what is here.
    pub(super) fn add(&mut self, part: Self) {
        for (line, words) in part.0 {
            let words = words.into_iter().filter(|word| says_something(word));
            self.0.entry(line).or_default().extend(words);
        }
    }

    /// What was seen on a connection.
    pub(super) fn on(&self, line: usize) -> &[String] {
        self.0.get(&line).map(Vec::as_slice).unwrap_or_default()
    }

    /// The connections on which something was seen.
    pub(super) fn lines(&self) -> impl Iterator<Item = usize> {
        self.0.keys().copied()
    }

    /// The same in words, where the moment was on the connection `own` alone.
    pub(super) fn in_words(&self, own: Option<usize>) -> String {
        let mut parts = Vec::new();
        if let Some(own) = own {
            parts.push(self.on(own).join(", "));
        }
        let others = self.0.iter().filter(|(line, _)| Some(**line) != own);
        parts
            .extend(others.map(|(line, words)| format!("{}: {}", letter(*line), words.join(", "))));
        parts.join("; ")
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_words(None))
    }
}

/// Whether a word tells anything where several connections are at it at once: what is opened is
/// opened before all else.
fn says_something(word: &str) -> bool {
    word != NOT_DONE && word != "open"
}

/// Whether answers that are due may have been overtaken by the close behind them.
pub(super) fn loses(due: &[String], seen: &[String]) -> bool {
    if due == seen {
        return true;
    }
    match (due.split_last(), seen.split_last()) {
        (Some((end, due)), Some((seen_end, seen))) => {
            end == CLOSED && seen_end == CLOSED && due.starts_with(seen)
        }
        _ => false,
    }
}

/// How it is told that a connection was not to be had.
const REFUSED: &str = "refused";
/// How the end of a connection is told.
pub(super) const CLOSED: &str = "closed";

/// The connection that a letter stands for.
fn line_of(letter: &str) -> Option<usize> {
    match letter.as_bytes() {
        [letter @ b'a'..=b'z'] => Some(usize::from(letter - b'a')),
        _ => None,
    }
}

/// The letter of a connection.
fn letter(line: usize) -> String {
    let act = Act::Open;
    let mut name = Symbol { line, act }.to_string();
    name.truncate(1);
    name
}
