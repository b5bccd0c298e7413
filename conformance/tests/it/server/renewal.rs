//! Sessions presented again.

use std::time::Duration;

use zk_conformance::server::password;

use crate::server::world::FIRST;
use crate::server::world::World;
use crate::server::world::granted;
use crate::server::world::hex;
use crate::server::world::ping;
use crate::server::world::refusal;
use crate::server::world::renew;
use crate::server::world::renew_with;
use crate::server::world::reply;
use crate::server::world::tick;

#[test]
fn the_right_password_renews_with_the_same_id_and_password_and_a_new_timeout() {
    let mut world = World::default();
    world.session(1, 4_000);
    world.eof(1);
    assert_eq!(world.open(2, &renew(FIRST, 9_000)), granted(FIRST, 9_000));
    assert_eq!(world.open(3, &renew(FIRST, 1)), granted(FIRST, 4_000));
    assert_eq!(world.send(3, &ping()), reply(-2, 1, 0));
}

#[test]
fn the_old_connection_is_closed_before_the_new_one_is_answered() {
    let mut world = World::default();
    world.session(1, 4_000);
    world.log.clear();
    world.open(2, &renew(FIRST, 4_000));
    assert!(world.is_closed(1));
    let closed = world.log.find("c1 < FIN").expect("a FIN");
    let answered = world.log.find("c2 < ").expect("an answer");
    assert!(closed < answered, "{}", world.log);
}

#[test]
fn a_wrong_password_closes_the_live_connection_and_the_session_lives() {
    let right = password(FIRST);
    let mut wrong = right;
    wrong[15] ^= 1;
    let long = [&right[..], &[0]].concat();
    for passwd in [&wrong[..], &right[..15], &long, &[0; 32], &[]] {
        let mut world = World::default();
        world.session(1, 4_000);
        assert_eq!(world.open(2, &renew_with(FIRST, 4_000, passwd)), refusal());
        assert!(world.is_closed(1));
        assert!(world.is_closed(2));
        assert_eq!(world.open(3, &renew(FIRST, 4_000)), granted(FIRST, 4_000));
    }
}

#[test]
fn a_null_password_renews_nothing() {
    let mut world = World::default();
    world.session(1, 4_000);
    let request = crate::server::world::connect(&jute_codec::ConnectRequest {
        session_id: FIRST,
        passwd: None,
        read_only: Some(false),
        ..jute_codec::ConnectRequest::default()
    });
    assert_eq!(world.open(2, &request), refusal());
}

#[test]
fn five_wrong_passwords_do_no_harm() {
    let mut world = World::default();
    world.session(1, 4_000);
    for id in 2..7 {
        assert_eq!(
            world.open(id, &renew_with(FIRST, 4_000, &[0; 16])),
            refusal()
        );
    }
    assert_eq!(world.open(7, &renew(FIRST, 4_000)), granted(FIRST, 4_000));
}

#[test]
fn a_renewal_is_no_transaction() {
    let mut world = World::default();
    world.session(1, 4_000);
    world.open(2, &renew(FIRST, 4_000));
    assert_eq!(world.server.last_zxid(), 1);
}

#[test]
fn a_smaller_timeout_is_in_force_at_once() {
    let mut world = World::new(tick(200));
    world.session(1, 4_000);
    world.at(100);
    world.open(2, &renew(FIRST, 400));
    world.at(599);
    assert!(world.has_session(FIRST));
    world.at(600);
    assert!(!world.has_session(FIRST));
    assert!(world.is_closed(2));
}

#[test]
fn an_expired_session_is_refused() {
    let mut world = World::default();
    world.session(1, 4_000);
    world.at(6_000);
    assert_eq!(world.open(2, &renew(FIRST, 4_000)), refusal());
}

#[test]
fn a_session_survives_a_restart_with_the_timeout_it_was_created_with() {
    let mut world = World::new(tick(200));
    world.session(1, 4_000);
    world.open(2, &renew(FIRST, 600));
    world.at(500);
    world.restart();
    assert!(world.is_closed(2));
    world.at(4_599);
    assert!(world.has_session(FIRST));
    assert_eq!(world.open(3, &renew(FIRST, 4_000)), granted(FIRST, 4_000));

    world.restart();
    world.at(4_599 + 4_000);
    assert!(world.has_session(FIRST));
    world.at(4_599 + 4_200);
    assert!(!world.has_session(FIRST));
}

#[test]
fn ids_after_a_restart_come_from_the_later_clock() {
    let mut world = World::default();
    world.session(1, 40_000);
    world.at(1);
    world.restart();
    assert_eq!(world.session(2, 4_000), FIRST + 0x1_0000);
}

#[test]
fn a_restart_within_the_same_millisecond_gives_no_id_twice() {
    let mut world = World::default();
    world.session(1, 4_000);
    world.restart();
    assert_eq!(world.session(2, 4_000), FIRST + 1);
}

#[test]
fn an_adopted_session_renews_with_the_password_given() {
    let mut world = World::default();
    let timeout = Duration::from_millis(4_000);
    world.server.adopt_session(world.now, 77, [9; 16], timeout);
    assert_eq!(world.open(1, &renew(77, 4_000)), refusal());
    let response = world.open(2, &renew_with(77, 4_000, &[9; 16]));
    let expected = "00000025 00000000 00000fa0 000000000000004d 00000010
                    09090909090909090909090909090909 00";
    assert_eq!(response, hex(expected));
    world.at(6_000);
    assert!(world.is_closed(2));
}

#[test]
fn a_session_expired_by_hand_is_gone_and_its_connection_closed() {
    let mut world = World::default();
    world.session(1, 4_000);
    assert!(world.server.expire_session(FIRST));
    assert!(!world.server.expire_session(FIRST));
    assert_eq!(world.send(1, &ping()), hex(""));
    assert!(world.is_closed(1));
    assert_eq!(world.open(2, &renew(FIRST, 4_000)), refusal());
}
