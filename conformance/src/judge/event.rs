//! What happens in a run, told as it happens. Every report is made from this.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use serde::Deserialize;
use serde::Serialize;

use crate::judge::Broken;
use crate::judge::Citation;
use crate::judge::Discarded;
use crate::judge::Excuse;
use crate::judge::Level;
use crate::judge::Product;
use crate::judge::Tally;

/// Something that happened in a run.
///
/// As JSON, one a line, this is the machine-readable report; `schema/events.schema.json` in the
/// crate says what is in it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Event {
    /// The run begins.
    RunStarted(Box<RunInfo>),
    /// A case is over.
    CaseFinished(Box<CaseReport>),
    /// The server under test came to its end, and was started again.
    ServerEnded(Crash),
    /// What an expectation file says is not true.
    ExpectationBroken(Broken),
    /// The run is over.
    RunFinished(Summary),
    /// All runs of a stress test are over.
    StressFinished(Tally),
}

/// What is judged in a run, and how.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct RunInfo {
    /// Version of this format: counts up when a field changes its meaning or goes away.
    pub schema: u32,
    /// Version of the tool.
    pub version: String,
    /// What is judged.
    pub product: Product,
    /// How it is reached: `embedded server` or `TCP`.
    pub target: String,
    /// Where it listens: told to who is there, and never written.
    #[serde(skip)]
    pub address: Option<SocketAddr>,
    /// How many cases were chosen.
    pub cases: usize,
    /// The bounds of the session timeout that the server granted, in milliseconds.
    pub min_session_timeout: i64,
    /// See `min_session_timeout`.
    pub max_session_timeout: i64,
    /// The level down to which a case that does not hold is a failure.
    pub level: Level,
    /// What its random choices came from, if it made any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// How the run was asked to go about it, by the names of the command line.
    pub options: BTreeMap<String, String>,
    /// The kind of server it is held to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// The ids of the cases, in the order in which they are started.
    pub selected: Vec<String>,
}

/// How one case went.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
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
    /// What breaks if it does not hold.
    pub why: String,
    /// How it went.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// Why it does not count that it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excuse: Option<Excuse>,
    /// How long it took, in seconds of the clock it ran on.
    #[serde(default, skip_serializing_if = "Duration::is_zero", with = "seconds")]
    pub elapsed: Duration,
    /// Tries that did not count, since this machine or the server was late meanwhile.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub discarded: Vec<Discarded>,
    /// The named outcomes that came about, in line, and how often: once, or as often as a race was
    /// run.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub seen: BTreeMap<String, u32>,
    /// What went over the wire, if it was kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wire: Vec<String>,
    /// What the server printed before it came to its end, if it did so during this case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub server_log: Vec<String>,
}

/// How the server under test came to its end.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Crash {
    /// How it ended, such as its exit status.
    pub how: String,
    /// The last lines it printed.
    pub log: Vec<String>,
    /// The ids of the cases under way.
    pub during: Vec<String>,
    /// The ids of those during which it happened again when they were played alone.
    pub by: Vec<String>,
}

/// How a case went.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
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
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
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
}

/// How a run went.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
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
    /// Cases that failed as they are known to, whatever their level.
    pub excused: usize,
    /// Cases that were not played, because of what is known of the server.
    pub skipped: usize,
    /// Entries of expectation files that are not true.
    pub broken: usize,
    /// Ends of the server under test that no case played alone brings about.
    pub unexplained_crashes: usize,
    /// Why the run as a whole says nothing about the server, if so.
    pub trouble: Option<String>,
    /// How long it all took, in seconds.
    #[serde(default, skip_serializing_if = "Duration::is_zero", with = "seconds")]
    pub elapsed: Duration,
}

impl Summary {
    /// How many cases there is something to say about.
    #[must_use]
    pub const fn played(&self) -> usize {
        self.passed
            + self.tolerated
            + self.failed
            + self.excused
            + self.differed
            + self.blocked
            + self.untested
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let expected = self.expected.join(" or ");
        write!(f, "expected {expected}; actual: {}", self.actual)
    }
}

impl RunInfo {
    /// The version of the format that this crate writes.
    pub const SCHEMA: u32 = 1;
}

/// A duration as a number of seconds.
mod seconds {
    use std::time::Duration;

    use serde::Deserialize;
    use serde::Deserializer;
    use serde::Serializer;
    use serde::de::Error;

    pub(super) fn serialize<S: Serializer>(time: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_f64(time.as_secs_f64())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        Duration::try_from_secs_f64(f64::deserialize(from)?).map_err(D::Error::custom)
    }
}
