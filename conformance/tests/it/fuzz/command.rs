//! `zkspec fuzz` as its users meet it.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use zk_conformance::driver::Sequence;
use zk_conformance::net::InMemoryServer;
use zk_conformance::server::Config;
use zk_conformance::server::Flaw;
use zk_conformance::server::Flaws;

use crate::cli::Serve;
use crate::cli::run;
use crate::cli::stderr;
use crate::cli::stdout;
#[cfg(unix)]
use crate::runner::process::mortal;

/// A folder of its own.
fn folder(name: &str) -> (PathBuf, String) {
    let folder = crate::cli::scratch().join(name);
    let _ = fs::remove_dir_all(&folder);
    let text = folder.to_str().expect("a path").to_owned();
    (folder, text)
}

#[test]
fn a_flawed_server_is_found_out_and_the_transcript_shows_it() {
    let (folder, out) = folder("fuzz-flaw");
    let flaw = ["--flaw", "no-close-reply"];
    let arguments = ["fuzz", "--runs", "20000", "--fail-fast", "--out", &out];
    let (code, output) = run(&[&arguments[..], &flaw].concat());
    let text = stdout(&output);
    assert_eq!(code, 1, "{text}{}", stderr(&output));
    for part in ["FOUND", "expected", "actual", "no-close-reply", "replay"] {
        assert!(text.contains(part), "no {part} in {text}");
    }
    let trace = folder.join("fuzz-01.zkt");
    let trace = trace.to_str().expect("a path");
    let (code, output) = run(&[&["replay", trace][..], &flaw].concat());
    assert_eq!(code, 0, "{}", stdout(&output));
    assert_eq!(run(&["replay", trace]).0, 1, "a sound server does not");
}

#[test]
fn a_sound_server_is_fine_and_fills_the_corpus() {
    let (folder, corpus) = folder("fuzz-corpus");
    let jsonl = folder.with_extension("jsonl");
    let events = jsonl.to_str().expect("a path");
    let arguments = ["fuzz", "--runs", "300", "--corpus", &corpus];
    let (code, output) = run(&[&arguments[..], &["--jsonl", events]].concat());
    assert_eq!(code, 0, "{}", stdout(&output));
    let text = fs::read_to_string(&jsonl).expect("events");
    let events = text.lines().map(serde_json::from_str);
    let events: Vec<Value> = events.collect::<Result<_, _>>().expect("JSON");
    assert_eq!(events[0]["event"], "fuzz-started");
    let last = events.last().expect("the end");
    assert_eq!(last["event"], "fuzz-finished");
    let entries = fs::read_dir(&folder).expect("a folder");
    let kept: Vec<_> = entries.map(|it| it.expect("a file").path()).collect();
    assert_eq!(last["kept"], kept.len());
    for path in &kept {
        let text = fs::read_to_string(path).expect("a file");
        assert!(text.parse::<Sequence>().is_ok(), "{text}");
    }
    // What is there is where the next one begins.
    let (code, output) = run(&[&arguments[..], &["--seed", "1"]].concat());
    assert_eq!(code, 0, "{}", stdout(&output));
    assert!(fs::read_dir(&folder).expect("a folder").count() >= kept.len());
}

#[test]
fn what_makes_no_sense_or_cannot_be_reached_has_a_code_of_its_own() {
    assert_eq!(run(&["fuzz", "nowhere"]).0, 2);
    assert_eq!(run(&["fuzz", "--flaw", "no-such-flaw"]).0, 2);
    assert_eq!(run(&["fuzz", "--shard", "3/2"]).0, 2);
    assert_eq!(run(&["fuzz", "127.0.0.1:1"]).0, 3);
    let missing = ["fuzz", "--runs", "1", "--jsonl", "no/such/folder/x"];
    assert_eq!(run(&missing).0, 2);
}

#[test]
fn a_sound_server_over_tcp_is_fine() {
    let serve = Serve::start(&[]);
    let (_, out) = folder("fuzz-tcp");
    let arguments = ["fuzz", &serve.address, "--runs", "400", "--out", &out];
    let (code, output) = run(&[&arguments[..], &["--races", "3"]].concat());
    let text = stdout(&output);
    assert_eq!(code, 0, "{text}{}", stderr(&output));
}

#[test]
fn a_server_that_evicts_nobody_is_found_out_over_tcp() {
    let server = InMemoryServer::start(Config {
        flaws: Flaws::NONE.with(Flaw::NoEvictOnRenew),
        max_client_connections: 0,
        ..Config::default()
    });
    let server = server.expect("a server");
    let address = server.address().to_string();
    let (_, out) = folder("fuzz-owners");
    let arguments = ["fuzz", &address, "--time", "60", "--fail-fast", "--out"];
    let (code, output) = run(&[&arguments[..], &[&out]].concat());
    let text = stdout(&output);
    assert_eq!(code, 1, "{text}{}", stderr(&output));
    // Whatever shows it first: the canary's renewal, or one of a race.
    let is_explained = text.contains("no-evict-on-renew");
    let is_canary = text.contains("is renewed, the answer is");
    assert!(is_explained || is_canary, "{text}");
}

/// The server dies of a protocol version, as zetcd does; it is started again, and what it dies of
/// is found.
#[cfg(unix)]
#[test]
fn a_server_that_dies_is_started_again_and_the_cause_is_found() {
    let (_, out) = folder("fuzz-mortal");
    let command = mortal("version");
    let command: Vec<_> = command.iter().map(String::as_str).collect();
    let arguments = ["fuzz", "--time", "120", "--fail-fast", "--out", &out, "--"];
    let (code, output) = run(&[&arguments[..], &command].concat());
    let text = stdout(&output);
    assert_eq!(code, 1, "{text}{}", stderr(&output));
    assert!(text.contains("FOUND the server ended"), "{text}");
    assert!(text.contains("unhandled: version"), "{text}");
}

#[test]
fn mutants_are_counted() {
    let arguments = ["mutants", "--by", "fuzz", "--effort", "300", "--json"];
    let flaws = ["--flaw", "version-wrong", "--flaw", "silent-kept"];
    let (code, output) = run(&[&arguments[..], &flaws].concat());
    assert_eq!(code, 0, "{}", stderr(&output));
    let json: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    assert_eq!(json["by"], "fuzz");
    assert_eq!(json["mutants"].as_array().map(Vec::len), Some(2));
    assert_eq!(json["mutants"][1]["flaw"], "version-wrong");
    assert!(json["mutants"][1]["steps"].as_u64() <= Some(4), "{json}");
}
