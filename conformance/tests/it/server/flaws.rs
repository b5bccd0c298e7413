//! Every flaw shows on the wire, and none is there unless asked for.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::thread;

use jute_codec::ConnectRequest;
use zk_conformance::judge::Catalogue;
use zk_conformance::judge::Options;
use zk_conformance::judge::Subject;
use zk_conformance::judge::play;
use zk_conformance::judge::probe;
use zk_conformance::player;
use zk_conformance::server::Config;
use zk_conformance::server::Flaw;
use zk_conformance::server::Flaws;
use zk_conformance::server::password;

use crate::server::world::FIRST;
use crate::server::world::World;
use crate::server::world::close_session;
use crate::server::world::connect;
use crate::server::world::granted;
use crate::server::world::hex;
use crate::server::world::new;
use crate::server::world::ping;
use crate::server::world::renew;
use crate::server::world::renew_with;
use crate::server::world::reply;
use crate::server::world::request;
use crate::server::world::tick;

/// Opens a connection from an address of its own and sends bytes on it.
fn open(world: &mut World, id: u64, bytes: &[u8]) {
    let host = u8::try_from(id).expect("a small id");
    world.accept_from(id, Ipv4Addr::new(10, 0, 0, host).into());
    world.send(id, bytes);
}

/// Shakes hands in every way there is, some of them twice.
fn handshakes(world: &mut World) {
    open(world, 1, &new(1));
    open(world, 2, &new(i32::MAX));
    let ahead = |last_zxid_seen| ConnectRequest {
        last_zxid_seen,
        protocol_version: 5,
        time_out: 4_000,
        passwd: Some(&[0; 16]),
        ..ConnectRequest::default()
    };
    open(world, 3, &connect(&ahead(0)));
    open(world, 4, &connect(&ahead(1_000)));
    open(world, 5, &connect(&ahead(-1)));
}

/// Presents sessions with right passwords and wrong ones.
fn renewals(world: &mut World) {
    open(world, 10, &renew(FIRST, 2_000));
    open(world, 11, &renew_with(FIRST + 1, 2_000, &[0; 16]));
    open(world, 12, &renew(FIRST + 1, 2_000));
    open(world, 13, &renew_with(99, 2_000, &[0; 16]));
    open(world, 14, &renew_with(99, 2_000, &password(99)));
    world.send(13, &ping());
}

/// Opens sessions of 400 ms, each with another kind of life in it.
fn lives(world: &mut World) {
    let start = world.now.as_millis();
    let auth = hex("00000000 00000002 6970 00000000");
    let signs = [
        vec![],
        request(5, 11, &[]),
        request(-4, 100, &auth),
        vec![0],
    ];
    for id in 20..24 {
        open(world, id, &new(400));
    }
    world.at(start + 300);
    for (id, sign) in (20..24).zip(signs) {
        world.send(id, &sign);
    }
    world.at(start + 5_000);
}

/// Asks for too short a time and waits; goes on using a connection that has lost its session.
fn overdue(world: &mut World) {
    open(world, 60, &new(1));
    open(world, 61, &new(0));
    open(world, 62, &new(4_000));
    let last = world.server.sessions().map(|it| it.session_id).max();
    open(world, 63, &renew(last.unwrap_or(FIRST), 4_000));
    world.send(62, &ping());
    world.at(world.now.as_millis() + 700);
}

/// Sends a long password, and a long request.
fn at_length(world: &mut World) {
    let with_password = ConnectRequest {
        passwd: Some(&[0; 70_000]),
        time_out: 4_000,
        ..ConnectRequest::default()
    };
    open(world, 70, &connect(&with_password));
    open(world, 71, &new(4_000));
    world.send(71, &request(9, 999, &[0; 70_000]));
}

/// Ends connections in every way there is.
fn ends(world: &mut World) {
    for id in 30..34 {
        open(world, id, &new(4_000));
    }
    let last = world
        .server
        .sessions()
        .map(|session| session.session_id)
        .max();
    let last = last.unwrap_or(FIRST);
    world.send(30, &close_session(7));
    world.send(31, &request(8, 999, &[]));
    world.send(31, &ping());
    world.send(32, &hex("00100000"));
    world.send(33, &hex("ffffffff"));
    for (id, session_id) in (40..).zip(last - 3..=last) {
        open(world, id, &renew(session_id, 4_000));
    }
    let crowd = Ipv4Addr::new(10, 1, 1, 1);
    for id in 50..54 {
        world.accept_from(id, crowd.into());
    }
    world.at(world.now.as_millis() + 30_000);
}

/// What goes over the wire when the cases of the catalogue are played.
fn conversations(catalogue: &Catalogue, flaws: Flaws) -> String {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.build().expect("a runtime");
    let options = Options::default();
    let sound = Subject::Embedded(Box::default());
    let bindings = runtime.block_on(probe(&sound, &options)).expect("a server");
    let subject = Subject::Embedded(Box::new(Config {
        flaws,
        ..Config::default()
    }));
    let mut lines = Vec::new();
    let cases = catalogue.cases().iter();
    for case in cases.filter(|case| !case.has_tag("large")) {
        let (script, bindings) = (case.script.clone(), bindings.clone());
        let played = runtime.block_on(play(subject.clone(), script, bindings, &options));
        lines.extend(player::wire_log(&played.log));
    }
    lines.join("\n")
}

/// What goes over the wire, with the times.
fn observe(flaws: Flaws) -> String {
    let mut world = World::new(Config {
        flaws,
        max_client_connections: 2,
        ..tick(200)
    });
    handshakes(&mut world);
    renewals(&mut world);
    lives(&mut world);
    overdue(&mut world);
    at_length(&mut world);
    ends(&mut world);
    let on_wire = world.log.lines().filter(|line| line.contains(" < "));
    on_wire.collect::<Vec<_>>().join("\n")
}

#[test]
fn every_flaw_shows_on_the_wire_and_is_told_apart_from_the_others() {
    let catalogue = Catalogue::embedded().expect("the catalogue is in order");
    let wire = |flaws| conversations(&catalogue, flaws) + &observe(flaws);
    let right = wire(Flaws::NONE);
    assert_eq!(wire(Flaws::NONE), right);
    let wires = |flaws: &[Flaw]| -> Vec<_> {
        let wires = flaws.iter().map(|flaw| wire(Flaws::NONE.with(*flaw)));
        wires.collect()
    };
    let wires: Vec<_> = thread::scope(|scope| {
        let parts = Flaw::ALL.chunks(Flaw::ALL.len().div_ceil(4));
        let parts: Vec<_> = parts.map(|part| scope.spawn(move || wires(part))).collect();
        let parts = parts
            .into_iter()
            .map(|part| part.join().expect("the wires"));
        parts.flatten().collect()
    });
    let mut seen = BTreeMap::from([(right, "no flaw")]);
    let mut same = Vec::new();
    for (flaw, wire) in Flaw::ALL.iter().zip(wires) {
        if let Some(other) = seen.insert(wire, flaw.name()) {
            same.push(format!("{flaw} is {other} again"));
        }
    }
    assert_eq!(same, Vec::<String>::new());
}

#[test]
fn names_find_their_flaws() {
    for &flaw in Flaw::ALL {
        assert_eq!(Flaw::from_name(flaw.name()), Some(flaw));
        assert!(flaw.summary().ends_with('.'), "{flaw}");
    }
    assert_eq!(Flaw::from_name("none"), None);
    assert_eq!(Flaws::NONE.iter().count(), 0);
    let all: Flaws = Flaw::ALL.iter().copied().collect();
    assert!(all.iter().eq(Flaw::ALL.iter().copied()));
}

/// A world of one flaw, with a tick of 200 ms.
fn flawed(flaw: Flaw) -> World {
    World::new(Config {
        flaws: Flaws::NONE.with(flaw),
        ..tick(200)
    })
}

#[test]
fn renewals_alone_are_not_clamped() {
    let mut world = flawed(Flaw::RenewNotClamped);
    assert_eq!(world.open(1, &new(1)), granted(FIRST, 400));
    assert_eq!(world.open(2, &renew(FIRST, 1)), granted(FIRST, 1));
}

#[test]
fn the_same_id_is_one_of_this_server() {
    let mut world = flawed(Flaw::SameId);
    let expected = FIRST | 1;
    assert_eq!(world.session(1, 4_000), expected);
    assert_eq!(world.session(2, 4_000), expected);
}

#[test]
fn an_expiry_is_announced_as_no_reply_to_anything() {
    let mut world = flawed(Flaw::ExpiryAnnounced);
    world.session(1, 400);
    world.at(600);
    assert_eq!(world.take(1), reply(-1, 2, -112));
}

#[test]
fn a_session_that_was_spared_goes_on_like_any_other() {
    let mut world = flawed(Flaw::ConnectedForever);
    let session_id = world.session(1, 400);
    world.at(5_100);
    assert!(world.has_session(session_id));
    world.send(1, &ping());
    world.lose(1);
    world.at(5_500);
    assert!(world.has_session(session_id));
    world.at(5_600);
    assert!(!world.has_session(session_id));
}

#[test]
fn half_a_frame_is_lost_behind_a_whole_one_alone() {
    let mut world = flawed(Flaw::RestLost);
    world.session(1, 4_000);
    let answer = reply(-2, 1, 0);
    let ping = ping();
    let (half, rest) = ping.split_at(5);
    assert_eq!(world.send(1, half), hex(""));
    assert_eq!(world.send(1, rest), answer);
    assert_eq!(world.send(1, &[&ping, half].concat()), answer);
    assert_eq!(world.send(1, &ping), answer);
}
