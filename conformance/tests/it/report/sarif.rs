//! SARIF, read by a library whose types are made from the standard's schema.

use serde_json::Value;
use serde_sarif::sarif::Sarif;

use zk_conformance::judge::Catalogue;
use zk_conformance::judge::Options;
use zk_conformance::report::Format;
use zk_conformance::report::Mark;
use zk_conformance::server::Flaw;

use super::runs::all_sorts;
use super::runs::flawed;

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

#[test]
fn nothing_in_it_is_unknown_to_the_standard() {
    let runs = all_sorts();
    let log = Format::Sarif.render(&runs).expect("a report");
    let typed: Sarif = serde_json::from_str(&log).expect("SARIF");
    let mut written: Value = serde_json::from_str(&log).expect("JSON");
    let mut read = serde_json::to_value(&typed).expect("JSON");
    assert_eq!(read["runs"].as_array().map(Vec::len), Some(runs.len()));
    for value in [&mut written, &mut read] {
        prune(value);
    }
    assert_eq!(read, written, "what the types do not know would be gone");
}

/// Leaves out what says nothing: types that are read and written may add or drop it.
fn prune(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.values_mut().for_each(prune);
            fields.retain(|_, value| !value.is_null() && value != &Value::Array(Vec::new()));
        }
        Value::Array(items) => items.iter_mut().for_each(prune),
        _ => {}
    }
}

#[test]
fn results_point_to_rules_and_runs_say_whether_they_came_to_an_end() {
    let runs = all_sorts();
    let log: Value =
        serde_json::from_str(&Format::Sarif.render(&runs).expect("a report")).expect("JSON");
    for (run, said) in runs.iter().zip(list(&log["runs"])) {
        let rules = list(&said["tool"]["driver"]["rules"]);
        let results = list(&said["results"]);
        let wrong = [Mark::Failed, Mark::Differs, Mark::Excused];
        let wrong: usize = wrong.into_iter().map(|mark| run.count(mark)).sum();
        assert_eq!(results.len(), wrong);
        let excused = |result: &&Value| !list(&result["suppressions"]).is_empty();
        assert_eq!(
            results.iter().filter(excused).count(),
            run.count(Mark::Excused)
        );
        for result in results {
            let index = result["ruleIndex"]
                .as_u64()
                .and_then(|index| usize::try_from(index).ok());
            let rule = index.and_then(|index| rules.get(index)).expect("a rule");
            assert_eq!(rule["id"], result["ruleId"]);
            assert!(
                !list(&result["locations"]).is_empty(),
                "code scanning wants a place"
            );
        }
        let invocation = &said["invocations"][0];
        assert_eq!(invocation["executionSuccessful"], run.trouble().is_none());
        let told = list(&invocation["toolExecutionNotifications"]).len();
        let open = [Mark::Untested, Mark::Blocked, Mark::Skipped];
        let open: usize = open.into_iter().map(|mark| run.count(mark)).sum();
        assert_eq!(told, open + run.remarks().len());
    }
}

#[test]
fn a_place_is_a_line_of_a_file_of_cases() {
    let run = flawed(Flaw::NoPasswordCheck, Options::default());
    let log: Value =
        serde_json::from_str(&Format::Sarif.render(&[run]).expect("a report")).expect("JSON");
    let result = &log["runs"][0]["results"][0];
    let place = &result["locations"][0]["physicalLocation"];
    let file = format!(
        "{}/{}",
        env!("CARGO_MANIFEST_DIR"),
        text(&place["artifactLocation"]["uri"])
    );
    let cases = std::fs::read_to_string(&file).expect(&file);
    let line = place["region"]["startLine"].as_u64().expect("a line");
    let before = cases.lines().take(usize::try_from(line).expect("a line"));
    let script = before
        .filter_map(|line| line.strip_prefix("script "))
        .last();
    let name = &result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"];
    assert_eq!(script, Some(text(name)));
}

#[test]
fn every_group_is_a_file_of_cases() {
    let catalogue = Catalogue::embedded().expect("the catalogue is in order");
    for case in catalogue.cases() {
        let path = format!("{}/cases/{}.zkt", env!("CARGO_MANIFEST_DIR"), case.group());
        assert!(std::path::Path::new(&path).exists(), "{path}");
    }
}
