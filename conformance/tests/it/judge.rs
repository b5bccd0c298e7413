//! The judge, judged: what each deliberate flaw of the server is caught by.

use std::collections::BTreeMap;
use std::sync::Arc;

use zk_conformance::judge;
use zk_conformance::judge::Catalogue;
use zk_conformance::judge::Event;
use zk_conformance::judge::KillMatrix;
use zk_conformance::judge::Options;
use zk_conformance::judge::Setting;
use zk_conformance::judge::Subject;
use zk_conformance::judge::play;
use zk_conformance::judge::probe;
use zk_conformance::judge::run;
use zk_conformance::judge::times;
use zk_conformance::net::InMemoryServer;
use zk_conformance::player::Verdict;
use zk_conformance::server::Config;
use zk_conformance::server::Flaw;
use zk_conformance::server::Mode;
use zk_conformance::transcript::Script;
use zk_conformance::transcript::parse;

fn runtime() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().expect("a runtime")
}

fn catalogue() -> Catalogue {
    Catalogue::embedded().expect("the catalogue is in order")
}

#[test]
fn every_case_passes_on_the_reference_server() {
    let catalogue = catalogue();
    let cases: Vec<_> = catalogue.cases().iter().collect();
    let subject = Subject::Embedded(Box::default());
    let options = Options::default();
    let summary = runtime().block_on(run(&catalogue, &cases, &subject, &options, &mut |_| {}));
    assert_eq!(summary.trouble, None);
    assert_eq!(summary.passed, cases.len(), "{summary:?}");
}

#[test]
fn whatever_the_options_say_something_is_played() {
    let catalogue = catalogue();
    let cases: Vec<_> = catalogue.find("ZK0701").into_iter().collect();
    let mut options = Options::default();
    (options.jobs, options.connections) = (0, 0);
    let subject = Subject::Embedded(Box::default());
    let summary = runtime().block_on(run(&catalogue, &cases, &subject, &options, &mut |_| {}));
    assert_eq!((summary.trouble, summary.passed), (None, 1));
}

#[test]
fn a_case_that_is_to_be_alone_waits_until_the_others_are_over() {
    let catalogue = catalogue();
    // One that waits a while, and one that would be over at once.
    let named = ["ZK0508", "ZK1209"];
    let cases: Vec<_> = named.iter().filter_map(|id| catalogue.find(id)).collect();
    assert_eq!(
        cases.iter().map(|it| it.is_alone()).collect::<Vec<_>>(),
        [false, true]
    );
    let mut over = Vec::new();
    let mut tell = |event: &Event| {
        if let Event::CaseFinished(report) = event {
            over.push(report.id.clone());
        }
    };
    let summary = runtime().block_on(async {
        let server = InMemoryServer::start(Config::default()).expect("a server");
        let subject = Subject::Tcp(server.address());
        let options = Options::default();
        run(&catalogue, &cases, &subject, &options, &mut tell).await
    });
    assert_eq!((summary.trouble, summary.passed), (None, 2));
    assert_eq!(over, named);
}

/// The ids of cases that were played or skipped, in the order in which they were over, one at a time.
fn one_by_one(named: &[&str], setting: &str) -> Vec<String> {
    let catalogue = catalogue();
    let cases: Vec<_> = named.iter().filter_map(|id| catalogue.find(id)).collect();
    let mut options = Options::default();
    options.jobs = 1;
    options.setting = Setting::parse(setting).expect("a setting");
    let subject = Subject::Embedded(Box::default());
    let mut over = Vec::new();
    let mut tell = |event: &Event| {
        if let Event::CaseFinished(report) = event {
            let how = match report.verdict {
                judge::Verdict::Passed => "passed",
                judge::Verdict::Skipped { .. } => "skipped",
                _ => "otherwise",
            };
            over.push(format!("{} {how}", report.id));
        }
    };
    let summary = runtime().block_on(run(&catalogue, &cases, &subject, &options, &mut tell));
    assert_eq!(summary.trouble, None);
    over
}

#[test]
fn what_cases_that_take_long_need_comes_first() {
    assert_eq!(
        one_by_one(&["ZK0301", "ZK0401", "ZK0503"], ""),
        ["ZK0401 passed", "ZK0503 passed", "ZK0301 passed"]
    );
}

#[test]
fn what_waits_for_cases_that_are_skipped_is_played() {
    // The one that is needed opens two connections.
    let over = one_by_one(&["ZK0301", "ZK0401", "ZK0503"], "maxClientCnxns=1");
    assert_eq!(over.len(), 3, "{over:?}");
    assert!(over.contains(&"ZK0401 skipped".to_owned()), "{over:?}");
    assert!(over.contains(&"ZK0301 passed".to_owned()), "{over:?}");
}

#[test]
fn without_a_sanity_case_nothing_is_judged() {
    let text = "script g/a\nid ZK1\nlevel must\ntitle t\nclause FRAME-1 c\nsource s\nobserved o\n\
                why w\n----\nA open\n";
    let catalogue = Catalogue::parse([("g", text)]).expect("a catalogue");
    let cases: Vec<_> = catalogue.cases().iter().collect();
    let subject = Subject::Embedded(Box::default());
    let options = Options::default();
    let summary = runtime().block_on(run(&catalogue, &cases, &subject, &options, &mut |_| {}));
    let trouble = summary.trouble.expect("a reason");
    assert_eq!(trouble, "no sanity case is for a server of this kind");
}

fn script(text: &str) -> Arc<Script> {
    let transcript = parse(text).expect("a transcript");
    Arc::new(transcript.scripts.into_iter().next().expect("a script"))
}

#[test]
fn a_race_is_played_as_often_as_it_says_and_counted() {
    let text = "script a\nrace 7\n----\nA open\nA > ConnectRequest timeOut=$max\nA expect\n  \
                tolerated served: ConnectResponse\n  strict not: closed\nA > raw ffffffff\nA expect\n  \
                strict served: closed\n";
    let options = Options::default();
    let embedded = Subject::Embedded(Box::default());
    let runtime = runtime();
    let bindings = runtime
        .block_on(probe(&embedded, &options))
        .expect("a server");
    let played = runtime.block_on(play(
        embedded.clone(),
        script(text),
        bindings.clone(),
        &options,
    ));
    assert_eq!(played.seen, BTreeMap::from([("2 served".to_owned(), 7)]));
    // What comes out which way is no verdict.
    let tolerated = Vec::new();
    assert_eq!(played.verdict, Verdict::Passed { tolerated });

    let text = text.replace("tolerated served", "forbidden served");
    let played = runtime.block_on(play(
        embedded.clone(),
        script(&text),
        bindings.clone(),
        &options,
    ));
    assert!(
        matches!(played.verdict, Verdict::Failed(_)),
        "{:?}",
        played.verdict
    );
    assert_eq!(played.seen, BTreeMap::from([("served".to_owned(), 1)]));

    for bad in ["1", "0", "many", "1001"] {
        let text = text.replace("race 7", &format!("race {bad}"));
        assert!(times(&script(&text)).is_err(), "{bad}");
        let played = runtime.block_on(play(
            embedded.clone(),
            script(&text),
            bindings.clone(),
            &options,
        ));
        assert!(matches!(played.verdict, Verdict::Untested(_)), "{bad}");
    }
}

#[test]
fn a_client_that_pauses_reads_later() {
    let text = "script a\n----\nA open\nA > ConnectRequest timeOut=$max\nA < ConnectResponse\n\
                A pause\nA > RequestHeader xid=-2 type=ping\nA < quiet 50ms\nA resume\n\
                A < ReplyHeader xid=-2\n";
    let options = Options::default();
    let runtime = runtime();
    let server = InMemoryServer::start(Config::default()).expect("a server");
    for subject in [
        Subject::Embedded(Box::default()),
        Subject::Tcp(server.address()),
    ] {
        let bindings = runtime
            .block_on(probe(&subject, &options))
            .expect("a server");
        let played = runtime.block_on(play(subject, script(text), bindings, &options));
        let tolerated = Vec::new();
        assert_eq!(played.verdict, Verdict::Passed { tolerated });
    }
}

#[test]
fn the_embedded_server_is_set_up_as_a_script_asks() {
    let text = "script a\nserver mode=readOnly tickTime=100\n----\nA open\n\
                A > ConnectRequest timeOut=1 readOnly=true\nA < ConnectResponse timeOut=200 readOnly=true\n";
    let options = Options::default();
    let runtime = runtime();
    let embedded = Subject::Embedded(Box::default());
    let bindings = runtime
        .block_on(probe(&embedded, &options))
        .expect("a server");
    let played = runtime.block_on(play(embedded, script(text), bindings.clone(), &options));
    let tolerated = Vec::new();
    assert_eq!(played.verdict, Verdict::Passed { tolerated });

    // One that was set up to be something else stays that.
    let other = Subject::Embedded(Box::new(Config {
        mode: Mode::ReadOnlyNoNew,
        ..Config::default()
    }));
    let played = runtime.block_on(play(other, script(text), bindings, &options));
    let Verdict::Untested(trouble) = played.verdict else {
        panic!("it is not for this server: {:?}", played.verdict);
    };
    assert_eq!(
        trouble.to_string(),
        "it needs a server with mode=readOnly, and this one has mode=readOnlyNoNew"
    );
}

#[test]
fn settings_that_are_none_are_told_apart() {
    for (text, error) in [
        (
            "mode",
            "server setting \"mode\" is not of the form key=value",
        ),
        (
            "size=3",
            "server setting \"size\" is none of tickTime, minSessionTimeout, maxSessionTimeout, \
             maxClientCnxns, maxCnxns, largeRequestMaxBytes, sessionlessCnxnTimeout, mode, data",
        ),
        (
            "maxClientCnxns=-1",
            "server setting maxClientCnxns=-1: the value is no whole number",
        ),
        (
            "mode=odd",
            "server setting mode=odd: the value is no mode (readWrite, readOnly, readOnlyNoNew or notServing)",
        ),
    ] {
        let found = Setting::parse(text).expect_err(text);
        assert_eq!(found.to_string(), error);
    }
}

#[test]
fn a_probe_finds_out_what_kind_of_server_it_is() {
    let runtime = runtime();
    for (mode, serving, number, max) in [
        (Mode::ReadWrite, true, 0, Some(40_000)),
        (Mode::ReadOnly, true, 1, Some(40_000)),
        (Mode::ReadOnlyNoNew, true, 2, None),
        (Mode::ReadWrite, false, 3, None),
    ] {
        let server = InMemoryServer::start(Config {
            mode,
            serving,
            ..Config::default()
        });
        let server = server.expect("a server");
        let subject = Subject::Tcp(server.address());
        let found = runtime.block_on(probe(&subject, &Options::default()));
        let found = found.expect("it can be told");
        assert_eq!(found.param("mode"), Some(number), "{mode:?} {serving}");
        assert_eq!(found.param("max"), max, "{mode:?} {serving}");
    }
}

#[test]
fn every_mutant_is_killed_or_excused_and_the_sound_server_lives() {
    let catalogue = catalogue();
    let matrix = KillMatrix::new(&catalogue, Flaw::ALL);
    assert_eq!(matrix.mutants().len(), Flaw::ALL.len());
    assert_eq!(matrix.complaints(), Vec::<String>::new());
}
