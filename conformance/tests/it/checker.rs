//! All orders of what clients, a server and a failing network can do to each other.

use std::collections::BTreeSet;
use std::collections::hash_map::DefaultHasher;
use std::hash::Hasher;
use std::time::Duration;

use jute_codec::Limits;
use zk_conformance::Instant;
use zk_conformance::checker::Found;
use zk_conformance::checker::Property;
use zk_conformance::checker::Role;
use zk_conformance::checker::Scene;
use zk_conformance::checker::Step;
use zk_conformance::checker::search;
use zk_conformance::client;
use zk_conformance::client::Client;
use zk_conformance::client::OwnClock;
use zk_conformance::recording::Style;
use zk_conformance::recording::judge;
use zk_conformance::server::Flaw;
use zk_conformance::server::Flaws;
use zk_conformance::transcript::Transcript;
use zk_conformance::transcript::parse;

/// One client, a cut, and a second connection.
fn small() -> Scene {
    Scene {
        dials: 2,
        cuts: 1,
        ..Scene::default()
    }
}

/// A client whose session another one takes over.
fn succeeded() -> Scene {
    Scene {
        roles: vec![Role::Own, Role::Successor],
        dials: 2,
        cuts: 0,
        closes: false,
        ..Scene::default()
    }
}

fn flawed(mut scene: Scene, flaw: Flaw) -> Found {
    scene.server.flaws = Flaws::NONE.with(flaw);
    search(&scene, 100_000)
}

#[test]
fn every_property_holds_in_every_order() {
    for scene in [small(), succeeded()] {
        let found = search(&scene, 100_000);
        assert_eq!(found.violation, None);
        assert!(
            found.is_complete && found.states > 1_000,
            "{}",
            found.states
        );
    }
}

#[test]
fn a_search_repeats_itself() {
    let (one, other) = (search(&small(), 2_000), search(&small(), 2_000));
    assert_eq!(
        (one.states, one.moves, one.depth),
        (other.states, other.moves, other.depth)
    );
    assert_eq!(one.steps, other.steps);
    assert!(!one.is_complete);
}

#[test]
fn properties_are_broken_by_flaws() {
    let patient = Scene {
        own_clock: OwnClock::Never,
        ..small()
    };
    let cases = [
        (succeeded(), Flaw::NoEvictOnRenew, Property::OneOwner),
        (small(), Flaw::ExpiryLeavesOpen, Property::OneOwner),
        (patient, Flaw::RenewUnknown, Property::EndedForGood),
        (small(), Flaw::CloseKeepsSession, Property::CloseIsTrue),
        (small(), Flaw::FaultEndsSession, Property::ExpiryIsTrue),
        (small(), Flaw::ZeroIdSession, Property::SameView),
    ];
    for (scene, flaw, property) in cases {
        let found = flawed(scene, flaw);
        let violation = found.violation.map(|it| (it.property, it.path.len()));
        assert_eq!(violation.map(|it| it.0), Some(property), "{flaw:?}");
    }
}

#[test]
fn a_server_that_takes_no_handshake_is_accused_of_it() {
    let mut scene = small();
    scene.server.limits = Limits::frame(40);
    let violation = search(&scene, 1_000).violation.expect("it closes");
    assert_eq!(violation.property, Property::NoAccusation, "{violation}");
}

#[test]
fn a_way_to_a_violation_is_a_shortest_one() {
    let found = flawed(succeeded(), Flaw::NoEvictOnRenew);
    let violation = found.violation.expect("two owners");
    let path: Vec<_> = violation.path.iter().map(ToString::to_string).collect();
    let expected = [
        "client 0 finds a connection",
        "c1 delivers to the server",
        "c1 delivers to the server",
        "c1 delivers to its client",
        "client 1 enters",
        "client 1 finds a connection",
        "c2 delivers to the server",
        "c2 delivers to the server",
    ];
    assert_eq!(path, expected, "{violation}");
}

#[test]
fn what_was_seen_is_in_the_tables_and_replays() {
    let found = search(&small(), 20_000);
    let all: BTreeSet<_> = Step::all().into_iter().collect();
    assert!(found.steps.len() > 15, "only {}", found.steps.len());
    for (step, path) in &found.steps {
        assert!(all.contains(step), "{step}");
        let recording = found.recording(path);
        let judgement = judge(&recording);
        assert_eq!(judgement.differences, [], "{step}");
        let script = recording.to_script(&step.slug(), Style::Playable);
        let transcript = Transcript {
            scripts: vec![script],
            ..Transcript::default()
        };
        assert_eq!(parse(&transcript.to_string()), Ok(transcript), "{step}");
    }
}

/// What a client will do, as a number.
fn fingerprint(client: &Client, now: Instant) -> u64 {
    let mut state = DefaultHasher::new();
    client.fingerprint(now, &mut state);
    state.finish()
}

#[test]
fn a_fingerprint_tells_states_apart_and_times_not() {
    let at = |millis| {
        let mut config = client::Config::new("zk", Duration::from_millis(3_000));
        config.pause = Duration::ZERO;
        let now = Instant::from_millis(millis);
        let mut client = Client::new(config, now);
        while client.poll().is_some() {}
        (client, now)
    };
    let ((early, then), (mut late, now)) = (at(1_000), at(777_000));
    assert_eq!(fingerprint(&early, then), fingerprint(&late, now));
    let later = now + Duration::from_millis(1);
    assert_ne!(fingerprint(&late, now), fingerprint(&late, later));
    late.handle(now, client::Input::Connected);
    while late.poll().is_some() {}
    assert_ne!(fingerprint(&early, then), fingerprint(&late, now));
}
