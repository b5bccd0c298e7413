//! What goes in and what comes out, told to people.

use jute_codec::ErrorCode;
use zk_conformance::server::ConnectionId;
use zk_conformance::server::Input;
use zk_conformance::server::Reply;
use zk_conformance::server::Word;
use zk_conformance::server::Words;

use crate::server::world::World;
use crate::server::world::close_session;
use crate::server::world::renew;

#[test]
fn what_happens_is_told_in_order() {
    let mut world = World::default();
    let session_id = world.session(1, 4_000);
    world.open(2, &renew(session_id, 5_000));
    world.send(2, &close_session(7));
    world.open(3, b"srvr");
    let session_id = world.session(4, 4_000);
    world.lose(4);
    world.open(5, &renew(session_id, 4_000));
    world.at(6_000);
    let told: Vec<_> = world
        .log
        .lines()
        .filter(|line| !line.contains(" < "))
        .collect();
    let expected = [
        "0ms c1: session 0x100000000000000 created, 4000ms",
        "0ms c1: closed, its session was presented by c2",
        "0ms c2: session 0x100000000000000 renewed, 5000ms, moved from c1",
        "0ms session 0x100000000000000 closed",
        "0ms c2: closed with its session",
        "0ms c3: asked srvr",
        "0ms c4: session 0x100000000000001 created, 4000ms",
        "0ms c4: lost",
        "0ms c5: session 0x100000000000001 renewed, 4000ms",
        "6000ms session 0x100000000000001 expired",
        "6000ms c5: closed, its session expired",
    ];
    assert_eq!(told, expected);
}

#[test]
fn bytes_are_two_digits_each() {
    let connection = ConnectionId(1);
    let bytes = &[0, 0x0a, 0xff];
    let input = Input::Receive { connection, bytes };
    assert_eq!(input.to_string(), "c1 > 000aff");
    let reply = Reply::Done {
        zxid: 9,
        err: ErrorCode::OK,
        body: bytes.to_vec().into(),
    };
    let input = Input::Reply { connection, reply };
    assert_eq!(input.to_string(), "c1: reply 0x9 OK 000aff");
}

#[test]
fn words_are_told_by_name() {
    assert_eq!(Word::Ruok.to_string(), "ruok");
    assert_eq!(
        format!("{:?}", Words::NONE.with(Word::Srvr).with(Word::Ruok)),
        "{Ruok, Srvr}"
    );
    let twice = Words::NONE.with(Word::Srvr).with(Word::Srvr);
    assert!(twice.contains(Word::Srvr), "{twice:?}");
}
