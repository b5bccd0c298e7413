//! Whatever can be held goes out and comes back the same, for every record.

use std::fmt::Debug;

use jute_codec::AuthPacket;
use jute_codec::ConnectRequest;
use jute_codec::ConnectResponse;
use jute_codec::Decode;
use jute_codec::Encode;
use jute_codec::ErrorCode;
use jute_codec::EventType;
use jute_codec::KeeperState;
use jute_codec::OpCode;
use jute_codec::Reader;
use jute_codec::Reading;
use jute_codec::ReplyHeader;
use jute_codec::RequestHeader;
use jute_codec::SetWatches;
use jute_codec::SetWatches2;
use jute_codec::Ustring;
use jute_codec::Vector;
use jute_codec::WatcherEvent;
use proptest::prelude::*;

fn encoded(value: &impl Encode) -> Vec<u8> {
    let mut out = Vec::new();
    value.encode(&mut out);
    assert_eq!(out.len(), value.encoded_len(), "encoded_len is exact");
    out
}

/// `wire` is what `value` encodes to.
fn returns<'a, T: Decode<'a> + Encode + PartialEq + Debug>(value: &T, wire: &'a [u8]) {
    assert!(wire.len() >= T::MIN_LEN);
    let strict = T::from_payload(wire).unwrap();
    assert_eq!(&strict, value);
    assert_eq!(encoded(&strict), wire);
    let mut reader = Reader::with(wire, Reading::JAVA);
    assert_eq!(&T::decode(&mut reader).unwrap(), value);
    assert!(reader.is_empty());
}

fn buffer() -> impl Strategy<Value = Option<Vec<u8>>> {
    prop::option::of(prop::collection::vec(any::<u8>(), 0..40))
}

fn text() -> impl Strategy<Value = Option<String>> {
    prop::option::of(any::<String>())
}

fn texts() -> impl Strategy<Value = Option<Vec<Option<String>>>> {
    prop::option::of(prop::collection::vec(text(), 0..5))
}

fn ustring(text: &Option<String>) -> Ustring<'_> {
    text.as_deref().map_or(Ustring::NULL, Ustring::new)
}

/// Texts as a record has them, borrowed in two steps.
struct Texts<'a>(Option<Vec<Ustring<'a>>>);

impl<'a> Texts<'a> {
    fn new(texts: &'a Option<Vec<Option<String>>>) -> Self {
        let texts = texts.as_deref();
        Self(texts.map(|texts| texts.iter().map(ustring).collect()))
    }

    fn vector(&self) -> Vector<'_, Ustring<'_>> {
        self.0.as_deref().map_or(Vector::NULL, Vector::from)
    }
}

proptest! {
    #[test]
    fn connect_request_returns(
        (protocol_version, last_zxid_seen, time_out) in any::<(i32, i64, i32)>(),
        session_id: i64,
        passwd in buffer(),
        read_only: Option<bool>,
    ) {
        let passwd = passwd.as_deref();
        let record = ConnectRequest {
            protocol_version, last_zxid_seen, time_out, session_id, passwd, read_only,
        };
        returns(&record, &encoded(&record));
    }

    #[test]
    fn connect_response_returns(
        (protocol_version, time_out, session_id) in any::<(i32, i32, i64)>(),
        passwd in buffer(),
        read_only: Option<bool>,
    ) {
        let passwd = passwd.as_deref();
        let record = ConnectResponse { protocol_version, time_out, session_id, passwd, read_only };
        prop_assert_eq!(record.is_refusal(), time_out <= 0);
        returns(&record, &encoded(&record));
    }

    #[test]
    fn request_header_returns(xid: i32, op: i32) {
        let record = RequestHeader { xid, op: OpCode(op) };
        returns(&record, &encoded(&record));
    }

    #[test]
    fn reply_header_returns((xid, zxid, err) in any::<(i32, i64, i32)>()) {
        let record = ReplyHeader { xid, zxid, err: ErrorCode(err) };
        returns(&record, &encoded(&record));
    }

    #[test]
    fn auth_packet_returns(auth_type: i32, scheme in text(), auth in buffer()) {
        let record = AuthPacket { auth_type, scheme: ustring(&scheme), auth: auth.as_deref() };
        returns(&record, &encoded(&record));
    }

    #[test]
    fn watcher_event_returns(event: i32, state: i32, path in text()) {
        let record = WatcherEvent {
            event: EventType(event),
            state: KeeperState(state),
            path: ustring(&path),
        };
        returns(&record, &encoded(&record));
    }

    #[test]
    fn set_watches_returns(relative_zxid: i64, texts in [texts(), texts(), texts()]) {
        let [data, exist, child] = texts.each_ref().map(Texts::new);
        let record = SetWatches {
            relative_zxid,
            data_watches: data.vector(),
            exist_watches: exist.vector(),
            child_watches: child.vector(),
        };
        returns(&record, &encoded(&record));
    }

    #[test]
    fn set_watches_2_returns(
        relative_zxid: i64,
        texts in [texts(), texts(), texts(), texts(), texts()],
    ) {
        let [data, exist, child, persistent, recursive] = texts.each_ref().map(Texts::new);
        let record = SetWatches2 {
            relative_zxid,
            data_watches: data.vector(),
            exist_watches: exist.vector(),
            child_watches: child.vector(),
            persistent_watches: persistent.vector(),
            persistent_recursive_watches: recursive.vector(),
        };
        returns(&record, &encoded(&record));
    }

    #[test]
    fn header_and_body_return_one_behind_the_other(
        (xid, op, auth_type) in any::<(i32, i32, i32)>(),
        scheme in text(),
        auth in buffer(),
    ) {
        let header = RequestHeader { xid, op: OpCode(op) };
        let body = AuthPacket { auth_type, scheme: ustring(&scheme), auth: auth.as_deref() };
        let wire = encoded(&(header, &body));
        let mut reader = Reader::new(&wire);
        prop_assert_eq!(RequestHeader::decode(&mut reader), Ok(header));
        prop_assert_eq!(reader.rest(), encoded(&body));
        prop_assert_eq!(AuthPacket::decode(&mut reader), Ok(body));
        prop_assert_eq!(reader.finish(), Ok(()));
    }

    #[test]
    fn any_bytes_of_text_return_from_a_lenient_reader(
        bytes in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let wire = encoded(&Ustring::from_bytes(&bytes));
        let mut reader = Reader::with(&wire, Reading::JAVA);
        let text = reader.ustring().unwrap();
        prop_assert_eq!(text.as_bytes(), Some(&bytes[..]));
        prop_assert_eq!(text.as_str(), std::str::from_utf8(&bytes).ok());
        prop_assert_eq!(encoded(&text), wire);
    }
}
