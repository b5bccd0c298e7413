//! What other clients hang, lie or die of, as 46 scenarios: what a server can answer to a handshake,
//! to a getChildren2 and to a multi of one check. Each is a clear error or a correct value here.
//!
//! What is no business of a codec, such as a zxid that runs backwards, is a correct value.

use bytes::BytesMut;
use jute_codec::ConnectResponse;
use jute_codec::Decode;
use jute_codec::DecodeErrorKind;
use jute_codec::Encode;
use jute_codec::ErrorCode;
use jute_codec::Framer;
use jute_codec::GetChildren2Response;
use jute_codec::JuteType;
use jute_codec::Limits;
use jute_codec::Multi;
use jute_codec::MultiHeader;
use jute_codec::MultiTxn;
use jute_codec::OpCode;
use jute_codec::Operation;
use jute_codec::Outcome;
use jute_codec::RECORDS;
use jute_codec::Raw;
use jute_codec::Reader;
use jute_codec::Reading;
use jute_codec::Reply;
use jute_codec::ReplyHeader;
use jute_codec::Stat;
use jute_codec::Ustring;
use jute_codec::Vector;
use jute_codec::put_frame;

use crate::readable;

/// What was asked.
#[derive(Clone, Copy)]
enum Asked {
    Connect,
    Children,
    Multi,
}

/// What becomes of a stream: its frames, each as a value or an error.
fn outcome(asked: Asked, stream: &[u8], piece: usize, reading: Reading) -> String {
    let mut framer = Framer::new(Limits::frame(0xf_ffff));
    stream.chunks(piece).for_each(|piece| framer.push(piece));
    let mut said = Vec::new();
    loop {
        match framer.next_frame() {
            Ok(Some(frame)) => said.push(value(asked, frame.payload(), reading)),
            Ok(None) if framer.buffered().is_empty() && !said.is_empty() => break,
            Ok(None) => {
                said.push(format!("{} bytes, more to come", framer.buffered().len()));
                break;
            }
            Err(error) => {
                said.push(error.to_string());
                break;
            }
        }
    }
    said.join("; ")
}

fn value(asked: Asked, payload: &[u8], reading: Reading) -> String {
    let value = match asked {
        Asked::Connect => connected(payload, reading),
        Asked::Children => replied(OpCode::GET_CHILDREN2, payload, reading),
        Asked::Multi => replied(OpCode::MULTI, payload, reading),
    };
    value.unwrap_or_else(|error| error.to_string())
}

type Said = Result<String, jute_codec::DecodeError>;

fn connected(payload: &[u8], reading: Reading) -> Said {
    let mut reader = Reader::with(payload, reading);
    let response = ConnectResponse::decode(&mut reader)?;
    reader.finish()?;
    Ok(format!(
        "version {} timeout {} session {:#x} passwd {} readOnly {:?}",
        response.protocol_version,
        response.time_out,
        response.session_id,
        response
            .passwd
            .map_or("null".to_owned(), |passwd| passwd.len().to_string()),
        response.read_only,
    ))
}

fn replied(op: OpCode, payload: &[u8], reading: Reading) -> Said {
    let (header, reply) = Reply::from_payload(op, payload, reading)?;
    let header = header.expect("a header");
    let said = match reply {
        Reply::GetChildren2(response) => format!("{:?}", response.children),
        Reply::Multi(multi) => {
            let parts: Vec<_> = multi.iter().map(|(_, part)| part.op()).collect();
            format!("{parts:?}")
        }
        other => format!("{other:?}"),
    };
    Ok(format!(
        "xid {} zxid {} {:?} {said}",
        header.xid, header.zxid, header.err
    ))
}

fn encoded(value: &impl Encode) -> Vec<u8> {
    let mut out = Vec::new();
    value.encode(&mut out);
    out
}

fn framed(payload: &[u8]) -> Vec<u8> {
    let mut out = BytesMut::new();
    put_frame(&mut out, &Raw(payload));
    out.to_vec()
}

/// What a server says to a new session.
const HELLO: ConnectResponse<'_> = ConnectResponse {
    protocol_version: 0,
    time_out: 4000,
    session_id: 0x1234,
    passwd: Some(&[7; 16]),
    read_only: Some(false),
};

fn hello(change: impl FnOnce(&mut ConnectResponse<'_>)) -> Vec<u8> {
    let mut response = HELLO;
    change(&mut response);
    framed(&encoded(&response))
}

fn header(err: i32) -> ReplyHeader {
    let (xid, zxid) = (1, 100);
    let err = ErrorCode(err);
    ReplyHeader { xid, zxid, err }
}

fn reply(header: ReplyHeader, body: &[u8]) -> Vec<u8> {
    framed(&[&encoded(&header)[..], body].concat())
}

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

fn part(op: i32, done: bool, err: i32) -> Vec<u8> {
    let (op, err) = (OpCode(op), ErrorCode(err));
    encoded(&MultiHeader { op, done, err })
}

fn multi(parts: &[Vec<u8>]) -> Vec<u8> {
    reply(header(0), &parts.concat())
}

/// One line of the table: a name, a stream, and what it is strictly; and to Java, if that differs.
struct Scenario(&'static str, Vec<u8>, &'static str, Option<&'static str>);

#[track_caller]
fn check(asked: Asked, scenarios: &[Scenario]) {
    for Scenario(name, stream, strict, java) in scenarios {
        let found = |reading| outcome(asked, stream, 1 << 20, reading);
        assert_eq!(found(Reading::STRICT), *strict, "{name}");
        assert_eq!(
            found(Reading::JAVA),
            java.unwrap_or(strict),
            "{name}, to Java"
        );
        let bytewise = outcome(asked, stream, 1, Reading::STRICT);
        assert_eq!(bytewise, *strict, "{name}, byte by byte");
    }
}

#[test]
fn answers_to_a_handshake() {
    let same = |name, stream, text| Scenario(name, stream, text, None);
    let expired = |passwd: Option<&'static [u8]>| {
        encoded(&ConnectResponse {
            time_out: 0,
            session_id: 0,
            passwd,
            ..HELLO
        })
    };
    let whole = encoded(&HELLO);
    let with_length = |length: i32| [&length.to_be_bytes()[..], &whole].concat();
    let with_passwd = |length: i32| {
        let mut payload = whole.clone();
        payload.splice(16..20, length.to_be_bytes());
        framed(&payload)
    };
    let scenarios = [
        same(
            "noreadonly",
            hello(|r| r.read_only = None),
            "version 0 timeout 4000 session 0x1234 passwd 16 readOnly None",
        ),
        same(
            "expired",
            framed(&expired(Some(&[0; 16]))),
            "version 0 timeout 0 session 0x0 passwd 16 readOnly Some(false)",
        ),
        same(
            "expired_nopw",
            framed(&expired(Some(&[]))),
            "version 0 timeout 0 session 0x0 passwd 0 readOnly Some(false)",
        ),
        same(
            "expired_nullpw",
            framed(&expired(None)),
            "version 0 timeout 0 session 0x0 passwd null readOnly Some(false)",
        ),
        same(
            "nullpw",
            hello(|r| r.passwd = None),
            "version 0 timeout 4000 session 0x1234 passwd null readOnly Some(false)",
        ),
        same(
            "emptypw",
            hello(|r| r.passwd = Some(&[])),
            "version 0 timeout 4000 session 0x1234 passwd 0 readOnly Some(false)",
        ),
        same(
            "pw8",
            hello(|r| r.passwd = Some(&[7; 8])),
            "version 0 timeout 4000 session 0x1234 passwd 8 readOnly Some(false)",
        ),
        same(
            "pw32",
            hello(|r| r.passwd = Some(&[7; 32])),
            "version 0 timeout 4000 session 0x1234 passwd 32 readOnly Some(false)",
        ),
        same(
            "pwneg2",
            with_passwd(-2),
            "ConnectResponse.passwd at byte 16: length -2 is below -1 (null)",
        ),
        same(
            "pwhuge",
            with_passwd(i32::MAX),
            "ConnectResponse.passwd at byte 20: needs 2147483647 bytes, has 17",
        ),
        same(
            "hs_len_neg1",
            with_length(-1),
            "frame length at byte 0 of the stream: -1 is below zero",
        ),
        same(
            "hs_len_huge",
            with_length(i32::MAX),
            "frame length at byte 0 of the stream: 2147483647 is over the limit of 1048575 bytes",
        ),
        same(
            "hs_len0",
            framed(&[]),
            "ConnectResponse.protocolVersion at byte 0: needs 4 bytes, has 0",
        ),
        same(
            "hs_trunc",
            framed(&whole[..20]),
            "ConnectResponse.passwd at byte 20: needs 16 bytes, has 0",
        ),
        Scenario(
            "hs_trail",
            framed(&[&whole[..], &[0; 8]].concat()),
            "at byte 37: 8 bytes after the last field",
            Some("version 0 timeout 4000 session 0x1234 passwd 16 readOnly Some(false)"),
        ),
        same(
            "hs_timeout_neg",
            hello(|r| r.time_out = -1),
            "version 0 timeout -1 session 0x1234 passwd 16 readOnly Some(false)",
        ),
        same(
            "hs_timeout_0_sid",
            hello(|r| r.time_out = 0),
            "version 0 timeout 0 session 0x1234 passwd 16 readOnly Some(false)",
        ),
        same(
            "hs_proto42",
            hello(|r| r.protocol_version = 42),
            "version 42 timeout 4000 session 0x1234 passwd 16 readOnly Some(false)",
        ),
        Scenario(
            "hs_ro2",
            framed(&[&whole[..36], &[2]].concat()),
            "ConnectResponse.readOnly at byte 36: boolean 0x02 is neither 0 nor 1",
            Some("version 0 timeout 4000 session 0x1234 passwd 16 readOnly Some(true)"),
        ),
        same(
            "hs_dribble",
            hello(|_| ()),
            "version 0 timeout 4000 session 0x1234 passwd 16 readOnly Some(false)",
        ),
    ];
    assert_eq!(scenarios.len(), 20);
    check(Asked::Connect, &scenarios);
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

#[test]
fn answers_to_a_multi() {
    let same = |name, stream, text| Scenario(name, stream, text, None);
    let end = || part(-1, true, -1);
    let checked = || part(13, false, 0);
    let made = [&b"\0\0\0\x02/a"[..], &encoded(&Stat::default())].concat();
    let scenarios = [
        same(
            "multi_trunc",
            reply(header(0), &[0, 0, 0, 13]),
            "MultiHeader.done at byte 20: needs 1 byte, has 0",
        ),
        same(
            "multi_nest",
            multi(&vec![part(14, false, 0); 100_000]),
            "MultiHeader.type at byte 16: multi has no place in this multi",
        ),
        same(
            "multi_create2",
            multi(&[part(15, false, 0), made, end()]),
            "xid 1 zxid 100 OK [create2]",
        ),
        same(
            "multi_extra",
            multi(&[&vec![checked(); 5][..], &[end()]].concat()),
            "xid 1 zxid 100 OK [check, check, check, check, check]",
        ),
        same(
            "multi_op99",
            multi(&[part(99, false, 0), end()]),
            "MultiHeader.type at byte 16: operation 99 has no place in a multi",
        ),
    ];
    check(Asked::Multi, &scenarios);
}

/// The fewest bytes of a type, as zeros: 0, false, no bytes and no items.
fn zeros(ty: &JuteType) -> usize {
    match ty {
        JuteType::Boolean => 1,
        JuteType::Long => 8,
        JuteType::Record(schema) => schema.fields.iter().map(|field| zeros(&field.ty)).sum(),
        _ => 4,
    }
}

/// Five bytes that had another protocol's codec ask for 154 GB: a count of two billion, and a byte.
#[test]
fn five_byte_bomb_is_refused_in_every_vector_of_every_record() {
    let mut vectors = 0;
    for schema in RECORDS {
        let mut payload = Vec::new();
        for field in schema.fields {
            if matches!(field.ty, JuteType::Vector(_)) {
                vectors += 1;
                let bombed = [&payload[..], b"\x7f\xff\xff\xff\0"].concat();
                for reading in [Reading::STRICT, Reading::JAVA] {
                    let info = allocation_counter::measure(|| {
                        let error = readable::decode(&[schema], &bombed, reading).unwrap_err();
                        let kind = DecodeErrorKind::CountOverBytes {
                            count: i32::MAX.cast_unsigned(),
                            available: 1,
                        };
                        assert_eq!((error.kind, error.field), (kind, field.name));
                    });
                    assert!(info.bytes_max < 1024, "{info:?}");
                }
            }
            payload.extend(vec![0; zeros(&field.ty)]);
        }
    }
    assert_eq!(vectors, 24);
}

/// What had another protocol's codec run out of stack: 300 000 things, each within the one before.
#[test]
fn nesting_bomb_is_refused_or_not_looked_into() {
    const DEEP: usize = 300_000;
    let nested = part(14, false, -1).repeat(DEEP);
    for reading in [Reading::STRICT, Reading::JAVA] {
        let refused = DecodeErrorKind::UnexpectedOperation(OpCode::MULTI);
        let mut reader = Reader::with(&nested, reading);
        let error = Multi::<Operation<'_>>::decode(&mut reader).unwrap_err();
        assert_eq!((error.kind, error.offset), (refused, 0));
        let mut reader = Reader::with(&nested, reading);
        let error = Multi::<Outcome<'_>>::decode(&mut reader).unwrap_err();
        assert_eq!((error.kind, error.offset), (refused, 0));
    }

    // A transaction is a buffer, and what is in it is for whoever wants to know.
    let level = 4 + 4 + 4;
    let mut txns = Vec::new();
    for left in (0..DEEP).rev() {
        txns.extend(1_i32.to_be_bytes());
        txns.extend(OpCode::MULTI.0.to_be_bytes());
        txns.extend(i32::try_from(left * level).unwrap().to_be_bytes());
    }
    let mut payload = &txns[..];
    let mut depth = 0;
    while !payload.is_empty() {
        let multi = MultiTxn::from_payload(payload).unwrap();
        payload = multi.txns.iter().next().unwrap().data.unwrap();
        depth += 1;
    }
    assert_eq!(depth, DEEP);
}
