//! `zkspec diff`, `zkspec min` and `zkspec mutants --by diff`.

use std::io::BufRead;
use std::io::BufReader;
use std::path::Path;
use std::process::Stdio;

use zk_conformance::hunt::diff::SCHEMA;
use zk_conformance::transcript;

use crate::cli::Serve;
use crate::cli::run;
use crate::cli::scratch;
use crate::cli::stderr;
use crate::cli::stdout;
use crate::cli::zkspec;
use crate::report::stream::errors;
use crate::runner::process::mortal;

/// An empty folder of this name.
pub(super) fn folder(name: &str) -> String {
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
    let file = format!("{out}/diff-01.zkt");
    let flawed = ["replay", &file, "--flaw", "no-close-reply", "--times", "3"];
    let (code, output) = run(&flawed);
    let said = stdout(&output);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("diff-01/a-1  0 of 3 as recorded"), "{said}");
    assert!(said.contains("diff-01/b-1  3 of 3 as recorded"), "{said}");
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
    assert!(said.contains("200 of 200  pong, no zxid"), "{said}");
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

/// No settings of its own, no data, and all that is done at once: the model takes what it finds.
#[test]
fn the_built_in_server_does_not_differ_from_the_model() {
    let out = folder("diff-serve");
    let serve = Serve::start(&["--tick-time", "100"]);
    let words = ["diff", &serve.address, "model", "--runs", "600"];
    let (code, output) = run(&[&words, ["--out", &out].as_slice()].concat());
    let said = stdout(&output);
    assert_eq!(code, 0, "{said}{}", stderr(&output));
    assert!(said.contains("no difference"), "{said}");
    let cases = said.split(", ").find_map(|it| it.strip_suffix(" cases"));
    let cases: usize = cases.and_then(|it| it.parse().ok()).expect(&said);
    assert!(cases > 200, "{said}");
}

#[test]
fn a_setting_that_is_stated_is_compared() {
    let out = folder("diff-stated");
    let serve = Serve::start(&["--tick-time", "500"]);
    let flags = ["--sequence", "a.open a.new", "--out", &out];
    let words = ["diff", "model", &serve.address, "--tick-time", "600"];
    let (code, output) = run(&[&words, flags.as_slice()].concat());
    let said = stdout(&output);
    assert_eq!(code, 0, "10 s are 10 s, if both grant them: {said}");
    let long = ["--session-timeout", "11000"];
    let (code, output) = run(&[&words, flags.as_slice(), &long].concat());
    let said = stdout(&output);
    assert_eq!(code, 1, "{said}{}", stderr(&output));
    assert!(said.contains("new session, timeout 10000"), "{said}");
    assert!(said.contains("new session, timeout 11000"), "{said}");
}

/// What was found by then is told.
#[test]
fn a_server_that_dies_while_it_is_compared_is_3() {
    let out = folder("diff-dies");
    let mut serve = Serve::start(&["--tick-time", "100", "--verbose"]);
    let address = serve.address.clone();
    let words = ["diff", &address, "model", "--format", "json", "--out", &out];
    let diff = zkspec(&words).stdout(Stdio::piped()).spawn();
    let diff = diff.expect("it starts");
    // Each line is about a session or a connection: by now it is under way.
    let events = serve.child.stdout.take().expect("stdout");
    assert_eq!(BufReader::new(events).lines().take(300).count(), 300);
    serve.child.kill().expect("killed");
    let output = diff.wait_with_output().expect("an end");
    assert_eq!(output.status.code(), Some(3));
    let told: serde_json::Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    let trouble = told["trouble"].as_str().expect("a text");
    assert!(trouble.contains("cannot compare"), "{trouble}");
}

/// What makes no sense, or would change nothing.
#[test]
fn silly_questions_are_2() {
    for words in [
        &["diff", "127.0.0.1:1", "127.0.0.1:2", "--flaw", "greets"][..],
        &["diff", "model", "model", "--tls", "--tls-insecure"],
        &["diff", "model", "model", "--sequence", ""],
        &["diff", "model", "model", "--runs", "0"],
        &["diff", "model", "127.0.0.1:1", "--time", "0"],
        &[
            "min",
            "x.zkt",
            "--target",
            "127.0.0.1:1",
            "--flaw",
            "greets",
        ],
        &["min", "x.zkt", "--times", "0"],
        &["min", "x.zkt", "--tls", "--tls-insecure"],
    ] {
        let folder = folder("silly");
        let file = write(&folder, LONG);
        let words: Vec<&str> = words
            .iter()
            .map(|it| if *it == "x.zkt" { file.as_str() } else { *it })
            .collect();
        let (code, output) = run(&words);
        assert_eq!(code, 2, "{words:?}: {}{}", stdout(&output), stderr(&output));
    }
}

/// A transcript that fails on a server that does not answer closeSession, and much beside.
pub(super) const LONG: &str = "\
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

pub(super) fn write(folder: &str, text: &str) -> String {
    let path = format!("{folder}/long.zkt");
    std::fs::write(&path, text).expect("a file");
    path
}

/// The steps of the only script of a file.
pub(super) fn steps(path: &Path) -> usize {
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

/// A script that ends a server, one that plays to nobody, and one that fails wherever nobody opens.
#[test]
fn what_ends_a_server_is_made_small() {
    let folder = folder("min-crash");
    let file = write(
        &folder,
        "script crash\n----\nB open\nB > ConnectRequest\nB < ConnectResponse\nA open\n\
         A > ConnectRequest protocolVersion=7 timeOut=9000\nA < ConnectResponse\nB close\n",
    );
    let command = mortal("version");
    let command: Vec<&str> = command.iter().map(String::as_str).collect();
    let small = format!("{folder}/small.zkt");
    let words = ["min", &file, "--times", "2", "--out", &small, "--"];
    let (code, output) = run(&[&words, command.as_slice()].concat());
    let said = stdout(&output);
    assert_eq!(code, 0, "{said}{}", stderr(&output));
    assert!(said.contains("fails 3 of 3 times (100 %)"), "{said}");
    let text = std::fs::read_to_string(&small).expect("a file");
    assert!(text.contains("protocolVersion=7"), "{text}");
    assert!(!text.contains("B "), "{text}");
}

/// Only as many steps are left as there are in a failure that a sound server does not show.
#[test]
fn what_nobody_opened_is_no_failure() {
    let folder = folder("min-opened");
    // No server answers so, the model no more than any other.
    let file = write(
        &folder,
        "script odd\n----\nA open\nA > ConnectRequest\nA < ConnectResponse timeOut=77\n",
    );
    let small = format!("{folder}/small.zkt");
    let (code, output) = run(&["min", &file, "--out", &small]);
    assert_eq!(code, 0, "{}", stderr(&output));
    let text = std::fs::read_to_string(&small).expect("a file");
    assert!(text.contains("A open"), "{text}");
}

#[test]
fn what_cannot_be_played_is_3() {
    let folder = folder("min-untested");
    let file = write(
        &folder,
        "script other\nserver mode=readOnly\n----\nA open\n",
    );
    let serve = Serve::start(&["--tick-time", "500"]);
    let (code, output) = run(&["min", &file, "--target", &serve.address]);
    assert_eq!(code, 3, "{}{}", stdout(&output), stderr(&output));
    assert!(
        stderr(&output).contains("mode=readOnly"),
        "{}",
        stderr(&output)
    );
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
    // Nobody waits for what cannot be written.
    let nowhere = format!("{folder}/no/such/folder");
    let (code, output) = run(&["min", &file, "--out", &nowhere]);
    assert_eq!(code, 2, "{}", stdout(&output));
    let told = stderr(&output);
    assert!(told.contains(&format!("cannot write {nowhere}")), "{told}");
    let (code, output) = run(&["min", &file, "--target", "127.0.0.1:1"]);
    assert_eq!(code, 3, "{}", stdout(&output));
    let told = stderr(&output);
    assert!(told.contains("cannot play to 127.0.0.1:1: "), "{told}");
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
