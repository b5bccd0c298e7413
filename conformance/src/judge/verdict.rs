//! From how a script went to what that says about its case.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::judge::Case;
use crate::judge::CaseReport;
use crate::judge::Options;
use crate::judge::Problem;
use crate::judge::Standard;
use crate::judge::Verdict;
use crate::judge::Wire;
use crate::judge::guard::Ended;
use crate::net::Played;
use crate::player;
use crate::transcript::EvalError;

/// What a run of its script says about a case.
pub(super) fn judged(case: &Case, played: &Played, options: &Options) -> CaseReport {
    let verdict = match &played.verdict {
        player::Verdict::Passed { tolerated } if tolerated.is_empty() => Verdict::Passed,
        player::Verdict::Passed { tolerated } => Verdict::Tolerated {
            outcomes: tolerated.clone(),
        },
        player::Verdict::Untested(player::Trouble::Unsuitable { reason }) => Verdict::Skipped {
            reason: reason.clone(),
        },
        // Cases fit themselves, so it is the server's bounds that leave no room.
        player::Verdict::Untested(player::Trouble::Script {
            error: error @ EvalError::Unfit(..),
            ..
        }) => Verdict::Skipped {
            reason: format!("the session timeouts of this server leave no room for it: {error}"),
        },
        player::Verdict::Untested(trouble) => Verdict::Untested {
            reason: trouble.to_string(),
        },
        player::Verdict::Failed(failure) => Verdict::Failed(Problem {
            line: failure.line,
            connection: failure.connection.clone(),
            sent: player::last_sent(&played.log, &failure.connection),
            expected: failure.expected.clone(),
            actual: failure.actual.clone(),
            outcome: failure.outcome.clone(),
        }),
    };
    let mut report = report(case, verdict, &options.standard);
    report.elapsed = played.elapsed;
    report.seen.clone_from(&played.seen);
    if report.verdict != Verdict::Passed || options.wire == Wire::All {
        report.wire = player::wire_log(&played.log);
    }
    report
}

/// A report of a case that was not played, or of which nothing else is known.
pub(super) fn report(case: &Case, verdict: Verdict, standard: &Standard) -> CaseReport {
    let (verdict, excuse) = standard.hold(case, verdict);
    CaseReport {
        id: case.id.clone(),
        name: case.name.clone(),
        level: case.level,
        title: case.title.clone(),
        clause: case.clause.clone(),
        why: case.why.clone(),
        verdict,
        excuse,
        elapsed: Duration::ZERO,
        discarded: Vec::new(),
        seen: BTreeMap::new(),
        wire: Vec::new(),
        server_log: Vec::new(),
    }
}

/// The report of a case during which the server came to its end.
pub(super) fn crashed(
    case: &Case,
    played: CaseReport,
    ended: Ended,
    standard: &Standard,
) -> CaseReport {
    let sent = match &played.verdict {
        Verdict::Failed(problem) => problem.sent.clone(),
        _ => None,
    };
    let verdict = Verdict::Failed(Problem {
        line: 0,
        connection: String::new(),
        sent,
        expected: vec!["the server lives on".to_owned()],
        actual: format!("the server came to its end: {}", ended.how),
        outcome: Some("crashed".to_owned()),
    });
    CaseReport {
        why: "Every client loses its connection, and sessions end that should not.".to_owned(),
        elapsed: played.elapsed,
        wire: played.wire,
        server_log: ended.log,
        ..report(case, verdict, standard)
    }
}

impl Verdict {
    /// Whether the case went as it may.
    #[must_use]
    pub const fn is_fine(&self) -> bool {
        matches!(self, Self::Passed | Self::Tolerated { .. })
    }

    pub(super) fn in_words(&self) -> String {
        match self {
            Self::Passed | Self::Tolerated { .. } => "it passed".to_owned(),
            Self::Failed(problem) => problem.to_string(),
            Self::Blocked { by } => format!("blocked by {by}"),
            Self::Untested { reason } | Self::Skipped { reason } => reason.clone(),
        }
    }
}
