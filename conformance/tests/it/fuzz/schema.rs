//! The events of `zkspec fuzz`, held against their schema.

use std::collections::BTreeSet;

use serde_json::Value;
use serde_json::json;
use zk_conformance::fuzz::Event;
use zk_conformance::fuzz::SCHEMA;
use zk_conformance::fuzz::Start;
use zk_conformance::server::Flaw;
use zk_conformance::server::Flaws;

use super::on_virtual_time;
use super::options;
use crate::report::stream::errors;

/// An event of each kind, as JSON.
fn events() -> Vec<Value> {
    let flaws = Flaws::NONE.with(Flaw::PingXidZero);
    let mut little = options(600);
    little.most_kept = 50;
    let (count, mut events) = on_virtual_time(flaws, little);
    let mut start = Start::default();
    start.schema = 1;
    events.insert(0, Event::FuzzStarted(start));
    events.push(Event::FuzzFinished(count));
    let json = events.iter().map(serde_json::to_value);
    json.collect::<Result<_, _>>().expect("JSON")
}

#[test]
fn every_event_fits_the_schema() {
    let mut kinds = BTreeSet::new();
    for event in events() {
        assert_eq!(errors(SCHEMA, &event), Vec::<String>::new(), "{event}");
        kinds.insert(event["event"].to_string());
    }
    assert_eq!(kinds.len(), 6, "{kinds:?}");
}

#[test]
fn the_schema_does_not_take_everything() {
    let events = events();
    let first = |kind: &str| {
        let mut events = events.iter();
        events.find(|it| it["event"] == kind).expect(kind).clone()
    };
    for (kind, field, value) in [
        ("fuzz-started", "schema", json!(2)),
        ("fuzz-started", "shard", json!("first")),
        ("fuzz-progress", "runs", json!(-1)),
        ("fuzz-progress", "surprise", json!(1)),
        ("fuzz-kept", "sequence", json!("")),
        ("fuzz-full", "what", json!("stomach")),
        ("fuzz-full", "most", json!(0)),
        ("fuzz-full", "surprise", json!(1)),
        ("fuzz-found", "rate", json!([1])),
        ("fuzz-found", "rate", json!([1, 2, 3])),
        ("fuzz-found", "flaws", json!("ping-xid-zero")),
        ("fuzz-found", "surprise", json!(true)),
        ("fuzz-finished", "finds", json!("none")),
        ("fuzz-finished", "event", json!("fuzz-ended")),
    ] {
        let mut event = first(kind);
        event[field] = value;
        assert_ne!(errors(SCHEMA, &event), Vec::<String>::new(), "{event}");
    }
}
