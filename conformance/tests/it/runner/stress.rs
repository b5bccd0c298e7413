//! Runs that are repeated, and rates.

use crate::runner::folder;
use crate::runner::judge;

#[test]
fn a_stress_test_goes_on_and_tells_rates() {
    let folder = folder("stress");
    let json = folder.join("run.jsonl");
    let json = json.to_str().expect("a path");
    let run = [
        "close",
        "--flaw",
        "no-close-reply",
        "--stress",
        "3",
        "--json",
        json,
    ];
    let (code, said) = judge(&folder, &run);
    assert_eq!(code, 1);
    assert!(
        said.contains("3 runs of 11 cases: 0 went more than one way"),
        "{said}"
    );
    let text = std::fs::read_to_string(json).expect("a report");
    let last: serde_json::Value =
        serde_json::from_str(text.lines().last().expect("a line")).expect("JSON");
    assert_eq!(last["event"], "stress-finished");
    assert_eq!(last["runs"], 3);
    let first = &last["cases"][0];
    assert_eq!(first["id"], "ZK0701");
    assert_eq!(
        first["outcomes"],
        serde_json::json!({ "failed no-close-reply": 3 })
    );
    // Repeated, it ends with the first run that is not as expected.
    let run = [
        "close",
        "--flaw",
        "no-close-reply",
        "--repeat",
        "3",
        "--json",
        json,
    ];
    assert_eq!(judge(&folder, &run).0, 1);
    let text = std::fs::read_to_string(json).expect("a report");
    assert_eq!(text.matches("run-started").count(), 1);
}

#[test]
fn a_slow_machine_is_given_more_time() {
    let folder = folder("slow");
    // A server that does not answer, over virtual time: the patience shows in what is said.
    let run = ["header", "--flaw", "unknown-dropped"];
    let (_, said) = judge(&folder, &run);
    assert!(said.contains("nothing for 2000 ms"), "{said}");
    let (_, said) = judge(&folder, &[&run[..], &["--slow-factor", "2.5"]].concat());
    assert!(said.contains("nothing for 5000 ms"), "{said}");
    // What is too early is so on any machine.
    let slow = ["expire", "--slow-factor", "10"];
    let (code, said) = judge(&folder, &slow);
    assert_eq!(code, 0, "{said}");
    let (code, said) = judge(&folder, &[&slow[..], &["--flaw", "early-expiry"]].concat());
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("the outcome called early"), "{said}");
    for factor in ["0", "-1", "x", "NaN", "inf"] {
        assert_eq!(judge(&folder, &["--slow-factor", factor]).0, 2, "{factor}");
    }
}

#[test]
fn what_is_known_is_told_once() {
    let folder = folder("told-once");
    let run = ["close", "ping", "--flaw", "no-close-reply", "--repeat", "3"];
    let text =
        "schema = 1\n[[expect]]\ncase = \"close/*\"\nresult = \"skip\"\nreason = \"by hand\"\n";
    let known = crate::runner::file(&folder, "known.toml", text);
    let (code, said) = judge(&folder, &[&run[..], &["--expect", &known]].concat());
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("run 3: "), "{said}");
    assert_eq!(
        said.matches("ZK0702 close/xid-is-echoed").count(),
        1,
        "{said}"
    );
}
