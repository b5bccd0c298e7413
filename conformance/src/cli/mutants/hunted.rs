//! The mutants that a hunt finds: what shows each, and how many there are.

use anstyle::Style;

use crate::cli::say;
use crate::cli::workers::do_each;
use crate::cli::workers::seconds;
use crate::fuzz::Attempt;
use crate::hunt::Compared;
use crate::hunt::Sequence;
use crate::net::Clock;
use crate::server::Flaw;

/// What became of a mutant.
pub(super) struct Hunted {
    flaw: Flaw,
    runs: u64,
    /// What shows it, and in words.
    shown: Option<(Sequence, String)>,
}

impl From<Compared> for Hunted {
    fn from(compared: Compared) -> Self {
        let shown = compared.difference.map(|difference| {
            let words = difference.in_words();
            (difference.sequence, words)
        });
        Self {
            flaw: compared.flaw,
            runs: compared.runs as u64,
            shown,
        }
    }
}

impl From<Attempt> for Hunted {
    fn from(attempt: Attempt) -> Self {
        Self {
            flaw: attempt.flaw,
            runs: attempt.runs,
            shown: attempt.find.map(|find| (find.sequence, find.class)),
        }
    }
}

/// A hunt: by which verb, from which seed, and how many sequences are tried on each mutant at most.
pub(super) struct Hunt {
    pub(super) by: &'static str,
    pub(super) seed: u64,
    pub(super) effort: usize,
}

/// How a mutant is hunted.
pub(super) type Finder = fn(Flaw, &Hunt) -> Hunted;

impl Hunt {
    /// Goes after each of `flaws`, and tells what came of it.
    pub(super) fn run(&self, flaws: &[Flaw], find: Finder, as_json: bool) {
        let clock = Clock::start();
        let mut all = Vec::new();
        let hunt = |flaw: &Flaw| find(*flaw, self);
        do_each(flaws, hunt, |_, hunted, seconds| {
            if !as_json {
                show(&hunted, seconds);
            }
            all.push((hunted, seconds));
        });
        if as_json {
            say(self.json(&all, seconds(clock)));
        } else {
            self.sum_up(&all, seconds(clock));
        }
    }

    fn sum_up(&self, all: &[(Hunted, f64)], elapsed: f64) {
        let found = || {
            let shown = all
                .iter()
                .filter_map(|(it, seconds)| Some((it.shown.as_ref()?, *seconds)));
            shown.map(|((sequence, _), seconds)| (sequence.len(), seconds))
        };
        let mut steps: Vec<_> = found().map(|(steps, _)| steps).collect();
        steps.sort_unstable();
        let how = steps
            .get(steps.len() / 2)
            .map_or_else(String::new, |median| {
                let slowest = found().map(|(_, seconds)| seconds).fold(0.0, f64::max);
                format!(", each within {slowest:.1} s, by {median} steps in the median")
            });
        let bold = Style::new().bold();
        let Self { by, seed, effort } = self;
        say(format_args!(
            "\n{bold}{by} finds {} of {} mutants{bold:#}{how} (effort {effort}, seed {seed}, \
             {elapsed:.0} s in all)",
            steps.len(),
            all.len(),
        ));
    }

    fn json(&self, all: &[(Hunted, f64)], elapsed: f64) -> serde_json::Value {
        let mutants = all.iter().map(|(it, seconds)| {
            let shown = it.shown.as_ref();
            serde_json::json!({
                "flaw": it.flaw.name(),
                "runs": it.runs,
                "seconds": seconds,
                "sequence": shown.map(|(sequence, _)| sequence.to_string()),
                "steps": shown.map(|(sequence, _)| sequence.len()),
                "difference": shown.map(|(_, words)| words),
            })
        });
        let found = all.iter().filter(|(it, _)| it.shown.is_some());
        serde_json::json!({
            "schema": 1,
            "by": self.by,
            "seed": self.seed,
            "effort": self.effort,
            "seconds": elapsed,
            "found": found.count(),
            "mutants": mutants.collect::<Vec<_>>(),
        })
    }
}

fn show(hunted: &Hunted, seconds: f64) {
    let Hunted { flaw, runs, shown } = hunted;
    let name = flaw.name();
    let tried = format!("{name:<28} {runs:>6} runs {seconds:>6.1} s");
    match shown {
        Some((sequence, words)) => say(format_args!("{tried}  {sequence}\n{:>51}{words}", "")),
        None => say(format_args!("{tried}  not found")),
    }
}
