//! `zkspec report check`: runs held against ones that were written down, or to a list of what has to
//! pass.

use std::path::Path;
use std::path::PathBuf;

use crate::cli::Exit;
use crate::cli::Trouble;
use crate::cli::choice::select;
use crate::cli::count::plural;
use crate::cli::list::catalogue;
use crate::cli::report::Input;
use crate::cli::report::output::render;
use crate::cli::report::required::missing;
use crate::cli::report::runs_of;
use crate::cli::say;
use crate::cli::sink::Sink;
use crate::report::Change;
use crate::report::Format;
use crate::report::Run;
use crate::report::compare;
use crate::report::merge;
use crate::report::stable;

/// What `zkspec report check` takes.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("to").args(["golden", "required"]).required(true).multiple(true))]
pub(super) struct Arguments {
    #[command(flatten)]
    input: Input,
    /// The runs that were written down: a stream, best made by --update.
    #[arg(long, value_name = "FILE.jsonl")]
    golden: Option<PathBuf>,
    /// Let it pass that products or cases that are written down were not run.
    #[arg(long, requires = "golden")]
    partial: bool,
    /// Write down these runs, instead of comparing.
    #[arg(long, requires = "golden", conflicts_with_all = ["partial", "required"])]
    update: bool,
    /// Cases that have to pass on every product, whatever else does not: selectors, as of zkspec
    /// server, such as @FILE; may be given several times.
    #[arg(long, value_name = "SELECTOR")]
    required: Vec<String>,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Trouble> {
    let runs = arguments.input.read()?;
    let mut exit = Exit::Fine;
    if let Some(golden) = &arguments.golden {
        if arguments.update {
            let runs = merge(runs.into_iter().map(stable));
            Sink::open(golden)?.finish(&render(Format::Jsonl, &runs)?)?;
            return Ok(Exit::Fine);
        }
        exit = exit.or(compared(golden, &runs, arguments.partial)?);
    }
    if !arguments.required.is_empty() {
        exit = exit.or(required(&arguments.required, &runs)?);
    }
    Ok(exit)
}

/// Tells what is not as it was written down.
fn compared(golden: &Path, runs: &[Run], partial: bool) -> Result<Exit, Trouble> {
    let was = runs_of(golden).map_err(|trouble| match golden.exists() {
        true => trouble,
        false => trouble.hint("--update writes it"),
    })?;
    let mut differences = compare(&was, runs);
    if partial {
        differences.retain(|difference| !matches!(difference.change, Change::Gone { .. }));
    }
    for difference in &differences {
        say(difference);
    }
    let golden = golden.display();
    if differences.is_empty() {
        say(format_args!("as {golden} has it"));
        return Ok(Exit::Fine);
    }
    let count = plural(differences.len(), "difference");
    say(format_args!(
        "{count} from {golden}; --update writes down what is new"
    ));
    Ok(Exit::Unexpected)
}

/// Tells what should have passed and did not.
fn required(selectors: &[String], runs: &[Run]) -> Result<Exit, Trouble> {
    let catalogue = catalogue()?;
    let cases = select(&catalogue, selectors)?;
    let missing = missing(runs, &cases);
    for line in &missing {
        say(line);
    }
    if missing.is_empty() {
        say(format_args!(
            "{} passed",
            plural(cases.len(), "required case")
        ));
        return Ok(Exit::Fine);
    }
    Ok(Exit::Unexpected)
}
