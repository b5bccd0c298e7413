//! Whose reply is whose, and servers that get it wrong.

use bytes::Bytes;
use jute_codec::ErrorCode;
use jute_codec::EventType;
use jute_codec::KeeperState;
use jute_codec::OpCode;
use jute_codec::Raw;
use jute_codec::ReplyHeader;
use zk_conformance::client::Input;
use zk_conformance::client::Outcome;
use zk_conformance::client::Output;
use zk_conformance::client::Phase;

use super::rig::Rig;
use super::rig::config;
use super::rig::event;
use super::rig::frame;
use super::rig::head;
use super::rig::reply;

/// A client with three requests in flight, xids 1 to 3.
fn busy() -> Rig {
    let mut rig = Rig::connected(config(1, 6_000), 6_000);
    for _ in 0..3 {
        rig.request(OpCode::GET_DATA);
    }
    rig.says();
    rig
}

/// What all three are told when the connection goes.
const ALL_LOST: [&str; 5] = [
    "disconnect",
    "request 1: CONNECTIONLOSS, by the client",
    "request 2: CONNECTIONLOSS, by the client",
    "request 3: CONNECTIONLOSS, by the client",
    "event Disconnected",
];

#[track_caller]
fn loses_all(bytes: &[u8], fault: &str) {
    let mut rig = busy();
    let said = rig.receive(bytes);
    assert_eq!(said[0], format!("fault: {fault}"));
    assert_eq!(said[1..], ALL_LOST);
    assert_eq!(rig.client.phase(), Phase::NotConnected);
    let sent = rig.dialled();
    assert_eq!(sent.0, "a");
}

#[test]
fn replies_go_to_the_requests_in_order() {
    let mut rig = busy();
    let stream = [
        reply(1, 5, ErrorCode::OK),
        reply(-2, 5, ErrorCode::OK),
        reply(2, 5, ErrorCode::NO_NODE),
        reply(3, 6, ErrorCode::MARSHALLING_ERROR),
    ]
    .concat();
    let expected = [
        "request 1: OK at zxid 0x5, 0 bytes",
        "request 2: NONODE at zxid 0x5, 0 bytes",
        "request 3: MARSHALLINGERROR at zxid 0x6, 0 bytes",
    ];
    assert_eq!(rig.receive(&stream), expected);
    assert_eq!(rig.client.phase(), Phase::Connected);
}

#[test]
fn a_reply_carries_its_body_unread() {
    let mut rig = busy();
    let header = ReplyHeader {
        xid: 1,
        zxid: 5,
        err: ErrorCode::OK,
    };
    let bytes = frame(&(header, Raw(b"body")));
    rig.client.handle(rig.now, Input::Receive(&bytes));
    let Some(Output::Reply(reply)) = rig.client.poll() else {
        panic!("no reply");
    };
    assert_eq!(reply.xid, Some(1));
    let Outcome::Answered(answer) = reply.outcome else {
        panic!("no answer");
    };
    assert_eq!(answer.header, header);
    assert_eq!(answer.body(), b"body");
}

#[test]
fn requests_go_out_as_given() {
    let mut rig = Rig::connected(config(1, 6_000), 6_000);
    rig.client.request(rig.now, OpCode(77), Raw(b"\x01\x02"));
    let expected = Bytes::from_static(&[0, 0, 0, 10, 0, 0, 0, 1, 0, 0, 0, 77, 1, 2]);
    assert_eq!(rig.take(), [Output::Send(expected)]);
}

#[test]
fn pings_and_auth_packets_are_no_requests() {
    let mut rig = Rig::connected(config(1, 6_000), 6_000);
    rig.request(OpCode::PING);
    rig.request(OpCode::AUTH);
    let expected = [
        "request 1: BADARGUMENTS, by the client",
        "request 2: BADARGUMENTS, by the client",
    ];
    assert_eq!(rig.says(), expected);
}

#[test]
fn xids_go_from_the_last_but_one_to_1() {
    let mut config = config(1, 6_000);
    config.first_xid = i32::MAX - 1;
    let mut rig = Rig::connected(config, 6_000);
    rig.request(OpCode::GET_DATA);
    rig.request(OpCode::GET_DATA);
    let xids: Vec<_> = rig.sent().iter().map(|payload| head(payload).0).collect();
    assert_eq!(xids, [i32::MAX - 1, 1]);
    for xid in xids {
        assert!(rig.receive(&reply(xid, 1, ErrorCode::OK))[0].contains("OK"));
    }
}

#[test]
fn a_reply_out_of_order_loses_the_connection() {
    let fault = "reply with xid 2 where 1 was due";
    loses_all(&reply(2, 5, ErrorCode::OK), fault);
}

#[test]
fn a_reply_to_a_request_never_made_loses_the_connection() {
    let fault = "reply with xid 77 where 1 was due";
    loses_all(&reply(77, 5, ErrorCode::OK), fault);
}

#[test]
fn a_reply_to_nothing_loses_the_connection() {
    let mut rig = Rig::connected(config(1, 6_000), 6_000);
    let fault = "fault: reply with xid 1 while no request was waiting";
    let expected = [fault, "disconnect", "event Disconnected"];
    assert_eq!(rig.receive(&reply(1, 5, ErrorCode::OK)), expected);
}

#[test]
fn a_reply_given_twice_loses_the_connection() {
    let mut rig = busy();
    rig.receive(&reply(1, 5, ErrorCode::OK));
    let said = rig.receive(&reply(1, 5, ErrorCode::OK));
    assert_eq!(said[0], "fault: reply with xid 1 where 2 was due");
}

#[test]
fn a_header_cut_short_loses_the_connection() {
    loses_all(
        &[0; 4],
        "bad reply: ReplyHeader.xid at byte 0: needs 4 bytes, has 0",
    );
    let short = [0, 0, 0, 5, 0, 0, 0, 1, 0];
    loses_all(
        &short,
        "bad reply: ReplyHeader.zxid at byte 4: needs 8 bytes, has 1",
    );
}

#[test]
fn a_frame_length_out_of_range_loses_the_connection() {
    let negative = "frame length at byte 41 of the stream: -2147483648 is below zero";
    loses_all(&[0x80, 0, 0, 0], negative);
    let long = "frame length at byte 41 of the stream: 1048576 is over the limit of 1048575 bytes";
    loses_all(&[0, 0x10, 0, 0], long);
}

#[test]
fn an_event_cut_short_loses_the_connection() {
    let mut bytes = event(EventType::NODE_CREATED, KeeperState::SYNC_CONNECTED, "/abc");
    bytes.pop();
    bytes[3] -= 1;
    loses_all(
        &bytes,
        "bad watch event: WatcherEvent.path at byte 28: needs 4 bytes, has 3",
    );
}

#[test]
fn an_event_no_server_may_send_loses_the_connection() {
    for kind in [0, 5, 6, 7, 8, -2] {
        let bytes = event(EventType(kind), KeeperState::SYNC_CONNECTED, "/a");
        let mut rig = busy();
        assert!(rig.receive(&bytes)[0].starts_with("fault: watch event of type"));
    }
    let bytes = event(EventType::NODE_CREATED, KeeperState(2), "/a");
    loses_all(&bytes, "watch event of type NodeCreated with state 2");
}

#[test]
fn replies_behind_a_bad_one_are_not_read() {
    let mut rig = busy();
    let stream = [reply(2, 5, ErrorCode::OK), reply(1, 5, ErrorCode::OK)].concat();
    let said = rig.receive(&stream);
    assert_eq!(said[1..], ALL_LOST);
    assert_eq!(rig.client.last_zxid(), 0);
}

#[test]
fn an_identity_refused_is_the_end() {
    let mut rig = busy();
    rig.client.add_auth(rig.now, "digest", b"a:b");
    rig.says();
    let said = rig.receive(&reply(-4, 0, ErrorCode::AUTH_FAILED));
    let expected = [
        "event AuthFailed",
        "disconnect",
        "request 1: AUTHFAILED, by the client",
        "request 2: AUTHFAILED, by the client",
        "request 3: AUTHFAILED, by the client",
    ];
    assert_eq!(said, expected);
    rig.request(OpCode::GET_DATA);
    assert_eq!(rig.says(), ["request 4: AUTHFAILED, by the client"]);
    assert_eq!(rig.client.phase(), Phase::AuthFailed);
    assert_eq!(rig.client.deadline(), None);
}

#[test]
fn an_identity_taken_or_failing_otherwise_is_no_news() {
    let mut rig = busy();
    for err in [ErrorCode::OK, ErrorCode::NO_AUTH, ErrorCode::SYSTEM_ERROR] {
        assert!(rig.receive(&reply(-4, 0, err)).is_empty());
    }
}
