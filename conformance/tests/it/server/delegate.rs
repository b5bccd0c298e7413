//! Requests that someone else answers.

use bytes::Bytes;
use jute_codec::ErrorCode;
use zk_conformance::server::Config;
use zk_conformance::server::ConnectionId;
use zk_conformance::server::Input;
use zk_conformance::server::Phase;
use zk_conformance::server::Reply;
use zk_conformance::server::Requests;

use crate::server::world::FIRST;
use crate::server::world::World;
use crate::server::world::close_session;
use crate::server::world::hex;
use crate::server::world::new;
use crate::server::world::ping;
use crate::server::world::reply;
use crate::server::world::request;

fn delegating() -> World {
    let mut world = World::new(Config {
        requests: Requests::Delegate,
        ..Config::default()
    });
    world.session(1, 4_000);
    world
}

fn answer(world: &mut World, reply: Reply) -> Vec<u8> {
    let connection = ConnectionId(1);
    world.handle(Input::Reply { connection, reply });
    world.take(1)
}

fn done(zxid: i64, body: &'static [u8]) -> Reply {
    Reply::Done {
        zxid,
        err: ErrorCode::OK,
        body: Bytes::from_static(body),
    }
}

#[test]
fn a_request_goes_out_whole_and_its_reply_gets_its_xid() {
    let mut world = delegating();
    let get_data = request(5, 4, b"\0\0\0\x02/a\0");
    assert_eq!(world.send(1, &get_data), hex(""));
    let [(1, frame)] = &world.requests[..] else {
        panic!("one request of connection 1")
    };
    assert_eq!(frame.payload(), &get_data[4..]);
    let expected = hex("00000014 00000005 0000000000000009 00000000 ffffffff");
    assert_eq!(answer(&mut world, done(9, &[0xff; 4])), expected);
    assert_eq!(
        world.send(1, &ping()),
        reply(-2, 9, 0),
        "the zxid moved with it"
    );
}

#[test]
fn replies_keep_the_order_of_the_requests() {
    let mut world = delegating();
    let auth = request(-4, 100, &hex("00000000 00000002 6970 00000000"));
    let requests = [request(5, 4, &[]), ping(), auth, request(6, 3, &[]), ping()];
    assert_eq!(world.send(1, &requests.concat()), hex(""));
    assert_eq!(world.requests.len(), 2);
    let first = [reply(5, 3, 0), reply(-2, 3, 0), reply(-4, 0, 0)];
    assert_eq!(answer(&mut world, done(3, &[])), first.concat());
    let second = [reply(6, 4, 0), reply(-2, 4, 0)];
    assert_eq!(answer(&mut world, done(4, &[])), second.concat());
    assert_eq!(answer(&mut world, done(5, &[])), hex(""), "nobody asked");
}

#[test]
fn close_session_waits_its_turn_and_nothing_is_read_behind_it() {
    let mut world = delegating();
    let requests = [
        request(5, 4, &[]),
        close_session(6),
        ping(),
        request(7, 4, &[]),
    ];
    world.send(1, &requests.concat());
    assert_eq!(world.server.phase(ConnectionId(1)), Phase::Draining);
    world.send(1, &ping());
    assert!(world.has_session(FIRST));
    assert_eq!(world.requests.len(), 1);
    let answers = [reply(5, 8, 0), reply(6, 9, 0)];
    assert_eq!(answer(&mut world, done(8, &[])), answers.concat());
    assert!(world.is_closed(1));
    assert!(!world.has_session(FIRST));
}

#[test]
fn what_is_owed_is_lost_with_the_connection() {
    let mut world = delegating();
    world.send(1, &[request(5, 4, &[]), ping()].concat());
    world.eof(1);
    assert!(world.is_closed(1));
    assert_eq!(answer(&mut world, done(3, &[])), hex(""));
    assert!(world.has_session(FIRST));
}

#[test]
fn a_draining_connection_ends_with_its_session() {
    let mut world = delegating();
    world.send(1, &[request(5, 4, &[]), close_session(6)].concat());
    world.at(6_000);
    assert!(world.is_closed(1));
    assert_eq!(answer(&mut world, done(3, &[])), hex(""));
}

#[test]
fn the_delegate_may_not_know_the_operation() {
    let mut world = delegating();
    world.send(1, &[request(5, 999, &[]), ping()].concat());
    assert_eq!(answer(&mut world, Reply::Unimplemented), reply(5, -1, -6));
    assert!(world.is_closed(1));
}

#[test]
fn the_delegate_may_end_the_connection() {
    let mut world = delegating();
    world.send(1, &request(5, 4, &[]));
    assert_eq!(answer(&mut world, Reply::Close), hex(""));
    assert!(world.is_closed(1));
    assert!(world.has_session(FIRST));
}

#[test]
fn an_event_goes_out_at_once() {
    let mut world = delegating();
    world.send(1, &request(-8, 101, &[]));
    let payload = Bytes::from_static(b"event");
    let connection = ConnectionId(1);
    world.handle(Input::Push {
        connection,
        payload,
    });
    assert_eq!(world.take(1), b"\0\0\0\x05event");
    assert_eq!(answer(&mut world, done(1, &[])), reply(-8, 1, 0));
}

#[test]
fn nothing_goes_out_on_a_connection_without_a_session() {
    let mut world = delegating();
    world.accept(2);
    let connection = ConnectionId(2);
    let payload = Bytes::from_static(b"event");
    world.handle(Input::Push {
        connection,
        payload,
    });
    let reply = done(1, &[]);
    world.handle(Input::Reply { connection, reply });
    assert_eq!(world.take(2), hex(""));
    assert_eq!(world.send(2, &new(4_000)).len(), 41);
}
