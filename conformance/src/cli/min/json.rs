//! What came of it, for programs.

use std::time::Duration;

use crate::cli::min::Arguments;
use crate::cli::min::Outcome;
use crate::cli::min::Shrunk;
use crate::cli::say;

pub(super) fn show(arguments: &Arguments, outcome: &Outcome, elapsed: Duration) {
    let shrunk = outcome.shrunk.as_ref();
    say(serde_json::json!({
        "schema": 1,
        "input": arguments.file.display().to_string(),
        "target": outcome.target,
        "runs": outcome.played,
        "elapsed_ms": u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
        "shrunk": shrunk.map(|shrunk| json(arguments, shrunk)),
    }));
}

fn json(arguments: &Arguments, shrunk: &Shrunk) -> serde_json::Value {
    let out = arguments.out.as_ref();
    serde_json::json!({
        "script": shrunk.after.name,
        "failure": shrunk.failure,
        "steps_before": shrunk.before.steps.len(),
        "steps": shrunk.after.steps.len(),
        "failed": shrunk.rate.failed,
        "times": shrunk.rate.times,
        "transcript": shrunk.transcript().to_string(),
        "file": out.map(|path| path.display().to_string()),
    })
}
