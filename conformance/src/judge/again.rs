//! What a busy machine can bring about is no verdict: the case is played again.

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde::Serialize;

use crate::judge::Case;
use crate::judge::CaseReport;
use crate::judge::Options;
use crate::judge::Subject;
use crate::judge::Verdict;
use crate::judge::run::play;
use crate::judge::verdict::judged;
use crate::net::Late;
use crate::net::Pulse;
use crate::transcript::Bindings;

/// From when on a delay of this machine or of the server can change how a case goes: less than the
/// cases allow for, and more than machines with nothing else to do show.
pub(crate) const LATE: Duration = Duration::from_millis(50);

/// How often a case is played at most. What it comes to the last time counts, unless it fails and
/// this machine was late then, too: that says nothing about the server.
const TRIES: usize = 5;

/// A try that did not count.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Discarded {
    /// How late this machine or the server was meanwhile, in milliseconds.
    pub late_ms: u64,
    /// What was seen instead of what the reference does.
    pub actual: String,
}

/// Plays a case, and again if it does not pass while the machine or the server is late.
///
/// What is seen on time is final: a server that does it wrong now and then is not given a second
/// chance.
pub(super) async fn play_on_time(
    case: &Case,
    subject: &Subject,
    bindings: &Bindings,
    options: &Options,
    pulse: Option<&Pulse>,
) -> CaseReport {
    let mut discarded = Vec::new();
    loop {
        let began = pulse.map(Pulse::now);
        let (subject, bindings) = (subject.clone(), bindings.clone());
        let played = play(subject, Arc::clone(&case.script), bindings, options).await;
        let report = judged(case, &played, options);
        let late = match (pulse, began) {
            (Some(pulse), Some(began)) => pulse.worst_since(began).max(played.late),
            _ => Late::default(),
        };
        let plain = matches!(report.verdict, Verdict::Passed | Verdict::Skipped { .. });
        let as_known = plain || report.excuse.is_some();
        let worst = late.machine.max(late.server);
        let is_last = discarded.len() + 1 >= TRIES;
        // What is allowed needs no better occasion than that.
        let stands = late.machine < LATE || report.verdict.is_fine();
        if as_known || worst < LATE || (is_last && stands) {
            return CaseReport {
                discarded,
                ..report
            };
        }
        discarded.push(Discarded {
            late_ms: u64::try_from(worst.as_millis()).unwrap_or(u64::MAX),
            actual: actual(&report.verdict),
        });
        if is_last {
            return CaseReport {
                verdict: Verdict::Untested {
                    reason: format!(
                        "this machine has too much to do: it was late every one of {TRIES} times \
                         it was played, by up to {} ms",
                        discarded.iter().map(|one| one.late_ms).max().unwrap_or(0)
                    ),
                },
                discarded,
                ..report
            };
        }
    }
}

fn actual(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Failed(problem) => problem.actual.clone(),
        Verdict::Tolerated { outcomes } => outcomes.join(", "),
        other => other.in_words(),
    }
}
