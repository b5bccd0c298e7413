//! Servers that `zkspec` starts, watches, starts again and stops.

use std::io::Read;
use std::io::Write;
use std::net::Shutdown;
use std::net::TcpListener;
use std::net::TcpStream;
use std::path::Path;

use zk_conformance::net::InMemoryServer;
use zk_conformance::server::Config;
use zk_conformance::server::Words;

use crate::runner::folder;
use crate::runner::judge;

/// The command that starts the server below, with what it is to die of.
pub(crate) fn mortal(dies_of: &str) -> Vec<String> {
    let this = std::env::current_exe().expect("the test itself");
    let this = this.to_str().expect("a path").to_owned();
    let name = "runner::process::a_server_that_may_die";
    let words = [
        "env",
        "MORTAL_PORT={port}",
        &format!("MORTAL_DIES_OF={dies_of}"),
        &this,
        name,
    ];
    let flags = ["--exact", "--nocapture", "--test-threads=1"];
    words
        .iter()
        .chain(&flags)
        .map(ToString::to_string)
        .collect()
}

fn judge_mortal(folder: &Path, dies_of: &str, arguments: &[&str]) -> (i32, String) {
    let traces = folder.join("traces");
    let traces = traces.to_str().expect("a path");
    let command = mortal(dies_of);
    let command: Vec<_> = command.iter().map(String::as_str).collect();
    let all = [
        &["server"][..],
        arguments,
        &["--trace-dir", traces, "--"],
        &command,
    ]
    .concat();
    let (code, output) = crate::cli::run(&all);
    (
        code,
        crate::cli::stdout(&output) + &crate::cli::stderr(&output),
    )
}

/// Not a test, but a server, if the environment says so: one that ends when it meets a protocol
/// version other than 0, as zetcd does, or when told to at once, or after so many connections; or
/// one that only takes a lot of memory when it meets such a version.
#[test]
fn a_server_that_may_die() {
    let (Ok(port), Ok(dies_of)) = (
        std::env::var("MORTAL_PORT"),
        std::env::var("MORTAL_DIES_OF"),
    ) else {
        return;
    };
    if dies_of == "birth" {
        println!("cannot find my configuration");
        std::process::exit(7);
    }
    let config = Config {
        tick_time: std::time::Duration::from_millis(500),
        words: Words::ALL,
        ..Config::default()
    };
    let server = InMemoryServer::start(config).expect("a server");
    let behind = server.address();
    let listener = TcpListener::bind(("127.0.0.1", port.parse().expect("a port"))).expect("bound");
    println!("ready on port {port}");
    let lives = dies_of.strip_prefix("connections:");
    let lives: usize = lives.map_or(usize::MAX, |lives| lives.parse().expect("a number"));
    for client in listener.incoming().take(lives) {
        let client = client.expect("a client");
        let dies_of = dies_of.clone();
        std::thread::spawn(move || {
            carry(client, TcpStream::connect(behind).expect("open"), &dies_of)
        });
    }
    println!("enough");
    std::process::exit(9);
}

/// Carries what client and server say to each other.
fn carry(mut client: TcpStream, mut server: TcpStream, dies_of: &str) {
    let mut from = server.try_clone().expect("another handle");
    let mut to = client.try_clone().expect("another handle");
    let back = std::thread::spawn(move || {
        let _ = std::io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Both);
    });
    let mut heard = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(count) = client.read(&mut buffer)
        && count > 0
    {
        let before = heard.len();
        heard.extend_from_slice(&buffer[..count]);
        let is_handshake = matches!(heard.get(..4), Some([0, 0, 0, 44 | 45]));
        let version = heard.get(4..8).unwrap_or(&[0; 4]);
        if before < 8 && is_handshake && version != [0; 4] {
            if dies_of == "version" {
                let _ = writeln!(std::io::stdout(), "unhandled: version {version:02x?}");
                std::process::exit(2);
            }
            if dies_of == "hunger" {
                vec![1_u8; HOARD].leak();
            }
        }
        if server.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    let _ = server.shutdown(Shutdown::Both);
    let _ = back.join();
}

/// What a hungry server takes at a time, in bytes.
const HOARD: usize = 400 << 20;

#[test]
fn a_command_is_started_judged_and_stopped() {
    let folder = folder("started");
    let (code, said) = judge_mortal(&folder, "nothing", &["connect", "close"]);
    assert_eq!(code, 0, "{said}");
    let port = port_of(&folder);
    assert!(is_gone(port));
}

#[test]
fn what_the_command_starts_is_stopped_with_it() {
    let folder = folder("group");
    let traces = folder.join("traces");
    let traces = traces.to_str().expect("a path");
    let command = mortal("nothing");
    let command: Vec<_> = command.iter().map(String::as_str).collect();
    let shell = ["sh", "-c", "\"$@\" & wait", "sh"];
    let run = ["server", "ZK0001", "--trace-dir", traces, "--"];
    let (code, output) = crate::cli::run(&[&run[..], &shell, &command].concat());
    assert_eq!(code, 0, "{}", crate::cli::stderr(&output));
    assert!(is_gone(port_of(&folder)));
}

/// Whether nobody listens on a port any more; another test may have been given it meanwhile.
#[expect(
    clippy::disallowed_methods,
    reason = "a real process ends in real time"
)]
fn is_gone(port: u16) -> bool {
    let refused = || TcpStream::connect(("127.0.0.1", port)).is_err();
    (0..100).any(|_| {
        let is_gone = refused();
        if !is_gone {
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        is_gone
    })
}

/// The port that the server said it listens on.
fn port_of(folder: &Path) -> u16 {
    let log = std::fs::read_to_string(folder.join("traces/server.log")).expect("a log");
    let port = log.split("ready on port ").nth(1).expect("its port");
    let port = port.lines().next().unwrap_or_default();
    port.parse().expect("a port")
}

#[test]
fn readiness_can_be_a_handshake_a_connection_a_word_or_a_line() {
    let folder = folder("ready");
    for when in ["handshake", "tcp", "ruok", "line:ready on port \\d+$"] {
        let (code, said) = judge_mortal(&folder, "nothing", &["ZK0001", "--ready-when", when]);
        assert_eq!(code, 0, "{when}: {said}");
    }
    let never = [
        "ZK0001",
        "--ready-when",
        "line:there is no such line",
        "--wait",
        "1",
    ];
    let (code, said) = judge_mortal(&folder, "nothing", &never);
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("not ready within 1 s"), "{said}");
    assert!(
        said.contains("ready on port"),
        "what it printed is told: {said}"
    );
    for when in ["line:(", "soon"] {
        let (code, said) = judge_mortal(&folder, "nothing", &["--ready-when", when]);
        assert_eq!(code, 2, "{said}");
    }
}

#[test]
fn a_server_that_does_not_start_is_3() {
    let folder = folder("stillborn");
    let (code, said) = judge_mortal(&folder, "birth", &["ZK0001"]);
    assert_eq!(code, 3, "{said}");
    assert!(
        said.contains("before it was ready, exit status: 7"),
        "{said}"
    );
    assert!(said.contains("cannot find my configuration"), "{said}");
    let (code, said) = judge(&folder, &["ZK0001"]);
    assert_eq!(code, 0, "{said}");
    let (code, output) = crate::cli::run(&["server", "ZK0001", "--", "no-such-program", "{port}"]);
    assert_eq!(code, 3, "{}", crate::cli::stderr(&output));
}

#[test]
fn a_port_that_is_taken_is_not_judged_by_mistake() {
    let folder = folder("taken");
    let other = InMemoryServer::start(Config::default()).expect("a server");
    let address = other.address().to_string();
    let (code, said) = judge_mortal(&folder, "nothing", &[&address, "ZK0001"]);
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("somebody listens on"), "{said}");
}

#[test]
fn the_case_that_makes_a_server_crash_is_found() {
    let folder = folder("crash");
    let json = folder.join("run.jsonl");
    let json = json.to_str().expect("a path");
    let run = [
        "connect",
        "renew",
        "close",
        "--profile",
        "none",
        "--json",
        json,
    ];
    let (code, said) = judge_mortal(&folder, "version", &run);
    assert_eq!(code, 1, "{said}");
    let text = std::fs::read_to_string(json).expect("a report");
    let events: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let crashed: Vec<_> = events
        .iter()
        .filter(|event| event["outcome"] == "crashed")
        .collect();
    let mut names: Vec<_> = crashed
        .iter()
        .filter_map(|event| event["name"].as_str())
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["connect/version-is-ignored"], "{said}");
    for event in crashed {
        let log = event["server_log"].to_string();
        assert!(log.contains("unhandled: version"), "{log}");
        assert!(
            event["actual"].as_str().unwrap().contains("exit status: 2"),
            "{event}"
        );
    }
    let last = events.last().expect("an end");
    assert_eq!(
        (&last["failed"], &last["trouble"]),
        (&1.into(), &serde_json::Value::Null)
    );
    assert_eq!(last["unexplained_crashes"], 0, "{said}");
    let over = text.matches("\"case-finished\"").count();
    let fine =
        ["passed", "tolerated", "skipped", "blocked"].map(|word| last[word].as_u64().unwrap_or(0));
    assert_eq!(fine.iter().sum::<u64>() + 1, over as u64, "{said}");
    assert!(
        said.contains("the server came to its end: exit status: 2"),
        "{said}"
    );
    // What is known does not fail the run, and is found out all the same.
    let known = "schema = 1\n[[expect]]\ncase = \"*/version-is-ignored\"\nresult = \"fail\"\noutcome = \"crashed\"\nreason = \"it panics\"\n";
    let known = crate::runner::file(&folder, "known.toml", known);
    let (code, said) = judge_mortal(
        &folder,
        "version",
        &[&run[..], &["--expect", &known]].concat(),
    );
    assert_eq!(code, 0, "{said}");
}

#[test]
fn a_crash_that_no_case_explains_fails_the_run() {
    let folder = folder("unexplained");
    // Enough for the start and some cases; each time it is started again, too.
    let run = ["connect", "--profile", "none", "-j", "4"];
    let (code, said) = judge_mortal(&folder, "connections:30", &run);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("none of them brings it about"), "{said}");
    assert!(said.contains("crashes that no case explains"), "{said}");
    assert!(said.contains("enough"), "its log is told: {said}");
}

#[test]
fn a_server_that_never_gets_far_is_3() {
    let folder = folder("hopeless");
    let (code, said) = judge_mortal(&folder, "connections:4", &["connect", "--profile", "none"]);
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("exit status: 9"), "{said}");
}

#[test]
fn whoever_is_still_starting_can_be_waited_for() {
    let folder = folder("wait");
    let gone = InMemoryServer::start(Config::default())
        .expect("a server")
        .address();
    let (code, said) = judge(&folder, &[&gone.to_string(), "ZK0001", "--wait", "1"]);
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("was not ready within 1 s"), "{said}");
    let late = std::thread::spawn(move || {
        // Bound late enough to be waited for: the judge is started first.
        let (tell, told) = std::sync::mpsc::channel::<()>();
        let _ = told.recv_timeout(std::time::Duration::from_millis(500));
        drop(tell);
        crate::cli::Serve::start_at(&gone.to_string(), &["--tick-time", "100"])
    });
    let (code, said) = judge(&folder, &[&gone.to_string(), "ZK0001", "--wait", "30"]);
    assert_eq!(code, 0, "{said}");
    drop(late.join());
}
