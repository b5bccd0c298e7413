//! Frames and their lengths, the ends of connections, and silence.

use jute_codec::Limits;
use zk_conformance::server::Config;
use zk_conformance::server::Transport;

use crate::server::world::FIRST;
use crate::server::world::World;
use crate::server::world::close_session;
use crate::server::world::granted;
use crate::server::world::hex;
use crate::server::world::new;
use crate::server::world::ping;
use crate::server::world::reply;
use crate::server::world::request;

fn netty() -> World {
    World::new(Config {
        transport: Transport::Netty,
        ..Config::default()
    })
}

#[test]
fn a_bad_length_closes_as_soon_as_its_four_bytes_are_there() {
    for length in ["ffffffff", "80000000", "00100000", "7fffffff"] {
        let mut world = World::default();
        world.accept(1);
        assert_eq!(world.send(1, &hex(length)[..3]), hex(""));
        assert!(!world.is_closed(1), "{length}");
        assert_eq!(world.send(1, &hex(length)[3..]), hex(""));
        assert!(world.is_closed(1), "{length}");

        let session_id = world.session(2, 4_000);
        assert_eq!(world.send(2, &hex(length)), hex(""));
        assert!(world.is_closed(2), "{length}");
        assert!(world.has_session(session_id), "{length}");
    }
}

#[test]
fn the_longest_length_is_waited_for() {
    let mut world = World::default();
    assert_eq!(world.open(1, &hex("000fffff")), hex(""));
    assert!(!world.is_closed(1));
}

#[test]
fn every_split_of_a_handshake_gives_the_same_bytes() {
    let stream = [new(4_000), ping(), close_session(7)].concat();
    let whole = World::default().open(1, &stream);
    let answers = [granted(FIRST, 4_000), reply(-2, 1, 0), reply(7, 2, 0)];
    assert_eq!(whole, answers.concat());

    for first in 0..=stream.len() {
        for second in first..=stream.len() {
            let mut world = World::default();
            let mut answer = world.open(1, &stream[..first]);
            answer.extend(world.send(1, &stream[first..second]));
            answer.extend(world.send(1, &stream[second..]));
            assert_eq!(answer, whole, "{first} {second}");
            assert!(world.is_closed(1));
        }
    }
    let mut world = World::default();
    world.accept(1);
    let bytes = stream.iter().flat_map(|byte| world.send(1, &[*byte]));
    assert_eq!(bytes.collect::<Vec<_>>(), whole);
}

#[test]
fn what_is_not_a_connect_request_closes_without_a_byte() {
    let firsts = [
        ping(),
        close_session(1),
        request(1, 4, b"\0\0\0\x02/a\0"),
        request(-4, 100, &[0; 12]),
        b"GET / HTTP/1.1\r\n\r\n".to_vec(),
        hex("160301020001000001fc0303"),
        vec![0xff; 64],
        vec![0; 64],
    ];
    for first in firsts {
        let mut world = World::default();
        assert_eq!(world.open(1, &first), hex(""), "{first:?}");
        assert!(world.is_closed(1), "{first:?}");
    }
}

#[test]
fn requests_behind_the_connect_request_are_answered_after_it_in_order() {
    let mut world = World::default();
    let stream = [new(4_000), ping(), request(9, 0, &[])].concat();
    let answers = [granted(FIRST, 4_000), reply(-2, 1, 0), reply(9, -1, -6)];
    assert_eq!(world.open(1, &stream), answers.concat());
    assert!(world.is_closed(1));
}

#[test]
fn a_request_is_answered_before_the_bad_frame_behind_it_closes() {
    let mut world = World::default();
    let stream = [new(4_000), hex("ffffffff")].concat();
    assert_eq!(world.open(1, &stream), granted(FIRST, 4_000));
    assert!(world.is_closed(1));
    assert!(world.has_session(FIRST));
}

#[test]
fn a_frame_without_a_whole_header_closes_and_the_session_lives() {
    for frame in ["00000000", "00000004 00000001", "00000007 00000001 000000"] {
        let mut world = World::default();
        let session_id = world.session(1, 4_000);
        assert_eq!(world.send(1, &hex(frame)), hex(""), "{frame}");
        assert!(world.is_closed(1), "{frame}");
        assert!(world.has_session(session_id), "{frame}");
    }
}

#[test]
fn on_netty_a_frame_of_length_0_goes_unnoticed_until_more_bytes_come() {
    let mut world = netty();
    assert_eq!(world.open(1, &hex("00000000")), hex(""));
    assert!(!world.is_closed(1));
    world.send(1, &[0]);
    assert!(world.is_closed(1));

    let session_id = world.session(2, 4_000);
    assert_eq!(world.send(2, &hex("00000000")), hex(""));
    assert!(!world.is_closed(2));
    assert_eq!(world.send(2, &ping()), hex(""));
    assert!(world.is_closed(2));
    assert!(world.has_session(session_id));
}

#[test]
fn a_silent_connection_without_a_session_is_closed_after_10_to_20_seconds() {
    let mut world = World::default();
    world.at(3_000);
    world.accept(1);
    world.accept(2);
    world.at(9_999);
    world.send(2, &[0]);
    world.at(19_999);
    assert!(!world.is_closed(1));
    world.at(20_000);
    assert!(world.is_closed(1));
    assert!(world.is_closed(2), "both belong to the same ten seconds");
    assert_eq!(world.server.deadline(), None);
}

#[test]
fn each_read_puts_the_end_of_silence_off() {
    let mut world = World::default();
    world.accept(1);
    let request = new(40_000);
    for (byte, at) in request[..40].iter().zip((9_000..).step_by(9_000)) {
        world.at(at);
        world.send(1, &[*byte]);
        assert!(!world.is_closed(1), "{at}");
    }
    let last = 9_000 * 40;
    world.at(last + 9_999);
    assert!(!world.is_closed(1));
    world.at(last + 20_000);
    assert!(world.is_closed(1));
}

#[test]
fn on_netty_silence_is_never_closed() {
    let mut world = netty();
    world.accept(1);
    assert_eq!(world.server.deadline(), None);
    world.at(1_000_000);
    assert_eq!(world.open(2, &new(4_000)).len(), 41);
    assert!(!world.is_closed(1));
}

#[test]
fn a_half_closed_connection_is_closed_after_its_answers() {
    let mut world = World::default();
    assert_eq!(world.open(1, &new(4_000)), granted(FIRST, 4_000));
    assert_eq!(world.send(1, &ping()), reply(-2, 1, 0));
    world.eof(1);
    assert!(world.is_closed(1));
    assert!(world.has_session(FIRST));
}

#[test]
fn a_lost_connection_is_not_closed_again() {
    let mut world = World::default();
    let session_id = world.session(1, 4_000);
    world.lose(1);
    assert!(!world.is_closed(1));
    assert_eq!(world.server.connections().count(), 0);
    assert!(world.has_session(session_id));
}

#[test]
fn the_connection_over_the_limit_of_its_address_is_closed_at_once() {
    let mut world = World::new(Config {
        max_client_connections: 2,
        ..Config::default()
    });
    world.accept(1);
    world.accept(2);
    world.accept(3);
    assert!(world.is_closed(3));
    assert_eq!(world.send(3, b"ruok"), hex(""));
    world.accept_from(4, [10, 0, 0, 1].into());
    assert!(!world.is_closed(4), "another address");
    world.eof(1);
    world.accept(5);
    assert!(!world.is_closed(5), "there is room again");
    world.accept(6);
    assert!(world.is_closed(6), "for one");
}

#[test]
fn the_connection_over_the_limit_of_the_server_is_closed_at_once() {
    let mut world = World::new(Config {
        max_connections: 2,
        ..Config::default()
    });
    world.accept(1);
    world.accept_from(2, [10, 0, 0, 1].into());
    world.accept_from(3, [10, 0, 0, 2].into());
    assert!(world.is_closed(3), "addresses do not matter");
    world.eof(1);
    world.accept(4);
    assert!(!world.is_closed(4), "there is room again");
}

#[test]
fn the_longest_frame_is_up_to_the_config() {
    let mut world = World::new(Config {
        limits: Limits::frame(100),
        ..Config::default()
    });
    world.session(1, 4_000);
    assert_eq!(world.send(1, &request(9, 0, &[0; 92])), reply(9, -1, -6));
    world.session(2, 4_000);
    assert_eq!(world.send(2, &hex("00000065")), hex(""));
    assert!(world.is_closed(2));
    assert_eq!(world.server.config().limits, Limits::frame(100));
}

#[test]
fn a_large_request_closes_as_soon_as_its_length_is_there() {
    let mut world = World::new(Config {
        large_request_max_bytes: Some(100),
        ..Config::default()
    });
    let session_id = world.session(1, 4_000);
    assert_eq!(world.send(1, &request(9, 0, &[0; 92])), reply(9, -1, -6));
    world.session(2, 4_000);
    assert_eq!(world.send(2, &hex("00000065")), hex(""));
    assert!(world.is_closed(2));
    assert!(world.has_session(session_id + 1));
}

#[test]
fn what_concerns_an_unknown_connection_is_ignored() {
    let mut world = World::default();
    world.send(9, &new(4_000));
    world.eof(9);
    world.lose(9);
    assert_eq!(world.log, "");
}

#[test]
fn nothing_is_read_behind_the_end() {
    let mut world = World::default();
    let stream = [new(4_000), close_session(3), ping()].concat();
    let answers = [granted(FIRST, 4_000), reply(3, 2, 0)];
    assert_eq!(world.open(1, &stream), answers.concat());
}
