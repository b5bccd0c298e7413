//! Whole messages: a header, and what the dispatch makes of the rest.

use std::fmt::Debug;

use jute_codec::ConnectResponse;
use jute_codec::DecodeError;
use jute_codec::Encode;
use jute_codec::ErrorCode;
use jute_codec::Multi;
use jute_codec::MultiHeader;
use jute_codec::MultiOf;
use jute_codec::OpCode;
use jute_codec::Operation;
use jute_codec::Outcome;
use jute_codec::Part;
use jute_codec::Reader;
use jute_codec::Reading;
use jute_codec::Record;
use jute_codec::Reply;
use jute_codec::ReplyHeader;
use jute_codec::Request;
use jute_codec::RequestHeader;
use jute_codec::Schema;
use jute_codec::TxnBody;
use jute_codec::reply_schema;
use jute_codec::request_schema;

use crate::records::encoded;
use crate::records::sensible;
use crate::walk;

/// A kind of message.
pub(crate) struct Message {
    /// Inputs hold it: it is never given to anything else.
    pub(crate) number: u8,
    pub(crate) name: &'static str,
    pub(crate) check: fn(&[u8]),
}

pub(crate) const MESSAGES: &[Message] = &[
    Message {
        number: 192,
        name: "request",
        check: request,
    },
    Message {
        number: 193,
        name: "reply",
        check: reply,
    },
    Message {
        number: 194,
        name: "txn",
        check: txn,
    },
];

/// The payload of a request.
fn request(payload: &[u8]) {
    let read = |reading| {
        let (header, request) = Request::from_payload(payload, reading)?;
        assert_eq!(request.op(), header.op);
        if let Request::Multi(multi) | Request::MultiRead(multi) = request {
            check_operations(&multi);
            let reads = multi.iter().filter(|(_, part)| part.is_read()).count();
            assert!(
                reads == 0 || reads == multi.len(),
                "reads and writes in one"
            );
        }
        Ok(request.with_xid(header.xid))
    };
    check(payload, read, |reading| {
        let op = OpCode(int(payload.get(4..)?)?);
        let body = payload.get(8..)?;
        match op {
            OpCode::MULTI | OpCode::MULTI_READ => {
                multi::<Operation<'_>>(body, reading).then_some(())
            }
            _ => one(
                &[RequestHeader::SCHEMA],
                request_schema(op),
                payload,
                reading,
                || {
                    matches!(
                        Request::decode(op, &mut Reader::new(b"")),
                        Ok(Request::Other(..))
                    )
                },
            ),
        }
    });
}

/// The opcode that is answered, then the payload of the reply.
fn reply(data: &[u8]) {
    let Some((asked, payload)) = data.split_first_chunk() else {
        return;
    };
    let asked = OpCode(i32::from_be_bytes(*asked));
    let read = |reading| {
        let (header, reply) = Reply::from_payload(asked, payload, reading)?;
        if let Reply::Multi(multi) | Reply::MultiRead(multi) = reply {
            check_outcomes(&multi);
        }
        Ok((Maybe(header), reply))
    };
    check(payload, read, |reading| {
        if asked == OpCode::CREATE_SESSION && payload.len() > 16 {
            return walk::records(&[ConnectResponse::SCHEMA], payload, reading).map(|_| ());
        }
        let body = payload.get(16..)?;
        if body.is_empty() && int(&payload[12..])? != ErrorCode::OK.0 {
            return Some(());
        }
        let op = match int(payload)? {
            -1 => OpCode::NOTIFICATION,
            _ => asked,
        };
        match op {
            OpCode::MULTI | OpCode::MULTI_READ => multi::<Outcome<'_>>(body, reading).then_some(()),
            _ => one(
                &[ReplyHeader::SCHEMA],
                reply_schema(op),
                payload,
                reading,
                || {
                    let header = ReplyHeader::default();
                    let reply = Reply::decode(op, &header, &mut Reader::new(b""));
                    matches!(reply, Ok(Reply::Other(..)))
                },
            ),
        }
    });
}

/// The opcode of a transaction, then what stands behind its header.
fn txn(data: &[u8]) {
    let Some((op, payload)) = data.split_first_chunk() else {
        return;
    };
    let op = OpCode(i32::from_be_bytes(*op));
    for reading in [Reading::STRICT, Reading::JAVA] {
        let mut reader = Reader::with(payload, reading);
        match TxnBody::decode(op, &mut reader) {
            Ok(txn) => {
                assert_eq!(txn.op(), op);
                assert_eq!(encoded(&txn).len(), reader.offset());
                if reading == Reading::STRICT {
                    assert_eq!(encoded(&txn), payload[..reader.offset()]);
                }
            }
            Err(error) => sensible(error, payload),
        }
    }
}

/// What is strictly right goes out as it came and is leniently the same; both are right just when
/// `walk` says so.
fn check<T: Debug + Encode + PartialEq>(
    payload: &[u8],
    read: impl Fn(Reading) -> Result<T, DecodeError>,
    walk: impl Fn(Reading) -> Option<()>,
) {
    let strict = read(Reading::STRICT);
    let lenient = read(Reading::JAVA);
    for (result, reading) in [(&strict, Reading::STRICT), (&lenient, Reading::JAVA)] {
        assert_eq!(result.is_ok(), walk(reading).is_some(), "{reading:?}");
        match result {
            Ok(value) => assert!(!format!("{value:?}").is_empty()),
            Err(error) => sensible(*error, payload),
        }
    }
    if let Ok(value) = &strict {
        assert_eq!(encoded(value), payload);
        assert_eq!(strict, lenient, "what is right is right to Java too");
    }
}

/// A check that a multi made of another's parts goes out as one that has the same.
macro_rules! check_parts {
    ($check:ident, $part:ident) => {
        fn $check(multi: &Multi<'_, $part<'_>>) {
            let parts: Vec<_> = multi.iter().map(|(_, part)| part).collect();
            assert_eq!(parts.len(), multi.len());
            let made = Multi::from(&parts[..]);
            assert_eq!(made.len(), multi.len());
            assert!(made.iter().map(|(_, part)| part).eq(parts.iter().copied()));
            let remade = encoded(&made);
            assert_eq!(remade, encoded(&MultiOf(parts.iter().copied())));
            let mut reader = Reader::with(&remade, Reading::JAVA);
            let again = Multi::<$part<'_>>::decode(&mut reader).expect("a multi");
            assert!(again.iter().map(|(_, part)| part).eq(parts));
        }
    };
}

check_parts!(check_operations, Operation);
check_parts!(check_outcomes, Outcome);

/// A header and at most one record, or anything if the operation is unknown.
fn one(
    header: &[Schema],
    body: Option<Schema>,
    payload: &[u8],
    reading: Reading,
    is_unknown: impl Fn() -> bool,
) -> Option<()> {
    if is_unknown() {
        return Some(());
    }
    let schemas: Vec<_> = header.iter().copied().chain(body).collect();
    walk::records(&schemas, payload, reading).map(|_| ())
}

/// Whether a body is a multi, decided record by record.
fn multi<'a, T: Part<'a>>(body: &[u8], reading: Reading) -> bool {
    let mut schemas = Vec::new();
    let mut reads = None;
    loop {
        schemas.push(MultiHeader::SCHEMA);
        let mut loose = reading;
        loose.trailing_bytes = true;
        let Some(taken) = walk::records(&schemas, body, loose) else {
            return false;
        };
        let header = &body[taken - 9..taken];
        if header[4] != 0 {
            return walk::records(&schemas, body, reading).is_some();
        }
        let op = OpCode(int(header).unwrap_or_default());
        let Some(schema) = T::schema(op) else {
            return false;
        };
        schemas.extend(schema);
        let is_operation = T::schema(OpCode::CREATE_TTL).is_some();
        let is_read = matches!(op, OpCode::GET_DATA | OpCode::GET_CHILDREN);
        if is_operation && *reads.get_or_insert(is_read) != is_read {
            return false;
        }
    }
}

/// A header that may be missing.
#[derive(Debug, PartialEq)]
struct Maybe(Option<ReplyHeader>);

impl Encode for Maybe {
    fn encoded_len(&self) -> usize {
        self.0.map_or(0, |header| header.encoded_len())
    }

    fn encode(&self, out: &mut impl jute_codec::Sink) {
        if let Some(header) = self.0 {
            header.encode(out);
        }
    }
}

fn int(bytes: &[u8]) -> Option<i32> {
    bytes.first_chunk().copied().map(i32::from_be_bytes)
}
