//! How a client ends by its own wish.

use jute_codec::ErrorCode;
use jute_codec::OpCode;
use zk_conformance::client::Input;
use zk_conformance::client::Phase;

use super::rig::Rig;
use super::rig::config;
use super::rig::head;
use super::rig::refusal;
use super::rig::reply;
use super::rig::response;

/// A client that has sent a request and `closeSession`.
fn closing() -> Rig {
    let mut rig = Rig::connected(config(1, 6_000), 6_000);
    rig.request(OpCode::GET_DATA);
    rig.client.close(rig.now);
    let heads: Vec<_> = rig.sent().iter().map(|payload| head(payload)).collect();
    assert_eq!(heads, [(1, OpCode::GET_DATA), (2, OpCode::CLOSE_SESSION)]);
    assert_eq!(rig.client.phase(), Phase::Closing);
    rig
}

#[test]
fn the_reply_closes_the_client() {
    let mut rig = closing();
    rig.receive(&reply(1, 1, ErrorCode::OK));
    let expected = [
        "request 2: OK at zxid 0x2, 0 bytes",
        "disconnect",
        "event Closed",
    ];
    assert_eq!(rig.receive(&reply(2, 2, ErrorCode::OK)), expected);
    assert_eq!(rig.client.phase(), Phase::Closed);
    assert_eq!(rig.client.deadline(), None);
}

#[test]
fn so_does_the_end_of_the_connection() {
    let mut rig = closing();
    let expected = [
        "disconnect",
        "request 1: CONNECTIONLOSS, by the client",
        "request 2: CONNECTIONLOSS, by the client",
        "event Disconnected",
        "event Closed",
    ];
    assert_eq!(rig.handle(Input::Eof), expected);
    assert_eq!(rig.client.phase(), Phase::Closed);
}

#[test]
fn so_does_silence_without_a_ping() {
    let mut rig = closing();
    let (waited, said) = rig.next();
    assert_eq!(waited, 4_000);
    assert_eq!(said[0], "fault: nothing heard for 4000ms");
    assert_eq!(said.last().map(String::as_str), Some("event Closed"));
}

#[test]
fn nothing_goes_out_behind_close_session() {
    let mut rig = closing();
    rig.request(OpCode::GET_DATA);
    rig.client.close(rig.now);
    rig.client.add_auth(rig.now, "digest", b"a:b");
    let expected = [
        "request 3: CONNECTIONLOSS, by the client",
        "request 4: CONNECTIONLOSS, by the client",
    ];
    assert_eq!(rig.says(), expected);
}

#[test]
fn close_session_as_a_request_closes_too() {
    let mut rig = Rig::connected(config(1, 6_000), 6_000);
    rig.request(OpCode::CLOSE_SESSION);
    assert_eq!(rig.sent(), [[0, 0, 0, 1, 255, 255, 255, 245]]);
    assert_eq!(rig.client.phase(), Phase::Closing);
}

#[test]
fn a_client_between_connections_just_ends() {
    let mut rig = Rig::connected(config(1, 6_000), 6_000);
    rig.handle(Input::Lost);
    rig.client.close(rig.now);
    let expected = ["request 1: CONNECTIONLOSS, by the client", "event Closed"];
    assert_eq!(rig.says(), expected);
    assert_eq!(rig.client.deadline(), None);
}

#[test]
fn a_client_whose_attempt_fails_ends_with_it() {
    let mut rig = Rig::new(config(1, 6_000));
    rig.says();
    rig.client.close(rig.now);
    assert!(rig.says().is_empty());
    let expected = ["request 1: CONNECTIONLOSS, by the client", "event Closed"];
    assert_eq!(rig.handle(Input::ConnectFailed), expected);
}

#[test]
fn a_client_about_to_get_a_session_closes_it() {
    let mut rig = Rig::new(config(1, 6_000));
    rig.says();
    rig.client.close(rig.now);
    rig.handle(Input::Connected);
    let expected = ["event SyncConnected", "send 12 bytes"];
    assert_eq!(
        rig.receive(&response(6_000, Some(true))[..41]),
        ["event ConnectedReadOnly", "send 12 bytes"]
    );
    assert_eq!(rig.client.phase(), Phase::Closing);
    let mut rig = Rig::new(config(1, 6_000));
    rig.says();
    rig.handle(Input::Connected);
    rig.client.close(rig.now);
    assert_eq!(rig.receive(&response(6_000, Some(false))), expected);
    assert_eq!(rig.client.phase(), Phase::Closing);
}

#[test]
fn a_client_that_closes_hears_of_a_refusal() {
    let mut rig = Rig::new(config(1, 6_000));
    rig.says();
    rig.handle(Input::Connected);
    rig.client.close(rig.now);
    let expected = [
        "event Expired",
        "disconnect",
        "request 1: SESSIONEXPIRED, by the client",
    ];
    assert_eq!(rig.receive(&refusal()), expected);
}
