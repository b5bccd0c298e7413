//! SARIF 2.1.0, for code scanning.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::json;

use crate::judge::CaseReport;
use crate::judge::Level;
use crate::report::Mark;
use crate::report::Run;

/// The runs as one SARIF log. A case is a rule; a rule that does not hold is a result; what could
/// not be found out is a notification of the run.
pub(super) fn render(runs: &[Run]) -> serde_json::Result<String> {
    let runs: Vec<_> = runs.iter().map(of_run).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": runs,
    });
    let mut text = serde_json::to_string_pretty(&log)?;
    text.push('\n');
    Ok(text)
}

fn of_run(run: &Run) -> Value {
    let mut rules: BTreeMap<&str, &CaseReport> = BTreeMap::new();
    for case in &run.cases {
        rules.entry(&case.id).or_insert(case);
    }
    let places: BTreeMap<_, _> = rules.keys().enumerate().map(|(at, id)| (*id, at)).collect();
    let results: Vec<_> = run
        .cases
        .iter()
        .filter_map(|case| result(run, case, places.get(case.id.as_str())))
        .collect();
    let product = &run.info.product;
    json!({
        "tool": { "driver": {
            "name": "zkspec",
            "semanticVersion": run.info.version,
            "rules": rules.values().map(|case| rule(case)).collect::<Vec<_>>(),
        }},
        "automationDetails": { "id": format!("zkspec/{product}/") },
        "invocations": [{
            "executionSuccessful": run.trouble().is_none(),
            "toolExecutionNotifications": notifications(run),
        }],
        "columnKind": "utf16CodeUnits",
        "results": results,
        "properties": {
            "product": product,
            "minSessionTimeout": run.info.min_session_timeout,
            "maxSessionTimeout": run.info.max_session_timeout,
            "options": run.info.options,
        },
    })
}

fn rule(case: &CaseReport) -> Value {
    json!({
        "id": case.id,
        "name": case.name,
        "shortDescription": { "text": case.title },
        "fullDescription": { "text": case.clause.to_string() },
        "help": { "text": format!("{} zkspec explain {} says more.", case.why, case.id) },
        "defaultConfiguration": { "level": severity(case.level) },
        "properties": {
            "tags": [case.group(), case.level, case.clause.id],
            "problem.severity": match case.level {
                Level::Must => "error",
                Level::Should => "warning",
                Level::May | Level::Quirk => "recommendation",
            },
        },
    })
}

fn result(run: &Run, case: &CaseReport, rule: Option<&usize>) -> Option<Value> {
    let problem = case.problem()?;
    let suppressions: Vec<_> = case
        .excuse
        .iter()
        .map(|excuse| json!({ "kind": "external", "justification": excuse.to_string() }))
        .collect();
    let symptom = problem.outcome.as_deref().unwrap_or("otherwise");
    Some(json!({
        "ruleId": case.id,
        "ruleIndex": rule,
        "kind": "fail",
        "level": severity(case.level),
        "message": { "text": format!("{}: {problem}", case.title) },
        "locations": [{
            "physicalLocation": {
                "artifactLocation": { "uri": format!("cases/{}.zkt", case.group()) },
                "region": { "startLine": problem.line.max(1) },
            },
            "logicalLocations": [{
                "name": case.slug(),
                "fullyQualifiedName": case.name,
                "kind": "member",
            }],
        }],
        "partialFingerprints": {
            "caseAndSymptom/v1": format!("{}:{symptom}:{}", case.id, run.info.product),
        },
        "suppressions": suppressions,
        "properties": {
            "sent": problem.sent,
            "expected": problem.expected,
            "actual": problem.actual,
            "why": case.why,
            "wire": case.wire,
            "server": case.server_log,
        },
    }))
}

const fn severity(level: Level) -> &'static str {
    match level {
        Level::Must => "error",
        Level::Should => "warning",
        Level::May | Level::Quirk => "note",
    }
}

fn notifications(run: &Run) -> Vec<Value> {
    let of_cases = run
        .cases
        .iter()
        .filter(|case| {
            let mark = run.mark(case);
            matches!(mark, Mark::Untested | Mark::Blocked | Mark::Skipped)
        })
        .map(|case| {
            json!({
                "associatedRule": { "id": case.id },
                "level": "warning",
                "message": { "text": case.remark() },
            })
        });
    let of_the_run = run
        .remarks()
        .into_iter()
        .map(|remark| json!({ "level": "error", "message": { "text": remark } }));
    of_cases.chain(of_the_run).collect()
}
