//! Servers with one flaw each, put to the fuzzer: which flaws it finds.

use std::num::NonZeroUsize;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use crate::driver;
use crate::fuzz::Event;
use crate::fuzz::Find;
use crate::fuzz::Fuzzer;
use crate::fuzz::LabTarget;
use crate::fuzz::Options;
use crate::fuzz::Oracle;
use crate::fuzz::menu;
use crate::hunt::settings;
use crate::server;
use crate::server::Flaw;
use crate::server::Flaws;

/// A server with one flaw, and what the fuzzer made of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Attempt {
    /// The flaw.
    pub flaw: Flaw,
    /// How many sequences were played in all.
    pub runs: u64,
    /// What it found, made small.
    pub find: Option<Find>,
}

/// Fuzzes a server for each of `flaws`, each by at most `runs` sequences from `seed` on.
#[must_use]
pub fn attempts(flaws: &[Flaw], runs: u64, seed: u64) -> Vec<Attempt> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let Some(flaw) = flaws.get(next.fetch_add(1, Ordering::Relaxed)) {
            done.push(attempt(*flaw, runs, seed));
        }
        done
    };
    let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let mut attempts: Vec<Attempt> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let done = workers.into_iter().filter_map(|worker| worker.join().ok());
        done.flatten().collect()
    });
    attempts.sort_by_key(|attempt| attempt.flaw);
    attempts
}

fn attempt(flaw: Flaw, runs: u64, seed: u64) -> Attempt {
    let mut attempt = Attempt {
        flaw,
        runs: 0,
        find: None,
    };
    for (sound, part) in settings() {
        let driver = driver();
        let mut target = LabTarget {
            server: server::Config {
                flaws: Flaws::NONE.with(flaw),
                ..sound.clone()
            },
            driver: driver.clone(),
        };
        let options = Options {
            runs: Some(runs * part as u64 / 12),
            seed,
            first: true,
            menu: menu(),
            ..Options::default()
        };
        let mut find = None;
        let mut tell = |event: &Event| {
            if let Event::FuzzFound(found) = event {
                find = Some((**found).clone());
            }
        };
        let oracle = Oracle::exact(sound, driver);
        let mut fuzzer = Fuzzer::new(&mut target, oracle, options, &mut tell);
        match fuzzer.run(&[]) {
            Ok(()) => {}
            Err(never) => match never {},
        }
        attempt.runs += fuzzer.count().runs;
        attempt.find = find;
        if attempt.find.is_some() {
            break;
        }
    }
    attempt
}

/// How a server on virtual time is driven, where waiting costs nothing.
#[must_use]
pub fn driver() -> driver::Config {
    driver::Config {
        detail: true,
        quiet: Duration::from_millis(50),
        ..driver::Config::default()
    }
}
