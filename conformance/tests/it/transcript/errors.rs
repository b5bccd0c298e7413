//! What is said about texts that are no transcripts.

use zk_conformance::transcript::SyntaxError;
use zk_conformance::transcript::parse;

#[track_caller]
fn check(text: &str, message: &str) {
    let error = parse(text).expect_err(text);
    assert_eq!(error.to_string(), message, "{text}");
}

/// The step is the third line.
#[track_caller]
fn check_step(step: &str, message: &str) {
    check(&format!("script a\n----\n{step}"), message);
}

#[test]
fn the_error_says_all_there_is_to_say() {
    let text = "script a\n----\nA open\n  A > ConnectRequest timeout=5";
    assert_eq!(
        parse(text),
        Err(SyntaxError {
            line: 4,
            column: 22,
            expected: "a field of ConnectRequest (protocolVersion, lastZxidSeen, timeOut, \
                       sessionId, passwd, readOnly)"
                .to_owned(),
            found: "\"timeout\"".to_owned(),
            nearest: Some("timeOut"),
        })
    );
}

#[test]
fn scripts() {
    check(
        "scrpt a",
        "line 1, column 1: expected \"script\", found \"scrpt\"",
    );
    check(
        "script",
        "line 1, column 7: expected a name, found the end of the line",
    );
    check("script 1", "line 1, column 8: expected a name, found \"1\"");
    check(
        "script a b",
        "line 1, column 10: expected the end of the line, found \"b\"",
    );
    check(
        "script a",
        "line 2, column 1: expected a header or \"----\", found the end of the text",
    );
    check(
        "script a\nid",
        "line 3, column 1: expected a header or \"----\", found the end of the text",
    );
    check(
        "script a\nscript b",
        "line 2, column 1: expected a header or \"----\", found \"script\"",
    );
    check(
        "script a\n---",
        "line 2, column 1: expected a header or \"----\", found \"---\"",
    );
}

#[test]
fn steps() {
    check_step(
        "A",
        "line 3, column 2: expected \"open\", \">\", \"<\", \"expect\", \"shut\", \"close\", \"reset\", \"pause\" or \"resume\", found the end of the line",
    );
    check_step(
        "A oen",
        "line 3, column 3: expected \"open\", \">\", \"<\", \"expect\", \"shut\", \"close\", \"reset\", \"pause\" or \"resume\", found \"oen\"; did you mean \"open\"?",
    );
    check_step(
        "A open x",
        "line 3, column 8: expected the end of the line, found \"x\"",
    );
    check_step(
        "A open refusd",
        "line 3, column 8: expected the end of the line, found \"refusd\"",
    );
    check_step(
        "1 open",
        "line 3, column 1: expected a step (a connection, \"wait\", \"mark\" or \"#\"), found \"1\"",
    );
    check_step(
        "script open",
        "line 4, column 1: expected a header or \"----\", found the end of the text",
    );
    check_step(
        "strict x: fin",
        "line 3, column 1: expected a step (an outcome stands below its \"expect\", with nothing between), found \"strict\"",
    );
    check_step(
        "wait",
        "line 3, column 5: expected a length of time (such as 200ms, 1.5s or $max+50), found the end of the line",
    );
    check_step(
        "wait 5x",
        "line 3, column 6: expected a length of time (such as 200ms, 1.5s or $max+50), found \"5x\"",
    );
    check_step(
        "wait 1.2345678901s",
        "line 3, column 6: expected a whole number of nanoseconds, below 2^64 units, found \"1\"",
    );
    check_step(
        "wait 99999999999999999999s",
        "line 3, column 6: expected a whole number of nanoseconds, below 2^64 units, found \"99999999999999999999s\"",
    );
    check_step(
        "mark",
        "line 3, column 5: expected a name, found the end of the line",
    );
    check_step(
        "Ä open",
        "line 3, column 1: expected a step (a connection, \"wait\", \"mark\" or \"#\"), found \"Ä\"",
    );
}

#[test]
fn packets() {
    check_step(
        "A >",
        "line 3, column 4: expected a packet (a record, \"bytes\" or \"raw\"), found the end of the line",
    );
    check_step(
        "A > ConectRequest",
        "line 3, column 5: expected a packet (a record, \"bytes\" or \"raw\"), found \"ConectRequest\"; did you mean \"ConnectRequest\"?",
    );
    check_step(
        "A > RequestHeader + ",
        "line 3, column 20: expected a packet (a record, \"bytes\" or \"raw\"), found the end of the line",
    );
    check_step(
        "A > RequestHeader + *",
        "line 3, column 21: expected something to send, which leaves nothing open, found \"*\"",
    );
    check_step(
        "A > *",
        "line 3, column 5: expected something to send, which leaves nothing open, found \"*\"",
    );
    check_step(
        "A > raw *",
        "line 3, column 9: expected something to send, which leaves nothing open, found \"*\"",
    );
    check_step(
        "A > raw",
        "line 3, column 8: expected bytes (hex digits, \"text\", @symbol, int(…), long(…) or password(…)), found the end of the line",
    );
    check_step(
        "A > fin",
        "line 3, column 5: expected a packet (a record, \"bytes\" or \"raw\"), found \"fin\"",
    );
    check_step(
        "A > RequestHeader, fin",
        "line 3, column 18: expected the end of the line, found \",\"",
    );
    check_step(
        "A > RequestHeader & ",
        "line 3, column 20: expected a packet (a record, \"bytes\" or \"raw\"), found the end of the line",
    );
    check_step(
        "A > RequestHeader | 3",
        "line 3, column 21: expected \"pieces\", found \"3\"",
    );
    check_step(
        "A > RequestHeader | pieces 0",
        "line 3, column 28: expected at least 1, found \"0\"",
    );
    check_step(
        "A > RequestHeader | pieces 99999999999999999999",
        "line 3, column 28: expected at most 18446744073709551615, found \"99999999999999999999\"",
    );
    check_step(
        "A > ConnectRequest \u{7}",
        "line 3, column 20: expected the end of the line, found \"\\u{7}\"",
    );
}

#[test]
fn fields() {
    check_step(
        "A > ConnectRequest timeout=1",
        "line 3, column 20: expected a field of ConnectRequest (protocolVersion, lastZxidSeen, timeOut, sessionId, passwd, readOnly), found \"timeout\"; did you mean \"timeOut\"?",
    );
    check_step(
        "A > ConnectRequest timeOut 1",
        "line 3, column 28: expected \"=\", found \"1\"",
    );
    check_step(
        "A > ConnectRequest timeOut=",
        "line 3, column 28: expected a number, found the end of the line",
    );
    check_step(
        "A > ConnectRequest timeOut=1 timeOut=2",
        "line 3, column 30: expected timeOut only once, found \"timeOut\"",
    );
    check_step(
        "A > ConnectRequest timeOut=*",
        "line 3, column 28: expected something to send, which leaves nothing open, found \"*\"",
    );
    check_step(
        "A > ConnectRequest timeOut=1..",
        "line 3, column 28: expected something to send, which leaves nothing open, found \"1\"",
    );
    check_step(
        "A > ConnectRequest timeOut=!1",
        "line 3, column 28: expected something to send, which leaves nothing open, found \"!\"",
    );
    check_step(
        "A > ConnectRequest timeOut=null",
        "line 3, column 28: expected a number, found \"null\"",
    );
    check_step(
        "A > ConnectRequest timeOut=2147483648",
        "line 3, column 28: expected an int (-2147483648 to 2147483647), found \"2147483648\"",
    );
    check_step(
        "A > ConnectRequest timeOut=0x100000000",
        "line 3, column 28: expected an int (-2147483648 to 2147483647), found \"0x100000000\"",
    );
    check_step(
        "A > ConnectRequest timeOut=0x",
        "line 3, column 30: expected hex digits, found the end of the line",
    );
    check_step(
        "A > ConnectRequest timeOut=1+",
        "line 3, column 30: expected a packet (a record, \"bytes\" or \"raw\"), found the end of the line",
    );
    check_step(
        "A > ConnectRequest timeOut=1+-2",
        "line 3, column 30: expected a number that is not negative, found \"-2\"",
    );
    check_step(
        "A > ConnectRequest timeOut=$",
        "line 3, column 29: expected a name, found the end of the line",
    );
    check_step(
        "A > ConnectRequest sessionId=9223372036854775808",
        "line 3, column 30: expected a long (-9223372036854775808 to 9223372036854775807), found \"9223372036854775808\"",
    );
    check_step(
        "A > ConnectRequest readOnly=yes",
        "line 3, column 29: expected \"true\", \"false\" or \"absent\", found \"yes\"",
    );
    check_step(
        "A > ConnectRequest timeOut=absent",
        "line 3, column 28: expected a number, found \"absent\"",
    );
    check_step(
        "A > RequestHeader type=pnig",
        "line 3, column 24: expected a number or an operation (notification, create, delete, exists, getData, setData, getACL, setACL, ...), found \"pnig\"; did you mean \"ping\"?",
    );
    check_step(
        "A > RequestHeader xid=ping",
        "line 3, column 23: expected a number, found \"ping\"",
    );
    check_step(
        "A < ReplyHeader err=NONOD..OK",
        "line 3, column 21: expected a number or an error code (OK, SYSTEMERROR, RUNTIMEINCONSISTENCY, DATAINCONSISTENCY, CONNECTIONLOSS, MARSHALLINGERROR, UNIMPLEMENTED, OPERATIONTIMEOUT, ...), found \"NONOD\"; did you mean \"NONODE\"?",
    );
}

#[test]
fn bytes_and_lists() {
    check_step(
        "A > ConnectRequest passwd=0",
        "line 3, column 27: expected an even number of hex digits, found \"0\"",
    );
    check_step(
        "A > ConnectRequest passwd=zz",
        "line 3, column 27: expected bytes (hex digits, \"text\", @symbol, int(…), long(…) or password(…)), found \"zz\"",
    );
    check_step(
        "A > ConnectRequest passwd=00*16777217000",
        "line 3, column 27: expected repetitions that come to 16777216 bytes or less, found \"00\"",
    );
    check_step(
        "A > ConnectRequest passwd=00*",
        "line 3, column 30: expected a count, found the end of the line",
    );
    check_step(
        "A > ConnectRequest passwd=00.",
        "line 3, column 30: expected bytes (hex digits, \"text\", @symbol, int(…), long(…) or password(…)), found the end of the line",
    );
    check_step(
        "A > ConnectRequest passwd=\"a",
        "line 3, column 29: expected a closing '\"', found the end of the line",
    );
    check_step(
        "A > ConnectRequest passwd=\"\\q\"",
        "line 3, column 29: expected an escape (\\\", \\\\, \\n, \\r, \\t or \\x and two hex digits), found \"q\"",
    );
    check_step(
        "A > ConnectRequest passwd=\"\\x4\"",
        "line 3, column 30: expected two hex digits, found \"4\"",
    );
    check_step(
        "A > ConnectRequest passwd=@P[1]",
        "line 3, column 31: expected \"..\", found \"]\"",
    );
    check_step(
        "A > ConnectRequest passwd=@P[2..1]",
        "line 3, column 29: expected a slice that ends where it starts or later, found \"[\"",
    );
    check_step(
        "A > ConnectRequest passwd=@P[1..2",
        "line 3, column 34: expected \"]\", found the end of the line",
    );
    check_step(
        "A > SetWatches dataWatches=\"/a\"",
        "line 3, column 28: expected \"[\" or \"null\", found \"\\\"\"",
    );
    check_step(
        "A > SetWatches dataWatches=[\"/a\"",
        "line 3, column 33: expected \"]\", found the end of the line",
    );
    check_step(
        "A > SetWatches dataWatches=[\"/a\" 1]",
        "line 3, column 34: expected an even number of hex digits, found \"1\"",
    );
}

#[test]
fn what_is_seen() {
    check_step(
        "A <",
        "line 3, column 4: expected a packet (a record, \"bytes\", \"raw\", \"text\" or \"*\"), \"fin\", \"rst\", \"closed\" or \"quiet\", found the end of the line",
    );
    check_step(
        "A < * + bytes 00",
        "line 3, column 7: expected the end of the line, found \"+\"",
    );
    check_step(
        "A < fin within",
        "line 3, column 15: expected \"..\", found the end of the line",
    );
    check_step(
        "A < fin within 1..2 m",
        "line 3, column 21: expected \"of\" and a mark, found \"m\"",
    );
    check_step(
        "A < fin within 1..2 of",
        "line 3, column 23: expected the name of a mark, found the end of the line",
    );
    check_step(
        "A < quit 5s",
        "line 3, column 5: expected a packet (a record, \"bytes\", \"raw\", \"text\" or \"*\"), \"fin\", \"rst\", \"closed\" or \"quiet\", found \"quit\"; did you mean \"quiet\"?",
    );
    check_step(
        "A expect",
        "line 4, column 1: expected an outcome (\"strict\", \"tolerated\" or \"forbidden\"), found the end of the text",
    );
    check_step(
        "A expect\nA open",
        "line 4, column 1: expected an outcome (\"strict\", \"tolerated\" or \"forbidden\"), found \"A\"",
    );
    check_step(
        "A expect\nstrict : fin",
        "line 4, column 8: expected a name, found \":\"",
    );
    check_step(
        "A expect\nstrict x fin",
        "line 4, column 10: expected \":\", found \"fin\"",
    );
    check_step(
        "A expect\nstrict x: fin\n# a\nstrict y: rst",
        "line 6, column 1: expected a step (an outcome stands below its \"expect\", with nothing between), found \"strict\"",
    );
    check_step(
        "A expect fin",
        "line 3, column 10: expected the end of the line, found \"fin\"",
    );
}

#[test]
fn tests_side_by_side_are_only_seen() {
    let open = "expected something to send, which leaves nothing open";
    check_step(
        "A > ConnectRequest passwd=#16",
        &format!("line 3, column 27: {open}, found \"#\""),
    );
    check_step(
        "A > ConnectRequest timeOut=1&2",
        "line 3, column 30: expected a packet (a record, \"bytes\" or \"raw\"), found \"2\"",
    );
    check_step(
        "A > text \"a*\"",
        &format!("line 3, column 10: {open}, found \"\\\"\""),
    );
    check_step(
        "A < ConnectResponse timeOut=#4",
        "line 3, column 29: expected a value (only bytes and lists have a length), found \"#\"",
    );
}

#[test]
fn what_is_divided_and_repeated() {
    check_step(
        "wait $tick/0",
        "line 3, column 12: expected a number from 1 to 4294967295, found \"0\"",
    );
    check_step(
        "A < 1 times fin",
        "line 3, column 5: expected 2 to 10000 times, found \"1\"",
    );
    check_step(
        "A < 3 ReplyHeader",
        "line 3, column 7: expected \"times\", found \"ReplyHeader\"",
    );
    check_step(
        "A > raw int(5",
        "line 3, column 14: expected \")\", found the end of the line",
    );
    check_step(
        "A > raw int(99999999999)",
        "line 3, column 13: expected an int (-2147483648 to 2147483647), found \"99999999999\"",
    );
}

#[test]
fn columns_are_characters() {
    let step = "A > AuthPacket scheme=\"\u{e9}\u{4e2d}\" typ=0";
    let error = parse(&format!("script a\n----\n{step}")).expect_err("a typo");
    assert_eq!((error.line, error.column), (3, 28));
    assert_eq!(error.nearest, Some("type"));
}
