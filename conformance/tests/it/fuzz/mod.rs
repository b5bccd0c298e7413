//! The fuzzer, on servers that are sound and servers that are not.

mod chance;
#[cfg(feature = "cli")]
mod command;
#[cfg(feature = "cli")]
mod faulty;
mod harm;
mod limits;
mod races;
#[cfg(feature = "report")]
mod schema;

use std::collections::BTreeSet;

use zk_conformance::driver;
use zk_conformance::driver::Sequence;
use zk_conformance::fuzz;
use zk_conformance::fuzz::Count;
use zk_conformance::fuzz::Event;
use zk_conformance::fuzz::Find;
use zk_conformance::fuzz::Fuzzer;
use zk_conformance::fuzz::Harm;
use zk_conformance::fuzz::LabTarget;
use zk_conformance::fuzz::Options;
use zk_conformance::fuzz::Oracle;
use zk_conformance::fuzz::Target;
use zk_conformance::hunt::Run;
use zk_conformance::server::Config;
use zk_conformance::server::Flaw;
use zk_conformance::server::Flaws;
use zk_conformance::server::Requests;
use zk_conformance::server::Transport;
use zk_conformance::transcript::Bindings;

/// A server that answers requests about data.
pub(super) fn server(flaws: Flaws) -> Config {
    Config {
        requests: Requests::Delegate,
        flaws,
        ..Config::default()
    }
}

/// So many runs; the usual ones on virtual time.
pub(super) fn options(runs: u64) -> Options {
    let mut options = Options::default();
    options.runs = Some(runs);
    options.menu = fuzz::menu();
    options
}

/// Fuzzes until it is enough; how much was done, and every event.
pub(super) fn run<T: Target>(
    target: &mut T,
    oracle: Oracle,
    options: Options,
) -> (Count, Vec<Event>) {
    let mut events = Vec::new();
    let mut tell = |event: &Event| events.push(event.clone());
    let mut fuzzer = Fuzzer::new(target, oracle, options, &mut tell);
    assert!(fuzzer.run(&[]).is_ok(), "it goes on until it is enough");
    let count = fuzzer.count();
    (count, events)
}

pub(super) fn finds(events: &[Event]) -> Vec<&Find> {
    let finds = events.iter().filter_map(|event| match event {
        Event::FuzzFound(find) => Some(&**find),
        _ => None,
    });
    finds.collect()
}

fn on_virtual_time(flaws: Flaws, options: Options) -> (Count, Vec<Event>) {
    let driver = fuzz::driver();
    let mut target = LabTarget {
        server: server(flaws),
        driver: driver.clone(),
    };
    let oracle = Oracle::exact(server(Flaws::NONE), driver);
    run(&mut target, oracle, options)
}

#[test]
fn nothing_is_found_on_a_sound_server() {
    let (count, events) = on_virtual_time(Flaws::NONE, options(2000));
    assert_eq!(finds(&events), Vec::<&Find>::new());
    assert!(count.runs >= 2000 && count.unconfirmed == 0, "{count:?}");
}

/// What is allowed for the sake of servers on the other side of a network is allowed to these.
#[test]
fn nothing_is_found_on_a_sound_server_of_any_kind() {
    let driver = driver::Config::default();
    for transport in [Transport::Nio, Transport::Netty] {
        let mut target = LabTarget {
            server: Config {
                transport,
                ..server(Flaws::NONE)
            },
            driver: driver.clone(),
        };
        let kinds = fuzz::kinds(&Bindings::default(), Some("zk-3.9"));
        let mut options = options(400);
        options.races = 3;
        options.menu = fuzz::quick_menu();
        let (_, events) = run(&mut target, Oracle::new(kinds, driver.clone()), options);
        assert_eq!(finds(&events), Vec::<&Find>::new(), "{transport:?}");
    }
}

#[test]
fn a_flaw_is_found_made_small_and_explained() {
    for flaw in [
        Flaw::PingXidZero,
        Flaw::NoEvictOnRenew,
        Flaw::CloseKeepsSession,
        Flaw::RefusalEchoesId,
        Flaw::VersionWrong,
        Flaw::FirstFrameOnly,
    ] {
        let mut options = options(20_000);
        options.first = true;
        let (count, events) = on_virtual_time(Flaws::NONE.with(flaw), options);
        let [find] = finds(&events)[..] else {
            panic!("{flaw} is not found in {count:?}");
        };
        assert!(find.steps.len() <= 6, "{flaw}: {:?}", find.steps);
        assert_eq!(find.rate, (1, 1), "{flaw}");
        let name = flaw.name().to_owned();
        assert!(find.flaws.contains(&name), "{flaw}: {:?}", find.flaws);
    }
}

/// What is known is found once, and does not hide what else there is.
#[test]
fn two_flaws_are_two_finds() {
    let flaws = Flaws::NONE.with(Flaw::PingXidZero).with(Flaw::VersionWrong);
    let (_, events) = on_virtual_time(flaws, options(1500));
    let finds = finds(&events);
    let names: Vec<_> = finds.iter().flat_map(|find| &find.flaws).collect();
    for flaw in flaws.iter() {
        let times = names.iter().filter(|name| **name == flaw.name()).count();
        assert!(times >= 1, "{flaw} in {names:?}");
    }
    assert!(finds.len() <= 4, "{finds:?}");
}

/// A sound server but for pongs, which come twice: no flaw explains that.
struct Twice(LabTarget);

impl Target for Twice {
    type Error = std::convert::Infallible;

    fn play(&mut self, sequences: &[Sequence]) -> Result<Vec<Run>, Self::Error> {
        let mut runs = self.0.play(sequences)?;
        for answer in runs.iter_mut().flat_map(|run| &mut run.answers) {
            *answer = answer.replace("pong", "pong, pong").into();
        }
        Ok(runs)
    }

    fn harm(&mut self) -> Option<Harm> {
        None
    }
}

#[test]
fn finds_that_may_have_one_cause_are_told_to_be_alike() {
    let mut target = Twice(LabTarget {
        server: server(Flaws::NONE),
        driver: fuzz::driver(),
    });
    let oracle = Oracle::exact(server(Flaws::NONE), fuzz::driver());
    let (count, events) = run(&mut target, oracle, options(4000));
    let kinds: BTreeSet<_> = finds(&events).iter().map(|find| &find.like).collect();
    assert!(count.finds > 5, "{count:?}");
    assert!(kinds.len() * 2 < finds(&events).len(), "{kinds:#?}");
    assert!(
        kinds.contains(&"pong that is not due".to_owned()),
        "{kinds:#?}"
    );
}

#[test]
fn the_same_seed_finds_the_same() {
    let flaws = Flaws::NONE.with(Flaw::CloseKeepsSession);
    let one = on_virtual_time(flaws, options(1000));
    assert_eq!(one, on_virtual_time(flaws, options(1000)));
    let mut other = options(1000);
    other.seed = fuzz::seed(0, Some("2/2"));
    assert_ne!(one, on_virtual_time(flaws, other));
}

/// The fuzzer has to be worth its time: each of these is found within a second or two.
#[test]
fn many_mutants_are_found() {
    let some: Vec<Flaw> = Flaw::ALL.iter().copied().step_by(6).collect();
    let attempts = some.iter().map(|flaw| fuzz::attempt(*flaw, 500, 0));
    let found = attempts.filter(|it| it.find.is_some()).count();
    assert!(found * 10 >= some.len() * 3, "{found} of {}", some.len());
}
