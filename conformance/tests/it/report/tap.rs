//! TAP, read by a parser of its grammar.

use zk_conformance::report::Format;
use zk_conformance::report::Mark;
use zk_conformance::report::Run;

use super::runs::HOSTILE;
use super::runs::all_sorts;
use super::runs::sound;

/// A document or a subtest, parsed.
#[derive(Debug, Default)]
struct Tap {
    plan: usize,
    points: Vec<Point>,
    bailed: Option<String>,
}

#[derive(Debug, Default)]
struct Point {
    ok: bool,
    name: String,
    directive: Option<String>,
    yaml: Vec<(String, serde_json::Value)>,
    subtest: Option<Tap>,
}

/// Parses what stands at one depth; whatever is not of the grammar is an error.
fn parse(lines: &mut std::iter::Peekable<std::str::Lines<'_>>, depth: usize) -> Tap {
    let indent = " ".repeat(depth * 4);
    let mut tap = Tap::default();
    let mut subtest = None;
    while let Some(line) = lines.peek().and_then(|line| line.strip_prefix(&indent)) {
        if line.starts_with("    ") {
            assert!(subtest.is_none(), "two subtests in a row: {line}");
            subtest = Some(parse(lines, depth + 1));
            continue;
        }
        lines.next();
        if let Some(plan) = line.strip_prefix("1..") {
            tap.plan = plan.parse().expect("a plan is a number");
        } else if let Some(reason) = line.strip_prefix("Bail out! ") {
            tap.bailed = Some(reason.to_owned());
        } else if line == "  ---" {
            let point = tap.points.last_mut().expect("a diagnostic follows a point");
            point.yaml = yaml(lines, &indent);
        } else if !line.starts_with('#') {
            let mut point = point(line, tap.points.len() + 1);
            point.subtest = subtest.take();
            tap.points.push(point);
        }
    }
    tap
}

/// `[not ]ok N - name[ # DIRECTIVE]`.
fn point(line: &str, number: usize) -> Point {
    let (ok, rest) = match line.strip_prefix("not ok ") {
        Some(rest) => (false, rest),
        None => (true, line.strip_prefix("ok ").expect(line)),
    };
    let (found, rest) = rest.split_once(" - ").expect(line);
    assert_eq!(found.parse(), Ok(number), "{line}");
    let mut name = String::new();
    let mut characters = rest.chars();
    let mut directive = None;
    while let Some(character) = characters.next() {
        match character {
            '\\' => name.extend(characters.next()),
            '#' => {
                directive = Some(characters.as_str().trim().to_owned());
                break;
            }
            other => name.push(other),
        }
    }
    Point {
        ok,
        name,
        directive,
        ..Point::default()
    }
}

/// Keys with values that are JSON, which is YAML.
fn yaml(
    lines: &mut std::iter::Peekable<std::str::Lines<'_>>,
    indent: &str,
) -> Vec<(String, serde_json::Value)> {
    let mut found = Vec::new();
    for line in lines.by_ref() {
        let line = line.strip_prefix(indent).expect("it is indented");
        if line == "  ..." {
            return found;
        }
        let (key, value) = line
            .trim_start()
            .split_once(": ")
            .expect("a key and a value");
        found.push((key.to_owned(), serde_json::from_str(value).expect(line)));
    }
    unreachable!("a diagnostic without an end");
}

fn parsed(runs: &[Run]) -> Tap {
    let text = Format::Tap.render(runs).expect("a report");
    let mut lines = text.lines().peekable();
    assert_eq!(lines.next(), Some("TAP version 14"));
    let tap = parse(&mut lines, 0);
    assert_eq!(lines.next(), None, "all of it is of the grammar");
    tap
}

#[test]
fn one_run_is_a_point_a_case() {
    let run = sound();
    let tap = parsed(std::slice::from_ref(&run));
    assert_eq!(
        (tap.plan, tap.points.len()),
        (run.cases.len(), run.cases.len())
    );
    assert!(
        tap.points
            .iter()
            .all(|point| point.ok && point.directive.is_none())
    );
    assert_eq!(tap.bailed, None);
}

#[test]
fn every_mark_has_its_form() {
    for run in all_sorts() {
        let tap = parsed(std::slice::from_ref(&run));
        assert_eq!(tap.bailed.is_some(), run.trouble().is_some());
        assert!(tap.bailed.is_some() || tap.plan == tap.points.len());
        assert_eq!(tap.points.len(), run.cases.len() + run.remarks().len());
        for (point, case) in tap.points.iter().zip(&run.cases) {
            let directive = point.directive.as_deref().unwrap_or_default();
            let word = directive.split(' ').next().unwrap_or_default();
            let form = (point.ok, word);
            match run.mark(case) {
                Mark::Passed | Mark::Tolerated => assert_eq!(form, (true, "")),
                Mark::Differs | Mark::Excused => assert_eq!(form, (false, "TODO")),
                Mark::Blocked | Mark::Skipped => assert_eq!(form, (true, "SKIP")),
                _ => assert_eq!(form, (false, "")),
            }
            let said = |key: &str| point.yaml.iter().find(|(known, _)| known == key);
            if let Some(problem) = case.problem() {
                assert_eq!(
                    said("actual").expect("it is there").1,
                    problem.actual.as_str()
                );
                assert_eq!(said("wire").is_some(), !case.wire.is_empty());
            }
        }
    }
}

#[test]
fn several_runs_are_subtests_and_none_ends_the_others() {
    let runs = all_sorts();
    let tap = parsed(&runs);
    assert_eq!((tap.plan, tap.points.len()), (runs.len(), runs.len()));
    assert_eq!(tap.bailed, None);
    for (point, run) in tap.points.iter().zip(&runs) {
        assert_eq!(point.ok, run.is_fine());
        let subtest = point.subtest.as_ref().expect("a subtest");
        assert_eq!(subtest.plan, subtest.points.len());
        assert_eq!(subtest.bailed, None);
        let bad = |point: &&Point| {
            let todo = point
                .directive
                .as_deref()
                .is_some_and(|text| text.starts_with("TODO"));
            !point.ok && !todo
        };
        assert_eq!(
            subtest.points.iter().any(|point| bad(&point)),
            !run.is_fine()
        );
    }
    let last = tap.points.last().expect("a point");
    assert_eq!(last.name, HOSTILE.replace(['\r', '\n'], " ") + " 0.1.0");
}
