//! What other clients hang, lie or die of, as 46 scenarios: what a server can answer to a handshake,
//! to a getChildren2 and to a multi of one check. Each is a clear error or a correct value here.
//!
//! What is no business of a codec, such as a zxid that runs backwards, is a correct value.

mod handshake;
mod multis;
mod replies;

use bytes::BytesMut;
use jute_codec::ConnectResponse;
use jute_codec::Decode;
use jute_codec::Encode;
use jute_codec::ErrorCode;
use jute_codec::Framer;
use jute_codec::Limits;
use jute_codec::OpCode;
use jute_codec::Raw;
use jute_codec::Reader;
use jute_codec::Reading;
use jute_codec::Reply;
use jute_codec::ReplyHeader;
use jute_codec::put_frame;

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

fn header(err: i32) -> ReplyHeader {
    let (xid, zxid) = (1, 100);
    let err = ErrorCode(err);
    ReplyHeader { xid, zxid, err }
}

fn reply(header: ReplyHeader, body: &[u8]) -> Vec<u8> {
    framed(&[&encoded(&header)[..], body].concat())
}
