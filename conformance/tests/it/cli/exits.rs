//! The codes with which it ends when there is no verdict.

use std::io::BufRead;
use std::io::BufReader;
use std::process::Stdio;

use zk_conformance::net::InMemoryServer;
use zk_conformance::server::Config;

use crate::cli::Serve;
use crate::cli::run;
use crate::cli::scratch;
use crate::cli::stderr;
use crate::cli::stdout;
use crate::cli::zkspec;

#[test]
fn what_makes_no_sense_is_2() {
    for arguments in [
        &["server", "renwe"][..],
        &["server", "level:most"],
        &["server", "--flaw", "none"],
        &["server", "--no-such-flag"],
        &["server", "clause:RENEW-999"],
        &["server", "--session-timeout", "10..-5"],
        &["server", "--session-timeout", "40..4"],
        &["server", "--session-timeout", "0..40"],
        &["server", "--tick", "0"],
        &["server", "--tick-time", "0"],
        &["server", "--tick-time", "18446744073709551615"],
        &["server", "--timeout", "0"],
        &[
            "server",
            "--timeout",
            "18446744073709551615",
            "--slow-factor",
            "1000",
        ],
        &["server", "--setting", ""],
        &["server", "--setting", "tickTime=5"],
        &["replay", "no-such-file.zkt", "--times", "0"],
        &["replay", "no-such-file.zkt"],
        &["decode", "no-such-file.pcap"],
        &["explain", "ZK9999"],
        &["mutants", "--by", "diff", "--case", "ZK0001"],
        &["no-such-verb"],
    ] {
        let (code, output) = run(arguments);
        assert_eq!(code, 2, "{arguments:?}: {}", stderr(&output));
        assert!(!stderr(&output).is_empty(), "{arguments:?} says why");
    }
}

#[test]
fn what_makes_no_sense_is_answered_by_what_does() {
    for (arguments, advice) in [
        (&["server", "renwe"][..], "did you mean \"renew\"?"),
        (
            &["server", "clause:RENEW8"],
            "did you mean \"clause:RENEW-8\"?",
        ),
        (&["server", "127.0.0.1"], "a server is HOST:PORT"),
        (&["server", "zk.example:99999"], "a port up to 65535"),
        (
            &["server", "renew", "127.0.0.1:1"],
            "HOST:PORT comes before",
        ),
        (
            &["server", "--", "true"],
            "tell the command its port by {port}",
        ),
        (
            &["server", "--setting", "minSessionTimeout=5"],
            "by --session-timeout",
        ),
    ] {
        let (code, output) = run(arguments);
        let said = stderr(&output);
        assert_eq!(code, 2, "{arguments:?}: {said}");
        assert!(said.contains(advice), "{arguments:?}: {said}");
    }
}

/// A flag that would change nothing is a misunderstanding, and not to be passed over.
#[test]
fn flags_about_another_server_are_2() {
    for (arguments, message) in [
        (
            &["server", "127.0.0.1:1", "--flaw", "no-close-reply"][..],
            "--flaw no-close-reply sets the built-in server up",
        ),
        (
            &["server", "--read-only", "--", "true", "{port}"],
            "--read-only sets the built-in server up",
        ),
        (
            &["server", "--tls", "--tls-insecure"],
            "--tls is about a server elsewhere",
        ),
        (
            &["replay", "a.zkt", "--target", "127.0.0.1:1", "--netty"],
            "--netty sets the built-in server up",
        ),
        (
            &["replay", "a.zkt", "--tls", "--tls-insecure"],
            "--tls is about a server elsewhere",
        ),
        (
            &[
                "server",
                "--min-session-timeout",
                "100",
                "--max-session-timeout",
                "50",
            ],
            "the shortest session timeout, 100 ms, is above the longest, 50 ms",
        ),
    ] {
        let (code, output) = run(arguments);
        let said = stderr(&output);
        assert_eq!(code, 2, "{arguments:?}: {said}");
        assert!(said.contains(message), "{arguments:?}: {said}");
    }
}

/// Where nobody reads on, that is not the program's fault.
#[test]
fn a_reader_that_goes_away_is_no_error() {
    for arguments in [&["completions", "bash"][..], &["man", "server"], &["list"]] {
        let mut command = zkspec(arguments);
        let mut child = command.stdout(Stdio::piped()).spawn().expect("it starts");
        drop(child.stdout.take());
        assert_eq!(
            child.wait().expect("an end").code(),
            Some(0),
            "{arguments:?}"
        );
    }
}

#[test]
fn what_cannot_be_tested_is_3() {
    // A port that was free a moment ago, and that nobody listens on.
    let gone = InMemoryServer::start(Config::default())
        .expect("a server")
        .address()
        .to_string();
    let (code, output) = run(&["server", &gone]);
    assert_eq!(code, 3, "{}", stdout(&output));
    assert!(
        stdout(&output).contains("could not test"),
        "{}",
        stdout(&output)
    );
    let trace = scratch().join("unreachable.zkt");
    std::fs::write(&trace, "script a\n----\nA open\n").expect("written");
    let trace = trace.to_str().expect("a path");
    assert_eq!(run(&["replay", trace, "--target", &gone]).0, 3);
    assert_eq!(run(&["server", "no-such-host.invalid:2181"]).0, 3);
}

#[test]
fn a_server_that_dies_midway_is_3_and_not_a_verdict() {
    let mut serve = Serve::start(&["--tick-time", "1000"]);
    let mut judge = zkspec(&["server", &serve.address, "--json", "-"]);
    let judge = judge
        .current_dir(scratch())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut judge = judge.spawn().expect("zkspec runs");
    let mut lines = BufReader::new(judge.stdout.take().expect("stdout")).lines();
    lines.find(|line| {
        line.as_ref()
            .is_ok_and(|line| line.contains("case-finished"))
    });
    serve.child.kill().expect("killed");
    let last = lines.map_while(Result::ok).last().unwrap_or_default();
    assert_eq!(judge.wait().expect("an end").code(), Some(3), "{last}");
    assert!(last.contains("no longer passes the sanity case"), "{last}");
}

#[test]
fn an_empty_selection_is_4() {
    for arguments in [
        &["server", "renew", "!renew"][..],
        &["server", "tag:timing", "--no-timing"],
    ] {
        let (code, output) = run(arguments);
        assert_eq!(code, 4, "{arguments:?}: {}", stderr(&output));
    }
}

#[test]
fn what_a_failure_that_does_not_count_keeps_from_being_judged_is_3() {
    let cases = ["ZK0001", "ZK0401", "ZK0405", "ZK0433"];
    let flawed = ["server", "--flaw", "no-evict-on-renew", "--profile", "none"];
    let judge = |level| run(&[&flawed[..], &["--level", level], &cases].concat());
    let (code, output) = judge("should");
    assert_eq!(code, 1, "{}", stdout(&output));
    // ZK0405 is a SHOULD, and ZK0433, which needs it, a MUST.
    let (code, output) = judge("must");
    let text = stdout(&output);
    assert_eq!(code, 3, "{text}");
    assert!(
        text.contains("it needs ZK0405, which did not pass, and does not count at this level"),
        "{text}"
    );
}
