//! Asking for a session and what the answers do.

use jute_codec::ConnectResponse;
use jute_codec::KeeperState;
use jute_codec::OpCode;
use zk_conformance::Instant;
use zk_conformance::client::Client;
use zk_conformance::client::Input;
use zk_conformance::client::Output;
use zk_conformance::client::Phase;
use zk_conformance::client::WatchedEvent;

use super::rig::PASSWD;
use super::rig::Rig;
use super::rig::config;
use super::rig::connect_request;
use super::rig::frame;
use super::rig::refusal;
use super::rig::response;

#[test]
fn the_first_frame_is_these_49_bytes() {
    let mut rig = Rig::new(config(1, 30_000));
    assert_eq!(rig.says(), ["connect a"]);
    rig.client.handle(rig.now, Input::Connected);
    let expected: Vec<u8> = [
        &[0, 0, 0, 45][..],
        &[0; 4],             // protocolVersion
        &[0; 8],             // lastZxidSeen
        &[0, 0, 0x75, 0x30], // timeOut
        &[0; 8],             // sessionId
        &[0, 0, 0, 16],      // passwd
        &[0; 16],
        &[0], // readOnly
    ]
    .concat();
    assert_eq!(rig.take(), [Output::Send(expected.into())]);
    assert_eq!(rig.client.phase(), Phase::Associating);
}

#[test]
fn a_client_that_knows_nothing_of_read_only_leaves_the_byte_out() {
    let mut config = config(1, 30_000);
    config.read_only = None;
    let mut rig = Rig::new(config);
    rig.client.handle(rig.now, Input::Connected);
    let sent = rig.sent();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].len(), 44);
}

#[test]
fn a_resumed_session_is_presented_at_once() {
    let now = Instant::ZERO;
    let client = Client::resume(config(1, 6_000), -5, &PASSWD, now);
    let mut rig = Rig { client, now };
    rig.client.handle(now, Input::Connected);
    let sent = rig.sent();
    let request = connect_request(&sent[0]);
    assert_eq!(request.session_id, -5);
    assert_eq!(request.passwd, Some(&PASSWD[..]));
    assert_eq!(request.read_only, Some(false));
}

#[test]
fn a_grant_connects() {
    let mut rig = Rig::new(config(1, 30_000));
    rig.handle(Input::Connected);
    assert_eq!(
        rig.receive(&response(6_000, Some(false))),
        ["event SyncConnected"]
    );
    assert_eq!(rig.client.phase(), Phase::Connected);
    assert_eq!(rig.client.session_id(), 0x77);
    assert_eq!(rig.client.passwd(), Some(&PASSWD[..]));
    assert_eq!(
        rig.client.session_timeout().map(|t| t.as_millis()),
        Some(6_000)
    );
}

#[test]
fn a_grant_without_the_read_only_byte_is_read_write() {
    let mut rig = Rig::new(config(1, 30_000));
    rig.handle(Input::Connected);
    assert_eq!(rig.receive(&response(6_000, None)), ["event SyncConnected"]);
}

#[test]
fn a_grant_may_come_in_any_two_pieces() {
    let grant = response(6_000, Some(false));
    for cut in 0..=grant.len() {
        let mut rig = Rig::new(config(1, 30_000));
        rig.handle(Input::Connected);
        let (head, tail) = grant.split_at(cut);
        let mut said = rig.receive(head);
        said.extend(rig.receive(tail));
        assert_eq!(said, ["event SyncConnected"], "cut at {cut}");
    }
}

#[test]
fn a_grant_cut_short_anywhere_is_a_fault() {
    let grant = response(6_000, None);
    for length in 0..grant.len() - 4 {
        let mut rig = Rig::new(config(1, 30_000));
        rig.handle(Input::Connected);
        let length_bytes = u8::try_from(length).expect("short");
        let short = [&[0, 0, 0, length_bytes], &grant[4..4 + length]].concat();
        let said = rig.receive(&short);
        assert!(
            said[0].starts_with("fault: bad answer to the connect request: ConnectResponse."),
            "{said:?}"
        );
        assert_eq!(said[1..], ["disconnect"], "{length} bytes");
        assert_eq!(rig.client.phase(), Phase::NotConnected);
    }
}

#[test]
fn a_null_password_is_taken_and_presented() {
    let mut rig = Rig::new(config(1, 30_000));
    rig.handle(Input::Connected);
    rig.receive(&frame(&ConnectResponse {
        time_out: 6_000,
        session_id: 9,
        ..ConnectResponse::default()
    }));
    let sent = rig.reconnect();
    assert_eq!(connect_request(&sent[0]).passwd, None);
    assert_eq!(connect_request(&sent[0]).session_id, 9);
}

#[test]
fn a_refusal_expires_the_client_once_and_for_ever() {
    for timeout in [0, -1, i32::MIN] {
        let mut rig = Rig::new(config(1, 30_000));
        rig.handle(Input::Connected);
        rig.request(OpCode::GET_DATA);
        let said = rig.receive(&response(timeout, Some(false)));
        assert_eq!(
            said,
            [
                "event Expired",
                "disconnect",
                "request 1: SESSIONEXPIRED, by the client",
            ]
        );
        assert_eq!(rig.client.deadline(), None);
        for input in [
            Input::Tick,
            Input::Connected,
            Input::Eof,
            Input::Lost,
            Input::Receive(&refusal()),
            Input::ProbeAnswer(b"rw"),
        ] {
            rig.advance(100_000);
            assert!(rig.handle(input).is_empty(), "{input}");
        }
        rig.client.add_auth(rig.now, "digest", b"a:b");
        rig.request(OpCode::GET_DATA);
        rig.client.close(rig.now);
        assert_eq!(
            rig.says(),
            [
                "request 2: SESSIONEXPIRED, by the client",
                "request 3: SESSIONEXPIRED, by the client",
            ]
        );
        assert_eq!(rig.client.phase(), Phase::Closed);
    }
}

#[test]
fn bytes_behind_the_answer_are_the_next_frames() {
    let mut rig = Rig::new(config(1, 30_000));
    rig.request(OpCode::GET_DATA);
    rig.handle(Input::Connected);
    let stream = [
        response(6_000, Some(false)),
        super::rig::reply(1, 5, jute_codec::ErrorCode::OK),
    ]
    .concat();
    rig.client.handle(rig.now, Input::Receive(&stream));
    let outputs = rig.take();
    let connected = Output::Event(WatchedEvent::session(KeeperState::SYNC_CONNECTED));
    assert_eq!(outputs[0], connected);
    assert_eq!(outputs[2].to_string(), "request 1: OK at zxid 0x5, 0 bytes");
}
