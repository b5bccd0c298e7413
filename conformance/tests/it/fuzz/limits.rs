//! Targets that play no more all of a sudden, and limits that are kept.

use zk_conformance::driver::Act;
use zk_conformance::driver::Sequence;
use zk_conformance::fuzz;
use zk_conformance::fuzz::Count;
use zk_conformance::fuzz::Event;
use zk_conformance::fuzz::Fuzzer;
use zk_conformance::fuzz::Harm;
use zk_conformance::fuzz::LabTarget;
use zk_conformance::fuzz::Options;
use zk_conformance::fuzz::Oracle;
use zk_conformance::fuzz::Target;
use zk_conformance::hunt::Run;
use zk_conformance::server::Flaw;
use zk_conformance::server::Flaws;

use super::finds;
use super::harm::has;
use super::options;
use super::server;

/// What a server comes to its end by, and whether that is the end of all.
#[derive(Clone, Copy)]
struct Death {
    of: Act,
    is_final: bool,
}

/// A server that is played to so many times, and no more.
struct Short {
    lab: LabTarget,
    left: usize,
    death: Option<Death>,
    harm: Option<Harm>,
}

/// There is no more.
#[derive(Debug)]
struct Over;

impl Target for Short {
    type Error = Over;

    fn play(&mut self, sequences: &[Sequence]) -> Result<Vec<Run>, Over> {
        self.left = self.left.checked_sub(1).ok_or(Over)?;
        if let Some(death) = self.death
            && sequences.iter().any(|it| has(it, death.of))
        {
            self.harm = Some(Harm {
                class: "the server ended".to_owned(),
                is_certain: true,
                about: Vec::new(),
            });
            if death.is_final {
                return Err(Over);
            }
        }
        self.lab.play(sequences).map_err(|never| match never {})
    }

    fn harm(&mut self) -> Option<Harm> {
        self.harm.take()
    }
}

fn short(flaws: Flaws, left: usize) -> Short {
    Short {
        lab: LabTarget {
            server: server(flaws),
            driver: fuzz::driver(),
        },
        left,
        death: None,
        harm: None,
    }
}

/// Fuzzes as long as it goes; every event.
fn run(mut target: Short, seeds: &[Sequence], options: Options) -> (Count, Vec<Event>) {
    let mut events = Vec::new();
    let mut tell = |event: &Event| events.push(event.clone());
    let oracle = Oracle::exact(server(Flaws::NONE), fuzz::driver());
    let mut fuzzer = Fuzzer::new(&mut target, oracle, options, &mut tell);
    let _ = fuzzer.run(seeds);
    let count = fuzzer.count();
    (count, events)
}

/// How much is said to be needed for the only find, if so many batches are played.
fn steps(target: &impl Fn(usize) -> Short, left: usize) -> Option<usize> {
    let mut options = options(100_000);
    options.first = true;
    let (_, events) = run(target(left), &[], options);
    let steps = &finds(&events).first()?.steps;
    Some(steps.join(" ").split_whitespace().count())
}

/// What is found is told from the moment when it is, and not only when it is as small as can be.
#[track_caller]
fn assert_told_at_once(target: impl Fn(usize) -> Short) {
    let smallest = steps(&target, 10_000).expect("it is found");
    let first = (0..10_000).find_map(|left| steps(&target, left));
    let first = first.expect("it is found");
    assert!(first > smallest, "{first} moments, then {smallest}");
}

#[test]
fn what_is_strange_is_told_though_there_is_no_time_to_make_it_small() {
    assert_told_at_once(|left| short(Flaws::NONE.with(Flaw::PingXidZero), left));
}

/// What there was no time to look into is counted, and is not the same as what did not come up again.
#[test]
fn what_is_strange_at_the_last_is_open() {
    let count = |flaws, left| run(short(flaws, left), &[], options(100_000)).0;
    let mut counts = (0..40).map(|left| count(Flaws::NONE.with(Flaw::PingXidZero), left));
    let cut = counts.find(|count| count.finds == 0 && count.open > 0);
    assert_eq!(cut.expect("it is cut off").unconfirmed, 0);
    assert!((0..40).all(|left| count(Flaws::NONE, left).open == 0));
}

#[test]
fn who_ends_the_server_is_told_though_there_is_no_time_to_find_out_how() {
    let death = Death {
        of: Act::Negative,
        is_final: false,
    };
    assert_told_at_once(|left| Short {
        death: Some(death),
        ..short(Flaws::NONE, left)
    });
}

#[test]
fn what_ends_the_server_for_good_is_told() {
    let death = Death {
        of: Act::Sasl,
        is_final: true,
    };
    let target = Short {
        death: Some(death),
        ..short(Flaws::NONE, 1_000)
    };
    let (_, events) = run(target, &[], options(10_000));
    let [find] = finds(&events)[..] else {
        panic!("one thing is found");
    };
    assert_eq!(find.class, "the server ended");
    let steps = find.steps.iter().map(|it| it.parse::<Sequence>());
    let mut played = steps.map(|it| it.expect("a sequence"));
    assert!(played.any(|it| has(&it, Act::Sasl)), "{:?}", find.steps);
}

/// Sequences that each show one of two flaws.
fn telling() -> (Flaws, Vec<Sequence>) {
    let flaws = Flaws::NONE.with(Flaw::PingXidZero).with(Flaw::VersionWrong);
    let texts = ["a.open a.new a.ping", "a.open a.new[version=1]"];
    let seeds = texts.map(|text| text.parse().expect("a sequence"));
    (flaws, seeds.to_vec())
}

#[test]
fn what_was_kept_counts_too() {
    let (flaws, seeds) = telling();
    let mut one_at_a_time = options(10_000);
    one_at_a_time.batch = 1;
    one_at_a_time.first = true;
    let many = [seeds.clone(), seeds.clone()].concat();
    let (count, _) = run(short(flaws, 1_000), &many, one_at_a_time);
    assert_eq!(count.finds, 1);
    let mut few = options(3);
    few.batch = 1;
    let (count, _) = run(short(Flaws::NONE, 1_000), &many, few);
    assert_eq!(count.runs, 3);
}

#[test]
fn a_race_is_not_run_more_often_than_is_asked_for() {
    let mut options = options(7);
    options.races = 20;
    let (count, _) = run(short(Flaws::NONE, 1_000), &[], options);
    assert_eq!(count.runs, 7);
}
