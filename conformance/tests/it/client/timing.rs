//! Instants, to the millisecond.

use std::time::Duration;

use jute_codec::ErrorCode;
use jute_codec::OpCode;
use zk_conformance::client::Input;
use zk_conformance::client::OwnClock;
use zk_conformance::client::Phase;

use super::rig::Rig;
use super::rig::config;
use super::rig::reply;

/// The millisecond, counted from the grant, of each of `count` pings that are all answered.
fn pings(timeout_ms: i32, count: usize) -> Vec<u64> {
    let mut rig = Rig::connected(config(1, 6_000), timeout_ms);
    let start = rig.now;
    let mut pings = Vec::new();
    while pings.len() < count {
        let (_, said) = rig.next();
        if said.is_empty() {
            continue;
        }
        assert_eq!(said, ["send 12 bytes"]);
        pings.push(u64::try_from((rig.now - start).as_millis()).expect("short"));
        rig.receive(&reply(-2, 1, ErrorCode::OK));
    }
    pings
}

#[test]
fn pings_come_a_third_of_the_session_timeout_apart() {
    assert_eq!(pings(6_000, 3), [2_000, 4_000, 6_000]);
    assert_eq!(pings(4_000, 3), [1_333, 2_666, 3_999]);
    assert_eq!(pings(1_000, 3), [333, 666, 999]);
    assert_eq!(pings(10_001, 2), [3_333, 6_666]);
}

#[test]
fn pings_come_every_ten_seconds_at_least() {
    assert_eq!(pings(30_000, 2), [10_000, 20_000]);
    assert_eq!(pings(40_000, 3), [10_001, 20_002, 30_003]);
    assert_eq!(pings(i32::MAX, 2), [10_001, 20_002]);
}

#[test]
fn whatever_is_sent_puts_the_ping_off() {
    let mut rig = Rig::connected(config(1, 6_000), 6_000);
    rig.advance(900);
    rig.request(OpCode::GET_DATA);
    rig.says();
    rig.receive(&reply(1, 1, ErrorCode::OK));
    assert_eq!(rig.next(), (2_000, vec!["send 12 bytes".to_owned()]));
}

#[test]
fn a_client_woken_within_the_last_second_pings_early() {
    let mut rig = Rig::connected(config(1, 6_000), 6_000);
    rig.advance(1_000);
    assert!(rig.handle(Input::Tick).is_empty());
    rig.advance(1);
    assert_eq!(rig.handle(Input::Tick), ["send 12 bytes"]);
}

#[test]
fn ten_seconds_of_silence_are_not_too_long_yet() {
    let mut rig = Rig::connected(config(1, 6_000), 40_000);
    rig.advance(10_000);
    assert!(rig.handle(Input::Tick).is_empty());
    assert_eq!(rig.next(), (1, vec!["send 12 bytes".to_owned()]));
}

#[test]
fn a_ping_due_all_the_time_waits_for_the_next_millisecond() {
    for timeout in 2..6 {
        assert!(Rig::connected(config(1, 6_000), timeout).wait() >= 1);
    }
}

#[test]
fn a_server_silent_for_two_thirds_of_the_timeout_is_left() {
    for (timeout, expected) in [(6_000, 4_000), (4_000, 2_666), (40_000, 26_666)] {
        let mut rig = Rig::connected(config(1, 6_000), timeout);
        let start = rig.now;
        while rig.client.phase() == Phase::Connected {
            let (_, said) = rig.next();
            if said != ["send 12 bytes"] {
                let fault = format!("fault: nothing heard for {expected}ms");
                assert_eq!(said, [&fault, "disconnect", "event Disconnected"]);
            }
        }
        assert_eq!(rig.now - start, Duration::from_millis(expected));
    }
}

#[test]
fn half_a_frame_is_silence() {
    let mut rig = Rig::connected(config(1, 6_000), 6_000);
    let pong = reply(-2, 1, ErrorCode::OK);
    rig.advance(3_000);
    rig.receive(&pong[..10]);
    rig.advance(1_000);
    assert!(rig.handle(Input::Tick)[0].starts_with("fault: nothing heard"));
}

#[test]
fn a_connection_gets_the_session_timeout_shared_among_the_servers() {
    for (hosts, expected) in [(1, 6_000), (3, 2_000), (4, 1_500), (7, 857)] {
        let mut rig = Rig::new(config(hosts, 6_000));
        rig.says();
        let fault = format!("fault: no session after {expected}ms");
        assert_eq!(rig.next(), (expected, vec![fault, "disconnect".to_owned()]));
    }
}

#[test]
fn the_handshake_gets_as_much_time_again() {
    let mut rig = Rig::new(config(3, 6_000));
    rig.advance(1_999);
    rig.handle(Input::Connected);
    let (waited, said) = rig.next();
    assert_eq!(waited, 2_000);
    assert_eq!(said, ["fault: no session after 2000ms", "disconnect"]);
}

#[test]
fn after_a_session_its_own_timeout_is_shared_among_the_servers() {
    let mut rig = Rig::connected(config(3, 6_000), 9_000);
    rig.handle(Input::Lost);
    rig.dialled();
    assert_eq!(rig.wait(), 3_000);
}

#[test]
fn a_session_nobody_heard_of_for_four_thirds_of_its_timeout_is_gone() {
    let mut rig = Rig::connected(config(1, 6_000), 9_000);
    let start = rig.now;
    rig.request(OpCode::GET_DATA);
    rig.handle(Input::Lost);
    let mut last = Vec::new();
    while rig.client.deadline().is_some() {
        last = rig.next().1;
        if last == ["connect a"] {
            last = rig.handle(Input::ConnectFailed);
        }
    }
    assert_eq!(rig.now - start, Duration::from_millis(12_000));
    let fault = "fault: nothing heard for 12000ms, so the session is gone";
    assert_eq!(last, [fault, "event Expired"]);
    assert_eq!(rig.client.phase(), Phase::Closed);
}

#[test]
fn a_client_that_wakes_up_too_late_opens_no_connection() {
    let mut rig = Rig::connected(config(1, 6_000), 6_000);
    rig.handle(Input::Lost);
    rig.advance(100_000);
    let fault = "fault: nothing heard for 100000ms, so the session is gone";
    assert_eq!(rig.handle(Input::Tick), [fault, "event Expired"]);
}

#[test]
fn an_open_connection_puts_the_clients_own_expiry_off() {
    let mut rig = Rig::connected(config(1, 6_000), 9_000);
    let start = rig.now;
    rig.handle(Input::Lost);
    while rig.now - start < Duration::from_secs(60) {
        if rig.next().1 == ["connect a"] {
            rig.handle(Input::Connected);
        }
        assert!(rig.client.phase().is_alive());
    }
}

#[test]
fn a_client_may_leave_expiry_to_the_server() {
    let mut config = config(1, 6_000);
    config.own_clock = OwnClock::Never;
    let mut rig = Rig::connected(config, 6_000);
    rig.handle(Input::Lost);
    for _ in 0..100 {
        if rig.next().1 == ["connect a"] {
            rig.handle(Input::ConnectFailed);
        }
        assert!(rig.client.phase().is_alive());
    }
}

#[test]
fn a_client_without_a_session_tries_for_ever_or_as_long_as_it_is_told() {
    let mut config = config(1, 6_000);
    let mut patient = Rig::new(config.clone());
    patient.advance(1_000_000_000);
    patient.handle(Input::Tick);
    assert!(patient.client.phase().is_alive());
    config.new_session_timeout = Some(Duration::from_millis(2_500));
    let mut rig = Rig::new(config);
    rig.says();
    assert_eq!(rig.next().0, 2_500);
    assert_eq!(rig.client.phase(), Phase::Closed);
}
