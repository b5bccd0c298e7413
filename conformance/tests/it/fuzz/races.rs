//! Races: what comes of them by chance, and how often.

use std::convert::Infallible;

use fastrand::Rng;
use zk_conformance::driver::Sequence;
use zk_conformance::fuzz;
use zk_conformance::fuzz::Event;
use zk_conformance::fuzz::Fuzzer;
use zk_conformance::fuzz::Harm;
use zk_conformance::fuzz::LabTarget;
use zk_conformance::fuzz::Oracle;
use zk_conformance::fuzz::TWO_OWNERS;
use zk_conformance::fuzz::Target;
use zk_conformance::hunt::Run;
use zk_conformance::lab;
use zk_conformance::player::Happening;
use zk_conformance::server::Config;
use zk_conformance::server::Flaw;
use zk_conformance::server::Flaws;
use zk_conformance::transcript::Bindings;

use super::finds;
use super::options;
use super::run;
use super::server;

/// A server that is sound but for races: what is done at once comes out in any order, and now and
/// then nobody is evicted by a renewal.
struct Racy {
    rng: Rng,
    percent: u8,
}

impl Target for Racy {
    type Error = Infallible;

    fn play(&mut self, sequences: &[Sequence]) -> Result<Vec<Run>, Infallible> {
        let play = |sequence: &Sequence| {
            let is_race = sequence.0.iter().any(|moment| moment.lines().len() > 1);
            let flaws = if is_race && self.rng.u8(0..100) < self.percent {
                Flaws::NONE.with(Flaw::NoEvictOnRenew)
            } else {
                Flaws::NONE
            };
            let mut lab = LabTarget {
                server: server(flaws),
                driver: fuzz::driver(),
            };
            let orders = sequence.orders(24);
            let order = self.rng.choice(orders).unwrap_or_else(|| sequence.clone());
            lab.play(&[order]).map(|mut runs| runs.remove(0))
        };
        sequences.iter().map(play).collect()
    }

    fn harm(&mut self) -> Option<Harm> {
        None
    }
}

fn oracle() -> Oracle {
    Oracle::new(fuzz::kinds(&bounds(), None), fuzz::driver())
}

/// Who writes first often is served first, so a race is to be run from both ends.
#[test]
fn a_race_begins_at_either_end() {
    let race: Sequence = "a.open a.new b.open c.open b.renew+c.renew"
        .parse()
        .expect("steps");
    for (last_first, due) in [(false, "b1"), (true, "c1")] {
        let mut driver = fuzz::driver();
        driver.last_first = last_first;
        let run = lab::hunt(&server(Flaws::NONE), &race, driver);
        let mut of_rivals = run.log.iter().filter(|event| event.connection != "a1");
        let first = of_rivals.find(|event| matches!(event.what, Happening::Sent(_)));
        let first = first.map(|event| event.connection.as_str());
        assert_eq!(first, Some(due), "{:?}", run.answers);
    }
}

/// What the servers of these tests grant.
fn bounds() -> Bindings {
    let config = Config::default();
    let mut bindings = Bindings::default();
    bindings.set_param("min", config.min_timeout_ms().into());
    bindings.set_param("max", config.max_timeout_ms().into());
    bindings.set_param("tick", 2000);
    bindings
}

#[test]
fn two_owners_are_found_with_a_rate() {
    let mut target = Racy {
        rng: Rng::with_seed(3),
        percent: 20,
    };
    let mut options = options(10_000);
    options.menu = fuzz::quick_menu();
    options.races = 20;
    options.first = true;
    let (count, events) = run(&mut target, oracle(), options);
    let [find] = finds(&events)[..] else {
        panic!("one thing is found: {count:?}");
    };
    assert_eq!(find.class, TWO_OWNERS);
    assert!(find.steps.len() <= 5, "{:?}", find.steps);
    let (hits, runs) = find.rate;
    assert!((20..=60).contains(&hits) && runs == 200, "{:?}", find.rate);
    assert_eq!(find.histogram.values().sum::<u32>(), runs);
    assert!(find.histogram.len() > 1, "{:?}", find.histogram);
}

#[test]
fn every_order_of_what_is_done_at_once_is_fine() {
    let mut target = Racy {
        rng: Rng::with_seed(4),
        percent: 0,
    };
    let mut options = options(1000);
    options.menu = fuzz::quick_menu();
    options.races = 4;
    let (count, events) = run(&mut target, oracle(), options);
    assert!(finds(&events).is_empty(), "{:?}", finds(&events));
    assert_eq!(count.unconfirmed, 0);
}

/// A sound server on which whoever is named last comes first, where it is a race.
struct Reversed(LabTarget);

impl Target for Reversed {
    type Error = Infallible;

    fn play(&mut self, sequences: &[Sequence]) -> Result<Vec<Run>, Infallible> {
        let reversed = |sequence: &Sequence| {
            let moments = sequence.0.iter().map(|moment| {
                let mut orders = moment.orders().into_iter();
                let other = orders.find(|order| order != moment);
                other.unwrap_or_else(|| moment.clone())
            });
            Sequence(moments.collect())
        };
        let sequences: Vec<_> = sequences.iter().map(reversed).collect();
        self.0.play(&sequences)
    }

    fn harm(&mut self) -> Option<Harm> {
        None
    }
}

/// Five races of two connections have more orders than are tried.
#[test]
fn what_comes_of_races_in_too_many_orders_is_not_judged() {
    let race = " b.open c.open b.renew+c.renew b.cut c.cut".repeat(5);
    let seed: Sequence = format!("a.open a.new{race}").parse().expect("steps");
    let mut target = Reversed(LabTarget {
        server: server(Flaws::NONE),
        driver: fuzz::driver(),
    });
    // The other order shows, and is none of the first of all.
    let Ok(other) = target.play(std::slice::from_ref(&seed));
    let Ok(written) = target.0.play(std::slice::from_ref(&seed));
    assert_ne!(other[0].answers[4], written[0].answers[4]);
    let mut events = Vec::new();
    let mut tell = |event: &Event| events.push(event.clone());
    let mut fuzzer = Fuzzer::new(&mut target, oracle(), options(1), &mut tell);
    assert!(fuzzer.run(&[seed]).is_ok());
    let count = fuzzer.count();
    assert_eq!((count.runs, count.unconfirmed), (1, 0));
    assert!(finds(&events).is_empty(), "{:?}", finds(&events));
}
