//! A server that answers by chance: there is always something new, and it has to end somewhere.

use std::convert::Infallible;
use std::sync::Arc;

use zk_conformance::driver::Sequence;
use zk_conformance::fuzz;
use zk_conformance::fuzz::Event;
use zk_conformance::fuzz::Full;
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
use super::on_virtual_time;
use super::options;
use super::server;

/// A server of which nobody knows what it answers.
struct Dice {
    lab: LabTarget,
    rng: fastrand::Rng,
}

impl Target for Dice {
    type Error = Infallible;

    fn play(&mut self, sequences: &[Sequence]) -> Result<Vec<Run>, Infallible> {
        let mut runs = self.lab.play(sequences)?;
        for answer in runs.iter_mut().flat_map(|run| &mut run.answers) {
            let letters = std::iter::repeat_with(|| self.rng.lowercase());
            *answer = Arc::from(letters.take(12).collect::<String>());
        }
        Ok(runs)
    }

    fn harm(&mut self) -> Option<Harm> {
        None
    }
}

/// What comes of fuzzing such a server: how much was seen, kept for good, and told.
fn fuzz_dice(options: Options) -> (u64, usize, Vec<Event>) {
    let driver = fuzz::driver();
    let mut dice = Dice {
        lab: LabTarget {
            server: server(Flaws::NONE),
            driver: driver.clone(),
        },
        rng: fastrand::Rng::with_seed(7),
    };
    let mut events = Vec::new();
    let mut tell = |event: &Event| events.push(event.clone());
    let oracle = Oracle::exact(server(Flaws::NONE), driver);
    let mut fuzzer = Fuzzer::new(&mut dice, oracle, options, &mut tell);
    assert!(fuzzer.run(&[]).is_ok(), "it goes on until it is enough");
    let (seen, kept) = (fuzzer.count().seen, fuzzer.kept().len());
    (seen, kept, events)
}

/// What is told to be full, and from how much on.
fn full(events: &[Event]) -> Vec<(Full, u64)> {
    let full = events.iter().filter_map(|event| match event {
        Event::FuzzFull { what, most } => Some((*what, *most)),
        _ => None,
    });
    let mut full: Vec<_> = full.collect();
    full.sort_unstable();
    full
}

#[test]
fn what_a_server_answers_by_chance_is_not_held_without_end() {
    let mut options = options(4_000);
    options.most_seen = 1_000;
    options.most_kept = 100;
    let (seen, kept, events) = fuzz_dice(options);
    assert!(seen > 5_000, "{seen}");
    assert_eq!(kept, 100);
    let told = [
        (Full::Seen, 1_000),
        (Full::Kept, 100),
        (Full::Unconfirmed, 1_000),
    ];
    assert_eq!(full(&events), told, "each is told once");
}

/// On servers that are not ruled by chance nothing is forgotten, unless for a very long run.
#[test]
fn nothing_is_forgotten_of_a_server_that_is_not_ruled_by_chance() {
    for flaws in [Flaws::NONE, Flaws::NONE.with(Flaw::CloseKeepsSession)] {
        let usual = on_virtual_time(flaws, options(2_500));
        assert_eq!(full(&usual.1), []);
        let mut endless = options(2_500);
        endless.most_seen = usize::MAX;
        endless.most_kept = usize::MAX;
        assert_eq!(usual, on_virtual_time(flaws, endless));
        assert!(usual.0.seen * 100 < Options::default().most_seen as u64);
    }
}

/// Whatever is forgotten, what is wrong with a server is found.
#[test]
fn with_little_held_a_flaw_is_found_all_the_same() {
    let mut little = options(20_000);
    little.most_seen = 100;
    little.most_kept = 10;
    little.first = true;
    let (_, events) = on_virtual_time(Flaws::NONE.with(Flaw::CloseKeepsSession), little);
    assert_eq!(finds(&events).len(), 1);
}
