//! The mutants that the fuzzer finds.

use anstyle::Style;

use crate::cli::say;
use crate::fuzz::Attempt;
use crate::fuzz::attempts;
use crate::server::Flaw;

/// Says what shows each mutant, and how many there are.
pub(super) fn run(flaws: &[Flaw], seed: u64, effort: usize, as_json: bool) {
    let attempts = attempts(flaws, effort as u64, seed);
    if as_json {
        return say(json(&attempts, seed, effort));
    }
    let bold = Style::new().bold();
    let mut steps = Vec::new();
    for Attempt { flaw, runs, find } in &attempts {
        match find {
            Some(find) => {
                steps.push(find.sequence.len());
                say(format_args!(
                    "{:<28} {runs:>6} runs  {}\n{:>43}{}",
                    flaw.name(),
                    find.sequence,
                    "",
                    find.class
                ));
            }
            None => say(format_args!(
                "{:<28} {runs:>6} runs  not found",
                flaw.name()
            )),
        }
    }
    steps.sort_unstable();
    let median = match steps.get(steps.len() / 2) {
        Some(median) => format!(", by {median} steps in the median"),
        None => String::new(),
    };
    say(format_args!(
        "\n{bold}fuzz finds {} of {} mutants{bold:#}{median} (effort {effort}, seed {seed})",
        steps.len(),
        attempts.len(),
    ));
}

fn json(attempts: &[Attempt], seed: u64, effort: usize) -> serde_json::Value {
    let mutants = attempts.iter().map(|attempt| {
        let find = attempt.find.as_ref();
        serde_json::json!({
            "flaw": attempt.flaw.name(),
            "runs": attempt.runs,
            "sequence": find.map(|find| find.sequence.to_string()),
            "steps": find.map(|find| find.sequence.len()),
            "difference": find.map(|find| find.class.as_str()),
        })
    });
    let found = attempts.iter().filter(|attempt| attempt.find.is_some());
    serde_json::json!({
        "schema": 1,
        "by": "fuzz",
        "seed": seed,
        "effort": effort,
        "found": found.count(),
        "mutants": mutants.collect::<Vec<_>>(),
    })
}
