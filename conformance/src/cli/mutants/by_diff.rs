//! The mutants that a comparison with the model finds.

use anstyle::Style;

use crate::cli::say;
use crate::hunt::Compared;
use crate::hunt::compare_mutants;
use crate::server::Flaw;

/// Says what shows each mutant, and how many there are.
pub(super) fn run(flaws: &[Flaw], seed: u64, effort: usize, as_json: bool) {
    let compared = compare_mutants(flaws, seed, effort);
    if as_json {
        return say(json(&compared, seed, effort));
    }
    let bold = Style::new().bold();
    let mut steps = Vec::new();
    for Compared {
        flaw,
        difference,
        runs,
        ..
    } in &compared
    {
        match difference {
            Some(difference) => {
                steps.push(difference.sequence.len());
                say(format_args!(
                    "{:<28} {runs:>6} runs  {}\n{:>43}{}",
                    flaw.name(),
                    difference.sequence,
                    "",
                    difference.in_words()
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
        "\n{bold}diff finds {} of {} mutants{bold:#}{median} (effort {effort}, seed {seed})",
        steps.len(),
        compared.len(),
    ));
}

fn json(compared: &[Compared], seed: u64, effort: usize) -> serde_json::Value {
    let mutants = compared.iter().map(|it| {
        let difference = it.difference.as_ref();
        serde_json::json!({
            "flaw": it.flaw.name(),
            "runs": it.runs,
            "sequence": difference.map(|it| it.sequence.to_string()),
            "steps": difference.map(|it| it.sequence.len()),
            "difference": difference.map(|it| it.in_words()),
        })
    });
    let found = compared.iter().filter(|it| it.difference.is_some());
    serde_json::json!({
        "schema": 1,
        "by": "diff",
        "seed": seed,
        "effort": effort,
        "found": found.count(),
        "mutants": mutants.collect::<Vec<_>>(),
    })
}
