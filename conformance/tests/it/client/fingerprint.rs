//! What tells one state of a client from another, whatever time it is.

use std::hash::DefaultHasher;
use std::hash::Hasher;
use std::time::Duration;

use jute_codec::ErrorCode;
use jute_codec::OpCode;
use zk_conformance::Instant;
use zk_conformance::client::Client;
use zk_conformance::client::Input;
use zk_conformance::client::OwnClock;

use super::rig::Rig;
use super::rig::config;
use super::rig::reply;

/// What the client will do from `now` on, as a number.
fn after(rig: &Rig, now: Instant) -> u64 {
    let mut state = DefaultHasher::new();
    rig.client.fingerprint(now, &mut state);
    state.finish()
}

/// The same, from the rig's own time on.
fn fingerprint(rig: &Rig) -> u64 {
    after(rig, rig.now)
}

/// One on a read-only server of two, which it found at once.
fn read_only() -> Rig {
    let mut config = config(2, 6_000);
    config.read_only = Some(true);
    let mut rig = Rig::new(config);
    rig.establish(6_000, true);
    rig.says();
    rig
}

#[test]
fn the_same_at_another_time_is_the_same() {
    let at = |millis| {
        let mut config = config(1, 3_000);
        config.pause = Duration::ZERO;
        let now = Instant::from_millis(millis);
        let client = Client::new(config, now);
        let mut rig = Rig { client, now };
        rig.take();
        rig
    };
    let (early, mut late) = (at(1_000), at(777_000));
    assert_eq!(fingerprint(&early), fingerprint(&late));
    late.advance(1);
    assert_ne!(fingerprint(&early), fingerprint(&late));
    late.handle(Input::Connected);
    assert_ne!(fingerprint(&early), fingerprint(&late));
}

#[test]
fn half_a_reply_is_part_of_the_state() {
    let mut rig = Rig::connected(config(1, 6_000), 6_000);
    let before = fingerprint(&rig);
    let all = reply(-2, 0, ErrorCode::OK);
    let (half, rest) = all.split_at(7);
    rig.receive(half);
    assert_ne!(fingerprint(&rig), before);
    rig.receive(rest);
    assert_eq!(fingerprint(&rig), before);
}

#[test]
fn requests_under_way_are_part_of_the_state() {
    let mut rig = Rig::connected(config(1, 6_000), 6_000);
    let before = fingerprint(&rig);
    rig.request(OpCode::GET_DATA);
    rig.says();
    assert_ne!(fingerprint(&rig), before);
}

#[test]
fn when_the_next_probe_comes_is_part_of_the_state() {
    let probing_after = |millis| {
        let mut config = config(2, 6_000);
        config.min_probe_pause = Duration::from_millis(millis);
        Rig::connected(config, 6_000)
    };
    let (soon, later) = (probing_after(100), probing_after(200));
    assert_ne!(fingerprint(&soon), fingerprint(&later));
}

#[test]
fn how_long_an_answer_to_a_probe_is_good_is_part_of_the_state() {
    let mut rig = read_only();
    rig.next();
    let mut answered = rig.clone();
    assert_eq!(fingerprint(&rig), fingerprint(&answered));
    answered.handle(Input::ProbeAnswer(b"ro"));
    assert_ne!(fingerprint(&rig), fingerprint(&answered));
}

/// How long after `rig.now` its state is another one each millisecond: as long as it waits for
/// something.
fn waits(rig: &Rig) -> u64 {
    let changes = |millis: u64| {
        let now = rig.now + Duration::from_millis(millis);
        after(rig, now) != after(rig, now + Duration::from_millis(1))
    };
    let end = (0..20_000).rev().find(|&millis| changes(millis));
    let end = end.map_or(0, |last| last + 1);
    assert!((0..end).all(changes), "it stands still before {end} ms");
    end
}

#[test]
fn time_is_part_of_the_state_until_one_millisecond_behind_the_last_timeout() {
    let connected = |hosts, own_clock| {
        let mut config = config(hosts, 6_000);
        config.min_probe_pause = Duration::ZERO;
        config.own_clock = own_clock;
        Rig::connected(config, 6_000)
    };
    // What a connection may take, counted from what was sent last; a reply takes two thirds of it.
    assert_eq!(waits(&connected(1, OwnClock::Never)), 6_001);
    // Shared out among two servers it is less than what a reply may take.
    assert_eq!(waits(&connected(2, OwnClock::Never)), 4_001);
    // The client's own idea of when its session ends.
    assert_eq!(waits(&connected(1, OwnClock::FourThirds)), 8_001);
}
