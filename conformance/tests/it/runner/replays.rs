//! What a failure leaves behind plays it again.

use std::path::PathBuf;

use zk_conformance::server::Flaw;

use crate::cli::Serve;
#[cfg(unix)]
use crate::cli::by_shell;
#[cfg(unix)]
use crate::cli::replay_line;
use crate::cli::run;
use crate::cli::stderr;
use crate::cli::stdout;
use crate::runner::folder;
use crate::runner::judge;
#[cfg(unix)]
use crate::runner::process::mortal;

/// The transcripts in a folder of traces.
fn traces(folder: &std::path::Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder.join("traces")).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "zkt"))
        .collect()
}

#[test]
fn whatever_fails_is_played_again_from_what_it_left() {
    let mut played = 0;
    // Some of them, evenly: each takes two processes.
    for flaw in Flaw::ALL.iter().step_by(Flaw::ALL.len().div_ceil(20)) {
        let folder = folder("replays");
        let (code, said) = judge(&folder, &["--flaw", flaw.name(), "--profile", "none"]);
        assert!([0, 1, 3].contains(&code), "{}: {said}", flaw.name());
        let traces = traces(&folder);
        if traces.is_empty() {
            continue;
        }
        let files = traces.iter().map(|path| path.to_str().expect("a path"));
        let flags = ["--flaw", flaw.name(), "--times", "2"];
        let words: Vec<_> = ["replay"].into_iter().chain(files).chain(flags).collect();
        let (code, output) = run(&words);
        let said = stdout(&output);
        // A flaw may be such that no handshake works, and nothing can be played.
        if code == 3 {
            continue;
        }
        assert_eq!(code, 1, "{}: {said}", flaw.name());
        let again = said.matches("failed 2 of 2 times (100 %)").count();
        assert_eq!(again, traces.len(), "{}: {said}", flaw.name());
        played += again;
    }
    assert!(played > 20, "{played}");
}

/// The command that a run names to play a failure again.
pub(super) fn again(said: &str) -> Vec<&str> {
    let command = said.split("zkspec replay ").nth(1);
    let command = command.expect("how to play it again");
    let words = command.lines().next().unwrap_or_default().split(' ');
    ["replay"].into_iter().chain(words).collect()
}

#[test]
fn over_tcp_a_failure_is_played_again_by_the_command_it_names() {
    let folder = folder("replay-tcp");
    let serve = Serve::start(&["--tick-time", "500", "--flaw", "no-close-reply"]);
    let (code, said) = judge(&folder, &[&serve.address, "close", "--profile", "none"]);
    assert_eq!(code, 1, "{said}");
    let words = [again(&said), vec!["--times", "7"]].concat();
    let (code, output) = run(&words);
    let said = stdout(&output);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("failed 7 of 7 times (100 %)"), "{said}");
    // A server that does it right is told from it.
    let sound = Serve::start(&["--tick-time", "500"]);
    let words: Vec<_> = words
        .iter()
        .map(|word| {
            if *word == serve.address {
                sound.address.as_str()
            } else {
                word
            }
        })
        .collect();
    let (code, output) = run(&words);
    let said = stdout(&output);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("failed 0 of 7 times (0 %)"), "{said}");
}

/// What was stated of the server is stated when a failure is played again: without it, the case
/// would not be for this server.
#[test]
fn what_was_stated_is_in_the_command() {
    let folder = folder("replay-stated");
    let serve = Serve::start(&["--tick-time", "500"]);
    let stated = [
        "--setting",
        "maxClientCnxns=3",
        "--session-timeout",
        "1000..10000",
        "--tick",
        "500",
        "--slow-factor",
        "1.5",
    ];
    // It has no such limit.
    let what = [serve.address.as_str(), "ZK1201", "--level", "may"];
    let run_of_it = [&what[..], &stated].concat();
    let (code, said) = judge(&folder, &run_of_it);
    assert_eq!(code, 1, "{said}");
    let words = again(&said);
    for word in stated {
        assert!(words.contains(&word), "{word}: {words:?}");
    }
    let (code, output) = run(&[words, vec!["--times", "3"]].concat());
    let said = stdout(&output);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("failed 3 of 3 times (100 %)"), "{said}");
}

#[test]
fn the_built_in_server_is_set_up_again() {
    let folder = folder("replay-embedded");
    let setup = ["--max-client-cnxns", "4", "--tick-time", "1000"];
    let run_of_it = [&["ZK1201", "--flaw", "limit-not-enforced"][..], &setup].concat();
    let (_, said) = judge(&folder, &run_of_it);
    let words = again(&said);
    assert!(setup.iter().all(|word| words.contains(word)), "{words:?}");
}

#[test]
fn a_script_for_another_server_has_not_failed() {
    let folder = folder("replay-unsuitable");
    let script = "script a\nlevel must\nserver maxClientCnxns=3\n----\nA open\n";
    let script = crate::runner::file(&folder, "a.zkt", script);
    let serve = Serve::start(&["--tick-time", "500"]);
    let target = ["--target", &serve.address, "--times", "5"];
    let (code, output) = run(&[&["replay", &script][..], &target].concat());
    let said = stdout(&output);
    assert_eq!(code, 3, "{said}");
    assert!(
        said.contains("could not be played: it needs a server with"),
        "{said}"
    );
    assert!(!said.contains("failed"), "{said}");
}

#[test]
fn a_capture_of_nothing_is_not_fine() {
    let folder = folder("replay-nothing");
    let path = folder.join("nothing.pcap");
    // The head of a file, and no packet.
    let mut head = [0; 24];
    head[..8].copy_from_slice(&[0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0]);
    head[16..].copy_from_slice(&[0xff, 0xff, 0, 0, 1, 0, 0, 0]);
    std::fs::write(&path, head).expect("written");
    let path = path.to_str().expect("a path");
    let (code, output) = run(&["replay", path]);
    assert_eq!(code, 3, "{}", stdout(&output));
    assert!(stdout(&output).contains("there is no connection in it"));
    let (code, output) = run(&["replay", path, "--target", "127.0.0.1:1"]);
    let said = stderr(&output);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("holds nothing to play"), "{said}");
}

/// The server that was started is gone by then, and so is its port.
#[cfg(unix)]
#[test]
fn a_failure_of_a_server_that_was_started_is_played_again_by_the_line_told() {
    let traces = folder("replays started").join("traces");
    let traces = traces.to_str().expect("a path");
    let program = env!("CARGO_BIN_EXE_zkspec");
    let judge = [
        "server",
        "close",
        "--profile",
        "none",
        "--trace-dir",
        traces,
    ];
    let server = ["--", program, "serve", "127.0.0.1:{port}"];
    let words = [&judge[..], &server, &["--flaw", "no-close-reply"]].concat();
    let (code, output) = run(&words);
    let said = stdout(&output);
    assert_eq!(code, 1, "{said}{}", stderr(&output));
    let line = replay_line(&said);
    let (code, output) = by_shell(line);
    let again = stdout(&output);
    assert_eq!(code, 1, "{line}: {again}{}", stderr(&output));
    assert!(again.contains("expected"), "{again}");
    let (code, output) = by_shell(&line.replace(" --flaw no-close-reply", ""));
    assert_eq!(code, 0, "{line}: {}{}", stdout(&output), stderr(&output));
}

/// One that ends by each second of the scripts: those that it does not end by are judged all the same.
#[cfg(unix)]
#[test]
fn a_server_that_ends_is_started_again_and_it_is_told_by_which() {
    let folder = folder("replays mortal");
    let fine = "----\nA open\nA > ConnectRequest timeOut=9000\nA < ConnectResponse\n";
    let bad = fine.replace("timeOut", "protocolVersion=7 timeOut");
    // What comes of it is as it is written: the server ends, and with it the connection.
    let end = bad.replace("ConnectResponse", "closed");
    let scripts = [
        ("one", fine),
        ("two", &bad),
        ("three", fine),
        ("four", &end),
    ];
    let text = scripts.map(|(name, text)| format!("script {name}\n{text}\n"));
    let file = crate::runner::file(&folder, "four.zkt", &text.concat());
    let command = mortal("version");
    let command: Vec<_> = command.iter().map(String::as_str).collect();
    let words = ["replay", &file, "--times", "2", "--"];
    let (code, output) = run(&[&words[..], &command].concat());
    let said = stdout(&output);
    assert_eq!(code, 1, "{said}{}", stderr(&output));
    for part in [
        "✓ one  2 of 2 as recorded",
        "✗ two  0 of 2 as recorded",
        "✓ three  2 of 2 as recorded",
        "✗ four  2 of 2 as recorded",
    ] {
        assert!(said.contains(part), "no {part} in {said}");
    }
    let ends = said.matches("the server ended 2 of 2 times, exit status: 2");
    assert_eq!(ends.count(), 2, "{said}");
}

#[test]
fn what_says_nothing_of_a_server_that_is_started_is_not_taken() {
    let folder = folder("replays silly");
    let text = "script one\n----\nA open\n";
    let file = crate::runner::file(&folder, "one.zkt", text);
    let program = env!("CARGO_BIN_EXE_zkspec");
    for words in [
        &["--netty", "--", program, "serve", "127.0.0.1:{port}"][..],
        &["--", program, "serve"],
    ] {
        let (code, output) = run(&[&["replay", &file], words].concat());
        assert_eq!(code, 2, "{words:?}: {}", stderr(&output));
    }
    let words = ["replay", &file, "--", "no-such-program", "{port}"];
    assert_eq!(run(&words).0, 3);
}
