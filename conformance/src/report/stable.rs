//! What changes from run to run, taken out.

use std::time::Duration;

use crate::judge::CaseReport;
use crate::judge::Verdict;
use crate::report::Run;

/// The run without what depends on the day: times, session ids, passwords, zxids, wire logs.
///
/// Two runs with equal verdicts come out with equal bytes, whatever order their cases ended in, but
/// for races: how often they came out in which way is all there is to tell of them, and stays.
#[must_use]
pub fn stable(mut run: Run) -> Run {
    run.cases.sort_by(|one, other| one.id.cmp(&other.id));
    run.cases.iter_mut().for_each(still);
    if let Some(summary) = &mut run.summary {
        summary.elapsed = Duration::ZERO;
        if let Some(trouble) = &mut summary.trouble {
            *trouble = masked(trouble);
        }
    }
    for crash in &mut run.crashes {
        crash.log = Vec::new();
        crash.during.sort();
    }
    run
}

fn still(case: &mut CaseReport) {
    case.elapsed = Duration::ZERO;
    case.discarded = Vec::new();
    case.wire = Vec::new();
    case.server_log = Vec::new();
    match &mut case.verdict {
        Verdict::Passed
        | Verdict::Tolerated { .. }
        | Verdict::Blocked { .. }
        | Verdict::Skipped { .. } => {}
        Verdict::Failed(problem) => {
            problem.actual = masked(&without_length(&problem.actual));
            problem.sent = problem.sent.as_deref().map(masked);
        }
        Verdict::Untested { reason } => *reason = masked(reason),
    }
}

/// How long nothing was seen is up to the machine.
fn without_length(actual: &str) -> String {
    let Some((before, rest)) = actual.split_once("nothing for ") else {
        return actual.to_owned();
    };
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    format!("{before}nothing for …{rest}")
}

/// The fields that a server chooses.
const CHOSEN: [&str; 5] = ["sessionId=", "passwd=", "zxid=", "lastZxidSeen=", "Zxid="];

/// `…` for what a server chose; what says "none", such as `0x0`, stays.
fn masked(text: &str) -> String {
    let words = text.split(' ').map(|word| {
        let chosen = CHOSEN.iter().find_map(|field| {
            let value = word.strip_prefix(field)?;
            let plain = ["0x0", "-1", "null", "00*16"];
            let bare = value.trim_end_matches([',', ';', ')']);
            let symbol = bare.starts_with('@') || plain.contains(&bare) || bare.starts_with('"');
            (!symbol).then(|| format!("{field}…{}", &value[bare.len()..]))
        });
        chosen.unwrap_or_else(|| word.to_owned())
    });
    let words: Vec<_> = words.collect();
    words.join(" ")
}
