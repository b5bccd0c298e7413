//! The judge, judged: which case finds which flaw of the crate's own server.
//!
//! A server with one flaw is a mutant. Every mutant is put to the whole catalogue, each case on a
//! server of its own and on virtual time, and a case that fails has killed it. A case that needs
//! one that failed is blocked, as in a run, and has killed nothing.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::panic::resume_unwind;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::task::Context;
use std::task::Poll;
use std::task::Waker;
use std::thread;

use crate::judge::Case;
use crate::judge::Catalogue;
use crate::judge::Level;
use crate::judge::Options;
use crate::judge::Subject;
use crate::judge::play;
use crate::judge::probe;
use crate::player::Verdict;
use crate::server::Config;
use crate::server::Flaw;
use crate::server::Flaws;
use crate::transcript::Bindings;

/// Mutants that no case is meant to kill, and why.
const UNCAUGHT: &[(Flaw, &str)] = &[
    (
        Flaw::LimitExclusive,
        "a server may be set to a lower limit, so closing is a tolerated outcome",
    ),
    (
        Flaw::SilentKept,
        "Apache 3.4 does it, and the others on Netty",
    ),
    (
        Flaw::AlwaysReadOnlyByte,
        "3.9.0 to 3.9.2 do it, so it is a tolerated outcome",
    ),
    (
        Flaw::EvictAfterCheck,
        "it is better than what the reference does, so it is a tolerated outcome",
    ),
    (
        Flaw::UnroundedExpiry,
        "any moment from the timeout to the end of the tick after it is in time",
    ),
    (
        Flaw::AuthTouches,
        "that auth does not count is a quirk, so it is a tolerated outcome",
    ),
];

/// Which case kills which mutant.
#[derive(Clone, Debug)]
pub struct KillMatrix<'a> {
    cases: &'a [Case],
    /// What the sound server fails.
    sound: Vec<Kill>,
    /// How many cases could not be put to the sound server.
    untested: usize,
    mutants: Vec<Mutant>,
}

/// A server with one flaw, and what became of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Mutant {
    /// The flaw.
    pub flaw: Flaw,
    /// The cases that failed, in the order of the catalogue.
    pub kills: Vec<Kill>,
    /// How many cases were blocked by these.
    pub blocked: usize,
}

/// A case that failed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Kill {
    /// Its id.
    pub id: String,
    /// The name of the forbidden outcome, if it was one.
    pub outcome: Option<String>,
    /// What was seen.
    pub actual: String,
}

/// What became of a case.
enum Fate {
    Fine,
    Failed(Kill),
    Blocked,
}

impl<'a> KillMatrix<'a> {
    /// Puts a mutant for each of `flaws` to the cases of `catalogue`.
    #[must_use]
    pub fn new(catalogue: &'a Catalogue, flaws: &[Flaw]) -> Self {
        let cases = catalogue.cases();
        let options = Options::default();
        // The bounds are those the server should have, not those that a flaw makes of them.
        let sound = Subject::Embedded(Box::default());
        let bindings = at_once(probe(&sound, &options)).and_then(Result::ok);
        let bindings = bindings.unwrap_or_default();
        let put = |flaws| put(catalogue, flaws, &bindings, &options);
        let next = AtomicUsize::new(0);
        let work = || {
            let mut done = Vec::new();
            while let Some(flaw) = flaws.get(next.fetch_add(1, Ordering::Relaxed)) {
                let (kills, blocked) = put(Flaws::NONE.with(*flaw));
                done.push(Mutant {
                    flaw: *flaw,
                    kills,
                    blocked,
                });
            }
            done
        };
        let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let mut mutants: Vec<_> = thread::scope(|scope| {
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            let done = workers.into_iter().flat_map(|worker| {
                // A mutant that was never tried must not look like one that does no harm.
                worker.join().unwrap_or_else(|panic| resume_unwind(panic))
            });
            done.collect()
        });
        mutants.sort_by_key(|mutant: &Mutant| mutant.flaw);
        let (sound, untested) = put(Flaws::NONE);
        Self {
            cases,
            sound,
            untested,
            mutants,
        }
    }

    /// The mutants, in the order of their flaws.
    #[must_use]
    pub fn mutants(&self) -> &[Mutant] {
        &self.mutants
    }

    /// The cases, in order.
    #[must_use]
    pub const fn cases(&self) -> &[Case] {
        self.cases
    }

    /// The flaws that the case `id` kills.
    pub fn killed_by(&self, id: &str) -> impl Iterator<Item = Flaw> {
        let kills = move |mutant: &&Mutant| mutant.kills.iter().any(|kill| kill.id == id);
        self.mutants.iter().filter(kills).map(|mutant| mutant.flaw)
    }

    /// What is wrong with the catalogue or the flaws, in sentences.
    #[must_use]
    pub fn complaints(&self) -> Vec<String> {
        let mut complaints = Vec::new();
        for kill in &self.sound {
            complaints.push(format!("the server without a flaw fails {}", kill.id));
        }
        if self.untested > 0 {
            let count = self.untested;
            complaints.push(format!("{count} cases cannot be put to a server"));
        }
        let tried: BTreeSet<_> = self.mutants.iter().map(|mutant| mutant.flaw).collect();
        for mutant in &self.mutants {
            match (mutant.kills.as_slice(), mutant.excuse()) {
                ([], None) => complaints.push(format!("no case kills {}", mutant.flaw)),
                ([kill, ..], Some(_)) => complaints.push(format!(
                    "{} is excused, but {} kills it",
                    mutant.flaw, kill.id
                )),
                _ => {}
            }
        }
        for case in self.cases {
            let killed: BTreeSet<_> = self.killed_by(&case.id).collect();
            for name in &case.flaws {
                match Flaw::from_name(name) {
                    None => complaints.push(format!("{} names no flaw: {name}", case.id)),
                    Some(flaw) if tried.contains(&flaw) && !killed.contains(&flaw) => {
                        complaints.push(format!("{} does not kill {name}", case.id));
                    }
                    Some(_) => {}
                }
            }
            let is_all = tried.len() == Flaw::ALL.len();
            if is_all && case.level == Level::Must && killed.is_empty() {
                complaints.push(format!("{} {} kills no mutant", case.id, case.name));
            }
        }
        complaints
    }
}

impl Mutant {
    /// Why no case is meant to kill it, if so.
    #[must_use]
    pub fn excuse(&self) -> Option<&'static str> {
        let found = UNCAUGHT.iter().find(|(flaw, _)| *flaw == self.flaw);
        found.map(|(_, reason)| *reason)
    }
}

/// Puts a server to every case; those that failed, and how many were blocked.
fn put(
    catalogue: &Catalogue,
    flaws: Flaws,
    bindings: &Bindings,
    options: &Options,
) -> (Vec<Kill>, usize) {
    let mut trial = Trial {
        catalogue,
        config: Config {
            flaws,
            ..Config::default()
        },
        bindings,
        options,
        fates: BTreeMap::new(),
    };
    let cases = catalogue.cases();
    cases.iter().for_each(|case| trial.judge(case));
    let mut fates = trial.fates;
    let fates = cases.iter().filter_map(|case| fates.remove(&*case.id));
    let mut kills = Vec::new();
    let mut blocked = 0;
    for fate in fates {
        match fate {
            Fate::Fine => {}
            Fate::Failed(kill) => kills.push(kill),
            Fate::Blocked => blocked += 1,
        }
    }
    (kills, blocked)
}

struct Trial<'a> {
    catalogue: &'a Catalogue,
    config: Config,
    bindings: &'a Bindings,
    options: &'a Options,
    fates: BTreeMap<&'a str, Fate>,
}

impl<'a> Trial<'a> {
    /// Finds out about a case, and first about those it needs.
    fn judge(&mut self, case: &'a Case) {
        if self.fates.contains_key(&*case.id) {
            return;
        }
        for needed in case.needs.iter().filter_map(|id| self.catalogue.find(id)) {
            self.judge(needed);
        }
        let is_fine = |id: &String| matches!(self.fates.get(&**id), Some(Fate::Fine));
        let fate = if case.needs.iter().all(is_fine) {
            self.play(case)
        } else {
            Fate::Blocked
        };
        self.fates.insert(&case.id, fate);
    }

    fn play(&self, case: &Case) -> Fate {
        let subject = Subject::Embedded(Box::new(self.config.clone()));
        let script = Arc::clone(&case.script);
        let played = play(subject, script, self.bindings.clone(), self.options);
        match at_once(played).map(|played| played.verdict) {
            Some(Verdict::Passed { .. }) => Fate::Fine,
            Some(Verdict::Failed(failure)) => Fate::Failed(Kill {
                id: case.id.clone(),
                outcome: failure.outcome,
                actual: failure.actual,
            }),
            // A script that leaves something open: neither fine nor a kill.
            Some(Verdict::Untested(_)) | None => Fate::Blocked,
        }
    }
}

/// What a future comes to that has nothing to wait for, as on virtual time.
fn at_once<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}
