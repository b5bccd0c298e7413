//! `zkspec report`: reports of runs that are over, and the reports of a run under way.

mod check;
mod github;
mod output;
mod required;
mod text;
mod traces;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::path::PathBuf;

use crate::cli::Exit;
use crate::cli::Trouble;
use crate::cli::help;
use crate::cli::report::github::JobSummary;
use crate::cli::sink::Sink;
use crate::cli::sink::is_stdout;
use crate::report::Format;
use crate::report::Run;
use crate::report::SCHEMA;
use crate::report::merge;
use crate::report::read;
use crate::report::stable;

pub(super) use self::output::Output;
pub(super) use self::output::Writer;
pub(super) use self::text::Text;
pub(super) use self::traces::Traces;

/// What `zkspec report` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = help::REPORT)]
pub(super) struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// One stream of many, in an order that does not depend on theirs.
    Merge(Convert),
    /// A page for browsers: products by cases, each with its wire log.
    Html(Convert),
    /// Markdown.
    Markdown(Convert),
    /// JUnit's XML.
    Junit(Convert),
    /// TAP, version 14.
    Tap(Convert),
    /// SARIF 2.1.0.
    Sarif(Convert),
    /// GitHub's annotations; the summary of the job is added to.
    Github {
        #[command(flatten)]
        input: Input,
        #[command(flatten)]
        summary: JobSummary,
    },
    /// Text for people.
    Text {
        #[command(flatten)]
        input: Input,
        /// List every case, not just those that stand out.
        #[arg(long, short)]
        verbose: bool,
    },
    /// Hold runs against ones that were written down, or to a list of what has to pass: 1 if they
    /// are not so.
    Check(check::Arguments),
    /// Print the JSON Schema of an event.
    Schema,
}

/// Runs that are over.
#[derive(Debug, clap::Args)]
struct Input {
    /// What `zkspec server --jsonl` wrote; - is stdin.
    #[arg(required = true, value_name = "FILE.jsonl")]
    files: Vec<PathBuf>,
}

#[derive(Debug, clap::Args)]
struct Convert {
    #[command(flatten)]
    input: Input,
    /// Where to write it; - is stdout.
    #[arg(long, short, value_name = "FILE", default_value = "-")]
    output: PathBuf,
    /// Leave out what changes from run to run: times, ids that the server chose, wire logs.
    #[arg(long)]
    stable: bool,
}

pub(super) fn run(arguments: Arguments) -> Result<Exit, Trouble> {
    match arguments.verb {
        Verb::Merge(convert) => convert.run(Format::Jsonl),
        Verb::Html(convert) => convert.run(Format::Html),
        Verb::Markdown(convert) => convert.run(Format::Markdown),
        Verb::Junit(convert) => convert.run(Format::Junit),
        Verb::Tap(convert) => convert.run(Format::Tap),
        Verb::Sarif(convert) => convert.run(Format::Sarif),
        Verb::Github { input, summary } => {
            github::tell(&input.read()?, &summary, false).map(|()| Exit::Fine)
        }
        Verb::Text { input, verbose } => {
            for run in input.read()? {
                let mut text = Text::new(verbose, false, false, run.info.level);
                run.events().for_each(|event| text.tell(&event, None));
                text.finish(match run.summary {
                    Some(_) => Exit::Fine,
                    None => Exit::Interrupted,
                });
            }
            Ok(Exit::Fine)
        }
        Verb::Check(check) => check::run(&check),
        Verb::Schema => Sink::open(Path::new("-"))?
            .finish(SCHEMA)
            .map(|()| Exit::Fine),
    }
}

impl Convert {
    fn run(&self, format: Format) -> Result<Exit, Trouble> {
        let mut runs = self.input.read()?;
        if self.stable {
            runs = merge(runs.into_iter().map(stable));
        }
        let sink = Sink::open(&self.output)?;
        sink.finish(&output::render(format, &runs)?)?;
        Ok(Exit::Fine)
    }
}

impl Input {
    /// All runs of all files, merged.
    fn read(&self) -> Result<Vec<Run>, Trouble> {
        let mut seen = BTreeSet::new();
        let mut runs = Vec::new();
        for path in &self.files {
            let place = path.canonicalize().unwrap_or_else(|_| path.clone());
            if !seen.insert(place) {
                let path = path.display();
                return Err(Trouble::usage(format!("{path} is given twice"))
                    .hint("a run counts as often as it is given"));
            }
            runs.extend(runs_of(path)?);
        }
        Ok(merge(runs))
    }
}

/// The runs in a file, or those on stdin for `-`.
fn runs_of(path: &Path) -> Result<Vec<Run>, Trouble> {
    let runs = if is_stdout(path) {
        read(std::io::stdin().lock())
    } else {
        File::open(path)
            .map_err(Into::into)
            .and_then(|file| read(BufReader::new(file)))
    };
    runs.map_err(|error| {
        Trouble::usage(format!("cannot read {}: {error}", path.display()))
            .hint("it should be what zkspec server --jsonl wrote")
    })
}
