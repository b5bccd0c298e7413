//! The judge, judged: what each deliberate flaw of the server is caught by.

use zk_conformance::judge::Catalogue;
use zk_conformance::judge::KillMatrix;
use zk_conformance::judge::Options;
use zk_conformance::judge::Subject;
use zk_conformance::judge::play;
use zk_conformance::judge::probe;
use zk_conformance::judge::run;
use zk_conformance::player::Verdict;
use zk_conformance::server::Config;
use zk_conformance::server::Flaw;
use zk_conformance::server::Flaws;

fn runtime() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().expect("a runtime")
}

fn catalogue() -> Catalogue {
    Catalogue::embedded().expect("the catalogue is in order")
}

fn flawed(flaw: Flaw) -> Subject {
    let flaws = Flaws::NONE.with(flaw);
    Subject::Embedded(Box::new(Config {
        flaws,
        ..Config::default()
    }))
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
fn a_case_fails_on_every_flaw_that_it_names() {
    let runtime = runtime();
    let catalogue = catalogue();
    // The bounds are those the server should have, not those that a flaw makes of them.
    let sound = Subject::Embedded(Box::default());
    let options = Options::default();
    let bindings = runtime
        .block_on(probe(&sound, &options))
        .expect("a plain handshake");
    let mut survivors = Vec::new();
    for case in catalogue.cases() {
        for name in case.script.header("flaws").unwrap_or_default().split(", ") {
            let Some(flaw) = Flaw::from_name(name) else {
                continue;
            };
            let script = case.script.clone();
            let played = runtime.block_on(play(flawed(flaw), script, bindings.clone(), &options));
            if !matches!(played.verdict, Verdict::Failed(_)) {
                survivors.push(format!("{} does not catch {name}", case.id));
            }
        }
    }
    assert_eq!(survivors, Vec::<String>::new());
}

#[test]
fn every_mutant_is_killed_or_excused_and_the_sound_server_lives() {
    let catalogue = catalogue();
    let matrix = KillMatrix::new(&catalogue, Flaw::ALL);
    assert_eq!(matrix.mutants().len(), Flaw::ALL.len());
    assert_eq!(matrix.complaints(), Vec::<String>::new());
}
