//! From opcodes to records: requests, replies and transactions.

use std::fmt::Write;

use jute_codec::CloseSessionTxn;
use jute_codec::ConnectResponse;
use jute_codec::CreateTxnV0;
use jute_codec::DecodeErrorKind;
use jute_codec::Encode;
use jute_codec::ErrorCode;
use jute_codec::OpCode;
use jute_codec::Raw;
use jute_codec::Reader;
use jute_codec::Reading;
use jute_codec::Reply;
use jute_codec::ReplyHeader;
use jute_codec::Request;
use jute_codec::Schema;
use jute_codec::SetSaslResponse;
use jute_codec::TxnBody;
use jute_codec::TxnHeader;
use jute_codec::WatcherEvent;
use jute_codec::reply_schema;
use jute_codec::request_schema;
use jute_codec::txn_schema;
use proptest::prelude::*;
use proptest::sample::select;

use crate::readable::KnownAnswer;
use crate::readable::known_answers;
use crate::readable::wire;
use crate::round_trip::record;

fn encoded(value: &impl Encode) -> Vec<u8> {
    let mut out = Vec::new();
    value.encode(&mut out);
    assert_eq!(out.len(), value.encoded_len(), "encoded_len is exact");
    out
}

/// The records of an answer, by name.
fn names(answer: &KnownAnswer) -> Vec<&'static str> {
    answer.records().iter().map(|schema| schema.name).collect()
}

/// What a known reply answers.
fn asked(answer: &KnownAnswer) -> OpCode {
    match names(answer)[..] {
        [_, "MultiHeader", ..] => OpCode::MULTI,
        [_, body] => *OpCode::NAMED
            .iter()
            .find(|op| reply_schema(**op).is_some_and(|schema| schema.name == body))
            .expect("an operation with this reply"),
        _ => OpCode::PING,
    }
}

#[test]
fn each_operation_has_its_records() {
    let name = |schema: Option<Schema>| schema.map_or("-", |schema| schema.name);
    let mut table = String::new();
    for op in OpCode::NAMED {
        let schemas = [request_schema(*op), reply_schema(*op), txn_schema(*op)];
        let [request, reply, txn] = schemas.map(name);
        writeln!(table, "{op}: {request}, {reply}, {txn}").unwrap();
    }
    assert_eq!(
        table,
        "\
notification: -, WatcherEvent, -
create: CreateRequest, CreateResponse, CreateTxn
delete: DeleteRequest, -, DeleteTxn
exists: ExistsRequest, ExistsResponse, -
getData: GetDataRequest, GetDataResponse, -
setData: SetDataRequest, SetDataResponse, SetDataTxn
getACL: GetACLRequest, GetACLResponse, -
setACL: SetACLRequest, SetACLResponse, SetACLTxn
getChildren: GetChildrenRequest, GetChildrenResponse, -
sync: SyncRequest, SyncResponse, -
ping: -, -, -
getChildren2: GetChildren2Request, GetChildren2Response, -
check: CheckVersionRequest, SetDataResponse, CheckVersionTxn
multi: -, -, MultiTxn
create2: CreateRequest, Create2Response, CreateTxn
reconfig: ReconfigRequest, GetDataResponse, SetDataTxn
checkWatches: CheckWatchesRequest, -, -
removeWatches: RemoveWatchesRequest, -, -
createContainer: CreateRequest, Create2Response, CreateContainerTxn
deleteContainer: DeleteContainerRequest, -, DeleteTxn
createTTL: CreateTTLRequest, Create2Response, CreateTTLTxn
multiRead: -, -, -
auth: AuthPacket, -, -
setWatches: SetWatches, -, -
sasl: GetSASLRequest, SetSASLResponse, -
getEphemerals: GetEphemeralsRequest, GetEphemeralsResponse, -
getAllChildrenNumber: GetAllChildrenNumberRequest, GetAllChildrenNumberResponse, -
setWatches2: SetWatches2, -, -
addWatch: AddWatchRequest, ErrorResponse, -
whoAmI: -, WhoAmIResponse, -
createSession: CreateSessionTxn, ConnectResponse, CreateSessionTxn
closeSession: -, -, CloseSessionTxn
error: -, -, ErrorTxn
"
    );
}

#[test]
fn known_requests_return_by_their_opcode() {
    let answers = known_answers().into_iter();
    for answer in answers.filter(|answer| names(answer)[0] == "RequestHeader") {
        let payload = answer.payload();
        let (header, request) = Request::from_payload(payload, Reading::STRICT)
            .unwrap_or_else(|error| panic!("{}: {error}", answer.name));
        assert!(!matches!(request, Request::Other(..)), "{}", answer.name);
        assert_eq!(request.op(), header.op);
        assert_eq!(encoded(&request.with_xid(header.xid)), payload);
        let lenient = Request::from_payload(payload, Reading::JAVA);
        assert_eq!(lenient, Ok((header, request)));
    }
}

#[test]
fn known_replies_return_by_the_opcode_they_answer() {
    let answers = known_answers().into_iter();
    for answer in answers.filter(|answer| names(answer)[0] == "ReplyHeader") {
        let payload = answer.payload();
        let (header, reply) = Reply::from_payload(asked(&answer), payload, Reading::STRICT)
            .unwrap_or_else(|error| panic!("{}: {error}", answer.name));
        assert!(!matches!(reply, Reply::Other(..)), "{}", answer.name);
        assert_eq!(reply.op(), asked(&answer), "{}", answer.name);
        assert_eq!(encoded(&(header.unwrap(), reply)), payload);
        let lenient = Reply::from_payload(asked(&answer), payload, Reading::JAVA);
        assert_eq!(lenient, Ok((header, reply)));
    }
}

#[test]
fn no_prefix_of_a_known_message_panics_or_passes_for_another() {
    for answer in known_answers() {
        for length in 0..answer.payload().len() {
            let prefix = &answer.payload()[..length];
            for reading in [Reading::STRICT, Reading::JAVA] {
                let cut = match names(&answer)[0] {
                    "RequestHeader" => Request::from_payload(prefix, reading).is_err(),
                    // The header of an error is all there need be.
                    "ReplyHeader" => {
                        Reply::from_payload(asked(&answer), prefix, reading)
                            .is_ok_and(|(_, reply)| matches!(reply, Reply::Failed(_)))
                            || Reply::from_payload(asked(&answer), prefix, reading).is_err()
                    }
                    _ => true,
                };
                assert!(cut, "{} cut to {length}", answer.name);
            }
        }
    }
}

#[test]
fn unknown_operation_keeps_its_bytes() {
    for op in [10, 23, 500, 997, -2, 0, -1] {
        let op = OpCode(op);
        let request = Request::Other(op, Raw(b"\0\x01what"));
        assert_eq!(request.op(), op);
        let wire = encoded(&request.with_xid(3));
        let (header, read) = Request::from_payload(&wire, Reading::STRICT).unwrap();
        assert_eq!((header.op, read), (op, request));
    }
    let header = ReplyHeader::default();
    let reply = Reply::Other(OpCode(500), Raw(b"what"));
    let wire = encoded(&(header, reply));
    let read = Reply::from_payload(OpCode(500), &wire, Reading::STRICT);
    assert_eq!(read, Ok((Some(header), reply)));
}

#[test]
fn error_is_a_header_whatever_was_asked() {
    let err = ErrorCode::NO_NODE;
    let header = ReplyHeader {
        err,
        ..ReplyHeader::default()
    };
    let wire = encoded(&header);
    for op in OpCode::NAMED.iter().copied().chain([OpCode(500)]) {
        let read = Reply::from_payload(op, &wire, Reading::STRICT);
        assert_eq!(read, Ok((Some(header), Reply::Failed(op))));
        assert_eq!(encoded(&Reply::Failed(op)), b"");
    }
}

#[test]
fn error_with_a_body_keeps_it() {
    let err = ErrorCode::SESSION_CLOSED_REQUIRE_SASL_AUTH;
    let header = ReplyHeader {
        err,
        ..ReplyHeader::default()
    };
    let reply = Reply::Sasl(SetSaslResponse { token: None });
    let wire = encoded(&(header, reply));
    let read = Reply::from_payload(OpCode::SASL, &wire, Reading::STRICT);
    assert_eq!(read, Ok((Some(header), reply)));
}

#[test]
fn watch_event_is_one_whatever_is_awaited() {
    let xid = -1;
    let header = ReplyHeader {
        xid,
        ..ReplyHeader::default()
    };
    let event = Reply::Notification(WatcherEvent::default());
    let wire = encoded(&(header, event));
    for op in [OpCode::GET_DATA, OpCode::CLOSE_SESSION, OpCode(500)] {
        let read = Reply::from_payload(op, &wire, Reading::STRICT);
        assert_eq!(read, Ok((Some(header), event)));
    }
}

#[test]
fn session_made_by_request_is_answered_without_a_header() {
    for read_only in [None, Some(false)] {
        let passwd = Some(&[7; 16][..]);
        let response = ConnectResponse {
            passwd,
            read_only,
            ..ConnectResponse::default()
        };
        let wire = encoded(&response);
        let read = Reply::from_payload(OpCode::CREATE_SESSION, &wire, Reading::STRICT);
        assert_eq!(read, Ok((None, Reply::CreateSession(response))));
    }
}

#[test]
fn bytes_behind_a_body_are_told_with_their_record() {
    #[track_caller]
    fn check<T: std::fmt::Debug>(read: Result<T, jute_codec::DecodeError>, expected: &str) {
        assert_eq!(read.unwrap_err().to_string(), expected);
    }
    let ping = b"\xff\xff\xff\xfe\0\0\0\x0b\0";
    check(
        Request::from_payload(ping, Reading::STRICT),
        "RequestHeader at byte 8: 1 byte after the last field",
    );
    let sync = b"\0\0\0\x01\0\0\0\x09\0\0\0\x01/\0\0";
    check(
        Request::from_payload(sync, Reading::STRICT),
        "SyncRequest at byte 13: 2 bytes after the last field",
    );
    assert!(Request::from_payload(sync, Reading::JAVA).is_ok());
    let reply = [0; 17];
    check(
        Reply::from_payload(OpCode::DELETE, &reply, Reading::STRICT),
        "ReplyHeader at byte 16: 1 byte after the last field",
    );
    check(
        Reply::from_payload(OpCode::ADD_WATCH, &reply, Reading::STRICT),
        "ErrorResponse.err at byte 16: needs 4 bytes, has 1",
    );
}

#[test]
fn transactions_return_by_their_header() {
    let answers = known_answers().into_iter();
    for answer in answers.filter(|answer| names(answer)[0] == "TxnHeader") {
        let mut reader = Reader::new(answer.payload());
        let header: TxnHeader = jute_codec::Decode::decode(&mut reader).unwrap();
        let body = reader.rest();
        let txn = TxnBody::decode(header.op, &mut reader).unwrap();
        assert_eq!(txn.op(), header.op);
        let digest = reader.rest().len();
        assert_eq!(digest, if names(&answer).len() == 3 { 12 } else { 0 });
        assert_eq!(encoded(&txn), body[..body.len() - digest]);
        let old = names(&answer).get(1) == Some(&"CreateTxnV0");
        assert_eq!(matches!(txn, TxnBody::CreateV0(..)), old, "{}", answer.name);
    }
}

#[test]
fn old_transactions_are_shorter() {
    let old = CreateTxnV0 {
        path: "/a".into(),
        ..CreateTxnV0::default()
    };
    let mut wire = encoded(&old);
    let txn = TxnBody::decode(OpCode::CREATE, &mut Reader::new(&wire)).unwrap();
    assert_eq!(txn, TxnBody::CreateV0(OpCode::CREATE, old));
    // Cut any shorter it is not the old one, either.
    wire.pop();
    let error = TxnBody::decode(OpCode::CREATE, &mut Reader::new(&wire)).unwrap_err();
    assert_eq!((error.record, error.field), ("CreateTxn", "ephemeral"));

    let close = TxnBody::decode(OpCode::CLOSE_SESSION, &mut Reader::new(b"")).unwrap();
    assert_eq!(close, TxnBody::Nothing(OpCode::CLOSE_SESSION));
    let null = TxnBody::decode(OpCode::CLOSE_SESSION, &mut Reader::new(b"\xff\xff\xff\xff"));
    assert_eq!(null, Ok(TxnBody::CloseSession(CloseSessionTxn::default())));
    let other = TxnBody::decode(OpCode(500), &mut Reader::new(b"what")).unwrap();
    assert_eq!(other, TxnBody::Other(OpCode(500), Raw(b"what")));
    let kind = TxnBody::decode(OpCode::DELETE, &mut Reader::new(b""))
        .unwrap_err()
        .kind;
    assert!(matches!(kind, DecodeErrorKind::UnexpectedEnd { .. }));
}

/// An operation and a body of its record.
fn body(schema: fn(OpCode) -> Option<Schema>) -> impl Strategy<Value = (OpCode, Vec<u8>)> {
    let ops = OpCode::NAMED.iter().copied();
    let ops: Vec<_> = ops.filter(|op| schema(*op).is_some()).collect();
    select(ops).prop_flat_map(move |op| {
        let values = record(&schema(op).expect("a record"));
        values.prop_map(move |values| {
            let mut bytes = Vec::new();
            values.iter().for_each(|value| wire(value, &mut bytes));
            (op, bytes)
        })
    })
}

proptest! {
    #[test]
    fn whatever_is_asked_returns(xid: i32, (op, body) in body(request_schema)) {
        let request = Request::decode(op, &mut Reader::new(&body)).unwrap();
        prop_assert_eq!(request.op(), op);
        let wire = encoded(&request.with_xid(xid));
        prop_assert_eq!(&wire[8..], &body[..]);
        let read = Request::from_payload(&wire, Reading::STRICT);
        prop_assert_eq!(read, Ok(request.with_xid(xid)));
    }

    #[test]
    fn whatever_is_answered_returns(
        (xid, zxid, err) in any::<(i32, i64, i32)>(),
        (op, body) in body(reply_schema),
    ) {
        let err = ErrorCode(err);
        let header = ReplyHeader { xid: xid & i32::MAX, zxid, err };
        let reply = Reply::decode(op, &header, &mut Reader::new(&body)).unwrap();
        prop_assert_eq!(reply.op(), op);
        prop_assert_eq!(encoded(&reply), &body[..]);
    }

    #[test]
    fn whatever_is_done_returns((op, body) in body(txn_schema)) {
        let txn = TxnBody::decode(op, &mut Reader::new(&body)).unwrap();
        prop_assert_eq!(txn.op(), op);
        prop_assert_eq!(encoded(&txn), &body[..]);
    }
}
