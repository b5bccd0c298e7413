//! `zkspec learn diff`, and `--check`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use serde_json::json;

use crate::cli::Exit;
use crate::cli::Trouble;
use crate::cli::count::plural;
use crate::cli::format::Format;
use crate::cli::learn::BAD;
use crate::cli::learn::DIM;
use crate::cli::learn::GOOD;
use crate::cli::learn::Words;
use crate::cli::learn::file;
use crate::cli::say;
use crate::learn::Comparison;
use crate::learn::Difference;
use crate::learn::Mealy;
use crate::learn::compare;

/// What `zkspec learn diff` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// A model as JSON.
    left: PathBuf,
    /// Another.
    right: PathBuf,
    /// Compare by words up to this length.
    #[arg(long, value_name = "N", default_value_t = NonZeroUsize::MAX, hide_default_value = true)]
    longest: NonZeroUsize,
    /// As text for people, or one JSON object a line for each difference.
    #[arg(long, default_value = "text")]
    format: Format,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Trouble> {
    let left = file::read(&arguments.left)?;
    let right = file::read(&arguments.right)?;
    let longest = arguments.longest.get();
    let comparison = compare(&left, &right, longest);
    let names = [&arguments.left, &arguments.right].map(|path| path.display().to_string());
    match arguments.format {
        Format::Text => {
            let names = [names[0].as_str(), &names[1]];
            show(Words::Stdout, names, [&left, &right], longest, &comparison);
        }
        Format::Json => comparison
            .differences
            .iter()
            .for_each(|difference| say(as_json(difference))),
    }
    Ok(exit(&comparison))
}

/// Holds a model against the one that it should be.
pub(super) fn check(
    words: Words,
    name: &str,
    golden: &Mealy,
    subject: &str,
    model: &Mealy,
) -> Exit {
    let comparison = compare(golden, model, usize::MAX);
    let names = [name, subject];
    show(words, names, [golden, model], usize::MAX, &comparison);
    exit(&comparison)
}

const fn exit(comparison: &Comparison) -> Exit {
    if comparison.is_same() {
        Exit::Fine
    } else {
        Exit::Unexpected
    }
}

fn show(
    words: Words,
    names: [&str; 2],
    models: [&Mealy; 2],
    longest: usize,
    comparison: &Comparison,
) {
    let [one, other] = names;
    if comparison.is_same() {
        let limit = match longest {
            usize::MAX => String::new(),
            longest => format!(" on words of up to {}", plural(longest, "symbol")),
        };
        let [left, right] = models.map(|model| model.states.len());
        words.say(format_args!(
            "{GOOD}✓{GOOD:#} {one} and {other} behave alike{limit}  \
             {DIM}{left} and {}{DIM:#}",
            plural(right, "state"),
        ));
        return;
    }
    for (name, only) in [
        (one, &comparison.only_left),
        (other, &comparison.only_right),
    ] {
        if !only.is_empty() {
            words.say(format_args!("only {name} has {}", only.join(", ")));
        }
    }
    let width = one.chars().count().max(other.chars().count());
    for difference in &comparison.differences {
        let Difference {
            word, left, right, ..
        } = difference;
        let places = match difference.places {
            1 => String::new(),
            places => format!("  {DIM}and in {} more states{DIM:#}", places - 1),
        };
        words.say(format_args!("{BAD}≠{BAD:#} {}{places}", word.join(" ")));
        words.say(format_args!("    {one:<width$}  {left}"));
        words.say(format_args!("    {other:<width$}  {right}"));
    }
    let kinds = match comparison.differences.len() {
        1 => "1 kind".to_owned(),
        kinds => format!("{kinds} kinds"),
    };
    words.say(format_args!(
        "{kinds} of difference, the shortest word for each"
    ));
}

fn as_json(difference: &Difference) -> serde_json::Value {
    json!({
        "word": difference.word,
        "left": difference.left.as_ref(),
        "right": difference.right.as_ref(),
        "places": difference.places,
    })
}
