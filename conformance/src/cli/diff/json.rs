//! Findings for programs.

use crate::cli::diff::Findings;
use crate::cli::say;
use crate::hunt::diff::Answer;
use crate::hunt::diff::Difference;

pub(super) fn show(findings: &Findings) {
    let answers = |answers: &[Answer]| -> Vec<serde_json::Value> {
        let answers = answers.iter();
        let answers = answers.map(|it| serde_json::json!({ "said": &*it.said, "count": it.count }));
        answers.collect()
    };
    let variants = |difference: &Difference| -> Vec<String> {
        let variants = difference.variants.iter();
        variants.map(ToString::to_string).collect()
    };
    let differences = findings.differences.iter().enumerate();
    let differences = differences.map(|(index, difference)| {
        serde_json::json!({
            "sequence": difference.sequence.to_string(),
            "steps": difference.sequence.len(),
            "rates_only": difference.is_of_rates,
            "summary": difference.in_words(),
            "a": answers(&difference.answers[0]),
            "b": answers(&difference.answers[1]),
            "variants": variants(difference),
            "file": findings.files.get(index),
        })
    });
    let cases = findings.cases.different.iter().map(|case| {
        serde_json::json!({
            "id": case.id,
            "name": case.name,
            "a": case.outcomes[0],
            "b": case.outcomes[1],
        })
    });
    say(serde_json::json!({
        "schema": 1,
        "a": findings.names[0],
        "b": findings.names[1],
        "seed": findings.seed,
        "sequences": findings.effort.sequences,
        "runs": findings.effort.runs,
        "cases": findings.cases.compared,
        "cases_left_out": findings.cases.left_out,
        "elapsed_ms": u64::try_from(findings.elapsed.as_millis()).unwrap_or(u64::MAX),
        "tolerated": findings.tolerated,
        "open": findings.open,
        "trouble": findings.trouble.as_ref().map(|trouble| &trouble.message),
        "differences": differences.collect::<Vec<_>>(),
        "case_differences": cases.collect::<Vec<_>>(),
    }));
}
