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
#[cfg(unix)]
use crate::cli::by_shell;
#[cfg(unix)]
use crate::cli::replay_line;
use crate::cli::run;
use crate::cli::stderr;
use crate::cli::stdout;
#[cfg(unix)]
use crate::runner::process::mortal;

/// A folder of its own.
pub(super) fn folder(name: &str) -> (PathBuf, String) {
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
    // What is there is where the next one begins, and what is no sequence is told.
    fs::write(folder.join("noise"), [0xff; 4]).expect("a file");
    fs::write(folder.join("nonsense"), "a.fly").expect("a file");
    let (code, output) = run(&[&arguments[..], &["--seed", "1"]].concat());
    assert_eq!(code, 0, "{}", stdout(&output));
    for wrong in [
        "noise: stream did not",
        "nonsense: there is no symbol \"a.fly\"",
    ] {
        let told = format!("left out of the corpus: {wrong}");
        assert!(stderr(&output).contains(&told), "{}", stderr(&output));
    }
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
    // The line that is told starts the server, and starts it again.
    let line = replay_line(&text);
    let (code, output) = by_shell(&line.replace("--times 100", "--times 3"));
    let text = stdout(&output);
    assert_eq!(code, 1, "{line}: {text}{}", stderr(&output));
    let told = "the server ended 3 of 3 times, exit status: 2; it printed:";
    assert!(text.contains(told), "{line}: {text}");
    assert!(text.contains("unhandled: version"), "{text}");
}

/// The line that plays a find again can be copied: it starts the server in the same way.
#[cfg(unix)]
#[test]
fn what_is_found_on_a_server_that_was_started_is_played_again_by_the_line_told() {
    let (_, out) = folder("fuzz started");
    let program = env!("CARGO_BIN_EXE_zkspec");
    let server = ["serve", "127.0.0.1:{port}", "--flaw", "no-close-reply"];
    let start = ["--ready-when", "line:^listening on", "--wait", "30", "--"];
    let fuzz = ["fuzz", "--fail-fast", "--races", "0", "--out", &out];
    let (code, output) = run(&[&fuzz[..], &start, &[program], &server].concat());
    let text = stdout(&output);
    assert_eq!(code, 1, "{text}{}", stderr(&output));
    let line = replay_line(&text);
    let (code, output) = by_shell(line);
    let again = stdout(&output);
    assert_eq!(code, 0, "{line}: {again}{}", stderr(&output));
    assert!(again.contains("100 of 100 as recorded"), "{line}: {again}");
    // It is the server that is started, and no other: without the flaw it comes out otherwise.
    let (code, output) = by_shell(&line.replace(" --flaw no-close-reply", ""));
    let other = stdout(&output);
    assert_eq!(code, 1, "{line}: {other}{}", stderr(&output));
    assert!(other.contains("0 of 100 as recorded"), "{other}");
}

/// A server that ends, and cannot be started again.
#[cfg(unix)]
#[test]
fn a_server_that_dies_for_good_is_a_find() {
    let (folder, out) = folder("fuzz-once");
    fs::create_dir_all(&folder).expect("a folder");
    let lock = folder.join("lock");
    let lock = lock.to_str().expect("a path");
    let once = ["sh", "-c", "mkdir \"$0\" && exec \"$@\"", lock];
    let command = mortal("version");
    let command: Vec<_> = command.iter().map(String::as_str).collect();
    let arguments = ["fuzz", "--time", "120", "--out", &out, "--"];
    let (code, output) = run(&[&arguments[..], &once, &command].concat());
    let text = stdout(&output);
    assert_eq!(code, 1, "{text}{}", stderr(&output));
    assert!(text.contains("FOUND the server ended"), "{text}");
    assert!(text.contains("[version="), "what was played: {text}");
    assert!(text.contains("unhandled: version"), "{text}");
    assert!(stderr(&output).contains("the server is gone: cannot start"));
}

/// A server that somebody else started, and that ends.
#[cfg(unix)]
#[test]
fn a_server_of_others_that_is_gone_is_3_and_what_was_played_is_told() {
    let (_, out) = folder("fuzz-gone");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("bound");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let port = address.port().to_string();
    let mut command = mortal("version").into_iter();
    let mut server = std::process::Command::new(command.next().expect("a program"))
        .args(command.map(|word| word.replace("{port}", &port)))
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("it starts");
    let address = address.to_string();
    let arguments = ["fuzz", &address, "--wait", "30", "--time", "120", "--out"];
    let (code, output) = run(&[&arguments[..], &[&out]].concat());
    let _ = server.kill();
    let _ = server.wait();
    let said = stderr(&output);
    assert_eq!(code, 3, "{}{said}", stdout(&output));
    assert!(
        said.contains("what was played to it at the last:\n  "),
        "{said}"
    );
    assert!(said.contains("[version="), "{said}");
}

/// A server that takes more memory than it may.
#[cfg(target_os = "linux")]
#[test]
fn a_server_that_takes_too_much_memory_is_found_out() {
    let (_, out) = folder("fuzz-memory");
    let hungry = mortal("hunger");
    let hungry: Vec<_> = hungry.iter().map(String::as_str).collect();
    let frugal = mortal("nothing");
    let frugal: Vec<_> = frugal.iter().map(String::as_str).collect();
    let fuzz = |limits: &[&str], command: &[&str]| {
        let arguments = ["fuzz", "--fail-fast", "--races", "0", "--out", &out];
        run(&[&arguments[..], limits, &["--"], command].concat())
    };
    let (code, output) = fuzz(&["--memory", "300", "--time", "120"], &hungry);
    let text = stdout(&output);
    assert_eq!(code, 1, "{text}{}", stderr(&output));
    let found = "FOUND it takes more than 300 MiB of memory";
    assert!(text.contains(found), "{text}");
    assert!(text.contains("[version="), "what does it alone: {text}");
    assert!(text.contains("it took "), "how much: {text}");
    assert!(!text.contains("side by side"), "{text}");
    let (code, output) = fuzz(&["--memory", "300", "--runs", "100"], &frugal);
    assert_eq!(code, 0, "{}{}", stdout(&output), stderr(&output));
    let (code, output) = fuzz(&["--memory", "1", "--runs", "100"], &frugal);
    assert_eq!(code, 2, "{}", stdout(&output));
    assert!(stderr(&output).contains("before anything is played"));
}

#[test]
fn what_would_have_no_effect_is_not_taken() {
    for words in [
        &["--runs", "0"][..],
        &["--time", "0"],
        &["--jobs", "0"],
        &["--jobs", "4"],
        &["--races", "4"],
        &["--memory", "100"],
        &["--tls", "--tls-insecure"],
        &["--session-timeout", "0"],
        &["127.0.0.1:1", "--memory", "100"],
        &["127.0.0.1:1", "--flaw", "no-close-reply"],
        &["127.0.0.1:1", "--tls"],
    ] {
        let (code, output) = run(&[&["fuzz"], words].concat());
        assert_eq!(code, 2, "{words:?}: {}", stderr(&output));
    }
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
    assert!(json["mutants"][1]["seconds"].as_f64() > Some(0.0), "{json}");
    assert!(json["mutants"][1]["steps"].as_u64() <= Some(4), "{json}");
    let arguments = ["mutants", "--by", "fuzz", "--effort", "300"];
    let (code, output) = run(&[&arguments[..], &flaws].concat());
    let text = stdout(&output);
    assert_eq!(code, 0, "{text}");
    let (_, last) = text.trim_end().rsplit_once('\n').expect("lines");
    let found = json["found"].as_u64().expect("a number");
    let begins = format!("fuzz finds {found} of 2 mutants, each within ");
    assert!(last.starts_with(&begins), "{last}");
    assert!(last.contains("(effort 300, seed 0, "), "{last}");
}
