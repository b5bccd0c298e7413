//! Every way a suite could seem content without having tested anything, or hide what it found.

use std::io::Read;
use std::net::SocketAddr;
use std::net::TcpListener;

use zk_conformance::judge::Catalogue;
use zk_conformance::net::InMemoryServer;
use zk_conformance::server::Config;
use zk_conformance::transcript::parse;

use crate::runner::file;
use crate::runner::folder;
use crate::runner::judge;

/// Something that accepts connections and does no more, or closes them at once.
fn half_alive(closes: bool) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("bound");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let mut client = client.expect("a client");
            if !closes {
                std::thread::spawn(move || {
                    let _ = client.read_to_end(&mut Vec::new());
                });
            }
        }
    });
    address
}

fn unreachable() -> SocketAddr {
    InMemoryServer::start(Config::default())
        .expect("a server")
        .address()
}

#[test]
fn nobody_there_is_3_and_every_report_says_so() {
    let folder = folder("nobody");
    let (json, junit) = (folder.join("run.jsonl"), folder.join("junit.xml"));
    let reports = [
        "--json",
        json.to_str().expect("a path"),
        "--junit",
        junit.to_str().expect("a path"),
    ];
    let (code, said) = judge(
        &folder,
        &[&[unreachable().to_string().as_str()], &reports[..]].concat(),
    );
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("could not test"), "{said}");
    let json = std::fs::read_to_string(json).expect("a report");
    let last: serde_json::Value =
        serde_json::from_str(json.lines().last().expect("a line")).expect("JSON");
    assert!(last["trouble"].is_string(), "{last}");
    let junit = std::fs::read_to_string(junit).expect("a report");
    assert!(junit.contains("<error "), "{junit}");
}

#[test]
fn a_server_that_only_seems_to_be_there_is_3() {
    let folder = folder("half-alive");
    for closes in [true, false] {
        let address = half_alive(closes).to_string();
        let (code, said) = judge(&folder, &[&address, "--timeout", "200"]);
        assert_eq!(code, 3, "{said}");
        assert!(
            said.contains("does not complete a plain handshake"),
            "{said}"
        );
        let (code, output) = crate::cli::run(&["probe", &address, "--timeout", "200"]);
        assert_eq!(code, 3, "{}", crate::cli::stderr(&output));
    }
}

#[test]
fn a_failing_sanity_case_cannot_be_explained_away() {
    let folder = folder("insane");
    let flaw = ["--flaw", "zero-id-session"];
    let (code, said) = judge(&folder, &flaw);
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("the sanity case fails"), "{said}");
    for result in ["fail", "flaky", "skip"] {
        let text = format!(
            "schema = 1\n[[expect]]\ncase = \"*\"\nresult = \"{result}\"\nreason = \"x\"\n"
        );
        let known = file(&folder, "known.toml", &text);
        let (code, said) = judge(&folder, &[&flaw[..], &["--expect", &known]].concat());
        assert_eq!(code, 3, "{result}: {said}");
    }
}

#[test]
fn nothing_selected_is_4_and_a_typo_is_2() {
    let folder = folder("nothing");
    for (arguments, expected) in [
        (&["renew", "!renew"][..], 4),
        (&["tag:timing", "--no-timing"], 4),
        (&["ZK0401", "--shard", "1/3"], 4),
        (&["renwe"], 2),
        (&["tag:timinig"], 2),
        (&["ZK9999"], 2),
        (&["--shard", "0/3"], 2),
        (&["--shard", "4/3"], 2),
        (&["-j", "0"], 2),
        (&["--stress", "0"], 2),
        (&["--repeat", "0"], 2),
        (&["--connections", "0"], 2),
        (&["--profile", "zk-3.11"], 2),
        (&["--rerun-failed"], 2),
    ] {
        let (code, said) = judge(&folder, arguments);
        assert_eq!(code, expected, "{arguments:?}: {said}");
        assert!(said.contains("error:"), "{arguments:?} says why: {said}");
    }
}

#[test]
fn a_report_that_cannot_be_written_is_not_0() {
    let folder = folder("unwritable");
    let path = folder.join("no-such-folder").join("report");
    let path = path.to_str().expect("a path");
    for flag in ["--json", "--junit"] {
        let (code, said) = judge(&folder, &["ZK0001", flag, path]);
        assert_eq!(code, 2, "{flag}: {said}");
        assert!(said.contains("cannot write"), "{said}");
    }
}

#[test]
fn no_case_that_was_written_is_left_out() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let mut written = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "zkt") {
            let text = std::fs::read_to_string(&path).expect("text");
            let transcript = parse(&text).expect("a transcript");
            written.extend(transcript.scripts.into_iter().map(|script| script.name));
        }
    }
    let catalogue = Catalogue::embedded().expect("the catalogue is in order");
    let mut known: Vec<_> = catalogue
        .cases()
        .iter()
        .map(|case| case.name.clone())
        .collect();
    written.sort();
    known.sort();
    assert_eq!(written, known);
}

#[test]
fn a_case_that_fails_once_in_many_runs_fails_them_all() {
    let folder = folder("once");
    let (code, said) = judge(
        &folder,
        &["close", "--flaw", "no-close-reply", "--stress", "2"],
    );
    assert_eq!(code, 1, "{said}");
    // What fails and is known to, is known to in every run.
    let known = "schema = 1\n[[expect]]\ncase = \"ZK0701\"\nresult = \"fail\"\nreason = \"x\"\n";
    let known = file(&folder, "known.toml", known);
    let run = [
        "close",
        "--flaw",
        "no-close-reply",
        "--stress",
        "2",
        "--expect",
        &known,
    ];
    assert_eq!(judge(&folder, &run).0, 0);
    let (code, said) = judge(&folder, &["close", "--stress", "2", "--expect", &known]);
    assert_eq!(code, 1, "{said}");
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_is_130_and_its_report_is_valid_as_far_as_it_goes() {
    use std::io::BufRead;
    let serve = crate::cli::Serve::start(&["--tick-time", "2000"]);
    let mut command = crate::cli::zkspec(&["server", &serve.address, "--json", "-"]);
    let mut judge = command
        .current_dir(folder("interrupted"))
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("zkspec runs");
    let stdout = judge.stdout.take().expect("stdout");
    let mut lines = std::io::BufReader::new(stdout)
        .lines()
        .map_while(Result::ok);
    let first = lines.next().expect("a line");
    let begun = lines
        .find(|line| line.contains("case-finished"))
        .expect("a case");
    let id = i32::try_from(judge.id())
        .ok()
        .and_then(rustix::process::Pid::from_raw);
    rustix::process::kill_process(id.expect("an id"), rustix::process::Signal::INT).expect("sent");
    let rest: Vec<_> = [first, begun].into_iter().chain(lines).collect();
    assert_eq!(judge.wait().expect("an end").code(), Some(130));
    for line in &rest {
        let event: Result<serde_json::Value, _> = serde_json::from_str(line);
        assert!(event.is_ok(), "{line}");
    }
    assert!(
        !rest.iter().any(|line| line.contains("run-finished")),
        "it is not finished"
    );
}
