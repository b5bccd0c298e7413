//! Help, and what is said of cases and clauses.

use crate::cli::catalogue;
use crate::cli::run;
use crate::cli::stderr;
use crate::cli::stdout;

#[test]
fn every_verb_has_help_and_every_shell_completions() {
    for verb in [
        "server",
        "serve",
        "decode",
        "replay",
        "list",
        "explain",
        "mutants",
        "completions",
    ] {
        let (code, output) = run(&[verb, "--help"]);
        assert_eq!(code, 0);
        assert!(stdout(&output).contains("Usage: zkspec"), "{verb}");
    }
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let (code, output) = run(&["completions", shell]);
        assert_eq!(code, 0);
        assert!(stdout(&output).contains("zkspec"), "{shell}");
    }
    assert!(stdout(&run(&["--help"]).1).contains("130  interrupted"));
}

#[test]
fn the_catalogue_can_be_listed_and_explained() {
    let (code, output) = run(&["list", "renew"]);
    let renewals = catalogue();
    let renewals = renewals
        .cases()
        .iter()
        .filter(|case| case.group() == "renew");
    assert_eq!(
        (code, stdout(&output).lines().count()),
        (0, renewals.count())
    );
    let (code, output) = run(&["list", "--format", "json", "ZK0402"]);
    let case: serde_json::Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    assert_eq!((code, &case["id"]), (0, &serde_json::json!("ZK0402")));
    assert_eq!(case["flaws"], serde_json::json!(["reset-ends-session"]));
    for id in ["ZK0409", "renew/wrong-password-is-refused"] {
        let (code, output) = run(&["explain", id]);
        let said = stdout(&output);
        assert_eq!(code, 0);
        for part in ["ConnectRequest", "RENEW-8 (MUST)", "relied on by"] {
            assert!(said.contains(part), "{part}: {said}");
        }
    }
}

#[test]
fn clauses_can_be_listed_and_explained() {
    let (code, output) = run(&["list", "--clauses"]);
    let all = stdout(&output).lines().count();
    let (other, output) = run(&["list", "--clauses", "ping", "CONNECT-3"]);
    let lines = stdout(&output);
    let ids: Vec<_> = lines
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();
    assert_eq!((code, other), (0, 0));
    assert!(all > ids.len());
    assert!(ids.contains(&"PING-1") && ids.contains(&"CONNECT-3"));
    assert!(!ids.contains(&"CONNECT-4"), "{ids:?}");

    let (_, output) = run(&["list", "--clauses", "--format", "json", "ping-1"]);
    let clause: serde_json::Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    assert_eq!(clause["id"], "PING-1");
    assert_eq!(clause["level"], "must");
    assert_eq!(clause["cases"][0], "ZK0601");

    let (code, output) = run(&["explain", "RENEW-8"]);
    let said = stdout(&output);
    assert_eq!(code, 0);
    for part in [
        "RENEW-8 (MUST)",
        "ZooKeeperServer.checkPasswd",
        "conformance/spec/renew.md#renew-8",
        "ZK0409",
        "renew/every-byte-of-the-password-counts",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let (code, output) = run(&["explain", "renew-99"]);
    let said = stderr(&output);
    assert_eq!(code, 2);
    assert!(said.contains("no clause is \"renew-99\""), "{said}");
    assert!(said.contains("zkspec list --clauses renew shows"), "{said}");
    let (_, output) = run(&["list", "--clauses", "ping-*"]);
    let some = stdout(&output);
    assert!(some.lines().all(|line| line.starts_with("PING-")), "{some}");
    assert!(some.lines().count() > 1, "{some}");
    let (code, output) = run(&["list", "--clauses", "PONG-1"]);
    assert_eq!(code, 2);
    assert!(stderr(&output).contains("hint: zkspec list --clauses"));
}
