//! What happens while a server is fuzzed, told as it happens.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::driver::Sequence;
use crate::hunt::Run;

/// The JSON Schema of an event.
pub const SCHEMA: &str = include_str!("../../schema/fuzz.schema.json");

/// Something that happened.
///
/// As JSON, one a line, this is the machine-readable report; [`SCHEMA`] says what is in it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Event {
    /// It begins.
    FuzzStarted(Start),
    /// How far it got.
    FuzzProgress(Count),
    /// A sequence was kept: something about it was new.
    FuzzKept {
        /// The sequence.
        sequence: String,
    },
    /// No more is held of something: from now on there is something forgotten for it.
    FuzzFull {
        /// Of what.
        what: Full,
        /// How much of it is held.
        most: u64,
    },
    /// Something was found that was not found before.
    FuzzFound(Box<Find>),
    /// It is over.
    FuzzFinished(Count),
}

/// What there is so much of that not all is held. A server that is not ruled by chance comes there
/// after a long time, and with [`Full::Kept`] alone after a short one.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Full {
    /// Answers seen: what was not seen for longest is forgotten, and new if it is seen again.
    Seen,
    /// Sequences kept: another one, by chance, is let go for each.
    Kept,
    /// Suspicions that did not come up again: all of them are forgotten.
    Unconfirmed,
}

/// What is fuzzed, and how.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Start {
    /// Version of this format: counts up when a field changes its meaning or goes away.
    pub schema: u32,
    /// Version of the tool.
    pub version: String,
    /// What is fuzzed.
    pub target: String,
    /// The kind of server it is held to be, if it is of a known kind.
    pub profile: Option<String>,
    /// Where chance begins.
    pub seed: u64,
    /// The part of the work that is done here.
    pub shard: Option<String>,
}

/// How much was done.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Count {
    /// Sequences played.
    pub runs: u64,
    /// Steps of them.
    pub steps: u64,
    /// Sequences kept because something was new.
    pub kept: u64,
    /// Different things seen: pairs of a state and an outcome, and the like.
    pub seen: u64,
    /// Suspicions that did not come up again.
    pub unconfirmed: u64,
    /// Suspicions that there was no time to look into.
    pub open: u64,
    /// Findings.
    pub finds: u64,
}

/// Something that no server of the kind does.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Find {
    /// What it is: the same for whatever is the same thing.
    pub class: String,
    /// What it has in common with others that may have the same cause.
    pub like: String,
    /// What was done, moment by moment; or, where nobody knows by what it came, the sequences.
    pub steps: Vec<String>,
    /// What may come of it.
    pub expected: Vec<String>,
    /// What came of it.
    pub actual: String,
    /// How often it came up, and in how many runs.
    pub rate: (u32, u32),
    /// What came of the runs, and how often.
    pub histogram: BTreeMap<String, u32>,
    /// Flaws that would explain it.
    pub flaws: Vec<String>,
    /// What is to be known beside that, such as what the server printed last.
    pub about: Vec<String>,
    /// After how many runs it was found.
    pub runs: u64,
    /// The sequence.
    #[serde(skip)]
    pub sequence: Sequence,
    /// A run that shows it.
    #[serde(skip)]
    pub run: Run,
}
