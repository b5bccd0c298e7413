//! Expectation files: what a server is known to do wrong, with the reason and until when.
//!
//! ```toml
//! schema = 1
//!
//! [[expect]]
//! case = "renew/*"                    # an id, a group, or a name with *
//! result = "fail"                     # fail: it has to; flaky: it may; skip: it is not played
//! outcome = "silent-new-session"      # how it fails: a named outcome of the case,
//! symptom = "sessionId"               # or a piece of what is seen
//! reason = "sessions cannot be resumed"
//! link = "https://example.org/issues/1"
//! until = 2030-06-01                  # after that day the entry itself fails the run
//! when = { version = "1.2.*" }        # only for such servers: a fact of the probe, or a profile
//! ```
//!
//! An entry that is no longer true fails the run, in words of its own: see [`EntryFault`].

mod broken;
mod date;

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::judge::Case;
use crate::judge::Patterns;
use crate::judge::Rule;
use crate::judge::glob;

pub use self::broken::Broken;
pub use self::broken::EntryFault;
pub use self::date::Date;

/// What expectation files say.
#[derive(Clone, Debug, Default)]
pub struct Expectations {
    entries: Vec<Entry>,
}

/// One entry of an expectation file.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Entry {
    /// The file it is in.
    pub file: String,
    /// The line it begins on.
    pub line: usize,
    /// Which cases, how they fail, and why.
    pub rule: Rule,
    /// What they are known to do.
    pub result: Known,
    /// The last day on which it holds.
    pub until: Option<Date>,
    /// Facts of the server, and what they have to be for the entry to hold.
    when: BTreeMap<String, Patterns>,
}

/// What a case is known to do.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Known {
    /// It fails, every time.
    Fail,
    /// It fails now and then.
    Flaky,
    /// It does harm, and is not played.
    Skip,
}

/// Why a file of expectations cannot be read.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{file}: {message}")]
pub struct ExpectError {
    file: String,
    message: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema: u32,
    /// For people.
    #[serde(rename = "target")]
    _target: Option<String>,
    #[serde(default)]
    expect: Vec<Spanned<Row>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    case: Patterns,
    result: Known,
    outcome: Option<String>,
    symptom: Option<String>,
    reason: String,
    link: Option<String>,
    until: Option<Date>,
    #[serde(default)]
    when: BTreeMap<String, Patterns>,
}

impl Expectations {
    /// Reads a file.
    ///
    /// # Errors
    /// If it is not TOML of this form; says where.
    pub fn parse(file: &str, text: &str) -> Result<Self, ExpectError> {
        let error = |message: String| ExpectError {
            file: file.to_owned(),
            message,
        };
        let read: File = toml::from_str(text).map_err(|wrong| error(wrong.to_string()))?;
        if read.schema != 1 {
            return Err(error(format!(
                "schema {} is not known; it is 1",
                read.schema
            )));
        }
        let mut entries = Vec::with_capacity(read.expect.len());
        for row in read.expect {
            let line = line_of(text, row.span().start);
            let row = row.into_inner();
            if row.reason.trim().is_empty() {
                return Err(error(format!("line {line}: the entry gives no reason")));
            }
            entries.push(Entry {
                file: file.to_owned(),
                line,
                rule: Rule {
                    case: row.case,
                    outcome: row.outcome,
                    symptom: row.symptom,
                    reason: row.reason,
                    link: row.link,
                },
                result: row.result,
                until: row.until,
                when: row.when,
            });
        }
        Ok(Self { entries })
    }

    /// Adds what another file says.
    pub fn append(&mut self, mut other: Self) {
        self.entries.append(&mut other.entries);
    }

    /// The entries, in order.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Leaves out the entries that are not for a server of these facts.
    pub fn keep_for(&mut self, fact: impl Fn(&str) -> Option<String>) {
        self.entries.retain(|entry| {
            entry.when.iter().all(|(name, wanted)| {
                let found = fact(name).unwrap_or_default();
                wanted
                    .as_slice()
                    .iter()
                    .any(|pattern| glob(pattern, &found))
            })
        });
    }

    /// The first entry that names `case`.
    #[must_use]
    pub fn about(&self, case: &Case) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.rule.case.name(case))
    }
}

impl Entry {
    /// The facts of the server that it depends on.
    pub fn facts_asked(&self) -> impl Iterator<Item = &str> {
        self.when.keys().map(String::as_str)
    }
}

/// The line, counted from 1, of a place in a text.
fn line_of(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    before.matches('\n').count() + 1
}
