//! Runs to make reports of: real ones, of every verdict that there is.

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::json;

use zk_conformance::judge::CaseReport;
use zk_conformance::judge::Catalogue;
use zk_conformance::judge::Event;
use zk_conformance::judge::Label;
use zk_conformance::judge::Level;
use zk_conformance::judge::Options;
use zk_conformance::judge::Problem;
use zk_conformance::judge::Subject;
use zk_conformance::judge::Verdict;
use zk_conformance::judge::Wire;
use zk_conformance::judge::run;
use zk_conformance::net::InMemoryServer;
use zk_conformance::report::Mark;
use zk_conformance::report::Run;
use zk_conformance::report::Runs;
use zk_conformance::server::Config;
use zk_conformance::server::Flaw;
use zk_conformance::server::Flaws;

/// A run of the catalogue.
pub(super) fn judged(subject: &Subject, options: &Options) -> Run {
    let catalogue = Catalogue::embedded().expect("the catalogue is in order");
    let cases: Vec<_> = catalogue.cases().iter().collect();
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_all().build().expect("a runtime");
    let mut runs = Runs::default();
    let mut tell = |event: &Event| assert!(runs.tell(event.clone()));
    runtime.block_on(run(&catalogue, &cases, subject, options, &mut tell));
    let mut runs = runs.into_vec();
    assert_eq!(runs.len(), 1);
    runs.remove(0)
}

/// A run against the built-in server with a flaw, called by that.
pub(super) fn flawed(flaw: Flaw, mut options: Options) -> Run {
    let config = Config {
        flaws: Flaws::NONE.with(flaw),
        ..Config::default()
    };
    let label = Label {
        transport: Some(flaw.name().to_owned()),
        ..Label::default()
    };
    options.label = label;
    judged(&Subject::Embedded(Box::new(config)), &options)
}

/// Options by which every wire log is kept.
pub(super) fn watched() -> Options {
    let mut options = Options::default();
    options.wire = Wire::All;
    options
}

/// A run against the built-in server as it should be.
pub(super) fn sound() -> Run {
    judged(&Subject::Embedded(Box::default()), &Options::default())
}

/// A run against a server that is not there.
pub(super) fn unreachable() -> Run {
    let server = InMemoryServer::start(Config::default()).expect("a server");
    let address = server.address();
    drop(server);
    judged(&Subject::Tcp(address), &Options::default())
}

/// The run, of another product, with a race that came out now this way, now that.
pub(super) fn raced(mut run: Run) -> Run {
    run.info.product.name = "another".to_owned();
    let mut cases = run.cases.iter_mut();
    let race = cases.find(|case| case.id == "ZK0134").expect("the race");
    let ways = [("answered".to_owned(), 8), ("lost *".to_owned(), 12)];
    race.seen = ways.into();
    run
}

/// Runs in which every mark comes up, one of them of a run that was interrupted, with text in it
/// that no format may take for its own.
pub(super) fn all_sorts() -> Vec<Run> {
    let mut must = Options::default();
    must.level = Level::Must;
    let mut hostile = sound();
    hostile.info.product.name = HOSTILE.to_owned();
    hostile.summary = None;
    hostile.cases.truncate(7);
    for (case, verdict) in hostile.cases.iter_mut().zip(hostile_verdicts()) {
        case.title = HOSTILE.to_owned();
        case.clause.quote = HOSTILE.to_owned();
        case.why = HOSTILE.to_owned();
        case.wire = vec![HOSTILE.to_owned()];
        case.server_log = vec![HOSTILE.to_owned()];
        case.elapsed = Duration::from_millis(1_500);
        case.verdict = verdict;
    }
    // One of the failures is known.
    let known = hostile.cases.get_mut(1).expect("a case");
    known.excuse = Some(from_json(json!({
        "by": HOSTILE, "kind": "known-failing", "reason": HOSTILE, "link": HOSTILE,
    })));
    hostile.crashes = vec![from_json(json!({
        "how": HOSTILE, "log": [HOSTILE], "during": ["ZK0001"], "by": [],
    }))];
    hostile.broken = vec![from_json(json!({
        "file": HOSTILE, "line": 3, "fault": "stale", "case": null, "message": HOSTILE,
    }))];
    let runs = vec![
        sound(),
        flawed(Flaw::NoPasswordCheck, Options::default()),
        flawed(Flaw::LateExpiry, watched()),
        flawed(Flaw::NoClamp, must),
        unreachable(),
        hostile,
    ];
    let marked = |mark| runs.iter().any(|run| run.count(mark) > 0);
    assert!(Mark::ALL.into_iter().all(marked), "every mark comes up");
    runs
}

/// A value that only the judge makes, as it is written.
fn from_json<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).expect("it is written so")
}

/// What some format takes for markup, an escape, a directive, a new line or the end of all.
pub(super) const HOSTILE: &str =
    "</script><b>&amp;\"'`|_*[x](y)\\ # SKIP ::error::%0A @all]]>\r\nok 1";

fn hostile_verdicts() -> Vec<Verdict> {
    let problem = |outcome: Option<&str>| Problem {
        line: 12,
        connection: "A".to_owned(),
        sent: outcome.map(str::to_owned),
        expected: vec![HOSTILE.to_owned(), "fin".to_owned()],
        actual: HOSTILE.to_owned(),
        outcome: outcome.map(str::to_owned),
    };
    let reason = HOSTILE.to_owned();
    vec![
        Verdict::Failed(problem(Some(HOSTILE))),
        Verdict::Failed(problem(None)),
        Verdict::Untested { reason },
        Verdict::Tolerated {
            outcomes: vec![HOSTILE.to_owned(), "odd".to_owned()],
        },
        Verdict::Blocked {
            by: "ZK0001".to_owned(),
        },
        Verdict::Skipped {
            reason: HOSTILE.to_owned(),
        },
        Verdict::Passed,
    ]
}

/// A case of a run, by its id.
pub(super) fn case<'a>(run: &'a Run, id: &str) -> &'a CaseReport {
    let found = run.cases.iter().find(|case| case.id == id);
    found.expect("the case was run")
}
