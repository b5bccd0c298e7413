//! The stream of events: it fits its schema, comes back as what it was, and what is no stream is
//! said to be none.

use std::time::Duration;

use jsonschema::Validator;
use serde_json::Value;

use zk_conformance::report::Format;
use zk_conformance::report::Run;
use zk_conformance::report::SCHEMA;
use zk_conformance::report::merge;
use zk_conformance::report::read;
use zk_conformance::report::stable;

use super::runs::all_sorts;
use super::runs::sound;

fn lines(runs: &[Run]) -> String {
    Format::Jsonl.render(runs).expect("a stream")
}

fn validator(schema: &str) -> Validator {
    let schema: Value = serde_json::from_str(schema).expect("the schema is JSON");
    jsonschema::meta::validate(&schema).expect("the schema is a schema");
    jsonschema::validator_for(&schema).expect("the schema can be used")
}

/// What does not fit a schema.
pub(crate) fn errors(schema: &str, value: &Value) -> Vec<String> {
    let validator = validator(schema);
    let errors = validator.iter_errors(value).map(|it| it.to_string());
    errors.collect()
}

#[test]
fn every_event_fits_the_schema() {
    let validator = validator(SCHEMA);
    let runs = all_sorts();
    for line in lines(&runs).lines() {
        let event: Value = serde_json::from_str(line).expect("a line is JSON");
        let errors: Vec<_> = validator
            .iter_errors(&event)
            .map(|e| e.to_string())
            .collect();
        assert_eq!(errors, Vec::<String>::new(), "{line}");
    }
}

#[test]
fn the_schema_does_not_take_everything() {
    let validator = validator(SCHEMA);
    let text = lines(&[sound()]);
    let mut events = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("a line is JSON"));
    let (started, case) = (events.next().expect("one"), events.next().expect("another"));
    let with = |event: &Value, field: &str, value: Value| {
        let mut event = event.clone();
        event[field] = value;
        event
    };
    for wrong in [
        with(&started, "address", "127.0.0.1:2181".into()),
        with(&started, "schema", 2.into()),
        with(&started, "level", "most".into()),
        with(&case, "verdict", "fine".into()),
        with(&case, "verdict", "failed".into()),
        with(&case, "id", "0409".into()),
        with(&case, "surprise", true.into()),
    ] {
        assert!(!validator.is_valid(&wrong), "{wrong}");
    }
}

#[test]
fn what_is_written_is_read_back() {
    let mut runs = all_sorts();
    for run in &mut runs {
        run.info.address = None;
    }
    let text = lines(&runs);
    assert_eq!(read(text.as_bytes()).expect("a stream"), runs);
}

#[test]
fn no_address_is_written() {
    let runs = all_sorts();
    assert!(runs.iter().any(|run| run.info.address.is_some()));
    for format in [Format::Jsonl, Format::Junit, Format::Sarif, Format::Html] {
        let text = format.render(&runs).expect("a report");
        assert!(!text.contains("127.0.0.1"), "{format:?}");
    }
}

#[test]
fn a_run_that_was_cut_off_counts_as_interrupted() {
    let text = lines(&[sound()]);
    let cut = &text[..text.len() - 10];
    let runs = read(cut.as_bytes()).expect("what is left of a stream");
    assert_eq!(runs[0].summary, None);
    assert_eq!(runs[0].trouble(), Some("the run was interrupted"));
    assert!(!runs[0].is_fine());
    assert_eq!(runs[0].cases.len(), runs[0].info.cases);
}

#[test]
fn what_is_no_stream_says_where() {
    let text = lines(&[sound()]);
    let started = text.lines().next().expect("a line");
    let newer = started.replace("\"schema\":1", "\"schema\":99");
    let later = text.lines().nth(1).expect("a line");
    for (text, says) in [
        (String::new(), "there is no run in it"),
        ("\n\n".to_owned(), "there is no run in it"),
        ("<xml/>".to_owned(), "line 1 is no event of a run"),
        (
            format!("{started}\nnonsense\n"),
            "line 2 is no event of a run",
        ),
        (
            format!("{started}\n{{\"event\":\"rained\"}}\n"),
            "line 2 is no event of a run",
        ),
        (
            newer,
            "line 1: the run is in version 99 of the format, and 1 is the latest",
        ),
        (later.to_owned(), "line 1: the event is outside of a run"),
    ] {
        let error = read(text.as_bytes()).expect_err(&text).to_string();
        assert!(error.starts_with(says), "{error}");
    }
}

#[test]
fn numbers_of_any_size_make_reports() {
    let mut run = sound();
    for case in &mut run.cases {
        case.elapsed = Duration::MAX;
        case.seen = [("a".to_owned(), u32::MAX), ("b".to_owned(), u32::MAX)].into();
    }
    if let Some(summary) = &mut run.summary {
        summary.elapsed = Duration::MAX;
    }
    let runs = [run.clone(), run.clone(), run];
    for format in [
        Format::Junit,
        Format::Tap,
        Format::Sarif,
        Format::Github,
        Format::Markdown,
        Format::Html,
    ] {
        assert!(format.render(&runs).is_ok(), "{format:?}");
    }
}

#[test]
fn a_field_that_is_not_known_is_left_aside() {
    let text = lines(&[sound()]).replace("\"cases\":", "\"news\":[1],\"cases\":");
    assert!(read(text.as_bytes()).is_ok());
}

#[test]
fn merging_does_not_depend_on_the_order() {
    let runs = all_sorts();
    let mut turned = runs.clone();
    turned.reverse();
    turned.iter_mut().for_each(|run| run.cases.reverse());
    let merged = merge(runs);
    assert_eq!(lines(&merge(turned)), lines(&merged));
    assert_eq!(lines(&merge(merged.clone())), lines(&merged));
}

#[test]
fn later_versions_come_later() {
    let of = |version: &str| {
        let mut run = sound();
        run.info.product.version = Some(version.to_owned());
        run
    };
    let merged = merge(["3.10.0", "3.9.3", "3.4.14"].map(of));
    let versions = merged.iter().map(|run| run.info.product.version.as_deref());
    let versions: Vec<_> = versions.flatten().collect();
    assert_eq!(versions, ["3.4.14", "3.9.3", "3.10.0"]);
}

#[test]
fn stable_runs_are_equal_byte_by_byte() {
    let text = |mut run: Run| {
        // As a busy machine and another server would have it.
        run.cases.rotate_left(5);
        for case in &mut run.cases {
            case.elapsed += Duration::from_millis(3);
        }
        lines(&[stable(run)])
    };
    let once = text(sound());
    let mut again = sound();
    again.cases.reverse();
    assert_eq!(text(again), once);
    assert!(!once.contains("elapsed"), "{once}");
    assert!(
        once.contains("\"seen\":{\"answered\":20}"),
        "the rates stay"
    );
    for run in all_sorts().into_iter().map(stable) {
        let text = lines(std::slice::from_ref(&run));
        assert!(!text.contains("\"wire\":"), "{text}");
        assert!(!text.contains("sessionId=0x1"), "{text}");
    }
}
