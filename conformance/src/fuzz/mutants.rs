//! Servers with one flaw each, put to the fuzzer: which flaws it finds.

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

/// Fuzzes a server with `flaw`, by at most `runs` sequences from `seed` on. A quarter of them is for
/// servers that are set up in other ways.
#[must_use]
pub fn attempt(flaw: Flaw, runs: u64, seed: u64) -> Attempt {
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
            runs: Some(runs.saturating_mul(part as u64).div_ceil(12)),
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
