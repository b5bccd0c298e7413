//! The first frame of a connection, and what it can be.

use jute_codec::ConnectRequest;
use zk_conformance::server::Config;
use zk_conformance::server::SessionIds;
use zk_conformance::server::password;

use crate::server::world::FIRST;
use crate::server::world::World;
use crate::server::world::connect;
use crate::server::world::granted;
use crate::server::world::hex;
use crate::server::world::new;
use crate::server::world::refusal;
use crate::server::world::renew;
use crate::server::world::tick;

/// A request with room for anything.
fn wide(passwd: Option<&[u8]>, read_only: Option<bool>) -> Vec<u8> {
    connect(&ConnectRequest {
        time_out: 4_000,
        passwd,
        read_only,
        ..ConnectRequest::default()
    })
}

/// The request with its first field, or length, or whatever is at `at`, set to `value`.
fn with_int(mut request: Vec<u8>, at: usize, value: i32) -> Vec<u8> {
    request[at..at + 4].copy_from_slice(&value.to_be_bytes());
    request
}

#[test]
fn a_request_with_the_read_only_byte_gets_41_bytes_with_it() {
    let mut world = World::default();
    let response = world.open(1, &new(4_000));
    let expected = "00000025 00000000 00000fa0 0100000000000000 00000010
                    f22acd4a97e69d6d20a49bb638eadb38 00";
    assert_eq!(response, hex(expected));
    assert!(!world.is_closed(1));
}

#[test]
fn a_request_without_the_read_only_byte_gets_40_bytes_without_it() {
    let mut world = World::default();
    let request = wide(Some(&[0; 16]), None);
    assert_eq!(request.len(), 48);
    let mut expected = granted(FIRST, 4_000);
    expected.pop();
    expected[3] = 0x24;
    assert_eq!(world.open(1, &request), expected);
}

#[test]
fn the_protocol_version_is_ignored() {
    for version in [0, 1, 2, -1, i32::MAX, i32::MIN] {
        let mut world = World::default();
        let request = with_int(new(4_000), 4, version);
        assert_eq!(world.open(1, &request), granted(FIRST, 4_000), "{version}");
    }
}

#[test]
fn any_read_only_byte_is_taken() {
    for byte in [0, 1, 2, 0xff] {
        let mut world = World::default();
        let mut request = new(4_000);
        *request.last_mut().expect("a byte") = byte;
        assert_eq!(world.open(1, &request), granted(FIRST, 4_000), "{byte}");
    }
}

#[test]
fn bytes_after_the_read_only_byte_are_ignored() {
    for extra in [1, 8, 100, 0xf_ffff - 45] {
        let mut world = World::default();
        let mut request = new(4_000);
        request.resize(request.len() + extra, 0xee);
        let length = i32::try_from(45 + extra).expect("a short frame");
        let request = with_int(request, 0, length);
        assert_eq!(world.open(1, &request), granted(FIRST, 4_000), "{extra}");
    }
}

#[test]
fn a_new_session_may_come_with_any_password() {
    for length in [0, 1, 8, 15, 16, 17, 32, 1024, 4096, 1_048_000] {
        let mut world = World::default();
        let request = wide(Some(&vec![7; length]), Some(false));
        assert_eq!(world.open(1, &request), granted(FIRST, 4_000), "{length}");
    }
    let mut world = World::default();
    let request = wide(None, Some(false));
    assert_eq!(world.open(1, &request), granted(FIRST, 4_000));
}

#[test]
fn a_password_length_out_of_bounds_closes_without_a_byte() {
    for length in [-2, i32::MIN, i32::MAX, 18] {
        let mut world = World::default();
        let request = with_int(new(4_000), 28, length);
        assert_eq!(world.open(1, &request), hex(""), "{length}");
        assert!(world.is_closed(1), "{length}");
    }
}

#[test]
fn a_password_can_swallow_the_read_only_byte() {
    let mut world = World::default();
    let request = with_int(new(4_000), 28, 17);
    assert_eq!(world.open(1, &request).len(), 40);
}

#[test]
fn the_shortest_request_has_28_bytes() {
    let shortest = wide(Some(&[]), None);
    assert_eq!(shortest.len(), 4 + 28);
    for length in 0..28 {
        let mut world = World::default();
        let count = i32::try_from(length).expect("a short frame");
        let request = with_int(shortest[..4 + length].to_vec(), 0, count);
        assert_eq!(world.open(1, &request), hex(""), "{length}");
        assert!(world.is_closed(1), "{length}");
    }
    assert_eq!(World::default().open(1, &shortest).len(), 40);
}

#[test]
fn timeouts_are_clamped_and_not_rounded() {
    let limits = [
        (0, 4_000),
        (-1, 4_000),
        (i32::MIN, 4_000),
        (3_999, 4_000),
        (4_001, 4_001),
    ];
    let more = [
        (39_999, 39_999),
        (40_000, 40_000),
        (40_001, 40_000),
        (i32::MAX, 40_000),
    ];
    for (asked, got) in limits.into_iter().chain(more) {
        let response = World::default().open(1, &new(asked));
        assert_eq!(response, granted(FIRST, got), "{asked}");
    }
    let response = World::new(tick(200)).open(1, &new(1));
    assert_eq!(response, granted(FIRST, 400));
}

#[test]
fn a_client_that_has_seen_the_future_is_closed_without_a_byte() {
    let ahead = |last_zxid_seen, session_id| {
        connect(&ConnectRequest {
            last_zxid_seen,
            session_id,
            time_out: 4_000,
            passwd: Some(&password(session_id)),
            read_only: Some(false),
            ..ConnectRequest::default()
        })
    };
    let mut world = World::new(Config {
        initial_zxid: 7,
        ..Config::default()
    });
    world.session(1, 4_000);
    for (id, session_id) in [(2, 0), (3, FIRST), (4, 99)] {
        assert_eq!(world.open(id, &ahead(9, session_id)), hex(""));
        assert!(world.is_closed(id));
    }
    assert!(
        !world.is_closed(1),
        "the session's connection was disturbed"
    );
    for (id, seen) in [(5, 8), (6, -1), (7, i64::MIN)] {
        assert_eq!(world.open(id, &ahead(seen, 0)).len(), 41, "{seen}");
    }
}

#[test]
fn ids_are_numbered_on_from_the_clock_and_refusals_use_none_up() {
    let mut world = World::new(Config {
        server_id: 3,
        start_ms: 0x12_3456_789a,
        ..Config::default()
    });
    let first = 0x0312_3456_789a_0000;
    assert_eq!(world.session(1, 4_000), first);
    assert_eq!(world.open(2, &renew(99, 4_000)), refusal());
    assert_eq!(world.session(3, 4_000), first + 1);
}

#[test]
fn the_clock_in_an_id_wraps_after_40_bits() {
    assert_eq!(SessionIds::new(255, 1 << 40).next(), -0x0100_0000_0000_0000);
    assert_eq!(SessionIds::new(0, 0).next(), 1, "0 is no session");
    assert_eq!(
        SessionIds::new(128, 0).next(),
        i64::MIN + 1,
        "the containers' owner"
    );
}

#[test]
fn a_password_is_javas_random_of_the_id() {
    let known = [
        (0, "f22acd4a97e69d6d20a49bb638eadb38"),
        (-1, "20f62cb5648dc2d771471c8a2486a9ee"),
        (
            1_234_567_890_123_456_789,
            "1b1d121f7c972988c4fc5e47fedaca4c",
        ),
        (i64::MIN, "f22acd4a97e69d6d20a49bb638eadb38"),
    ];
    for (id, expected) in known {
        assert_eq!(password(id)[..], hex(expected), "{id}");
    }
}

#[test]
fn an_unknown_session_is_refused_then_closed() {
    for (number, id) in (1..).zip([1, 99, -1, i64::MIN, i64::MAX]) {
        let mut world = World::default();
        assert_eq!(world.open(number, &renew(id, 4_000)), refusal());
        assert!(world.is_closed(number));
    }
}

#[test]
fn a_refusal_without_the_read_only_byte_has_40_bytes() {
    let mut world = World::default();
    let request = connect(&ConnectRequest {
        session_id: 5,
        passwd: Some(&[0; 16]),
        ..ConnectRequest::default()
    });
    let mut expected = refusal();
    expected.pop();
    expected[3] = 0x24;
    assert_eq!(world.open(1, &request), expected);
}

#[test]
fn a_session_made_is_a_transaction() {
    let mut world = World::default();
    world.session(1, 4_000);
    world.session(2, 4_000);
    assert_eq!(world.server.last_zxid(), 2);
}
