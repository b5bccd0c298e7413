//! Profiles in a run.

use crate::cli::Serve;
use crate::cli::run;
use crate::cli::stdout;
use crate::runner::file;
use crate::runner::folder;
use crate::runner::judge;

/// What the built-in server can do of what ClickHouse Keeper does.
const KEEPER: &[&str] = &[
    "--flaw",
    "renew-new-session",
    "--flaw",
    "no-close-reply",
    "--flaw",
    "ping-xid-echoed",
    "--flaw",
    "never-read-only-byte",
    "--flaw",
    "zxid-ahead-accepted",
];

/// The same of RaftKeeper.
const RAFTKEEPER: &[&str] = &[
    "--flaw",
    "no-password-check",
    "--flaw",
    "no-close-reply",
    "--flaw",
    "ping-xid-echoed",
    "--flaw",
    "never-read-only-byte",
];

#[test]
fn what_a_kind_of_server_does_is_a_deviation_with_its_reason() {
    let folder = folder("profiles");
    for (name, flaws) in [("clickhouse-keeper", KEEPER), ("raftkeeper", RAFTKEEPER)] {
        // Nothing is known of read-only members of theirs.
        let flaws = &[&["!ro"][..], flaws].concat()[..];
        let (code, said) = judge(&folder, flaws);
        assert_eq!(code, 1, "{name}: {said}");
        let (code, said) = judge(&folder, &[flaws, &["--profile", name]].concat());
        assert_eq!(code, 0, "{name}: {said}");
        assert!(said.contains(&format!("profile {name}")), "{said}");
        assert!(
            said.contains("Responses never have readOnly. (profile"),
            "{said}"
        );
        // It excuses what it speaks of, and nothing else.
        let more = [flaws, &["--profile", name, "--flaw", "same-id"]].concat();
        let (code, said) = judge(&folder, &more);
        assert_ne!(code, 0, "{name}: {said}");
    }
}

#[test]
fn what_a_release_never_does_is_a_failure_by_its_profile() {
    let folder = folder("narrow");
    let run = ["connect", "--flaw", "always-read-only-byte"];
    assert_eq!(judge(&folder, &run).0, 0);
    // 3.9.0 to 3.9.2 do it.
    assert_eq!(
        judge(&folder, &[&run[..], &["--profile", "zk-3.9"]].concat()).0,
        0
    );
    let (code, said) = judge(&folder, &[&run[..], &["--profile", "zk-3.8"]].concat());
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("which Apache ZooKeeper 3.8 does not show"),
        "{said}"
    );
}

#[test]
fn a_profile_can_be_a_file() {
    let folder = folder("profile-file");
    let text = "name = \"ours\"\ntitle = \"Ours\"\nevidence = \"known\"\n[signs]\nclose-reply = \"none\"\n\
                [[unsupported]]\ncase = \"close/*\"\nreason = \"Sessions are closed by hand.\"\n";
    let ours = file(&folder, "ours.toml", text);
    let run = [
        "close",
        "ping",
        "--flaw",
        "no-close-reply",
        "--profile",
        &ours,
    ];
    let (code, said) = judge(&folder, &run);
    assert_eq!(code, 0, "{said}");
    assert!(
        said.contains("11 skipped") && said.contains("Sessions are closed by hand."),
        "{said}"
    );
    // Nobody is to think that what is not played was checked.
    let known = "schema = 1\n[[expect]]\ncase = \"ZK0701\"\nresult = \"fail\"\nreason = \"x\"\n";
    let known = file(&folder, "known.toml", known);
    let (_, said) = judge(&folder, &[&run[..], &["--expect", &known]].concat());
    let note = "1 expectation for 1 case; 1 of them not played: profile ours";
    assert!(said.contains(note), "{said}");
    let wrong = file(&folder, "wrong.toml", "name = \"ours\"\n");
    let (code, said) = judge(&folder, &["close", "--profile", &wrong]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("missing field"), "{said}");
    for (rule, message) in [
        (
            "[[deviation]]\ncase = \"clsoe/*\"\n",
            "\"clsoe/*\" names no case",
        ),
        (
            "[[never]]\ncase = \"close\"\n",
            "what close never does needs an outcome",
        ),
    ] {
        let wrong = file(
            &folder,
            "wrong.toml",
            &format!("{text}{rule}reason = \"So.\"\n"),
        );
        let (code, said) = judge(&folder, &["close", "--profile", &wrong]);
        assert_eq!(code, 2, "{said}");
        assert!(said.contains(message), "{said}");
    }
    let wrong = file(
        &folder,
        "wrong.toml",
        &text.replace("close-reply", "close-repyl"),
    );
    let (code, said) = judge(&folder, &["close", "--profile", &wrong]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("\"close-repyl\" is no fact"), "{said}");
}

#[test]
fn a_probe_finds_the_profile_and_shows_why() {
    let serve = Serve::start(&["--tick-time", "500"]);
    let (code, output) = run(&["probe", &serve.address]);
    let said = stdout(&output);
    assert_eq!(code, 0, "{said}");
    for part in [
        "min-timeout      1000",
        "wrong-password   refused",
        "profile zk-3.",
        "✓ version is 3.",
    ] {
        assert!(said.contains(part), "no {part:?} in {said}");
    }
    let (_, output) = run(&["probe", &serve.address, "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    assert!(
        json["profile"]
            .as_str()
            .is_some_and(|name| name.starts_with("zk-3.")),
        "{json}"
    );
    assert!(
        json["facts"]
            .as_array()
            .is_some_and(|facts| facts.len() > 15),
        "{json}"
    );
    // A server that is almost one is none, and what it lacks is shown.
    let serve = Serve::start(&["--tick-time", "500", "--flaw", "no-password-check"]);
    let (_, output) = run(&["probe", &serve.address]);
    let said = stdout(&output);
    assert!(said.contains("no profile: the likest is zk-3."), "{said}");
    assert!(
        said.contains("✗ wrong-password is refused, here accepted"),
        "{said}"
    );
    // So its deviations are not excused.
    let folder = folder("almost");
    let (code, said) = judge(&folder, &[&serve.address, "renew"]);
    assert_eq!(code, 1, "{said}");
    assert!(!said.contains("profile zk-"), "{said}");
}

#[test]
fn the_transport_of_a_server_is_found_out() {
    let folder = folder("transport");
    let json = folder.join("run.jsonl");
    let json = json.to_str().expect("a path");
    let transport = |address: &str, flags: &[&str]| {
        let run = [&[address, "ZK0001", "--json", json][..], flags].concat();
        let (code, said) = judge(&folder, &run);
        assert_eq!(code, 0, "{said}");
        let text = std::fs::read_to_string(json).expect("a report");
        let line = text.lines().next().expect("a line");
        let first: serde_json::Value = serde_json::from_str(line).expect("JSON");
        first["product"]["transport"].clone()
    };
    let nio = Serve::start(&["--tick-time", "500"]);
    let netty = Serve::start(&["--tick-time", "500", "--netty"]);
    assert_eq!(transport(&nio.address, &[]), "nio");
    assert_eq!(transport(&netty.address, &[]), "netty");
    assert_eq!(transport(&netty.address, &["--profile", "zk-3.9"]), "netty");
    // What is said counts, and who wants no profile wants no probe.
    let said = ["--product-transport", "ours"];
    assert_eq!(transport(&nio.address, &said), "ours");
    let unprobed = ["--profile", "none"];
    assert_eq!(transport(&nio.address, &unprobed), serde_json::Value::Null);
}
