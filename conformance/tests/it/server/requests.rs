//! Requests on an established session.

use crate::server::world::FIRST;
use crate::server::world::World;
use crate::server::world::close_session;
use crate::server::world::connect;
use crate::server::world::granted;
use crate::server::world::hex;
use crate::server::world::new;
use crate::server::world::ping;
use crate::server::world::refusal;
use crate::server::world::renew;
use crate::server::world::reply;
use crate::server::world::request;

/// The body of an auth packet.
fn auth(scheme: &str, data: Option<&str>) -> Vec<u8> {
    let mut body = vec![0; 4];
    body.extend(
        i32::try_from(scheme.len())
            .expect("a short scheme")
            .to_be_bytes(),
    );
    body.extend(scheme.bytes());
    match data {
        None => body.extend([0xff; 4]),
        Some(data) => {
            body.extend(i32::try_from(data.len()).expect("short data").to_be_bytes());
            body.extend(data.bytes());
        }
    }
    body
}

#[test]
fn a_ping_is_answered_with_xid_minus_2_and_the_last_zxid() {
    let mut world = World::default();
    world.session(1, 4_000);
    let expected = hex("00000010 fffffffe 0000000000000001 00000000");
    for xid in [-2, 0, 1, -1, i32::MAX, i32::MIN] {
        assert_eq!(world.send(1, &request(xid, 11, &[])), expected, "{xid}");
    }
    assert_eq!(world.send(1, &request(-2, 11, b"more")), expected);
}

#[test]
fn xids_may_repeat_and_run_backwards() {
    let mut world = World::default();
    world.session(1, 4_000);
    for xid in [7, 7, 3, -9] {
        assert_eq!(
            world.send(1, &request(xid, 100, &auth("ip", Some("")))),
            reply(xid, 0, 0)
        );
    }
}

#[test]
fn close_session_is_answered_then_closed_and_the_session_is_gone() {
    let mut world = World::default();
    let session_id = world.session(1, 4_000);
    let expected = hex("00000010 0000002a 0000000000000002 00000000");
    assert_eq!(world.send(1, &close_session(42)), expected);
    assert!(world.is_closed(1));
    assert_eq!(world.open(2, &renew(session_id, 4_000)), refusal());
    assert_eq!(world.server.last_zxid(), 2);
}

#[test]
fn an_unknown_operation_is_unimplemented_then_closed_and_the_session_lives() {
    for op in [0, -1, 999, i32::MIN, i32::MAX, 1, 4, 101, 105] {
        let mut world = World::default();
        let session_id = world.session(1, 4_000);
        let expected = hex("00000010 00000005 ffffffffffffffff fffffffa");
        assert_eq!(world.send(1, &request(5, op, &[])), expected, "{op}");
        assert!(world.is_closed(1), "{op}");
        assert_eq!(
            world.open(2, &renew(session_id, 4_000)),
            granted(FIRST, 4_000)
        );
    }
}

#[test]
fn a_second_connect_request_is_an_unknown_operation() {
    let expected = hex("00000010 00000000 ffffffffffffffff fffffffa");
    for second in [new(4_000), renew(FIRST, 4_000)] {
        let mut world = World::default();
        let session_id = world.session(1, 4_000);
        assert_eq!(world.send(1, &second), expected);
        assert!(world.is_closed(1));
        assert!(world.has_session(session_id));
    }
}

#[test]
fn create_session_from_a_client_repeats_the_connect_response() {
    let mut world = World::default();
    world.session(1, 5_000);
    let again = world.send(1, &request(3, -10, &6_000_i32.to_be_bytes()));
    assert_eq!(again, granted(FIRST, 5_000));
    assert_eq!(world.send(1, &ping()), reply(-2, 2, 0));
}

#[test]
fn create_session_to_an_old_client_is_repeated_as_it_was() {
    let mut world = World::default();
    let request_44 = connect(&jute_codec::ConnectRequest {
        time_out: 4_000,
        passwd: Some(&[0; 16]),
        ..jute_codec::ConnectRequest::default()
    });
    let first = world.open(1, &request_44);
    assert_eq!(first.len(), 40);
    assert_eq!(world.send(1, &request(3, -10, &[0; 4])), first);
}

#[test]
fn create_session_without_a_timeout_is_a_marshalling_error() {
    let mut world = World::default();
    world.session(1, 4_000);
    assert_eq!(world.send(1, &request(3, -10, &[])), reply(3, 2, -5));
    assert_eq!(world.send(1, &ping()), reply(-2, 2, 0));
}

#[test]
fn digest_and_ip_are_taken_with_zxid_0_and_the_xid_sent() {
    let mut world = World::default();
    world.session(1, 4_000);
    let good = [
        auth("digest", Some("user:password")),
        auth("digest", Some("nocolon")),
        auth("ip", Some("")),
    ];
    for body in good {
        assert_eq!(world.send(1, &request(-4, 100, &body)), reply(-4, 0, 0));
        assert_eq!(world.send(1, &request(77, 100, &body)), reply(77, 0, 0));
    }
    assert!(!world.is_closed(1));
}

#[test]
fn any_other_identity_fails_then_closes_and_the_session_lives() {
    let null_scheme = hex("00000000 ffffffff 00000000");
    let others = ["unknown", "world", "super", "x509", ""];
    let mut bodies: Vec<_> = others
        .iter()
        .map(|scheme| auth(scheme, Some("x")))
        .collect();
    bodies.extend([null_scheme, auth("digest", None)]);
    for body in bodies {
        let mut world = World::default();
        let session_id = world.session(1, 4_000);
        let expected = hex("00000010 fffffffc 0000000000000000 ffffff8d");
        assert_eq!(world.send(1, &request(-4, 100, &body)), expected);
        assert!(world.is_closed(1));
        assert!(world.has_session(session_id));
    }
}

#[test]
fn a_truncated_identity_closes_without_a_reply_and_the_session_lives() {
    let whole = auth("digest", Some("user:password"));
    for length in 0..whole.len() {
        let mut world = World::default();
        let session_id = world.session(1, 4_000);
        assert_eq!(
            world.send(1, &request(-4, 100, &whole[..length])),
            hex(""),
            "{length}"
        );
        assert!(world.is_closed(1), "{length}");
        assert!(world.has_session(session_id), "{length}");
    }
}

#[test]
fn sasl_without_sasl_gets_the_null_token() {
    let mut world = World::default();
    world.session(1, 4_000);
    let expected = hex("00000014 00000009 0000000000000000 00000000 ffffffff");
    assert_eq!(world.send(1, &request(9, 102, &hex("00000000"))), expected);
    assert_eq!(
        world.send(1, &request(9, 102, &hex("00000002 abcd"))),
        expected
    );
    assert_eq!(world.send(1, &request(9, 102, &[])), hex(""));
    assert!(world.is_closed(1));
}

#[test]
fn a_four_letter_word_on_a_session_is_a_length() {
    let mut world = World::default();
    let session_id = world.session(1, 4_000);
    assert_eq!(world.send(1, b"srvr"), hex(""));
    assert!(world.is_closed(1));
    assert!(world.has_session(session_id));
}
