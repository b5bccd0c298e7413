//! The feature `serde`: records as JSON.

use jute_codec::AuthPacket;
use jute_codec::ConnectRequest;
use jute_codec::EventType;
use jute_codec::KeeperState;
use jute_codec::OpCode;
use jute_codec::RequestHeader;
use jute_codec::SetWatches;
use jute_codec::Ustring;
use jute_codec::Vector;
use jute_codec::WatcherEvent;
use serde::Serialize;

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
