//! The command line as its users meet it: what it prints, and the code it ends with.

use std::io::BufRead;
use std::io::BufReader;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Output;
use std::process::Stdio;

use zk_conformance::judge::Case;
use zk_conformance::judge::Catalogue;
use zk_conformance::judge::Setting;
use zk_conformance::net::InMemoryServer;
use zk_conformance::server::Config;

pub(crate) fn zkspec(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zkspec"));
    command
        .args(arguments)
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE");
    command
}

/// Runs it in a folder of its own, where it may leave traces.
pub(crate) fn run(arguments: &[&str]) -> (i32, Output) {
    let output = zkspec(arguments)
        .current_dir(scratch())
        .output()
        .expect("zkspec runs");
    (output.status.code().expect("an exit code"), output)
}

fn catalogue() -> Catalogue {
    Catalogue::embedded().expect("the catalogue is in order")
}

/// How many cases there are.
pub(crate) fn cases() -> usize {
    catalogue().cases().len()
}

pub(crate) fn scratch() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    std::fs::create_dir_all(&folder).expect("a scratch folder");
    folder
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A server process that is killed when it goes out of scope.
pub(crate) struct Serve {
    pub(crate) child: Child,
    pub(crate) address: String,
}

impl Serve {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::start_at("127.0.0.1:0", arguments)
    }

    pub(crate) fn start_at(address: &str, arguments: &[&str]) -> Self {
        let mut command = zkspec(&["serve", address]);
        let mut child = command
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut line = String::new();
        let stdout = child.stdout.as_mut().expect("stdout");
        BufReader::new(stdout).read_line(&mut line).expect("a line");
        let address = line
            .trim()
            .strip_prefix("listening on ")
            .expect("an address")
            .to_owned();
        Self { child, address }
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_embedded_server_is_as_it_should_be() {
    let (code, output) = run(&["server"]);
    assert_eq!(code, 0, "{}", stdout(&output));
    assert!(
        stdout(&output).contains(&format!("{} passed", cases())),
        "{}",
        stdout(&output)
    );
    assert!(
        !stdout(&output).contains('\u{1b}'),
        "no colour where nobody looks"
    );
}

#[test]
fn a_server_over_tcp_is_as_it_should_be() {
    let serve = Serve::start(&["--tick-time", "400"]);
    let (code, output) = run(&["server", &serve.address]);
    assert_eq!(code, 0, "{}", stdout(&output));
}

#[test]
fn a_failure_names_the_case_and_leaves_a_transcript() {
    let (code, output) = run(&["server", "renew", "--flaw", "no-password-check"]);
    let text = stdout(&output);
    assert_eq!(code, 1, "{text}");
    for part in [
        "FAILED",
        "ZK0409",
        "expected",
        "actual",
        "clause    RENEW-8 ",
        "why",
        "replay",
    ] {
        assert!(text.contains(part), "no {part} in {text}");
    }
    let trace = scratch().join("zk-out/ZK0409.zkt");
    let trace = trace.to_str().expect("a path");
    assert_eq!(run(&["replay", trace, "--flaw", "no-password-check"]).0, 1);
    assert_eq!(
        run(&["replay", trace]).0,
        0,
        "the server without the flaw passes"
    );
}

#[test]
fn a_level_decides_what_fails_a_run() {
    let flaw = ["server", "--flaw", "version-echoed"];
    assert_eq!(run(&flaw).0, 1);
    assert_eq!(run(&[&flaw[..], &["--level", "must"]].concat()).0, 0);
}

#[test]
fn what_makes_no_sense_is_2() {
    for arguments in [
        &["server", "renwe"][..],
        &["server", "level:most"],
        &["server", "--flaw", "none"],
        &["server", "--no-such-flag"],
        &["replay", "no-such-file.zkt"],
        &["decode", "no-such-file.pcap"],
        &["explain", "ZK9999"],
        &["no-such-verb"],
    ] {
        let (code, output) = run(arguments);
        assert_eq!(code, 2, "{arguments:?}: {}", stderr(&output));
        assert!(!stderr(&output).is_empty(), "{arguments:?} says why");
    }
    let (_, output) = run(&["server", "renwe"]);
    assert!(
        stderr(&output).contains("did you mean \"renew\"?"),
        "{}",
        stderr(&output)
    );
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
fn cases_for_another_kind_of_server_are_skipped() {
    let (code, output) = run(&["server", "--read-only", "-v"]);
    let text = stdout(&output);
    assert_eq!(code, 0, "{text}");
    assert!(
        text.contains("mode=readWrite, and this one has mode=readOnly"),
        "{text}"
    );
    let catalogue = catalogue();
    let mode = |case: &&Case| Setting::of(&case.script).map(|setting| setting.mode());
    let fits = |case: &&Case| mode(case).is_ok_and(|mode| mode == "readOnly");
    let count = catalogue.cases().iter().filter(fits).count();
    assert!(
        count > 10 && text.contains(&format!("{count} passed, ")),
        "{text}"
    );
    let (code, output) = run(&["server", "--read-only", "renew"]);
    assert_eq!(code, 4, "nothing was played: {}", stdout(&output));

    let serve = Serve::start(&["--tick-time", "100"]);
    let (code, output) = run(&["server", &serve.address, "ZK1201", "-v"]);
    let text = stdout(&output);
    assert_eq!(code, 4, "{text}");
    assert!(
        text.contains("say so with --setting maxClientCnxns=3"),
        "{text}"
    );
    let serve = Serve::start(&["--tick-time", "100", "--max-client-cnxns", "3"]);
    let setting = ["--setting", "maxClientCnxns=3"];
    let (code, output) = run(&[&["server", &serve.address, "ZK1201"], &setting[..]].concat());
    assert_eq!(code, 0, "{}", stdout(&output));
    let (code, _) = run(&["server", "--setting", "maxClientCnxns=many"]);
    assert_eq!(code, 2);
}

#[test]
fn reports_for_machines_hold_every_case() {
    let junit = scratch().join("junit.xml");
    let json = scratch().join("run.jsonl");
    let arguments = ["server", "--flaw", "no-close-reply", "--junit", "junit.xml"];
    let (code, _) = run(&[&arguments[..], &["--json", "run.jsonl"]].concat());
    assert_eq!(code, 1);
    let xml = std::fs::read_to_string(junit).expect("a report");
    assert!(xml.starts_with("<?xml"), "{xml}");
    assert_eq!(xml.matches("<testcase ").count(), cases());
    assert!(
        xml.contains(r#"<property name="clause" value="CLOSE-1"/>"#),
        "{xml}"
    );
    assert!(xml.contains("clause: CLOSE-1 "), "{xml}");
    assert_eq!(
        xml.matches("<failure ").count(),
        1,
        "a verdict is a failure, not an error"
    );
    assert_eq!(xml.matches("<error ").count(), 0);
    let lines = std::fs::read_to_string(json).expect("a report");
    let events: Vec<serde_json::Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(events.len(), cases() + 2);
    assert_eq!(events[0]["event"], "run-started");
    assert_eq!(events[0]["schema"], 1);
    let failed: Vec<_> = events
        .iter()
        .filter(|event| event["verdict"] == "failed")
        .collect();
    assert_eq!(failed[0]["id"], "ZK0701");
    assert_eq!(failed[0]["clause"]["id"], "CLOSE-1");
    assert!(failed[0]["clause"]["quote"].is_string());
    assert_eq!(events[cases() + 1]["failed"], 1);
}

#[test]
fn decode_reads_hex_captures_and_transcripts() {
    let ping = scratch().join("ping.hex");
    std::fs::write(&ping, "00000008 fffffffe 0000000b # a ping\n").expect("written");
    let (code, output) = run(&["decode", ping.to_str().expect("a path")]);
    assert_eq!(
        (code, stdout(&output).as_str()),
        (0, "> RequestHeader xid=-2 type=ping\n")
    );

    let refusal = scratch().join("refusal.hex");
    let bytes = format!(
        "00000025 00000000 00000000 0000000000000000 00000010 {} 00",
        "00".repeat(16)
    );
    std::fs::write(&refusal, bytes).expect("written");
    let (_, output) = run(&["decode", refusal.to_str().expect("a path")]);
    assert!(stdout(&output).starts_with("< ConnectResponse protocolVersion=0 timeOut=0"));

    let testdata = concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/");
    let capture = format!("{testdata}captures/zk3.8.0-c-new-session-then-close.pcap");
    let (code, output) = run(&["decode", &capture]);
    assert_eq!(code, 0);
    assert!(
        stdout(&output).contains("type=closeSession"),
        "{}",
        stdout(&output)
    );
    let transcript = format!("{testdata}transcripts/zk3.8.0-c-new-session-then-close.zkt");
    let (code, output) = run(&["decode", &transcript]);
    assert_eq!(code, 0);
    let text = std::fs::read_to_string(transcript).expect("text");
    assert_eq!(
        stdout(&output).trim(),
        text.trim(),
        "a transcript is in its canonical form"
    );
}

#[test]
fn every_verb_has_help_and_every_shell_completions() {
    for verb in [
        "server",
        "serve",
        "decode",
        "replay",
        "list",
        "explain",
        "mutants",
        "completions",
    ] {
        let (code, output) = run(&[verb, "--help"]);
        assert_eq!(code, 0);
        assert!(stdout(&output).contains("Usage: zkspec"), "{verb}");
    }
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let (code, output) = run(&["completions", shell]);
        assert_eq!(code, 0);
        assert!(stdout(&output).contains("zkspec"), "{shell}");
    }
    assert!(stdout(&run(&["--help"]).1).contains("130  interrupted"));
}

#[test]
fn the_catalogue_can_be_listed_and_explained() {
    let (code, output) = run(&["list", "renew"]);
    let renewals = catalogue();
    let renewals = renewals
        .cases()
        .iter()
        .filter(|case| case.group() == "renew");
    assert_eq!(
        (code, stdout(&output).lines().count()),
        (0, renewals.count())
    );
    let (code, output) = run(&["list", "--format", "json", "ZK0402"]);
    let case: serde_json::Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    assert_eq!((code, &case["id"]), (0, &serde_json::json!("ZK0402")));
    for id in ["ZK0409", "renew/wrong-password-is-refused"] {
        let (code, output) = run(&["explain", id]);
        let said = stdout(&output);
        assert_eq!(code, 0);
        for part in ["ConnectRequest", "RENEW-8 (MUST)", "relied on by"] {
            assert!(said.contains(part), "{part}: {said}");
        }
    }
}

#[test]
fn clauses_can_be_listed_and_explained() {
    let (code, output) = run(&["list", "--clauses"]);
    let all = stdout(&output).lines().count();
    let (other, output) = run(&["list", "--clauses", "ping", "CONNECT-3"]);
    let lines = stdout(&output);
    let ids: Vec<_> = lines
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();
    assert_eq!((code, other), (0, 0));
    assert!(all > ids.len());
    assert!(ids.contains(&"PING-1") && ids.contains(&"CONNECT-3"));
    assert!(!ids.contains(&"CONNECT-4"), "{ids:?}");

    let (_, output) = run(&["list", "--clauses", "--format", "json", "ping-1"]);
    let clause: serde_json::Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    assert_eq!(clause["id"], "PING-1");
    assert_eq!(clause["level"], "must");
    assert_eq!(clause["cases"][0], "ZK0601");

    let (code, output) = run(&["explain", "RENEW-8"]);
    let said = stdout(&output);
    assert_eq!(code, 0);
    for part in [
        "RENEW-8 (MUST)",
        "ZooKeeperServer.checkPasswd",
        "conformance/spec/renew.md#renew-8",
        "ZK0409",
        "renew/every-byte-of-the-password-counts",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let (code, output) = run(&["list", "--clauses", "PONG-1"]);
    assert_eq!(code, 4);
    assert!(stderr(&output).contains("hint: zkspec list --clauses"));
}

/// What `zkspec decode --json` writes about a file, line by line.
fn decoded(arguments: &[&str]) -> Vec<serde_json::Value> {
    let (code, output) = run(&[&["decode", "--json"], arguments].concat());
    assert_eq!(code, 0, "{}", stderr(&output));
    let lines = stdout(&output);
    lines
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

#[test]
fn packets_of_bytes_are_json() {
    let file = scratch().join("ping.hex");
    std::fs::write(
        &file,
        "00000008 fffffffe 0000000b 0000000a 00000001 00000001 00ff \
                00000011 00000002 00000003 00000004 2f612f62 01",
    )
    .unwrap();
    let lines = decoded(&[file.to_str().unwrap()]);
    let header = |xid, op| serde_json::json!({ "record": "RequestHeader", "fields": { "xid": xid, "type": op } });
    assert_eq!(
        lines[0],
        serde_json::json!({ "from": "client", "packet": { "records": [header(-2, "ping")] } })
    );
    let records = &lines[1]["packet"]["records"];
    assert_eq!(records[0], header(1, "create"));
    assert_eq!(records[1], serde_json::json!({ "bytes": "00ff" }));
    let records = &lines[2]["packet"]["records"];
    assert_eq!(records[0], header(2, "exists"));
    let fields = serde_json::json!({ "path": "/a/b", "watch": true });
    assert_eq!(
        records[1],
        serde_json::json!({ "record": "ExistsRequest", "fields": fields })
    );
}

#[test]
fn packets_of_a_capture_are_json() {
    let captures = concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/captures");
    let file = format!("{captures}/zk3.8.0-c-new-session-then-close.pcap");
    let lines = decoded(&[&file]);
    let first = &lines[0];
    assert_eq!(
        (&first["connection"], &first["from"]),
        (&"A".into(), &"client".into())
    );
    let request = &first["packet"]["records"][0];
    assert_eq!(request["record"], "ConnectRequest");
    assert_eq!(request["fields"]["passwd"], "00".repeat(16));
    assert_eq!(request["fields"]["readOnly"], false);
    assert_eq!(
        lines[1]["packet"]["records"][0]["record"],
        "ConnectResponse"
    );
    let times: Vec<_> = lines
        .iter()
        .map(|line| line["time"].as_f64().unwrap())
        .collect();
    assert!(times.is_sorted(), "{times:?}");
    let close = &lines[lines.len() - 2]["packet"]["records"][0];
    assert_eq!(close["fields"]["type"], "closeSession");
}

#[test]
fn packets_of_a_transcript_are_json_with_what_they_leave_open() {
    let file = scratch().join("open.zkt");
    let text = "script a\n----\nA open\nA > ConnectRequest timeOut=$max sessionId=@S\n\
                A expect\n  strict yes: ConnectResponse timeOut=1.. sessionId=!0x0 passwd=*\n\
                B < raw *\n";
    std::fs::write(&file, text).unwrap();
    let lines = decoded(&[file.to_str().unwrap()]);
    let fields = |line: usize| &lines[line]["packet"]["records"][0]["fields"];
    assert_eq!(
        *fields(0),
        serde_json::json!({ "timeOut": { "is": "$max" }, "sessionId": { "is": "@S" } })
    );
    assert_eq!(
        *fields(1),
        serde_json::json!({
            "timeOut": { "from": 1 }, "sessionId": { "not": 0 }, "passwd": { "any": true }
        })
    );
    assert_eq!(lines[1]["outcome"], "strict yes");
    assert_eq!(lines[2]["packet"], serde_json::json!({ "rest": true }));
    assert_eq!(lines[2]["connection"], "B");
}

#[test]
fn the_schema_file_is_what_the_codec_declares() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/zookeeper.jute");
    let (code, output) = run(&["schema", file]);
    let text = stdout(&output);
    assert_eq!(code, 0, "{text}");
    assert!(
        text.contains("72 classes in the file, 72 in the codec"),
        "{text}"
    );
    let (code, output) = run(&["schema", file, "--format", "json"]);
    assert_eq!((code, stdout(&output)), (0, String::new()));
}

#[test]
fn another_schema_file_differs_and_says_where() {
    let original = include_str!("../../../testdata/zookeeper.jute");
    let other = original
        .replace("        boolean readOnly;\n", "")
        .replace("        int xid;\n", "        long xid;\n");
    let file = scratch().join("other.jute");
    std::fs::write(&file, other).unwrap();
    let file = file.to_str().unwrap();
    let (code, output) = run(&["schema", file]);
    let text = stdout(&output);
    assert_eq!(code, 1, "{text}");
    for part in [
        "ConnectRequest\n  boolean readOnly: only in the codec  (in the schema since 3.9.0",
        "RequestHeader\n  xid: long in the file, int in the codec\n",
        "differs in 4 classes: 4 differences, 2 of them known",
    ] {
        assert!(text.contains(part), "no {part:?} in {text}");
    }
    let (code, output) = run(&["schema", file, "--format", "json"]);
    assert_eq!(code, 1);
    let lines = stdout(&output);
    let lines: Vec<serde_json::Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 4);
    assert_eq!(
        lines[1],
        serde_json::json!({
            "class": "ConnectResponse",
            "difference": "field-only-in-codec",
            "field": "readOnly",
            "type": "boolean",
            "remark": "in the schema since 3.9.0, on the wire since 3.4.0",
        })
    );
}

#[test]
fn what_is_no_schema_file_cannot_be_read() {
    let file = scratch().join("broken.jute");
    std::fs::write(&file, "module m {\n  class C { int }\n}\n").unwrap();
    let (code, output) = run(&["schema", file.to_str().unwrap()]);
    assert_eq!(code, 2);
    let text = stderr(&output);
    let trouble = "line 2, column 17: expected the field's name, found \"}\"";
    assert!(text.contains(trouble), "{text}");
    assert_eq!(run(&["schema", "there-is-none.jute"]).0, 2);
}

#[test]
fn the_kill_matrix_is_printed() {
    let (code, output) = run(&["mutants", "--flaw", "no-password-check"]);
    let text = stdout(&output);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("seen in RaftKeeper"), "{text}");
    assert!(text.contains("ZK0409  MUST"), "{text}");

    let (code, output) = run(&["mutants", "--flaw", "limit-exclusive"]);
    let text = stdout(&output);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("uncaught: a server may be set"), "{text}");

    let flaw = ["--flaw", "no-close-reply", "--flaw", "ping-unanswered"];
    let (code, output) = run(&[&["mutants", "--json"][..], &flaw].concat());
    let matrix: serde_json::Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    assert_eq!(code, 0);
    assert_eq!(matrix["complaints"], serde_json::json!([]));
    let mutants = matrix["mutants"].as_array().expect("a list");
    let by_flaw = |name: &str| mutants.iter().find(|it| it["flaw"] == name).expect(name);
    let killers = by_flaw("ping-unanswered")["killed_by"].as_array();
    let killers: Vec<_> = killers
        .expect("a list")
        .iter()
        .map(|it| &it["id"])
        .collect();
    assert!(killers.contains(&&"ZK0001".into()), "{killers:?}");
    assert_eq!(by_flaw("no-close-reply")["killed_by"][0]["id"], "ZK0701");

    let case = ["mutants", "--case", "ZK0701", "--flaw", "no-close-reply"];
    let text = stdout(&run(&case).1);
    assert!(text.contains("kills 1\n  no-close-reply"), "{text}");
    assert_eq!(run(&["mutants", "--flaw", "none"]).0, 2);
    assert_eq!(
        run(&["mutants", "--case", "renew", "--case", "!renew"]).0,
        4
    );
}
#[test]
fn the_embedded_server_is_learned_and_checked() {
    let model = scratch().join("learned.json");
    let model = model.to_str().expect("a path");
    let (code, output) = run(&[
        "learn",
        "--json",
        model,
        "--svg",
        "learned.svg",
        "--dot",
        "learned.dot",
    ]);
    assert_eq!(code, 0, "{}", stderr(&output));
    assert!(stdout(&output).starts_with("17 states of the built-in server"));
    assert!(stdout(&output).contains("no conflicts"));

    let (code, output) = run(&["learn", "--check", model, "--seed", "5"]);
    assert_eq!(code, 0, "{}", stdout(&output));

    let (code, output) = run(&["learn", "--check", model, "--flaw", "no-password-check"]);
    assert_eq!(code, 1);
    assert!(
        stdout(&output).contains("≠ a.open a.new b.open b.wrong"),
        "{}",
        stdout(&output)
    );

    let (code, output) = run(&["learn", "diff", model, model]);
    assert_eq!(code, 0);
    assert!(stdout(&output).contains("behave alike"));
    let (code, output) = run(&["learn", "draw", model, "--svg", "-"]);
    assert_eq!(code, 0);
    assert!(stdout(&output).starts_with("<svg "));
    let drawn = std::fs::read_to_string(scratch().join("learned.svg")).expect("a picture");
    assert_eq!(stdout(&output), drawn);
}

#[test]
fn models_are_compared_by_words() {
    let models = concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/models");
    let nio = format!("{models}/zk3.8.0-nio.json");
    let netty = format!("{models}/zk3.8.0-netty.json");
    let (code, output) = run(&["learn", "diff", &nio, &netty]);
    assert_eq!(code, 1);
    assert!(
        stdout(&output).starts_with("≠ a.open a.empty"),
        "{}",
        stdout(&output)
    );
    let (_, output) = run(&["learn", "diff", &nio, &netty, "--format", "json"]);
    let line: serde_json::Value = serde_json::from_str(stdout(&output).trim()).expect("JSON");
    assert_eq!(line["word"], serde_json::json!(["a.open", "a.empty"]));
    assert_eq!(
        (line["left"].as_str(), line["right"].as_str()),
        (Some("closed"), Some("silent"))
    );
}

#[test]
fn a_server_is_learned_over_tcp() {
    let server = Serve::start(&[]);
    let symbols = "a.open,a.new,a.renew,a.ping,a.close,a.cut";
    let common = ["--symbols", symbols, "--random-words", "100"];
    let (code, output) = run(&[&["learn", "--json", "virtual.json"], &common[..]].concat());
    assert_eq!(code, 0, "{}", stderr(&output));
    let over_tcp = [
        &["learn", &server.address, "--check", "virtual.json"],
        &common[..],
    ]
    .concat();
    let (code, output) = run(&over_tcp);
    assert_eq!(code, 0, "{}{}", stdout(&output), stderr(&output));
}

#[test]
fn what_cannot_be_learned_is_an_error_of_its_kind() {
    let (code, output) = run(&["learn", "127.0.0.1:1"]);
    assert_eq!(code, 3, "{}", stdout(&output));
    assert!(stderr(&output).contains("cannot be reached"));
    let (code, output) = run(&["learn", "--symbols", "a.open,a.fly"]);
    assert_eq!(code, 2);
    assert!(stderr(&output).contains("there is no symbol \"a.fly\""));
    let (code, output) = run(&["learn", "--check", "/nowhere.json"]);
    assert_eq!(code, 2);
    assert!(stderr(&output).contains("cannot read /nowhere.json"));
    let (code, output) = run(&["learn", "--max-resets", "5"]);
    assert_eq!(code, 3, "{}", stdout(&output));
    let (code, output) = run(&["learn", "--max-resets", "300"]);
    assert_eq!(code, 1);
    assert!(
        stdout(&output).contains("not complete"),
        "{}",
        stdout(&output)
    );
}

/// Answers whatever comes by a pong or by the end, as a coin says.
fn coin() -> std::net::SocketAddr {
    use std::io::Read;
    use std::io::Write;

    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        let mut rng = fastrand::Rng::with_seed(4);
        while let Ok((mut stream, _)) = listener.accept() {
            let mut coins = rng.fork();
            std::thread::spawn(move || {
                let pong = [&[0, 0, 0, 16, 255, 255, 255, 254][..], &[0; 12]].concat();
                while stream.read(&mut [0; 512]).is_ok_and(|count| count > 0) && coins.bool() {
                    if stream.write_all(&pong).is_err() {
                        return;
                    }
                }
            });
        }
    });
    address
}

#[test]
fn a_server_that_answers_by_chance_is_reported() {
    let address = coin().to_string();
    let symbols = ["--symbols", "a.open,a.new,a.ping,a.cut"];
    let (code, output) = run(&[&["learn", &address], &symbols[..]].concat());
    assert_eq!(code, 1, "{}{}", stdout(&output), stderr(&output));
    let text = stdout(&output);
    assert!(text.contains("  racy     a.open a.ping  → "), "{text}");
    assert!(text.contains("pong") && text.contains("closed"), "{text}");
}
