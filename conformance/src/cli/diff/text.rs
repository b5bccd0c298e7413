//! Findings for people.

use anstyle::AnsiColor;
use anstyle::Style;

use crate::cli::count::plural;
use crate::cli::diff::Findings;
use crate::cli::say;
use crate::hunt::diff::Answer;

const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();
const DIM: Style = Style::new().dimmed();

/// Answers that are shown of each server.
const MOST_ANSWERS: usize = 4;
/// Other sequences that are shown of a difference.
const MOST_VARIANTS: usize = 4;

pub(super) fn show(findings: &Findings) {
    let [first, second] = &findings.names;
    say(format_args!("A  {first}\nB  {second}"));
    for (index, difference) in findings.differences.iter().enumerate() {
        let steps = difference.sequence.len();
        say(format_args!(
            "\n{BAD}{}{BAD:#}  {}  {DIM}{}{}{DIM:#}",
            index + 1,
            difference.sequence,
            plural(steps, "step"),
            if difference.is_of_rates {
                ", in rates alone"
            } else {
                ""
            },
        ));
        for (letter, answers) in ["A", "B"].iter().zip(&difference.answers) {
            show_answers(letter, answers);
        }
        for variant in difference.variants.iter().take(MOST_VARIANTS) {
            say(format_args!("   {DIM}alike  {variant}{DIM:#}"));
        }
        if difference.variants.len() > MOST_VARIANTS {
            let more = difference.variants.len() - MOST_VARIANTS;
            say(format_args!("   {DIM}and {more} more{DIM:#}"));
        }
        if let Some(file) = findings.files.get(index) {
            say(format_args!("   {DIM}{}{DIM:#}", file.display()));
        }
    }
    if !findings.cases.different.is_empty() {
        say("\ncases that come out differently:");
    }
    for case in &findings.cases.different {
        let [a, b] = case.outcomes.each_ref().map(|outcomes| {
            let outcomes: Vec<&str> = outcomes.iter().map(String::as_str).collect();
            outcomes.join(" or ")
        });
        say(format_args!(
            "   {}  {}\n      A  {a}\n      B  {b}",
            case.id, case.name
        ));
    }
    show_summary(findings);
}

fn show_answers(letter: &str, answers: &[Answer]) {
    let runs: usize = answers.iter().map(|answer| answer.count).sum();
    for answer in answers.iter().take(MOST_ANSWERS) {
        say(format_args!(
            "   {letter}  {:>3} of {runs}  {}",
            answer.count, answer.said
        ));
    }
    if answers.len() > MOST_ANSWERS {
        say(format_args!(
            "   {letter}  and {} more",
            plural(answers.len() - MOST_ANSWERS, "answer")
        ));
    }
}

fn show_summary(findings: &Findings) {
    let rates = findings
        .differences
        .iter()
        .filter(|it| it.is_of_rates)
        .count();
    let count = findings.differences.len() - rates + findings.cases.different.len();
    let (style, found) = match count {
        0 => (GOOD, "no difference".to_owned()),
        _ => (BAD, plural(count, "difference")),
    };
    let rates = match rates {
        0 => String::new(),
        count => format!(", {count} in rates alone"),
    };
    let tolerated = match findings.tolerated {
        0 => String::new(),
        count => format!(", {count} tolerated"),
    };
    let median = match findings.median() {
        Some(median) => format!(", {} in the median", plural(median, "step")),
        None => String::new(),
    };
    say(format_args!(
        "\n{style}{found}{style:#}{rates}{tolerated}{median}  {DIM}{}, {} on each, {}, {:.1} s, seed {}{DIM:#}",
        plural(findings.effort.sequences, "sequence"),
        plural(findings.effort.runs, "run"),
        plural(findings.cases.compared, "case"),
        findings.elapsed.as_secs_f64(),
        findings.seed,
    ));
}

impl Findings {
    /// How many steps a witness has, in the median.
    pub(super) fn median(&self) -> Option<usize> {
        let steps = self.differences.iter().map(|it| it.sequence.len());
        let mut steps: Vec<usize> = steps.collect();
        steps.sort_unstable();
        steps.get(steps.len() / 2).copied()
    }
}
