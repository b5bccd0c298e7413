//! Whatever goes wrong, as seeds have it.

use zk_conformance::Instant;
use zk_conformance::client::OwnClock;
use zk_conformance::server;
use zk_conformance::server::Flaw;
use zk_conformance::server::Flaws;
use zk_conformance::server::Requests;
use zk_conformance::world::Chaos;
use zk_conformance::world::Claim;
use zk_conformance::world::Violation;
use zk_conformance::world::World;

use super::config;
use super::millis;

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
        (Flaw::RefusalSilent, Claim::EndsForCause),
        (Flaw::EarlyExpiry, Claim::ExactExpiry),
        (Flaw::LateExpiry, Claim::ExactExpiry),
        (Flaw::NoExpiry, Claim::ExactExpiry),
        (Flaw::ExpiryLeavesOpen, Claim::OneOwner),
        (Flaw::PingDoesNotTouch, Claim::ExactExpiry),
        (Flaw::PartialTouches, Claim::ExactExpiry),
        (Flaw::CloseKeepsSession, Claim::EndedForGood),
        (Flaw::CloseStaysOpen, Claim::OneOwner),
        (Flaw::UnknownDropped, Claim::OneReply),
        (Flaw::FaultEndsSession, Claim::ExactExpiry),
        (Flaw::NoClampMin, Claim::Negotiated),
        (Flaw::NoClampMax, Claim::Negotiated),
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
