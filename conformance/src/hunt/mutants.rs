//! How many flawed servers a comparison finds: the hunters, hunted.

use crate::driver;
use crate::driver::Act;
use crate::hunt::Menu;
use crate::hunt::diff::Difference;
use crate::hunt::diff::Options;
use crate::hunt::diff::in_lab;
use crate::server::Config;
use crate::server::Flaw;
use crate::server::Flaws;
use crate::server::Mode;
use crate::server::Requests;

/// A server with one flaw, compared with the one without.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Compared {
    /// The flaw.
    pub flaw: Flaw,
    /// What shows it; `None` if it was not found.
    pub difference: Option<Difference>,
    /// Sequences that were run on both.
    pub runs: usize,
}

/// How servers are set up, and which part of the effort is for each, of twelve.
pub(crate) fn settings() -> [(Config, usize); 4] {
    let usual = Config {
        requests: Requests::Delegate,
        ..Config::default()
    };
    let read_only = Config {
        mode: Mode::ReadOnly,
        ..usual.clone()
    };
    let limited = Config {
        max_client_connections: 3,
        ..usual.clone()
    };
    // A server that does not carry out anything that concerns data.
    let bare = Config {
        requests: Requests::Unimplemented,
        ..usual.clone()
    };
    [(usual, 9), (bare, 1), (limited, 1), (read_only, 1)]
}

/// Compares a server with `flaw` with the model, by up to `effort` sequences, under virtual time. A
/// quarter of the effort is for servers that are set up in other ways.
#[must_use]
pub fn compare_mutant(flaw: Flaw, seed: u64, effort: usize) -> Compared {
    let mut compared = Compared {
        flaw,
        difference: None,
        runs: 0,
    };
    let driver = driver::Config {
        detail: true,
        ..driver::Config::default()
    };
    for (sound, part) in settings() {
        let flawed = Config {
            flaws: Flaws::NONE.with(flaw),
            ..sound.clone()
        };
        let menu = Menu {
            lines: 4,
            longest: 12,
            twisted: 30,
            acts: Act::ALL.to_vec(),
            ..Menu::default()
        };
        let options = Options {
            seed,
            menu,
            ..Options::default()
        };
        let servers = [&sound, &flawed];
        let tasks = effort.saturating_mul(part).div_ceil(12);
        let comparison = in_lab(servers, options, &driver, tasks, |comparison| {
            !comparison.differences().is_empty()
        });
        compared.runs += comparison.effort().runs;
        if let Some(difference) = comparison.differences().first() {
            compared.difference = Some(difference.clone());
            break;
        }
    }
    compared
}
