//! The feature `serde`: records as JSON, and as machines have them.

use jute_codec::AuthPacket;
use jute_codec::ConnectRequest;
use jute_codec::DeleteRequest;
use jute_codec::EventType;
use jute_codec::KeeperState;
use jute_codec::Multi;
use jute_codec::MultiHeader;
use jute_codec::OpCode;
use jute_codec::Operation;
use jute_codec::Part;
use jute_codec::Permissions;
use jute_codec::RequestHeader;
use jute_codec::SetWatches;
use jute_codec::Ustring;
use jute_codec::Vector;
use jute_codec::WatcherEvent;
use serde::Serialize;
use serde_test::Configure;
use serde_test::Token;
use serde_test::assert_ser_tokens;

#[track_caller]
fn check(record: &impl Serialize, json: &str) {
    assert_eq!(serde_json::to_string(record).unwrap(), json);
}

#[test]
fn fields_are_called_as_in_the_schema() {
    let request = ConnectRequest {
        time_out: 30_000,
        session_id: i64::MIN,
        passwd: Some(&[0xab; 2]),
        read_only: Some(false),
        ..ConnectRequest::default()
    };
    check(
        &request,
        "{\"protocolVersion\":0,\"lastZxidSeen\":0,\"timeOut\":30000,\
         \"sessionId\":-9223372036854775808,\"passwd\":\"abab\",\"readOnly\":false}",
    );
}

#[test]
fn what_is_missing_is_left_out_and_what_is_null_is_null() {
    check(
        &ConnectRequest::default(),
        "{\"protocolVersion\":0,\"lastZxidSeen\":0,\"timeOut\":0,\"sessionId\":0,\"passwd\":null}",
    );
    let paths = [Ustring::new("/a"), Ustring::NULL];
    let watches = SetWatches {
        relative_zxid: 1,
        data_watches: Vector::from(&paths[..]),
        exist_watches: Vector::EMPTY,
        child_watches: Vector::NULL,
    };
    check(
        &watches,
        "{\"relativeZxid\":1,\"dataWatches\":[\"/a\",null],\"existWatches\":[],\
         \"childWatches\":null}",
    );
}

#[test]
fn codes_are_names_or_numbers() {
    let header = |op| RequestHeader { xid: -2, op };
    check(&header(OpCode::PING), "{\"xid\":-2,\"type\":\"ping\"}");
    check(&header(OpCode(500)), "{\"xid\":-2,\"type\":500}");
}

#[test]
fn text_that_is_not_utf_8_is_hex() {
    let event = |path| WatcherEvent {
        event: EventType::NODE_CREATED,
        state: KeeperState::SYNC_CONNECTED,
        path,
    };
    check(
        &event(Ustring::from_bytes(b"/\xff")),
        "{\"type\":\"NodeCreated\",\"state\":\"SyncConnected\",\"path\":{\"hex\":\"2fff\"}}",
    );
    let packet = AuthPacket {
        auth_type: 0,
        scheme: Ustring::new("a\"b"),
        auth: Some(b""),
    };
    check(&packet, "{\"type\":0,\"scheme\":\"a\\\"b\",\"auth\":\"\"}");
}

/// Machines may need to know the number of fields before there are any.
#[test]
fn fields_are_counted_without_what_is_missing() {
    let fields = |count, read_only: &[Token]| {
        let mut tokens = vec![
            Token::Struct {
                name: "ConnectRequest",
                len: count,
            },
            Token::Str("protocolVersion"),
            Token::I32(0),
            Token::Str("lastZxidSeen"),
            Token::I64(0),
            Token::Str("timeOut"),
            Token::I32(0),
            Token::Str("sessionId"),
            Token::I64(0),
            Token::Str("passwd"),
            Token::None,
        ];
        tokens.extend(read_only);
        tokens.push(Token::StructEnd);
        tokens
    };
    let request = |read_only| {
        ConnectRequest {
            read_only,
            ..ConnectRequest::default()
        }
        .compact()
    };
    assert_ser_tokens(&request(None), &fields(5, &[]));
    let read_only = [Token::Str("readOnly"), Token::Bool(true)];
    assert_ser_tokens(&request(Some(true)), &fields(6, &read_only));
}

#[test]
fn machines_get_numbers_and_bytes() {
    assert_ser_tokens(&OpCode::PING.compact(), &[Token::I32(11)]);
    assert_ser_tokens(&Permissions::ALL.compact(), &[Token::I32(31)]);
    assert_ser_tokens(&Permissions(32).readable(), &[Token::I32(32)]);
    for bytes in [&b"/a"[..], b"/\xff"] {
        let tokens = [Token::Some, Token::Bytes(bytes.to_vec().leak())];
        assert_ser_tokens(&Ustring::from_bytes(bytes).compact(), &tokens);
    }
}

#[test]
fn a_part_has_a_header_and_a_body_and_the_end_a_header() {
    let delete = Operation::Delete(DeleteRequest {
        path: Ustring::new("/a"),
        version: -1,
    });
    let header = |header: MultiHeader| {
        [
            Token::Str("header"),
            Token::Struct {
                name: "MultiHeader",
                len: 3,
            },
            Token::Str("type"),
            Token::I32(header.op.0),
            Token::Str("done"),
            Token::Bool(header.done),
            Token::Str("err"),
            Token::I32(header.err.0),
            Token::StructEnd,
        ]
    };
    let part = |len| Token::Struct { name: "Part", len };
    let mut tokens = vec![Token::Seq { len: Some(2) }, part(2)];
    tokens.extend(header(delete.header()));
    tokens.extend([
        Token::Str("body"),
        Token::Struct {
            name: "DeleteRequest",
            len: 2,
        },
        Token::Str("path"),
        Token::Some,
        Token::Bytes(b"/a"),
        Token::Str("version"),
        Token::I32(-1),
        Token::StructEnd,
        Token::StructEnd,
        part(1),
    ]);
    tokens.extend(header(MultiHeader::END));
    tokens.extend([Token::StructEnd, Token::SeqEnd]);
    assert_ser_tokens(&Multi::from(&[delete][..]).compact(), &tokens);
}
