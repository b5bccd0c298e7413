//! What happens in a run, told as it happens. Every report is made from this.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use crate::judge::Citation;
use crate::judge::Level;

/// Something that happened in a run.
///
/// As JSON, one a line, this is the machine-readable report. `schema` in the first one counts up
/// when a field changes its meaning or goes away.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Event {
    /// The run begins.
    RunStarted {
        /// Version of this format.
        schema: u32,
        /// Version of the tool.
        version: &'static str,
        /// What is judged.
        target: String,
        /// How many cases were chosen.
        cases: usize,
        /// The bounds of the session timeout that the server granted, in milliseconds.
        min_session_timeout: i64,
        /// See `min_session_timeout`.
        max_session_timeout: i64,
    },
    /// A case is over.
    CaseFinished(Box<CaseReport>),
    /// The run is over.
    RunFinished(Summary),
}

/// How one case went.
#[derive(Clone, Debug, Serialize)]
pub struct CaseReport {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its level.
    pub level: Level,
    /// What it claims.
    pub title: String,
    /// The clause it judges.
    pub clause: Citation,
    /// How it went.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// How long it took, in seconds of the clock it ran on.
    #[serde(serialize_with = "seconds")]
    pub elapsed: Duration,
    /// The named outcomes that came about, in line, and how often: once, or as often as a race was
    /// run.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub seen: BTreeMap<String, u32>,
    /// What went over the wire: kept for every case that did not pass.
    pub wire: Vec<String>,
}

/// How a case went.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(tag = "verdict", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Verdict {
    /// As the reference does it.
    Passed,
    /// As a server may do it.
    Tolerated {
        /// The names of the outcomes.
        outcomes: Vec<String>,
    },
    /// Not as it should.
    Failed(Problem),
    /// A case that it needs did not pass.
    Blocked {
        /// The id of that case.
        by: String,
    },
    /// It could not be found out.
    Untested {
        /// Why.
        reason: String,
    },
    /// It was not played, because of what is known of the server.
    Skipped {
        /// What is known.
        reason: String,
    },
}

/// What was wrong.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Problem {
    /// The line of the case's file.
    pub line: usize,
    /// The connection.
    pub connection: String,
    /// The last thing sent on it.
    pub sent: Option<String>,
    /// What would have done.
    pub expected: Vec<String>,
    /// What was seen.
    pub actual: String,
    /// The name of the forbidden outcome, if it was one.
    pub outcome: Option<String>,
    /// What breaks.
    pub why: String,
}

/// How a run went.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Summary {
    /// Cases that went as the reference does it.
    pub passed: usize,
    /// Cases that went as a server may do it.
    pub tolerated: usize,
    /// Cases of the level that counts which did not go as they should.
    pub failed: usize,
    /// Cases below that level which did not: worth knowing, not a failure.
    pub differed: usize,
    /// Cases that were blocked by others.
    pub blocked: usize,
    /// Cases of which nothing could be found out.
    pub untested: usize,
    /// Cases that were not played, because of what is known of the server.
    pub skipped: usize,
    /// Why the run as a whole says nothing about the server, if so.
    pub trouble: Option<String>,
    /// How long it all took, in seconds.
    #[serde(serialize_with = "seconds")]
    pub elapsed: Duration,
}

impl Summary {
    /// How many cases there is something to say about.
    #[must_use]
    pub const fn played(&self) -> usize {
        self.passed + self.tolerated + self.failed + self.differed + self.blocked + self.untested
    }
}

fn seconds<S: serde::Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(time.as_secs_f64())
}
