//! All orders of what clients, a server and a failing network can do to each other.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jute_codec::Limits;
use zk_conformance::checker::FIRST_STATES;
use zk_conformance::checker::Found;
use zk_conformance::checker::Goal;
use zk_conformance::checker::Property;
use zk_conformance::checker::Role;
use zk_conformance::checker::Scene;
use zk_conformance::checker::Step;
use zk_conformance::checker::search;
use zk_conformance::checker::traces;
use zk_conformance::client::OwnClock;
use zk_conformance::judge::Setting;
use zk_conformance::lab;
use zk_conformance::player;
use zk_conformance::player::Verdict;
use zk_conformance::recording::Style;
use zk_conformance::recording::judge;
use zk_conformance::server;
use zk_conformance::server::Flaw;
use zk_conformance::server::Flaws;
use zk_conformance::transcript::Action;
use zk_conformance::transcript::Bindings;
use zk_conformance::transcript::Span;
use zk_conformance::transcript::Step as TraceStep;
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
    for server in &mut scene.servers {
        server.flaws = Flaws::NONE.with(flaw);
    }
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
        (small(), Flaw::CloseXidZero, Property::NoAccusation),
        (small(), Flaw::EarlyExpiry, Property::InTime),
        (small(), Flaw::LateExpiry, Property::InTime),
        (small(), Flaw::NoExpiry, Property::InTime),
    ];
    let broken: HashSet<_> = cases.iter().map(|(.., property)| *property).collect();
    let others = Property::ALL.into_iter().filter(|it| !broken.contains(it));
    assert!(
        others.eq([Property::Progress]),
        "that is between engine and driver"
    );
    for (scene, flaw, property) in cases {
        let found = flawed(scene, flaw);
        let violation = found.violation.map(|it| (it.property, it.path.len()));
        assert_eq!(violation.map(|it| it.0), Some(property), "{flaw:?}");
    }
}

#[test]
fn a_server_that_takes_no_handshake_is_accused_of_it() {
    let mut scene = small();
    scene.servers[0].limits = Limits::frame(40);
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

/// What the first states of every scene show.
#[test]
fn all_there_is_to_be_seen_is_seen_and_its_traces_are_in_the_repository() {
    let scenes = Scene::all();
    let searches: Vec<_> = scenes
        .iter()
        .map(|(_, it)| search(it, FIRST_STATES))
        .collect();
    for ((name, _), found) in scenes.iter().zip(&searches) {
        assert_eq!(found.violation, None, "{name}");
    }
    let seen: BTreeSet<_> = searches
        .iter()
        .flat_map(|found| found.steps.keys())
        .collect();
    let missing: Vec<_> = Step::all()
        .into_iter()
        .filter(|it| !seen.contains(it))
        .collect();
    assert_eq!(missing, []);
    let reached: BTreeSet<_> = searches
        .iter()
        .flat_map(|found| found.goals.keys())
        .collect();
    let missing: Vec<_> = Goal::ALL
        .into_iter()
        .filter(|it| !reached.contains(it))
        .collect();
    assert_eq!(missing, []);

    let exported: BTreeMap<_, _> = traces(&searches)
        .into_values()
        .map(|script| {
            let folder = script.header("server").unwrap_or("any").to_owned();
            let transcript = Transcript {
                scripts: vec![script.clone()],
                ..Transcript::default()
            };
            (
                format!("{folder}/{}.zkt", script.name),
                transcript.to_string(),
            )
        })
        .collect();
    let kept = kept_traces();
    assert!(kept.keys().eq(exported.keys()), "{:?}", exported.keys());
    for (name, text) in &exported {
        assert_eq!(
            kept.get(name),
            Some(text),
            "{name}: zkspec model --export writes it"
        );
    }
}

/// The traces in the repository, by folder and name.
fn kept_traces() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/models/traces");
    let mut kept = BTreeMap::new();
    for folder in std::fs::read_dir(&root).expect("the folder is there") {
        let folder = folder.expect("an entry").path();
        for file in std::fs::read_dir(&folder).expect("a folder") {
            let path = file.expect("an entry").path();
            let name = path.strip_prefix(&root).expect("it is in there");
            let text = std::fs::read_to_string(&path).expect("text");
            kept.insert(name.to_string_lossy().replace('\\', "/"), text);
        }
    }
    kept
}

#[test]
fn the_traces_play_on_the_built_in_server_wherever_its_ticks_fall() {
    let kept = kept_traces();
    assert!(kept.len() > 30, "only {}", kept.len());
    for (name, text) in &kept {
        let script = parse(text).expect("a transcript").scripts.remove(0);
        let setting = Setting::of(&script).expect("a setting");
        for late in [0, 1, 50, 100, 150, 199] {
            let mut script = script.clone();
            let wait = Action::Wait(Span::Exact(Duration::from_millis(late)));
            script.steps.insert(0, TraceStep::new(wait));
            let server = setting.apply(server::Config {
                tick_time: Duration::from_millis(200),
                ..server::Config::default()
            });
            let played = lab::play(
                server,
                Arc::new(script),
                Bindings::default(),
                player::Config::default(),
            );
            let verdict = played.verdict;
            assert!(
                matches!(verdict, Verdict::Passed { .. }),
                "{name}: {verdict:?}"
            );
        }
    }
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
