//! Each production of the grammar, from a text to its canonical form.

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
C open refused
C > RequestHeader xid=-2 type=ping & RequestHeader xid=1 type=closeSession | pieces 3
C > ConnectRequest sessionId=@S-1 passwd=@P[..4].00ff.@P[5..].@P[1..2] readOnly=absent
C > RequestHeader xid=-4 type=auth + AuthPacket scheme=\"digest\" auth=\"a:\\\"b\\\"\" + bytes 0102
C > RequestHeader type=12345 + SetWatches2 relativeZxid=0xffffffffffffffff dataWatches=[\"/a\" null \"\"] existWatches=null childWatches=[]
C > raw \"mntr\\n\" & raw 00*5.\"GET /\".ff & bytes \"\"
C < ReplyHeader zxid=!0x0 err=NONODE + *, ReplyHeader err=!OK, ReplyHeader zxid=.. err=-5..-1
C < *, raw *, fin, rst, closed, quiet 4s within 1..2 of m, fin within .. of m
C < ReplyHeader xid=-1 zxid=* + WatcherEvent type=NodeDeleted state=SyncConnected path=\"/\\r\\t\".00.\"é\".ff
C < ConnectResponse readOnly=!absent passwd=!null protocolVersion=1+2-$min+@X
C shut
C reset
";

#[track_caller]
fn check(step: &str, canonical: &str) {
    let text = |step: &str| format!("script a\n----\n{step}\n");
    let tree = parse(&text(step)).unwrap_or_else(|error| panic!("{step}: {error}"));
    assert_eq!(
        tree.to_string(),
        text(canonical).replacen("script a", "script a", 1)
    );
    assert_eq!(parse(&tree.to_string()).as_ref(), Ok(&tree));
}

#[test]
fn canonical_text_stays() {
    let tree = parse(CANONICAL).unwrap_or_else(|error| panic!("{error}"));
    let printed = tree.to_string();
    assert_eq!(parse(&printed).as_ref(), Ok(&tree));
    for (printed, canonical) in printed.lines().zip(CANONICAL.lines()) {
        assert_eq!(printed, canonical);
    }
    assert_eq!(printed, CANONICAL);
}

#[test]
fn steps() {
    check(" A   open  ", "A open");
}
