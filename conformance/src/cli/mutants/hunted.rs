//! The mutants that a hunt finds: what shows each, and how many there are.

use anstyle::Style;

use crate::cli::say;
use crate::fuzz::Attempt;
use crate::hunt::Compared;
use crate::hunt::Sequence;
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

/// A hunt: by which verb, from which seed, and how much was tried for each mutant.
pub(super) struct Hunt {
    pub(super) by: &'static str,
    pub(super) seed: u64,
    pub(super) effort: usize,
}

impl Hunt {
    pub(super) fn tell(&self, hunted: &[Hunted], as_json: bool) {
        if as_json {
            return say(self.json(hunted));
        }
        let bold = Style::new().bold();
        let mut steps = Vec::new();
        for Hunted { flaw, runs, shown } in hunted {
            let name = flaw.name();
            match shown {
                Some((sequence, words)) => {
                    steps.push(sequence.len());
                    say(format_args!(
                        "{name:<28} {runs:>6} runs  {sequence}\n{:>43}{words}",
                        ""
                    ));
                }
                None => say(format_args!("{name:<28} {runs:>6} runs  not found")),
            }
        }
        steps.sort_unstable();
        let median = match steps.get(steps.len() / 2) {
            Some(median) => format!(", by {median} steps in the median"),
            None => String::new(),
        };
        let Self { by, seed, effort } = self;
        say(format_args!(
            "\n{bold}{by} finds {} of {} mutants{bold:#}{median} (effort {effort}, seed {seed})",
            steps.len(),
            hunted.len(),
        ));
    }

    fn json(&self, hunted: &[Hunted]) -> serde_json::Value {
        let mutants = hunted.iter().map(|it| {
            let shown = it.shown.as_ref();
            serde_json::json!({
                "flaw": it.flaw.name(),
                "runs": it.runs,
                "sequence": shown.map(|(sequence, _)| sequence.to_string()),
                "steps": shown.map(|(sequence, _)| sequence.len()),
                "difference": shown.map(|(_, words)| words),
            })
        });
        let found = hunted.iter().filter(|it| it.shown.is_some());
        serde_json::json!({
            "schema": 1,
            "by": self.by,
            "seed": self.seed,
            "effort": self.effort,
            "found": found.count(),
            "mutants": mutants.collect::<Vec<_>>(),
        })
    }
}
