//! `zkspec decode`.

use crate::cli::run;
use crate::cli::scratch;
use crate::cli::stderr;
use crate::cli::stdout;

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
