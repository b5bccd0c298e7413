//! Clients and a server over a network that fails.

mod seeds;

use std::time::Duration;

use jute_codec::OpCode;
use zk_conformance::client;
use zk_conformance::client::OwnClock;
use zk_conformance::client::Phase;
use zk_conformance::server;
use zk_conformance::server::Requests;
use zk_conformance::world::ClientId;
use zk_conformance::world::Door;
use zk_conformance::world::Fault;
use zk_conformance::world::Told;
use zk_conformance::world::Way;
use zk_conformance::world::Wire;
use zk_conformance::world::World;

/// A world with one client that has a session of `timeout_ms`.
#[track_caller]
fn connected(timeout_ms: u64) -> (World, ClientId) {
    let mut world = World::new(delegate(), 1);
    let id = world.join(config(timeout_ms)).expect("joined");
    world.run_for(millis(100)).expect("no violation");
    assert_eq!(world.client(id).phase(), Phase::Connected);
    (world, id)
}

fn config(timeout_ms: u64) -> client::Config {
    client::Config::new("zk:2181", millis(timeout_ms))
}

fn delegate() -> server::Config {
    server::Config {
        requests: Requests::Delegate,
        ..server::Config::default()
    }
}

const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// The lines of the log that contain `part`.
fn lines(world: &World, part: &str) -> Vec<String> {
    let lines = world.log().iter().map(ToString::to_string);
    lines.filter(|line| line.contains(part)).collect()
}

fn session(world: &World, id: ClientId) -> (i64, Vec<u8>) {
    let client = world.client(id);
    (
        client.session_id(),
        client.passwd().unwrap_or_default().to_vec(),
    )
}

#[test]
fn a_session_is_opened_held_and_closed_line_by_line() {
    let mut world = World::new(delegate(), 1);
    let id = world.join(config(6_000)).expect("joined");
    let wire = Wire {
        pieces: false,
        ..Wire::default()
    };
    world
        .inject(Fault::Wire { client: id, wire })
        .expect("a wire");
    world.run_for(millis(2_500)).expect("held");
    world.close(id).expect("closed");
    while world.step().expect("closed") {}
    let expected = [
        "0ms client 0 joins",
        "0ms client 0: connect zk:2181",
        "0ms client 0 has a wire of 1ms up, 1ms down, 0ms apart",
        "1ms server gets SYN on c1",
        "2ms client 0 gets open on c1",
        "2ms client 0: send 49 bytes",
        "3ms server gets 0x0000002d0000000000000000000000000000177",
        "3ms server: c1: session 0x100000000000000 created, 6000ms",
        "3ms server: c1 < 0000002500000000000017700100000000000000",
        "4ms client 0 gets 0x0000002500000000000017700100000000000",
        "4ms client 0: event SyncConnected",
        "2002ms client 0 ticks",
        "2002ms client 0: send 12 bytes",
        "2003ms server gets 0x00000008fffffffe0000000b on c1",
        "2003ms server: c1 < 00000010fffffffe000000000000000100000",
        "2004ms client 0 gets 0x00000010fffffffe000000000000000100",
        "2500ms client 0 is asked for closeSession",
        "2500ms client 0: send 12 bytes",
        "2501ms server gets 0x0000000800000001fffffff5 on c1",
        "2501ms server: session 0x100000000000000 closed",
        "2501ms server: c1 < 0000001000000001000000000000000200000",
        "2501ms server: c1: closed with its session",
        "2501ms server: c1 < FIN",
        "2502ms client 0 gets 0x0000001000000001000000000000000200",
        "2502ms client 0: request 1: OK at zxid 0x2, 0 bytes",
        "2502ms client 0: disconnect",
        "2502ms client 0: event Closed",
    ];
    let text = world.text();
    let shown = text.lines().map(|line| line.get(..57).unwrap_or(line));
    assert_eq!(shown.collect::<Vec<_>>(), expected, "{text}");
}

#[test]
fn pings_alone_hold_a_session_for_a_day() {
    let (mut world, id) = connected(6_000);
    let before = session(&world, id);
    world.run_for(Duration::from_secs(86_400)).expect("held");
    assert_eq!(world.client(id).phase(), Phase::Connected);
    assert_eq!(session(&world, id), before);
    assert_eq!(lines(&world, ": connect ").len(), 1);
}

#[test]
fn after_a_cut_the_session_is_renewed() {
    for told in [Told::Both, Told::Client, Told::Server, Told::Nobody] {
        let (mut world, id) = connected(10_000);
        let before = session(&world, id);
        world.inject(Fault::Cut { client: id, told }).expect("cut");
        world.settle().expect("renewed");
        assert_eq!(world.client(id).phase(), Phase::Connected, "{told:?}");
        assert_eq!(session(&world, id), before, "{told:?}");
        assert_eq!(lines(&world, "renewed").len(), 1, "{told:?}");
    }
}

#[test]
fn a_session_outlives_a_restart_with_the_same_id_and_password() {
    let (mut world, id) = connected(10_000);
    let before = session(&world, id);
    let away = millis(3_000);
    world.inject(Fault::Restart { away }).expect("restart");
    world.settle().expect("renewed");
    assert_eq!(session(&world, id), before);
    assert_eq!(world.server().sessions().count(), 1);
    assert_eq!(lines(&world, "renewed").len(), 1);
}

#[test]
fn a_session_does_not_outlive_its_server() {
    let (mut world, id) = connected(10_000);
    world
        .inject(Fault::Kill { away: millis(500) })
        .expect("kill");
    world.settle().expect("expired");
    assert_eq!(world.client(id).phase(), Phase::Closed);
    assert_eq!(lines(&world, "event Expired").len(), 1);
    assert_eq!(lines(&world, "refused, no session").len(), 1);
}

#[test]
fn who_has_seen_what_an_emptied_server_has_not_is_never_served() {
    let (mut world, id) = connected(10_000);
    world.request(id, OpCode::GET_DATA, b"x").expect("asked");
    world.run_for(millis(50)).expect("answered");
    assert_eq!(world.client(id).last_zxid(), 2);
    world.inject(Fault::Kill { away: millis(1) }).expect("kill");
    world.run_for(Duration::from_secs(3_600)).expect("in vain");
    // Each time the connection opens, the client's own clock starts anew.
    assert!(world.client(id).phase().is_alive());
    assert_eq!(lines(&world, "event Expired").len(), 0);
    assert!(lines(&world, "refused, has seen zxid 0x2, the last is 0x0").len() > 1_000);
    world.settle().expect("nothing can be demanded");
}

#[test]
fn a_silent_session_expires_to_the_millisecond_on_both_sides() {
    let (mut world, id) = connected(6_000);
    world.run_for(millis(7_000)).expect("held");
    let nobody = Told::Nobody;
    world
        .inject(Fault::Cut {
            client: id,
            told: nobody,
        })
        .expect("cut");
    world.inject(Fault::Door(Door::Ignore)).expect("door");
    let due = world
        .server()
        .sessions()
        .next()
        .and_then(|it| it.expires_at)
        .expect("a session");
    let heard = lines(&world, "client 0 gets 0x");
    let heard = heard
        .last()
        .and_then(|line| line.split_once("ms "))
        .expect("a ping's reply");
    let heard: u64 = heard.0.parse().expect("a time");
    world.run_for(millis(20_000)).expect("expired");

    let expired = lines(&world, " expired");
    assert!(
        expired
            .iter()
            .any(|line| line.starts_with(&format!("{due} server: session"))),
        "{expired:?}"
    );
    let own = heard + 8_000;
    assert_eq!(
        lines(&world, "event Expired"),
        [format!("{own}ms client 0: event Expired")]
    );
}

#[test]
fn a_client_without_a_clock_of_its_own_learns_of_the_end_from_the_server() {
    let mut world = World::new(delegate(), 1);
    let mut config = config(6_000);
    config.own_clock = OwnClock::Never;
    let id = world.join(config).expect("joined");
    world.run_for(millis(100)).expect("connected");
    let client = Told::Client;
    world
        .inject(Fault::Cut {
            client: id,
            told: client,
        })
        .expect("cut");
    world.inject(Fault::Door(Door::Refuse)).expect("door");
    world.run_for(millis(30_000)).expect("gone");
    assert_eq!(world.server().sessions().count(), 0);
    assert!(world.client(id).phase().is_alive());
    world.settle().expect("told");
    assert_eq!(world.client(id).phase(), Phase::Closed);
    assert_eq!(lines(&world, "event Expired").len(), 1);
}

#[test]
fn closing_ends_the_session_on_both_sides() {
    let (mut world, id) = connected(6_000);
    world.close(id).expect("closed");
    world.run_for(millis(10)).expect("closed");
    assert_eq!(world.client(id).phase(), Phase::Closed);
    assert_eq!(world.server().sessions().count(), 0);
    assert_eq!(world.server().connections().count(), 0);
    assert_eq!(lines(&world, "event Closed").len(), 1);
    assert!(!world.step().expect("nothing left"), "{}", world.text());
}

#[test]
fn what_is_asked_in_a_row_is_answered_in_a_row() {
    let (mut world, id) = connected(6_000);
    world.set_think(millis(20));
    for number in 0..20 {
        world
            .request(id, OpCode::GET_DATA, &[number])
            .expect("asked");
    }
    world.run_for(millis(1_000)).expect("answered");
    let replies = lines(&world, ": request ");
    assert_eq!(replies.len(), 20, "{replies:#?}");
    assert!(
        replies.iter().all(|line| line.ends_with("1 byte")),
        "{replies:#?}"
    );
}

#[test]
fn a_late_request_for_a_session_throws_its_owner_out_who_comes_back() {
    let (mut world, id) = connected(10_000);
    let before = session(&world, id);
    let slow = Wire {
        up: millis(4_000),
        ..Wire::default()
    };
    world
        .inject(Fault::Wire {
            client: id,
            wire: slow,
        })
        .expect("slow");
    let told = Told::Both;
    world.inject(Fault::Cut { client: id, told }).expect("cut");
    world.run_for(millis(30_000)).expect("slow");
    world.settle().expect("renewed");
    if world.client(id).phase().is_alive() {
        assert_eq!(session(&world, id), before);
    }
}

#[test]
fn a_connection_that_is_half_closed_ends_and_the_session_is_renewed() {
    for way in [Way::Up, Way::Down] {
        let (mut world, id) = connected(10_000);
        let before = session(&world, id);
        let half = Fault::HalfClose { client: id, way };
        world.inject(half).expect("half closed");
        world
            .request(id, OpCode::GET_DATA, b"lost or not")
            .expect("asked");
        world.settle().expect("renewed");
        assert_eq!(world.client(id).phase(), Phase::Connected, "{way:?}");
        assert_eq!(session(&world, id), before, "{way:?}");
        let gone = lines(&world, "c1: closed by the peer");
        assert_eq!(gone.len(), 1, "{way:?}: {}", world.text());
        assert_eq!(lines(&world, "renewed").len(), 1, "{way:?}");
        // What goes up is lost behind the end, what comes down is a reply that nobody hears.
        let reply = lines(&world, "client 0: request 1: ");
        let lost = "CONNECTIONLOSS, by the client";
        assert!(reply[0].ends_with(lost), "{way:?}: {reply:?}");
    }
}
