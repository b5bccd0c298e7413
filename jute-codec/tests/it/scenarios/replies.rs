//! What a server can answer to the first request, a getChildren2.

use jute_codec::GetChildren2Response;
use jute_codec::ReplyHeader;
use jute_codec::Stat;
use jute_codec::Ustring;
use jute_codec::Vector;

use super::Asked;
use super::Scenario;
use super::check;
use super::encoded;
use super::framed;
use super::header;
use super::reply;

/// A reply of children that are these bytes.
fn children(vector: &[u8]) -> Vec<u8> {
    reply(header(0), &[vector, &encoded(&Stat::default())].concat())
}

/// The right reply: `a` and `bb`.
fn right() -> Vec<u8> {
    let names = [Ustring::new("a"), Ustring::new("bb")];
    let (children, stat) = (Vector::from(&names[..]), Stat::default());
    encoded(&GetChildren2Response { children, stat })
}

#[test]
fn answers_to_a_request() {
    let same = |name, stream, text| Scenario(name, stream, text, None);
    let count = |count: i32| children(&count.to_be_bytes());
    let length = |length: i32| length.to_be_bytes().to_vec();
    let with_xid = |xid| reply(ReplyHeader { xid, ..header(0) }, &right());
    let earlier = reply(
        ReplyHeader {
            zxid: 99,
            ..header(0)
        },
        &right(),
    );
    let event = encoded(&ReplyHeader {
        xid: -1,
        ..header(0)
    });
    const RIGHT: &str = "xid 1 zxid 100 OK [\"a\", \"bb\"]";
    let scenarios = [
        same("vec_neg1", count(-1), "xid 1 zxid 100 OK null"),
        Scenario(
            "vec_neg2",
            count(-2),
            "GetChildren2Response.children at byte 16: count -2 is below -1 (null)",
            Some("xid 1 zxid 100 OK []"),
        ),
        same(
            "vec_huge",
            count(i32::MAX),
            "GetChildren2Response.children at byte 16: 2147483647 items cannot fit into 68 bytes",
        ),
        same(
            "vec_1m",
            count(0x10_0000),
            "GetChildren2Response.children at byte 16: 1048576 items cannot fit into 68 bytes",
        ),
        Scenario(
            "nonutf8",
            children(b"\0\0\0\x01\0\0\0\x02\xff\xfe"),
            "GetChildren2Response.children at byte 20: text is not UTF-8 after 0 bytes",
            Some("xid 1 zxid 100 OK [b\"\\xff\\xfe\"]"),
        ),
        same(
            "nullstr",
            children(b"\0\0\0\x01\xff\xff\xff\xff"),
            "xid 1 zxid 100 OK [null]",
        ),
        same(
            "strtrunc",
            reply(header(0), b"\0\0\0\x01\0\0\0\x32abc"),
            "GetChildren2Response.children at byte 24: needs 50 bytes, has 3",
        ),
        same(
            "body_empty",
            reply(header(0), b""),
            "GetChildren2Response.children at byte 16: needs 4 bytes, has 0",
        ),
        same(
            "err_unknown",
            reply(header(-999), b""),
            "xid 1 zxid 100 ErrorCode(-999) Failed(getChildren2)",
        ),
        same(
            "err_quota",
            reply(header(-125), b""),
            "xid 1 zxid 100 QUOTAEXCEEDED Failed(getChildren2)",
        ),
        same(
            "err_throttled",
            reply(header(-127), b""),
            "xid 1 zxid 100 THROTTLEDOP Failed(getChildren2)",
        ),
        same(
            "xid_unknown",
            with_xid(777),
            "xid 777 zxid 100 OK [\"a\", \"bb\"]",
        ),
        same(
            "xid_unsolicited",
            [with_xid(1), with_xid(2)].concat(),
            "xid 1 zxid 100 OK [\"a\", \"bb\"]; xid 2 zxid 100 OK [\"a\", \"bb\"]",
        ),
        same(
            "short4_watch",
            framed(&event[..4]),
            "ReplyHeader.zxid at byte 4: needs 8 bytes, has 0",
        ),
        same(
            "watch_trunc",
            framed(&[&event[..], &[0, 0, 0, 1]].concat()),
            "WatcherEvent.state at byte 20: needs 4 bytes, has 0",
        ),
        same(
            "frame0",
            framed(&[]),
            "ReplyHeader.xid at byte 0: needs 4 bytes, has 0",
        ),
        same(
            "frame_neg1",
            length(-1),
            "frame length at byte 0 of the stream: -1 is below zero",
        ),
        same(
            "frame_neg8",
            length(-8),
            "frame length at byte 0 of the stream: -8 is below zero",
        ),
        same(
            "frame_huge",
            length(i32::MAX),
            "frame length at byte 0 of the stream: 2147483647 is over the limit of 1048575 bytes",
        ),
        same(
            "zxid_back",
            [with_xid(1), earlier].concat(),
            "xid 1 zxid 100 OK [\"a\", \"bb\"]; xid 1 zxid 99 OK [\"a\", \"bb\"]",
        ),
        Scenario(
            "trail",
            reply(header(0), &[&right()[..], &[0; 8]].concat()),
            "GetChildren2Response at byte 99: 8 bytes after the last field",
            Some(RIGHT),
        ),
    ];
    assert_eq!(scenarios.len(), 21);
    check(Asked::Children, &scenarios);
}
