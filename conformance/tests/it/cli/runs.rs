//! A run from outside: what it prints, leaves behind, and ends with.

use zk_conformance::judge::Case;
use zk_conformance::judge::Setting;

use crate::cli::Serve;
use crate::cli::cases;
use crate::cli::catalogue;
use crate::cli::run;
use crate::cli::scratch;
use crate::cli::stdout;

#[test]
fn the_embedded_server_is_as_it_should_be() {
    let (code, output) = run(&["server"]);
    assert_eq!(code, 0, "{}", stdout(&output));
    assert!(
        stdout(&output).contains(&format!("{} passed", cases())),
        "{}",
        stdout(&output)
    );
    assert!(
        !stdout(&output).contains('\u{1b}'),
        "no colour where nobody looks"
    );
}

#[test]
fn a_server_over_tcp_is_as_it_should_be() {
    let serve = Serve::start(&["--tick-time", "400"]);
    let (code, output) = run(&["server", &serve.address]);
    assert_eq!(code, 0, "{}", stdout(&output));
}

#[test]
fn a_failure_names_the_case_and_leaves_a_transcript() {
    let (code, output) = run(&["server", "renew", "--flaw", "no-password-check"]);
    let text = stdout(&output);
    assert_eq!(code, 1, "{text}");
    for part in [
        "FAILED",
        "ZK0409",
        "expected",
        "actual",
        "clause    RENEW-8 ",
        "why",
        "replay",
    ] {
        assert!(text.contains(part), "no {part} in {text}");
    }
    let trace = scratch().join("zk-out/ZK0409.zkt");
    let trace = trace.to_str().expect("a path");
    assert_eq!(run(&["replay", trace, "--flaw", "no-password-check"]).0, 1);
    assert_eq!(
        run(&["replay", trace]).0,
        0,
        "the server without the flaw passes"
    );
    // A case that was not judged keeps it, one that passed has none.
    let left = |selector| {
        assert_eq!(run(&["server", selector]).0, 0);
        std::path::Path::new(trace).exists()
    };
    assert!(left("sanity"));
    assert!(!left("ZK0409"));
}

#[test]
fn a_level_decides_what_fails_a_run() {
    let flaw = ["server", "--flaw", "version-echoed"];
    assert_eq!(run(&flaw).0, 1);
    assert_eq!(run(&[&flaw[..], &["--level", "must"]].concat()).0, 0);
}

#[test]
fn cases_for_another_kind_of_server_are_skipped() {
    let (code, output) = run(&["server", "--read-only", "-v"]);
    let text = stdout(&output);
    assert_eq!(code, 0, "{text}");
    assert!(
        text.contains("mode=readWrite, and this one has mode=readOnly"),
        "{text}"
    );
    let catalogue = catalogue();
    let mode = |case: &&Case| Setting::of(&case.script).map(|setting| setting.mode());
    let fits = |case: &&Case| mode(case).is_ok_and(|mode| mode == "readOnly");
    let count = catalogue.cases().iter().filter(fits).count();
    assert!(
        count > 10 && text.contains(&format!("{count} passed, ")),
        "{text}"
    );
    let (code, output) = run(&["server", "--read-only", "renew"]);
    assert_eq!(code, 4, "nothing was played: {}", stdout(&output));

    let serve = Serve::start(&["--tick-time", "100"]);
    let (code, output) = run(&["server", &serve.address, "ZK1201", "-v"]);
    let text = stdout(&output);
    assert_eq!(code, 4, "{text}");
    assert!(
        text.contains("say so with --setting maxClientCnxns=3"),
        "{text}"
    );
    let serve = Serve::start(&["--tick-time", "100", "--max-client-cnxns", "3"]);
    let setting = ["--setting", "maxClientCnxns=3"];
    let (code, output) = run(&[&["server", &serve.address, "ZK1201"], &setting[..]].concat());
    assert_eq!(code, 0, "{}", stdout(&output));
    let (code, _) = run(&["server", "--setting", "maxClientCnxns=many"]);
    assert_eq!(code, 2);
}

#[test]
fn reports_for_machines_hold_every_case() {
    let junit = scratch().join("junit.xml");
    let json = scratch().join("run.jsonl");
    let arguments = ["server", "--flaw", "no-close-reply", "--junit", "junit.xml"];
    let (code, _) = run(&[&arguments[..], &["--json", "run.jsonl"]].concat());
    assert_eq!(code, 1);
    let xml = std::fs::read_to_string(junit).expect("a report");
    assert!(xml.starts_with("<?xml"), "{xml}");
    assert_eq!(xml.matches("<testcase ").count(), cases());
    assert!(
        xml.contains(r#"<property name="clause" value="CLOSE-1"/>"#),
        "{xml}"
    );
    assert!(xml.contains("clause: CLOSE-1 "), "{xml}");
    assert_eq!(
        xml.matches("<failure ").count(),
        1,
        "a verdict is a failure, not an error"
    );
    assert_eq!(xml.matches("<error ").count(), 0);
    let lines = std::fs::read_to_string(json).expect("a report");
    let events: Vec<serde_json::Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(events.len(), cases() + 2);
    assert_eq!(events[0]["event"], "run-started");
    assert_eq!(events[0]["schema"], 1);
    let failed: Vec<_> = events
        .iter()
        .filter(|event| event["verdict"] == "failed")
        .collect();
    assert_eq!(failed[0]["id"], "ZK0701");
    assert_eq!(failed[0]["clause"]["id"], "CLOSE-1");
    assert!(failed[0]["clause"]["quote"].is_string());
    assert_eq!(events[cases() + 1]["failed"], 1);
}
