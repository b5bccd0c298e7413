//! `zkspec report check`: runs held against ones that were written down.

use std::path::PathBuf;

use crate::cli::Exit;
use crate::cli::Trouble;
use crate::cli::report::Input;
use crate::cli::report::output::render;
use crate::cli::report::runs_of;
use crate::cli::report::sink::Sink;
use crate::cli::say;
use crate::report::Change;
use crate::report::Format;
use crate::report::compare;
use crate::report::merge;
use crate::report::stable;

/// What `zkspec report check` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    input: Input,
    /// The runs that were written down: a stream, best made by --update.
    #[arg(long, value_name = "FILE.jsonl")]
    golden: PathBuf,
    /// Let it pass that products or cases that are written down were not run.
    #[arg(long)]
    partial: bool,
    /// Write down these runs, instead of comparing.
    #[arg(long, conflicts_with = "partial")]
    update: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Trouble> {
    let runs = arguments.input.read()?;
    if arguments.update {
        let runs = merge(runs.into_iter().map(stable));
        Sink::open(&arguments.golden)?.finish(&render(Format::Jsonl, &runs)?)?;
        return Ok(Exit::Fine);
    }
    let golden = runs_of(&arguments.golden).map_err(|trouble| {
        if arguments.golden.exists() {
            trouble
        } else {
            trouble.hint("--update writes it")
        }
    })?;
    let mut differences = compare(&golden, &runs);
    if arguments.partial {
        differences.retain(|difference| !matches!(difference.change, Change::Gone { .. }));
    }
    for difference in &differences {
        say(difference);
    }
    let golden = arguments.golden.display();
    match differences.len() {
        0 => {
            say(format_args!("as {golden} has it"));
            Ok(Exit::Fine)
        }
        count => {
            let plural = if count == 1 {
                "difference"
            } else {
                "differences"
            };
            say(format_args!(
                "{count} {plural} from {golden}; --update writes down what is new"
            ));
            Ok(Exit::Unexpected)
        }
    }
}
