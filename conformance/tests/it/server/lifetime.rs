//! When sessions expire, and what puts that off.

use zk_conformance::Instant;
use zk_conformance::server::Config;
use zk_conformance::server::ConnectionId;
use zk_conformance::server::Input;
use zk_conformance::server::Phase;
use zk_conformance::server::Requests;

use crate::server::world::FIRST;
use crate::server::world::World;
use crate::server::world::granted;
use crate::server::world::hex;
use crate::server::world::ping;
use crate::server::world::renew;
use crate::server::world::request;
use crate::server::world::tick;

#[test]
fn a_silent_session_ends_at_the_tick_after_its_timeout() {
    for start in [0, 1, 7, 199, 200, 201] {
        for timeout in [400, 401, 599, 600, 3_999, 4_000] {
            let mut world = World::new(tick(200));
            world.at(start);
            let time_out = i32::try_from(timeout).expect("a short timeout");
            let session_id = world.session(1, time_out);
            let end = ((start + timeout) / 200 + 1) * 200;
            world.at(end - 1);
            assert!(world.has_session(session_id), "{start} {timeout}");
            assert!(!world.is_closed(1));
            world.at(end);
            assert!(!world.has_session(session_id), "{start} {timeout}");
            assert!(world.is_closed(1));
        }
    }
}

#[test]
fn a_late_driver_ends_what_is_overdue() {
    let mut world = World::default();
    let session_id = world.session(1, 4_000);
    world.now = Instant::from_millis(100_000);
    world.handle(Input::Tick);
    assert!(!world.has_session(session_id));
    assert!(world.is_closed(1));
}

#[test]
fn an_expired_session_closes_its_connection_without_a_byte() {
    let mut world = World::default();
    world.session(1, 4_000);
    world.at(6_000);
    assert_eq!(world.take(1), hex(""));
    assert!(world.is_closed(1));
    assert_eq!(world.server.last_zxid(), 2);
}

#[test]
fn connections_are_those_that_came_and_are_not_gone() {
    let mut world = World::default();
    let open = |world: &World| world.server.connections().collect::<Vec<_>>();
    assert_eq!(open(&world), []);
    world.accept(7);
    world.session(3, 4_000);
    world.session(5, 4_000);
    let greeting = (ConnectionId(7), Phase::Greeting);
    let serving = |id| (ConnectionId(id), Phase::Serving);
    assert_eq!(open(&world), [serving(3), serving(5), greeting]);
    world.lose(3);
    assert_eq!(open(&world), [serving(5), greeting]);
    world.at(6_000);
    assert_eq!(open(&world), [greeting]);
}

/// Opens a session of 600 ms, sends `bytes` after 500 ms, and tells whether that put its end off.
fn puts_off(config: Config, bytes: &[u8]) -> bool {
    let mut world = World::new(config);
    let session_id = world.session(1, 600);
    world.at(500);
    world.send(1, bytes);
    world.at(800);
    world.has_session(session_id)
}

#[test]
fn whole_requests_are_life() {
    for whole in [
        ping(),
        request(7, 11, &[]),
        request(1, -10, &[]),
        request(1, 4, &[]),
    ] {
        assert!(puts_off(tick(200), &whole), "{whole:?}");
    }
    let delegated = Config {
        requests: Requests::Delegate,
        ..tick(200)
    };
    assert!(puts_off(delegated, &request(1, 4, b"\0\0\0\x02/a\0")));
}

#[test]
fn auth_sasl_and_unfinished_frames_are_not_life() {
    let auth = hex("00000000 00000002 6970 00000000");
    let silent = [
        request(-4, 100, &auth),
        request(1, 102, &[0; 4]),
        ping()[..11].to_vec(),
        vec![0],
        hex("00000000"),
    ];
    for bytes in silent {
        assert!(!puts_off(tick(200), &bytes), "{bytes:?}");
    }
}

#[test]
fn a_ping_byte_by_byte_is_life_at_its_last_byte() {
    let mut world = World::new(tick(200));
    world.session(1, 600);
    for (byte, at) in ping().iter().zip((50..).step_by(50)) {
        world.at(at);
        world.send(1, &[*byte]);
    }
    world.at(1_399);
    assert!(world.has_session(FIRST), "the last byte came at 600");
    world.at(1_400);
    assert!(!world.has_session(FIRST));
}

#[test]
fn a_closed_connection_puts_nothing_off() {
    let mut world = World::new(tick(200));
    world.session(1, 600);
    world.at(500);
    world.eof(1);
    world.at(800);
    assert!(!world.has_session(FIRST));
}

#[test]
fn renewal_succeeds_before_the_end_and_fails_at_it() {
    let mut world = World::new(tick(200));
    world.session(1, 600);
    let mut later = world.clone();
    world.at(799);
    assert_eq!(world.open(2, &renew(FIRST, 600)), granted(FIRST, 600));
    // Nobody ticked: the time alone decides.
    later.now = Instant::from_millis(800);
    later.open(2, &renew(FIRST, 600));
    assert!(later.is_closed(1));
    assert!(later.is_closed(2));
}

#[test]
fn create_session_puts_the_end_off_by_what_it_asks_for() {
    let mut world = World::new(tick(200));
    world.session(1, 600);
    world.send(1, &request(1, -10, &5_000_i32.to_be_bytes()));
    world.at(5_199);
    assert!(world.has_session(FIRST));
    world.at(5_200);
    assert!(!world.has_session(FIRST));
}

#[test]
fn the_deadline_is_pure_and_always_makes_progress() {
    let mut world = World::new(Config {
        max_client_connections: 0,
        ..tick(200)
    });
    for id in 1..50 {
        world.at(id * 37);
        world.session(id, i32::try_from(400 + id * 13).expect("a short timeout"));
        world.accept(id + 100);
        assert_eq!(world.server.deadline(), world.server.deadline());
        for other in (1..id).step_by(3) {
            world.send(other, &ping());
        }
    }
    world.at(100_000);
    assert_eq!(world.server.deadline(), None);
    assert_eq!(world.server.sessions().count(), 0);
    assert_eq!(world.server.connections().count(), 0);
}
