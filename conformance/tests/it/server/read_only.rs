//! A member without a quorum that is read-only.

use jute_codec::ConnectRequest;
use jute_codec::OpCode;
use zk_conformance::server::Config;
use zk_conformance::server::Mode;

use crate::server::world::FIRST;
use crate::server::world::World;
use crate::server::world::connect;
use crate::server::world::granted;
use crate::server::world::hex;
use crate::server::world::new;
use crate::server::world::ping;
use crate::server::world::refusal;
use crate::server::world::renew_with;
use crate::server::world::reply;
use crate::server::world::request;
use zk_conformance::server::password;

fn read_only(mode: Mode) -> World {
    World::new(Config {
        mode,
        ..Config::default()
    })
}

/// The same request or response with readOnly set.
fn willing(mut bytes: Vec<u8>) -> Vec<u8> {
    *bytes.last_mut().expect("a byte") = 1;
    bytes
}

#[test]
fn an_unwilling_client_is_closed_without_a_byte() {
    let old = connect(&ConnectRequest {
        passwd: Some(&[0; 16]),
        ..ConnectRequest::default()
    });
    for mode in [Mode::ReadOnly, Mode::ReadOnlyNoNew] {
        for request in [&new(4_000), &old] {
            let mut world = read_only(mode);
            assert_eq!(world.open(1, request), hex(""));
            assert!(world.is_closed(1));
        }
    }
}

#[test]
fn a_willing_client_gets_a_read_only_session() {
    let mut world = read_only(Mode::ReadOnly);
    let response = world.open(1, &willing(new(4_000)));
    assert_eq!(response, willing(granted(FIRST, 4_000)));
    assert_eq!(world.send(1, &ping()), reply(-2, 1, 0));
    let stranger = willing(renew_with(99, 4_000, &password(99)));
    assert_eq!(world.open(2, &stranger), willing(refusal()));
}

#[test]
fn since_3_7_a_new_session_is_an_error_header_and_the_connection_stays() {
    let mut world = read_only(Mode::ReadOnlyNoNew);
    let response = world.open(1, &willing(new(4_000)));
    assert_eq!(response, hex("00000010 00000000 0000000000000000 ffffff89"));
    assert!(!world.is_closed(1));
    assert_eq!(world.send(1, &ping()), hex(""));
    world.at(100_000);
    assert!(!world.is_closed(1));
    world.send(1, &hex("ffffffff"));
    assert!(world.is_closed(1));
}

#[test]
fn since_3_7_any_session_is_taken_over_on_its_password_and_the_zxid_stands_still() {
    let mut world = read_only(Mode::ReadOnlyNoNew);
    let stranger = willing(renew_with(99, 4_000, &password(99)));
    assert_eq!(world.open(1, &stranger), willing(granted(99, 4_000)));
    assert_eq!(world.send(1, &ping()), reply(-2, 0, 0));
    let wrong = willing(renew_with(98, 4_000, &[0; 16]));
    assert_eq!(world.open(2, &wrong), willing(refusal()));
}

#[test]
fn writes_are_refused_and_the_connection_stays() {
    let mut world = read_only(Mode::ReadOnly);
    world.open(1, &willing(new(4_000)));
    for op in [
        OpCode::CREATE,
        OpCode::DELETE,
        OpCode::SET_DATA,
        OpCode::SYNC,
        OpCode::MULTI,
        OpCode::CREATE_TTL,
    ] {
        let answer = world.send(1, &request(9, op.0, b""));
        assert_eq!(answer, reply(9, 1, -119), "{op:?}");
        assert!(!world.is_closed(1));
    }
    let read = request(9, OpCode::GET_DATA.0, b"");
    assert_eq!(world.send(1, &read), reply(9, -1, -6));
    assert!(world.is_closed(1));
}
