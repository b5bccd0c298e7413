//! The Test Anything Protocol, version 14.

use std::fmt::Write;

use serde_json::json;

use crate::judge::CaseReport;
use crate::report::Mark;
use crate::report::Run;

/// The runs as TAP; several of them as a subtest each.
pub(super) fn render(runs: &[Run]) -> String {
    let mut text = "TAP version 14\n".to_owned();
    if let [run] = runs {
        let points = points(run);
        // A run that ended early keeps the plan that it did not fulfil.
        let missing = run.info.cases.saturating_sub(run.cases.len());
        let early = run.trouble().filter(|_| missing > 0);
        let plan = points.len() + early.map_or(0, |_| missing);
        line(&mut text, &format!("1..{plan}"));
        text.extend(points);
        if let Some(trouble) = early {
            line(&mut text, &format!("Bail out! {}", one_line(trouble)));
        }
        return text;
    }
    line(&mut text, &format!("1..{}", runs.len()));
    for (index, run) in runs.iter().enumerate() {
        let product = escaped(&run.info.product.to_string());
        line(&mut text, &format!("# Subtest: {product}"));
        for inner in subtest(run).lines() {
            line(&mut text, &format!("    {inner}"));
        }
        let not = if run.is_fine() { "" } else { "not " };
        line(&mut text, &format!("{not}ok {} - {product}", index + 1));
    }
    text
}

/// A run among others. To bail out would end them all, so what is in the way is a point.
fn subtest(run: &Run) -> String {
    let points = points(run);
    format!("1..{}\n{}", points.len(), points.concat())
}

/// A point a case, and one for each thing that is wrong with the run as a whole.
fn points(run: &Run) -> Vec<String> {
    let mut points = Vec::new();
    for case in &run.cases {
        points.push(point(points.len() + 1, run.mark(case), case));
    }
    for remark in run.remarks() {
        let number = points.len() + 1;
        points.push(format!("not ok {number} - {}\n", escaped(&remark)));
    }
    points
}

fn point(number: usize, mark: Mark, case: &CaseReport) -> String {
    let mut text = String::new();
    let (ok, directive) = match mark {
        Mark::Passed | Mark::Tolerated => ("ok", String::new()),
        Mark::Differs => ("not ok", format!(" # TODO {} only", case.level)),
        Mark::Excused => ("not ok", " # TODO it is known".to_owned()),
        Mark::Skipped | Mark::Blocked => ("ok", format!(" # SKIP {}", escaped(&case.remark()))),
        Mark::Untested | Mark::Failed => ("not ok", String::new()),
    };
    let name = escaped(&format!("{} {}: {}", case.id, case.name, case.title));
    line(&mut text, &format!("{ok} {number} - {name}{directive}"));
    if let Mark::Passed | Mark::Skipped | Mark::Blocked = mark {
        return text;
    }
    // A line of JSON is a line of YAML.
    line(&mut text, "  ---");
    let mut say = |key: &str, value: serde_json::Value| {
        line(&mut text, &format!("  {key}: {value}"));
    };
    say("level", json!(case.level));
    say("message", json!(case.remark()));
    if let Some(problem) = case.problem() {
        say("sent", json!(problem.sent));
        say("expected", json!(problem.expected));
        say("actual", json!(problem.actual));
        say("why", json!(case.why));
        say("clause", json!(case.clause.to_string()));
    }
    if !case.wire.is_empty() {
        say("wire", json!(case.wire));
    }
    if !case.server_log.is_empty() {
        say("server", json!(case.server_log));
    }
    line(&mut text, "  ...");
    text
}

fn line(text: &mut String, line: &str) {
    let _ = writeln!(text, "{line}");
}

/// A description in which nothing is a directive.
fn escaped(text: &str) -> String {
    one_line(text).replace('\\', "\\\\").replace('#', "\\#")
}

fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}
