//! From one connection to the next.

use std::collections::BTreeSet;

use jute_codec::ErrorCode;
use jute_codec::OpCode;
use zk_conformance::client::Input;
use zk_conformance::client::OwnClock;

use super::rig::PASSWD;
use super::rig::Rig;
use super::rig::config;
use super::rig::connect_request;
use super::rig::reply;

#[test]
fn a_reconnect_presents_id_password_and_latest_zxid() {
    let mut rig = Rig::connected(config(1, 30_000), 6_000);
    rig.request(OpCode::SET_DATA);
    rig.receive(&reply(1, 0x1234, ErrorCode::OK));
    let sent = rig.reconnect();
    let request = connect_request(&sent[0]);
    assert_eq!(request.session_id, 0x77);
    assert_eq!(request.passwd, Some(&PASSWD[..]));
    assert_eq!(request.last_zxid_seen, 0x1234);
    assert_eq!(request.time_out, 30_000);
}

#[test]
fn only_replies_above_zero_move_the_latest_zxid() {
    let mut rig = Rig::connected(config(1, 6_000), 6_000);
    for (xid, zxid) in [(1, 9), (2, 0), (3, -1), (4, 7)] {
        rig.request(OpCode::GET_DATA);
        rig.receive(&reply(xid, zxid, ErrorCode::NO_NODE));
        assert_eq!(rig.client.last_zxid(), if xid < 4 { 9 } else { 7 });
    }
    rig.receive(&reply(-2, 99, ErrorCode::OK));
    rig.receive(&reply(-4, 99, ErrorCode::OK));
    assert_eq!(rig.client.last_zxid(), 7);
}

#[test]
fn the_pause_is_random_below_a_second_behind_the_rest() {
    let pauses: BTreeSet<u64> = (0..1_000)
        .map(|seed| {
            let mut config = config(2, 6_000);
            config.seed = seed;
            let mut rig = Rig::connected(config, 6_000);
            rig.client.handle(rig.now, Input::Eof);
            rig.dialled().1
        })
        .collect();
    assert!(pauses.iter().all(|pause| (100..1_100).contains(pause)));
    assert!(pauses.first() < Some(&110) && pauses.last() > Some(&1_090));
    assert!(pauses.len() > 500);
}

#[test]
fn there_is_no_pause_before_the_first_connection() {
    for seed in 0..1_000 {
        let mut config = config(3, 6_000);
        config.seed = seed;
        let mut rig = Rig::new(config);
        assert_eq!(rig.dialled().1, 0);
        // Nor as long as none has ever been open.
        rig.client.handle(rig.now, Input::ConnectFailed);
        assert_eq!(rig.dialled().1, 100);
    }
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let run = |seed| {
        let mut config = config(5, 6_000);
        config.seed = seed;
        config.own_clock = OwnClock::Never;
        let mut rig = Rig::connected(config, 6_000);
        let mut run = Vec::new();
        for _ in 0..20 {
            rig.client.handle(rig.now, Input::Lost);
            run.push(rig.dialled());
        }
        run
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}

#[test]
fn what_is_queued_is_lost_with_an_attempt_that_fails() {
    let mut rig = Rig::new(config(2, 6_000));
    rig.says();
    rig.request(OpCode::GET_DATA);
    let lost = ["request 1: CONNECTIONLOSS, by the client"];
    assert_eq!(rig.handle(Input::ConnectFailed), lost);
}

#[test]
fn what_is_in_flight_is_lost_before_what_is_queued() {
    let mut rig = Rig::connected(config(1, 6_000), 6_000);
    rig.request(OpCode::GET_DATA);
    rig.request(OpCode::GET_DATA);
    rig.says();
    let said = rig.handle(Input::Eof);
    let expected = [
        "disconnect",
        "request 1: CONNECTIONLOSS, by the client",
        "request 2: CONNECTIONLOSS, by the client",
        "event Disconnected",
    ];
    assert_eq!(said, expected);
}

#[test]
fn news_of_a_connection_that_was_given_up_is_no_news() {
    let mut rig = Rig::connected(config(1, 6_000), 6_000);
    rig.client.handle(rig.now, Input::Receive(&[0xff; 8]));
    rig.client.handle(rig.now, Input::Receive(&[0; 100]));
    rig.client.handle(rig.now, Input::Eof);
    rig.client.handle(rig.now, Input::Connected);
    let said = rig.says();
    let fault = "fault: frame length at byte 41 of the stream: -1 is below zero";
    assert_eq!(said, [fault, "disconnect", "event Disconnected"]);
}
