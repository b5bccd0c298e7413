//! `zkspec diff`, `zkspec min` and `zkspec mutants --by diff`.

use std::path::Path;

use zk_conformance::hunt::diff::SCHEMA;
use zk_conformance::transcript;

use crate::cli::Serve;
use crate::cli::run;
use crate::cli::scratch;
use crate::cli::stderr;
use crate::cli::stdout;
use crate::report::stream::errors;

/// An empty folder of this name.
fn folder(name: &str) -> String {
    let folder = scratch().join("hunt").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    folder.display().to_string()
}

#[test]
fn two_models_are_compared_without_a_socket() {
    let out = folder("diff-models");
    let (code, output) = run(&["diff", "model", "model", "--runs", "300", "--out", &out]);
    let said = stdout(&output);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("no difference"), "{said}");
}

#[test]
fn a_flaw_is_a_difference_with_a_witness() {
    let out = folder("diff-flaw");
    let words = ["diff", "model", "model", "--flaw", "no-close-reply"];
    let (code, output) = run(&[&words, ["--runs", "200", "--out", &out].as_slice()].concat());
    let said = stdout(&output);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("a.open a.new a.close  3 steps"), "{said}");
    let file = format!("{out}/diff-1.zkt");
    let flawed = ["replay", &file, "--flaw", "no-close-reply", "--times", "3"];
    let (code, output) = run(&flawed);
    let said = stdout(&output);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("diff-1/a-1  0 of 3 as recorded"), "{said}");
    assert!(said.contains("diff-1/b-1  3 of 3 as recorded"), "{said}");
}

#[test]
fn differences_are_told_to_programs_and_may_be_tolerated() {
    let out = folder("diff-json");
    let words = [
        "diff",
        "model",
        "model",
        "--flaw",
        "close-stays-open",
        "--runs",
        "100",
    ];
    let json = ["--format", "json", "--out", &out];
    let (code, output) = run(&[&words, json.as_slice()].concat());
    assert_eq!(code, 1);
    let told: serde_json::Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    assert_eq!(errors(SCHEMA, &told), Vec::<String>::new(), "{told}");
    for (field, value) in [
        ("schema", serde_json::json!(2)),
        ("runs", serde_json::json!("many")),
        ("differences", serde_json::json!([{}])),
        ("surprise", serde_json::json!(1)),
    ] {
        let mut wrong = told.clone();
        wrong[field] = value;
        assert_ne!(errors(SCHEMA, &wrong), Vec::<String>::new(), "{field}");
    }
    let first = &told["differences"][0];
    assert_eq!(first["sequence"], "a.open a.new a.close");
    assert_eq!(first["steps"], 3);
    assert_eq!(first["a"][0]["said"], "ok, closed");
    assert_eq!(first["b"][0]["said"], "ok, stays open");
    let tolerated = ["--tolerate", "*close*: * / *stays open*", "--out", &out];
    let (code, output) = run(&[&words, tolerated.as_slice()].concat());
    assert_eq!(code, 0, "{}", stdout(&output));
    assert!(stdout(&output).contains("tolerated"));
}

#[test]
fn a_server_over_tcp_is_compared_with_the_model() {
    let out = folder("diff-tcp");
    let serve = Serve::start(&["--tick-time", "500", "--flaw", "ping-zxid-missing"]);
    let words = ["diff", "model", &serve.address, "--tick-time", "500"];
    let flags = ["--sequence", "a.open a.new a.ping", "--out", &out];
    let (code, output) = run(&[&words, flags.as_slice()].concat());
    let said = stdout(&output);
    assert_eq!(code, 1, "{said}{}", stderr(&output));
    assert!(said.contains("12 of 12  pong, no zxid"), "{said}");
}

#[test]
fn what_cannot_be_compared_is_said() {
    let (code, output) = run(&["diff", "model", "nonsense"]);
    assert_eq!(code, 2);
    assert!(stderr(&output).contains("neither HOST:PORT nor model"));
    let (code, output) = run(&["diff", "model", "127.0.0.1:1"]);
    assert_eq!(code, 3);
    assert!(stderr(&output).contains("cannot compare 127.0.0.1:1"));
    let (code, _) = run(&["diff", "model", "model", "--sequence", "a.fly"]);
    assert_eq!(code, 2);
}

/// A transcript that fails on a server that does not answer closeSession, and much beside.
const LONG: &str = "\
script long
----
A open
B open
B > ConnectRequest timeOut=9000
B < ConnectResponse sessionId=@T
A > ConnectRequest protocolVersion=0 lastZxidSeen=0x0 timeOut=9000 readOnly=true
A < ConnectResponse sessionId=@S passwd=@P
A > RequestHeader xid=-2 type=ping
A < ReplyHeader xid=-2 err=OK
wait 100ms
B > RequestHeader xid=-2 type=ping
B < ReplyHeader xid=-2
A > RequestHeader xid=77 type=closeSession | pieces 3
A < ReplyHeader xid=77 err=OK
A < closed
B close
";

fn write(folder: &str, text: &str) -> String {
    let path = format!("{folder}/long.zkt");
    std::fs::write(&path, text).expect("a file");
    path
}

/// The steps of the only script of a file.
fn steps(path: &Path) -> usize {
    let text = std::fs::read_to_string(path).expect("a file");
    let transcript = transcript::parse(&text).expect("a transcript");
    transcript.scripts[0].steps.len()
}

#[test]
fn what_fails_is_made_small_and_still_fails() {
    let folder = folder("min");
    let file = write(&folder, LONG);
    let small = format!("{folder}/small.zkt");
    let flaw = ["--flaw", "no-close-reply"];
    let (code, output) = run(&[&["min", &file, "--out", &small], flaw.as_slice()].concat());
    let said = stdout(&output);
    assert_eq!(code, 0, "{said}{}", stderr(&output));
    assert!(said.contains("fails 20 of 20 times (100 %)"), "{said}");
    assert!(steps(Path::new(&small)) <= 5, "{said}");
    let text = std::fs::read_to_string(&small).expect("a file");
    assert!(!text.contains("B open"), "{text}");
    assert!(!text.contains("pieces"), "{text}");
    let (code, _) = run(&[&["replay", &small], flaw.as_slice()].concat());
    assert_eq!(code, 1);
    let (code, _) = run(&["replay", &small]);
    assert_eq!(code, 0, "the server without the flaw passes what is left");
}

#[test]
fn over_tcp_it_is_made_small_too() {
    let folder = folder("min-tcp");
    let file = write(&folder, LONG);
    let serve = Serve::start(&["--flaw", "no-close-reply"]);
    let words = ["min", &file, "--target", &serve.address, "--times", "4"];
    let (code, output) = run(&words);
    let said = stdout(&output);
    assert_eq!(code, 0, "{said}{}", stderr(&output));
    assert!(said.contains("script long"), "{said}");
    assert!(said.contains("fails 4 of 4 times"), "{said}");
}

#[test]
fn a_server_is_started_to_make_something_small() {
    let folder = folder("min-start");
    let file = write(&folder, LONG);
    let program = env!("CARGO_BIN_EXE_zkspec");
    let command = ["serve", "127.0.0.1:{port}", "--flaw", "no-close-reply"];
    let words = ["min", &file, "--times", "3", "--", program];
    let (code, output) = run(&[&words, command.as_slice()].concat());
    assert_eq!(code, 0, "{}{}", stdout(&output), stderr(&output));
    assert!(stdout(&output).contains("fails 3 of 3 times"));
}

#[test]
fn where_nothing_fails_there_is_nothing_to_do() {
    let folder = folder("min-nothing");
    let file = write(&folder, LONG);
    let (code, output) = run(&["min", &file]);
    assert_eq!(code, 4);
    assert!(stdout(&output).contains("nothing fails"));
    let (code, output) = run(&["min", "/no/such/file"]);
    assert_eq!(code, 2);
    assert!(stderr(&output).contains("cannot read"));
}

#[test]
fn mutants_are_found_by_comparing() {
    let words = ["mutants", "--by", "diff", "--effort", "1000"];
    let flaws = ["--flaw", "greets", "--flaw", "ping-unanswered"];
    let (code, output) = run(&[&words, flaws.as_slice()].concat());
    let said = stdout(&output);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("diff finds 2 of 2 mutants"), "{said}");
}
