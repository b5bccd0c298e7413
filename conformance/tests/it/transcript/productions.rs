//! Each production of the grammar, from a text to its canonical form.

use zk_conformance::transcript::Transcript;
use zk_conformance::transcript::parse;

/// A transcript that is canonical as it stands.
const CANONICAL: &str = "\
# What a file is about.
#
# It may have several lines.

script renew/wrong-password-is-refused
id     ZK0402
level  must
# Why it matters.
bare
----
A open
A > ConnectRequest timeOut=$max
A < ConnectResponse sessionId=@S passwd=@P
A close
# A comment.
#
B open
B > ConnectRequest timeOut=$max sessionId=@S passwd=00*16
B expect
  strict refused: ConnectResponse timeOut=0 sessionId=0x0 passwd=00*16 readOnly=false, fin
  tolerated reset: rst within ..$tick+50 of m
  forbidden resumed: ConnectResponse timeOut=1.. sessionId=@S

script b/everything-else
----
mark m
wait 1.337s
wait $max+50
wait 7
C open refused
C > RequestHeader xid=-2 type=ping & RequestHeader xid=1 type=closeSession | pieces 3
C > ConnectRequest sessionId=@S-1 passwd=@P[..4].00ff.@P[5..].@P[1..2] readOnly=absent
C > RequestHeader xid=-4 type=auth + AuthPacket scheme=\"digest\" auth=\"a:\\\"b\\\"\" + bytes 0102
C > RequestHeader type=12345 + SetWatches2 relativeZxid=0xffffffffffffffff dataWatches=[\"/a\" null \"\"] existWatches=null childWatches=[]
C > raw \"mntr\\n\" & raw 00*5.\"GET /\".ff & bytes \"\"
C < ReplyHeader zxid=!0x0 err=NONODE + *, ReplyHeader err=!OK, ReplyHeader zxid=.. err=-5..-1
C < *, raw *, fin, rst, closed, quiet 4s within 1..2 of m, fin within .. of m
C < ReplyHeader xid=-1 zxid=* + WatcherEvent type=NodeDeleted state=SyncConnected path=\"/\\r\\t\".00.\"é\".ff
C < ConnectResponse protocolVersion=1+2-$min+@X passwd=!null readOnly=!absent, quiet $tick
C shut
C pause
C resume
C reset
";

#[track_caller]
fn check(step: &str, canonical: &str) {
    let text = |step: &str| format!("script a\n----\n{step}\n");
    let tree = parse(&text(step)).expect("a step");
    assert_eq!(tree.to_string(), text(canonical));
    assert_eq!(parse(&tree.to_string()).as_ref(), Ok(&tree));
}

#[test]
fn canonical_text_stays() {
    let tree = parse(CANONICAL).expect("a transcript");
    let printed = tree.to_string();
    assert_eq!(parse(&printed).as_ref(), Ok(&tree));
    for (printed, canonical) in printed.lines().zip(CANONICAL.lines()) {
        assert_eq!(printed, canonical);
    }
    assert_eq!(printed, CANONICAL);
}

#[test]
fn the_example_of_the_docs_is_canonical() {
    let docs = include_str!("../../../src/transcript/mod.rs");
    let example: String = docs
        .lines()
        .skip_while(|line| *line != "//! ```text")
        .skip(1)
        .take_while(|line| *line != "//! ```")
        .map(|line| format!("{}\n", &line[4..]))
        .collect();
    let tree = parse(&example).expect("a transcript");
    assert_eq!(tree.to_string(), example);
    assert_eq!(tree.scripts[0].header("id"), Some("ZK0402"));
    assert_eq!(tree.scripts[0].steps.len(), 7);
}

#[test]
fn blanks_and_carriage_returns_do_not_matter() {
    let text = "\r\n #a \r\n\t script  a\t\r\nkey \t b c \r\n ---- \n\n  A\t>  raw  00 \n\n";
    let tree = parse(text).expect("a transcript");
    let canonical = "# a\n\nscript a\nkey    b c\n----\nA > raw 00\n";
    assert_eq!(tree.to_string(), canonical);
    assert_eq!(tree.scripts[0].header("key"), Some("b c"));
    assert_eq!(tree.scripts[0].steps[0].line, 7);
}

#[test]
fn long_keys_are_not_waited_for() {
    let text = "script a\na-key-of-20-characters x\nid ZK\n----\n";
    let tree = parse(text).expect("a transcript");
    let canonical = "script a\na-key-of-20-characters x\nid     ZK\n----\n";
    assert_eq!(tree.to_string(), canonical);
}

#[test]
fn nothing_is_a_transcript() {
    assert_eq!(parse(""), Ok(Transcript::default()));
    assert_eq!(Transcript::default().to_string(), "");
}

#[test]
fn steps() {
    check(" A   open  ", "A open");
    check("#  a  b", "# a  b");
    check("#", "#");
    check("a/b.c-d open refused", "a/b.c-d open refused");
    check(
        "A > raw 00&raw 01|pieces 07",
        "A > raw 00 & raw 01 | pieces 7",
    );
    check("A<fin,rst,closed", "A < fin, rst, closed");
    check(
        "A expect\nstrict  x :  fin\n\n     forbidden y: rst ,closed",
        "A expect\n  strict x: fin\n  forbidden y: rst, closed",
    );
    check(
        "A < quiet 1s within $min+1..5  of m",
        "A < quiet 1s within $min+1..5 of m",
    );
}

#[test]
fn spans_of_time() {
    check("wait 0s", "wait 0ms");
    check("wait 1000ms", "wait 1s");
    check("wait 1337ms", "wait 1.337s");
    check("wait 0.2s", "wait 200ms");
    check("wait 0.0000015s", "wait 0.0015ms");
    check("wait 61.50s", "wait 61.5s");
    check(
        "wait 18446744073709551615.999999999s",
        "wait 18446744073709551615.999999999s",
    );
    check("wait 200", "wait 200");
    check("wait 0x10", "wait 16");
    check("wait $max+$tick-1", "wait $max+$tick-1");
}

#[test]
fn fields_come_in_wire_order() {
    check(
        "A > ConnectRequest readOnly=true timeOut=5 protocolVersion=0",
        "A > ConnectRequest protocolVersion=0 timeOut=5 readOnly=true",
    );
}

#[test]
fn numbers() {
    let int = |number: &str, canonical: &str| {
        check(
            &format!("A > ConnectRequest timeOut={number}"),
            &format!("A > ConnectRequest timeOut={canonical}"),
        );
    };
    int("0x10", "16");
    int("0xffffffff", "-1");
    int("-2147483648", "-2147483648");
    int("007", "7");
    int("1+0x10-@S", "1+16-@S");
    let long = |number: &str, canonical: &str| {
        check(
            &format!("A < ConnectResponse sessionId={number}"),
            &format!("A < ConnectResponse sessionId={canonical}"),
        );
    };
    long("-1", "0xffffffffffffffff");
    long("0xffffffff", "0xffffffff");
    long("!0", "!0x0");
    long("16..0x11", "0x10..0x11");
    long("@S+0x10", "@S+16");
}

#[test]
fn parameters_are_divided() {
    let int = |number: &str| {
        check(
            &format!("A > ConnectRequest timeOut={number}"),
            &format!("A > ConnectRequest timeOut={number}"),
        );
    };
    int("$min/3");
    int("$min/3+$tick/2-1");
    check("wait $tick/2", "wait $tick/2");
}

#[test]
fn tests_of_one_field_stand_side_by_side() {
    let seen = |text: &str, canonical: &str| {
        check(
            &format!("A < ConnectResponse {text}"),
            &format!("A < ConnectResponse {canonical}"),
        );
    };
    seen("passwd=#16", "passwd=#16");
    seen("passwd=@P&#16&!00*16", "passwd=@P&#16&!00*16");
    seen("sessionId=@S&!0&!@T", "sessionId=@S&!0x0&!@T");
    seen(
        "timeOut=1..&!5 readOnly=*&!true",
        "timeOut=1..&!5 readOnly=*&!true",
    );
    check(
        "A < bytes 00 + SetWatches dataWatches=#3",
        "A < bytes 00 + SetWatches dataWatches=#3",
    );
}

#[test]
fn numbers_among_bytes() {
    let raw = |bytes: &str, canonical: &str| {
        check(&format!("A > raw {bytes}"), &format!("A > raw {canonical}"));
    };
    raw("int(1).00", "int(1).00");
    raw("00.int($max+0x10).long(@S-1)", "00.int($max+16).long(@S-1)");
    raw("password(@S).password(-1)", "password(@S).password(-1)");
}

#[test]
fn packets_that_come_many_times() {
    check(
        "A < 02 times ReplyHeader err=0,fin",
        "A < 2 times ReplyHeader err=OK, fin",
    );
    check("A < text \"a*b\".0a,fin", "A < text \"a*b\\n\", fin");
    check(
        "A expect\nstrict x: 10000 times raw 00 within ..5 of m",
        "A expect\n  strict x: 10000 times raw 00 within ..5 of m",
    );
}

#[test]
fn codes_have_names() {
    check(
        "A > RequestHeader type=-11",
        "A > RequestHeader type=closeSession",
    );
    check(
        "A > RequestHeader type=ping+1",
        "A > RequestHeader type=11+1",
    );
    check(
        "A < ReplyHeader err=NONODE..0",
        "A < ReplyHeader err=-101..0",
    );
    check(
        "A < ReplyHeader err=!-112",
        "A < ReplyHeader err=!SESSIONEXPIRED",
    );
    check("A < ReplyHeader err=-99", "A < ReplyHeader err=-99");
    check(
        "A < WatcherEvent type=None state=-112",
        "A < WatcherEvent type=None state=Expired",
    );
}

#[test]
fn bytes_of_a_buffer() {
    let buffer = |bytes: &str, canonical: &str| {
        check(
            &format!("A > ConnectRequest passwd={bytes}"),
            &format!("A > ConnectRequest passwd={canonical}"),
        );
    };
    buffer("\"\"", "\"\"");
    buffer("00*0", "\"\"");
    buffer("null", "null");
    buffer("00.00.00.00", "00000000");
    buffer("0000000000", "00*5");
    buffer("00FF*3", "00ff00ff00ff");
    buffer("b\"a\".\"b\"", "\"ab\"");
    buffer("\"a\".00", "6100");
    buffer("\"\\x41\\\\\"", "\"A\\\\\"");
    buffer("@P.00*5.@P[..].01", "@P.00*5.@P.01");
    buffer("\"a\"*17", "\"a\"*17");
    buffer("\"a\"*16", "\"aaaaaaaaaaaaaaaa\"");
    buffer("ab", "ab");
}

#[test]
fn bytes_of_text() {
    let text = |bytes: &str, canonical: &str| {
        check(
            &format!("A < WatcherEvent path={bytes}"),
            &format!("A < WatcherEvent path={canonical}"),
        );
    };
    text("2f61", "\"/a\"");
    text("\"/a\\x00b\"", "\"/a\".00.\"b\"");
    text("c3a9", "\"\u{e9}\"");
    text("\"\u{202e}\"", "e280ae");
    text("c3", "c3");
    check("A > raw \"ab\".00.\"abcd\"", "A > raw 616200.\"abcd\"");
    check("A > bytes \"GET\"", "A > bytes \"GET\"");
}

#[test]
fn lists() {
    let list = |list: &str, canonical: &str| {
        check(
            &format!("A > SetWatches dataWatches={list}"),
            &format!("A > SetWatches dataWatches={canonical}"),
        );
    };
    list("[ ]", "[]");
    list("[ \"a\"  null 00 ]", "[\"a\" null 00]");
    list("null", "null");
}
