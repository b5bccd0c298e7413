//! `zkspec server`: the judge.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use crate::cli::Exit;
use crate::cli::Trouble;
use crate::cli::choice::Choice;
use crate::cli::help;
use crate::cli::list;
use crate::cli::list::catalogue;
use crate::cli::note;
use crate::cli::pace::Pace;
use crate::cli::process::Start;
use crate::cli::record::Record;
use crate::cli::report::Output;
use crate::cli::report::Text;
use crate::cli::report::Traces;
use crate::cli::report::Writer;
use crate::cli::runtime;
use crate::cli::serve::Setup;
use crate::cli::signal::asked_to_stop;
use crate::cli::standard;
use crate::cli::standard::Known;
use crate::cli::standard::Update;
use crate::cli::stated::Stated;
use crate::cli::target::Target;
use crate::cli::tls::Tls;
use crate::judge;
use crate::judge::Event;
use crate::judge::Guard;
use crate::judge::Level;
use crate::judge::Options;
use crate::judge::Subject;
use crate::judge::Summary;
use crate::judge::Tally;

/// What `zkspec server` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = help::SERVER)]
pub(super) struct Arguments {
    /// HOST:PORT of the server to judge, then selectors of the cases: see below. Without
    /// HOST:PORT, the built-in server is judged, or the one that CMD starts.
    #[arg(value_name = "HOST:PORT | SELECTOR")]
    words: Vec<String>,
    /// Which cases fail the run if they do not hold: those of this level and above.
    #[arg(long, value_name = "LEVEL", default_value = "should")]
    level: Level,
    #[command(flatten)]
    choice: Choice,
    #[command(flatten)]
    known: Known,
    #[command(flatten)]
    start: Start,
    #[command(flatten)]
    tls: Tls,
    /// List the cases that would run, and run none.
    #[arg(long)]
    dry_run: bool,
    /// Stop at the first failure.
    #[arg(long)]
    fail_fast: bool,
    /// How many cases run at once.
    #[arg(long, short, value_name = "N", default_value = "128")]
    jobs: NonZeroUsize,
    /// How many connections are open at once; 45, or 8 with --tls, whose handshakes cost more.
    #[arg(long, value_name = "N")]
    connections: Option<NonZeroUsize>,
    #[command(flatten)]
    pace: Pace,
    #[command(flatten)]
    stated: Stated,
    /// Run all of it so many times; every run has to be as expected.
    #[arg(long, value_name = "N", default_value = "1")]
    repeat: NonZeroU32,
    /// Run all of it so many times, whatever comes of it, and say how often each case went which
    /// way.
    #[arg(long, value_name = "N", conflicts_with = "repeat")]
    stress: Option<NonZeroU32>,
    /// Where every case that fails leaves a transcript that `zkspec replay` takes.
    #[arg(long, value_name = "DIR", default_value = "zk-out")]
    trace_dir: PathBuf,
    /// List every case, not just those that stand out.
    #[arg(long, short)]
    verbose: bool,
    /// Say nothing but what stands out.
    #[arg(long, short, conflicts_with = "verbose")]
    quiet: bool,
    #[command(flatten)]
    output: Output,
    #[command(flatten, next_help_heading = "The built-in server")]
    embedded: Setup,
}

pub(super) fn run(arguments: Arguments) -> Result<Exit, Trouble> {
    let (target, selectors) = Target::split(&arguments.words)?;
    let start = &arguments.start;
    let given = target.as_ref().map(|target| target.address);
    let address = match given {
        Some(address) => Some(address),
        None if start.is_meant() => Some(start.free_address()?),
        None => None,
    };
    let host = target.map_or_else(|| "127.0.0.1".to_owned(), |target| target.host);
    let catalogue = catalogue()?;
    let choice = &arguments.choice;
    let cases = choice.cases(&catalogue, &selectors, &arguments.trace_dir)?;
    if arguments.dry_run {
        cases.iter().for_each(|case| list::line(case));
        return Ok(Exit::Fine);
    }
    let known = arguments.known.read(&catalogue)?;
    let mut options = Options {
        jobs: arguments.jobs.get(),
        level: arguments.level,
        fail_fast: arguments.fail_fast,
        connections: (arguments.connections)
            .map_or_else(|| arguments.tls.connections(), NonZeroUsize::get),
        seed: choice.seed,
        ..Options::default()
    };
    arguments.output.configure(&mut options);
    arguments.stated.set(&mut options);
    arguments.pace.set(&mut options.player);
    let subject = match address {
        Some(address) => {
            arguments.embedded.check_unused(address)?;
            arguments.tls.subject(&host, address)?
        }
        None => {
            arguments.tls.check_unused()?;
            Subject::Embedded(Box::new(arguments.embedded.config()?))
        }
    };
    // What cannot be written is said before there is anything to write.
    let writer = arguments.output.open()?;
    let mut exit = Exit::Fine;
    let mut update = arguments.known.update()?;
    let runtime = runtime()?;
    let managed = match address {
        None => None,
        Some(address) => {
            let started = start.start(&subject, address, &arguments.trace_dir);
            runtime.block_on(async {
                tokio::select! {
                    started = started => started,
                    () = asked_to_stop() => Err(Trouble::interrupted()),
                }
            })?
        }
    };
    options.guard = managed.clone().map(|managed| managed as Arc<dyn Guard>);
    let (standard, facts) = runtime.block_on(known.standard(&subject, &options));
    options.standard = standard;
    if options.label.transport.is_none() {
        options.label.transport = facts.transport().map(str::to_owned);
    }
    if let Some(told) = standard::told(&options.standard, &catalogue) {
        note(&told);
    }
    let mut reports = Reports::open(&arguments, given, &host, options.level, writer);
    runtime.block_on(async {
        let runs = arguments.stress.unwrap_or(arguments.repeat).get();
        let mut tally = Tally::default();
        let all = async {
            for run in 0..runs {
                options.seed = choice.seed.map(|seed| seed.wrapping_add(run.into()));
                let summary = {
                    let mut tell = |event: &Event| {
                        reports.tell(event, &catalogue);
                        tally.tell(event);
                        if let Some(update) = &mut update {
                            update.tell(event);
                        }
                    };
                    judge::run(&catalogue, &cases, &subject, &options, &mut tell).await
                };
                exit = exit.or(exit_of(&summary));
                if exit != Exit::Fine && arguments.stress.is_none() {
                    break;
                }
            }
            if arguments.stress.is_some() {
                reports.tell(&Event::StressFinished(tally), &catalogue);
            }
        };
        tokio::select! {
            () = all => {}
            () = asked_to_stop() => exit = Exit::Interrupted,
        }
        if let Some(managed) = managed {
            managed.stop().await;
        }
    });
    reports.finish(exit)?;
    match update {
        None => Ok(exit),
        Some(update) if matches!(exit, Exit::Fine | Exit::Unexpected) => {
            update_expectations(update)
        }
        Some(update) => {
            let path = update.path().display();
            note(&format!(
                "{path} is left as it is: such a run says too little"
            ));
            Ok(exit)
        }
    }
}

/// Writes what a run found to an expectation file; with that, it was as expected.
fn update_expectations(update: Update) -> Result<Exit, Trouble> {
    let (path, changes) = update.finish()?;
    note(&format!(
        "{}: {} added, {} changed, {} removed",
        path.display(),
        changes.added,
        changes.changed,
        changes.removed
    ));
    if changes.left > 0 {
        let (things, them) = match changes.left {
            1 => ("thing needs", "it"),
            _ => ("things need", "them"),
        };
        note(&format!(
            "{} {things} a look by you: see above what was said of {them}",
            changes.left
        ));
        return Ok(Exit::Unexpected);
    }
    Ok(if changes.untested > 0 {
        Exit::Untested
    } else {
        Exit::Fine
    })
}

fn exit_of(summary: &Summary) -> Exit {
    if summary.trouble.is_some() {
        Exit::Untested
    } else if summary.failed + summary.broken + summary.unexplained_crashes > 0 {
        Exit::Unexpected
    } else if summary.untested > 0 {
        Exit::Untested
    } else if summary.played() == 0 {
        Exit::NothingSelected
    } else {
        Exit::Fine
    }
}

/// Every report that was asked for, each made from the same events.
struct Reports {
    text: Text,
    writer: Writer,
    traces: Traces,
    record: Record,
}

impl Reports {
    fn open(
        arguments: &Arguments,
        given: Option<SocketAddr>,
        host: &str,
        level: Level,
        writer: Writer,
    ) -> Self {
        let to_stderr = arguments.output.takes_stdout();
        // A port that was chosen is chosen anew.
        let mut flags = given.map_or_else(String::new, |it| format!(" --target {it}"));
        flags += &arguments.tls.flags(host);
        flags += &arguments.embedded.flags();
        flags += &arguments.stated.flags();
        flags += &arguments.pace.flags();
        flags += &arguments.start.flags();
        Self {
            text: Text::new(arguments.verbose, arguments.quiet, to_stderr, level),
            writer,
            traces: Traces::new(arguments.trace_dir.clone(), flags),
            record: Record::begin(&arguments.trace_dir),
        }
    }

    fn tell(&mut self, event: &Event, catalogue: &judge::Catalogue) {
        self.writer.tell(event);
        self.record.tell(event);
        let trace = self.traces.tell(event, catalogue);
        self.text.tell(event, trace.as_deref());
    }

    fn finish(mut self, exit: Exit) -> Result<(), Trouble> {
        self.text.finish(exit);
        self.record.finish();
        self.writer.finish()
    }
}
