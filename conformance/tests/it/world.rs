//! Clients and a server over a network that fails.

use std::time::Duration;

use jute_codec::OpCode;
use zk_conformance::Instant;
use zk_conformance::client;
use zk_conformance::client::OwnClock;
use zk_conformance::client::Phase;
use zk_conformance::server;
use zk_conformance::server::Flaw;
use zk_conformance::server::Flaws;
use zk_conformance::server::Requests;
use zk_conformance::world::Chaos;
use zk_conformance::world::Claim;
use zk_conformance::world::ClientId;
use zk_conformance::world::Door;
use zk_conformance::world::Fault;
use zk_conformance::world::Told;
use zk_conformance::world::Violation;
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

/// A world, clients and trouble from one seed.
fn play(seed: u64, flaws: Flaws) -> (World, Result<(), Violation>) {
    let mut rng = fastrand::Rng::with_seed(seed);
    let tick = rng.choice([100, 500, 2_000]).unwrap_or(2_000);
    let mut world = World::new(
        server::Config {
            tick_time: millis(tick),
            requests: rng
                .choice([Requests::Delegate, Requests::Unimplemented])
                .unwrap_or_default(),
            sessionless_timeout: rng.bool().then(|| millis(rng.u64(500..10_000))),
            flaws,
            ..server::Config::default()
        },
        seed,
    );
    world.set_think(millis(rng.u64(0..20)));
    for _ in 0..rng.u8(1..4) {
        let mut config = config(rng.u64(500..20_000));
        for host in 0..rng.u8(0..3) {
            config = config.host(format!("host{host}"));
        }
        config.seed = rng.u64(..);
        if rng.u8(0..4) == 0 {
            config.own_clock = OwnClock::Never;
        }
        world.join(config).expect("joined");
    }
    let mut chaos = Chaos::new(rng.u64(..));
    let mut run = || {
        for _ in 0..40 {
            chaos.step(&mut world)?;
        }
        world.settle()
    };
    let outcome = run();
    (world, outcome)
}

#[test]
fn whatever_goes_wrong_the_claims_hold_and_all_come_back() {
    let mut seen = SOMETIMES.map(|what| (what, 0_u32));
    for seed in 0..300 {
        let (world, outcome) = play(seed, Flaws::NONE);
        if let Err(violation) = outcome {
            panic!("seed {seed}: {violation}\n{}", tail(&world));
        }
        let text = world.text();
        for (what, count) in &mut seen {
            *count += u32::from(text.contains(*what));
        }
    }
    let rare: Vec<_> = seen.iter().filter(|(_, count)| *count < 3).collect();
    assert!(rare.is_empty(), "{rare:?}");
}

/// What must happen in some of the worlds, lest they prove nothing.
const SOMETIMES: [&str; 18] = [
    "created, ",
    "renewed, ",
    "moved from",
    " expired\n",
    " closed\n",
    "refused, no session",
    "refused, has seen zxid",
    "closed, silent",
    "closed, unknown operation",
    "no session after",
    "nothing heard for",
    "so the session is gone",
    "event Expired",
    "event Closed",
    "event Disconnected",
    "gets refused",
    "by the client",
    "OK at zxid",
];

/// The end of a world's log.
fn tail(world: &World) -> String {
    let skip = world.log().len().saturating_sub(60);
    let lines = world.log().iter().skip(skip);
    lines.map(|line| format!("{line}\n")).collect()
}

#[test]
fn each_flaw_of_a_server_is_found_by_the_claim_it_breaks() {
    let flaws = [
        (Flaw::WrongClampMin, Claim::Negotiated),
        (Flaw::WrongClampMax, Claim::Negotiated),
        (Flaw::NoClamp, Claim::Negotiated),
        (Flaw::ZeroIdSession, Claim::SameView),
        (Flaw::SameId, Claim::UniqueIds),
        (Flaw::RenewNewSession, Claim::SameView),
        (Flaw::RenewUnknown, Claim::EndedForGood),
        (Flaw::NoEvictOnRenew, Claim::OneOwner),
        (Flaw::RefusalSilent, Claim::Recovery),
        (Flaw::EarlyExpiry, Claim::ExactExpiry),
        (Flaw::LateExpiry, Claim::ExactExpiry),
        (Flaw::NoExpiry, Claim::ExactExpiry),
        (Flaw::ExpiryLeavesOpen, Claim::OneOwner),
        (Flaw::PingDoesNotTouch, Claim::ExactExpiry),
        (Flaw::PartialTouches, Claim::ExactExpiry),
        (Flaw::CloseKeepsSession, Claim::EndedForGood),
        (Flaw::CloseStaysOpen, Claim::OneOwner),
        (Flaw::UnknownDropped, Claim::RepliesInOrder),
        (Flaw::FaultEndsSession, Claim::ExactExpiry),
    ];
    for (flaw, claim) in flaws {
        let flaws = Flaws::NONE.with(flaw);
        let found = (0..40).find_map(|seed| play(seed, flaws).1.err());
        let found = found.map(|violation| violation.claim);
        assert_eq!(found, Some(claim), "{flaw}");
    }
}

#[test]
fn the_same_seed_gives_the_same_log() {
    for seed in 0..20 {
        assert_eq!(
            play(seed, Flaws::NONE).0.text(),
            play(seed, Flaws::NONE).0.text(),
            "seed {seed}"
        );
    }
}

#[test]
fn no_line_of_the_log_has_a_line_break() {
    let (world, _) = play(3, Flaws::NONE);
    assert_eq!(world.text().lines().count(), world.log().len());
    let times: Vec<Instant> = world.log().iter().map(|line| line.at()).collect();
    assert!(times.is_sorted());
}
