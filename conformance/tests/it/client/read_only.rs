//! Read-only servers, and the way back from them.

use std::time::Duration;

use jute_codec::OpCode;
use zk_conformance::Instant;
use zk_conformance::client::Client;
use zk_conformance::client::Input;
use zk_conformance::client::Phase;

use super::rig::Rig;
use super::rig::config;
use super::rig::connect_request;
use super::rig::response;

/// A client on a read-only server, which it took 500 ms to find.
fn read_only(timeout_ms: i32) -> Rig {
    let mut config = config(3, 6_000);
    config.read_only = Some(true);
    let mut rig = Rig::new(config);
    rig.says();
    rig.advance(500);
    rig.handle(Input::Connected);
    let said = rig.receive(&response(timeout_ms, Some(true)));
    assert_eq!(said[0], "event ConnectedReadOnly");
    assert!(said[1].starts_with("probe "), "{said:?}");
    assert_eq!(rig.client.phase(), Phase::ConnectedReadOnly);
    rig
}

#[test]
fn no_session_is_presented_until_a_read_write_server_was_seen() {
    let mut rig = read_only(6_000);
    let sent = rig.reconnect();
    let request = connect_request(&sent[0]);
    assert_eq!((request.session_id, request.read_only), (0, Some(true)));
    assert_eq!(request.passwd, Some(&super::rig::PASSWD[..]));
    rig.receive(&response(6_000, Some(false)));
    rig.handle(Input::Lost);
    rig.dialled();
    rig.establish(6_000, true);
    let sent = rig.reconnect();
    assert_eq!(connect_request(&sent[0]).session_id, 0x77);
}

#[test]
fn probes_come_after_100_ms_doubled_up_to_a_minute() {
    let mut rig = read_only(600_000);
    let mut last = rig.now;
    let mut waits = Vec::new();
    while waits.len() < 12 {
        let (_, said) = rig.next();
        if said.iter().any(|said| said.starts_with("probe")) {
            waits.push((rig.now - last).as_millis());
            last = rig.now;
        }
        rig.receive(&super::rig::reply(-2, 0, jute_codec::ErrorCode::OK));
    }
    let expected = [
        200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 51_200, 60_000, 60_000, 60_000,
    ];
    assert_eq!(waits, expected);
}

#[test]
fn time_goes_on_between_probes_without_a_pause() {
    let mut config = config(2, 600_000);
    config.read_only = Some(true);
    config.min_probe_pause = Duration::ZERO;
    config.max_probe_pause = Duration::ZERO;
    let mut rig = Rig::new(config);
    rig.establish(600_000, true);
    let start = rig.now;
    for _ in 0..10 {
        rig.next();
    }
    assert!(rig.now - start >= Duration::from_millis(9));
}

#[test]
fn the_first_probe_comes_100_ms_after_the_start_at_the_earliest() {
    let mut rig = Rig::new(config(1, 6_000));
    rig.establish(6_000, true);
    rig.says();
    assert_eq!(rig.next(), (100, vec!["probe a".to_owned()]));
}

#[test]
fn probes_go_through_the_servers_in_turn() {
    let mut rig = read_only(6_000);
    let mut probed = Vec::new();
    while probed.len() < 3 {
        let (_, said) = rig.next();
        probed.extend(said.into_iter().filter(|said| said.starts_with("probe")));
    }
    probed.sort();
    assert_eq!(probed, ["probe a", "probe b", "probe c"]);
}

#[test]
fn a_read_write_server_found_is_the_next_one() {
    let mut rig = read_only(6_000);
    let (_, said) = rig.next();
    let host = said[0].strip_prefix("probe ").expect("a probe").to_owned();
    rig.request(OpCode::GET_DATA);
    rig.says();
    let expected = [
        "disconnect",
        "request 1: CONNECTIONLOSS, by the client",
        "event Disconnected",
    ];
    assert_eq!(rig.handle(Input::ProbeAnswer(b"rw")), expected);
    let (next, waited) = rig.dialled();
    assert_eq!(next, host);
    assert!((100..1_100).contains(&waited));
    // From here on the pauses are short again.
    rig.establish(6_000, true);
    assert!(rig.says().iter().any(|said| said.starts_with("probe")));
    assert_eq!(rig.next().0, 200);
}

#[test]
fn other_answers_and_late_ones_change_nothing() {
    for answer in [&b"ro"[..], b"null", b"", b"rw2", b"RW", b" rw", b"rw\n\n"] {
        let mut rig = read_only(6_000);
        assert!(rig.handle(Input::ProbeAnswer(answer)).is_empty());
        // One probe, one answer.
        assert!(rig.handle(Input::ProbeAnswer(b"rw")).is_empty());
    }
    let mut rig = read_only(600_000);
    for _ in 0..5 {
        rig.next();
    }
    rig.advance(1_001);
    assert!(rig.handle(Input::ProbeAnswer(b"rw")).is_empty());
    let mut rig = Rig::connected(config(2, 6_000), 6_000);
    assert!(rig.handle(Input::ProbeAnswer(b"rw")).is_empty());
}

#[test]
fn a_client_that_did_not_ask_for_a_read_only_server_takes_one() {
    let mut rig = Rig::new(config(1, 6_000));
    rig.establish(6_000, true);
    assert_eq!(rig.client.phase(), Phase::ConnectedReadOnly);
}

#[test]
fn resuming_session_0_is_asking_for_a_new_one() {
    let now = Instant::ZERO;
    let client = Client::resume(config(1, 6_000), 0, &[0; 16], now);
    let mut rig = Rig { client, now };
    rig.take();
    rig.establish(6_000, true);
    let sent = rig.reconnect();
    assert_eq!(connect_request(&sent[0]).session_id, 0);
}
