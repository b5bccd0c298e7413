//! `zkspec diff`: two servers compared.

mod cases;
mod json;
mod live;
mod text;
mod witnesses;

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use self::cases::Cases;
use self::live::Live;
use crate::cli::Exit;
use crate::cli::Trouble;
use crate::cli::finds::Finds;
use crate::cli::format::Format;
use crate::cli::help;
use crate::cli::note;
use crate::cli::pace::Pace;
use crate::cli::progress::Progress;
use crate::cli::runtime;
use crate::cli::serve::Setup;
use crate::cli::target::Target;
use crate::cli::tls::Tls;
use crate::driver;
use crate::driver::Sequence;
use crate::driver::SymbolError;
use crate::hunt::diff::Difference;
use crate::hunt::diff::Effort;
use crate::hunt::diff::Options;
use crate::hunt::diff::in_lab;
use crate::judge;
use crate::judge::Subject;
use crate::judge::glob;
use crate::server;
use crate::server::Flaws;
use crate::server::Requests;

/// What `zkspec diff` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = help::DIFF)]
pub(super) struct Arguments {
    /// The one server: HOST:PORT, or `model`. Flaws are for the other.
    #[arg(value_name = "A")]
    first: String,
    /// The other server: HOST:PORT, or `model`.
    #[arg(value_name = "B")]
    second: String,
    /// Try sequences for so many seconds, 60 if nothing else is said; what takes long is left out below
    /// 40. Two models are compared without a clock, unless this is given.
    #[arg(long, value_name = "S", value_parser = clap::value_parser!(u64).range(1..))]
    time: Option<u64>,
    /// Stop after so many runs on each server.
    #[arg(long, value_name = "N")]
    runs: Option<NonZeroUsize>,
    /// Where chance begins.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// How many runs are made at once.
    #[arg(long, short, value_name = "N", default_value = "20")]
    jobs: NonZeroUsize,
    /// Write a transcript of each difference into this folder; what was found before stays there.
    #[arg(long, value_name = "DIR", default_value = "zk-out")]
    out: PathBuf,
    /// As text for people, or as one JSON object.
    #[arg(long, default_value = "text")]
    format: Format,
    /// A difference that is none: its line, or a case's id, with * for any run of characters.
    #[arg(long, value_name = "PATTERN")]
    tolerate: Vec<String>,
    /// Compare by this sequence alone, 200 times or more, such as 'a.open a.new a.close+a.half'; more
    /// than once for several.
    #[arg(long, value_name = "SEQUENCE", value_parser = sequence)]
    sequence: Vec<Sequence>,
    /// Leave out the cases of the catalogue, as --sequence and two models do.
    #[arg(long)]
    no_cases: bool,
    /// The session timeout to ask for.
    #[arg(long, value_name = "MS", default_value_t = 10_000)]
    session_timeout: i32,
    /// How long a server is silent, at least, that leaves something without an answer; longer where its
    /// answers turn out to be slow, up to --timeout.
    #[arg(
        long,
        value_name = "MS",
        default_value_t = 250,
        value_parser = clap::value_parser!(u64).range(1..=60_000)
    )]
    quiet_time: u64,
    #[command(flatten)]
    pace: Pace,
    #[command(flatten)]
    tls: Tls,
    #[command(flatten, next_help_heading = "The built-in server")]
    embedded: Setup,
}

/// What was found.
#[derive(Debug)]
struct Findings {
    /// What the servers are called.
    names: [String; 2],
    seed: u64,
    effort: Effort,
    elapsed: Duration,
    cases: Cases,
    differences: Vec<Difference>,
    /// Where the transcript of each is.
    files: Vec<PathBuf>,
    /// Differences that are tolerated.
    tolerated: usize,
    /// What was not looked into to the end, in sentences.
    open: Vec<String>,
    /// What ended it before its time.
    trouble: Option<Trouble>,
}

/// How long it goes on if nobody says so, in seconds.
const USUAL: u64 = 60;
/// Below so many seconds, nothing is tried that takes long.
const ROOM_TO_WAIT: u64 = 40;
/// How many tasks there are for two servers on virtual time, unless a number of runs is given.
const LAB_TASKS: usize = 20_000;
/// The word for the built-in server.
const MODEL: &str = "model";

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Trouble> {
    let finds = Finds::open(&arguments.out)?;
    let progress = Progress::start();
    let mut findings = if arguments.models() == 2 {
        arguments.tls.check_unused()?;
        arguments.in_lab(&progress)?
    } else {
        let live = Live::new(arguments)?;
        runtime()?.block_on(live.compare(&progress))?
    };
    findings.elapsed = progress.finish();
    arguments.tolerate(&mut findings);
    findings.files = witnesses::write(&finds, &findings)?;
    match arguments.format {
        Format::Text => text::show(&findings),
        Format::Json => json::show(&findings),
    }
    if let Some(trouble) = findings.trouble {
        return Err(trouble);
    }
    for open in &findings.open {
        note(open);
    }
    // How often what comes of a race is no property of a server alone.
    let is_same =
        findings.differences.iter().all(|it| it.is_of_rates) && findings.cases.different.is_empty();
    Ok(match (is_same, findings.open.is_empty()) {
        (false, _) => Exit::Unexpected,
        (true, true) => Exit::Fine,
        (true, false) => Exit::Untested,
    })
}

/// A sequence that is not empty.
fn sequence(text: &str) -> Result<Sequence, SymbolError> {
    let sequence: Sequence = text.parse()?;
    if sequence.is_empty() {
        let text = text.to_owned();
        return Err(SymbolError { text });
    }
    Ok(sequence)
}

impl Arguments {
    /// How many of the servers are the model.
    fn models(&self) -> usize {
        let words = [&self.first, &self.second];
        words.iter().filter(|word| **word == MODEL).count()
    }

    /// The server that a word stands for, if it is not the model.
    fn subject(&self, word: &str) -> Result<Option<Subject>, Trouble> {
        if word == MODEL {
            return Ok(None);
        }
        if !Target::is_meant(word) {
            return Err(
                Trouble::usage(format!("{word:?} is neither HOST:PORT nor model"))
                    .hint("zkspec diff 127.0.0.1:2181 127.0.0.1:2182"),
            );
        }
        let Target { host, address } = Target::find(word)?;
        self.tls.subject(&host, address).map(Some)
    }

    /// How cases are played.
    fn judging(&self) -> judge::Options {
        let mut judging = judge::Options::default();
        self.pace.set(&mut judging.player);
        judging
    }

    /// How sequences are.
    fn driver(&self) -> driver::Config {
        driver::Config {
            timeout_ms: self.session_timeout,
            patience: self.judging().player.patience,
            quiet: Duration::from_millis(self.quiet_time),
            detail: true,
            ..driver::Config::default()
        }
    }

    fn options(&self) -> Options {
        let seconds = self.time.unwrap_or(USUAL);
        Options {
            seed: self.seed,
            waits: seconds >= ROOM_TO_WAIT || self.models() == 2,
            only: self.sequence.clone(),
            ..Options::default()
        }
    }

    fn findings(&self) -> Findings {
        Findings {
            names: [self.first.clone(), self.second.clone()],
            seed: self.seed,
            effort: Effort::default(),
            elapsed: Duration::ZERO,
            cases: Cases::default(),
            differences: Vec::new(),
            files: Vec::new(),
            tolerated: 0,
            open: Vec::new(),
            trouble: None,
        }
    }

    /// Compares the model with the one that has the flaws.
    fn in_lab(&self, progress: &Progress) -> Result<Findings, Trouble> {
        let flawed = server::Config {
            requests: Requests::Delegate,
            ..self.embedded.config()?
        };
        let sound = server::Config {
            flaws: Flaws::NONE,
            ..flawed.clone()
        };
        let tasks = self.runs.map_or(LAB_TASKS, NonZeroUsize::get);
        let time = self.time.map(Duration::from_secs);
        let is_enough = |_: &_| time.is_some_and(|time| progress.elapsed() >= time);
        let servers = [&sound, &flawed];
        let comparison = in_lab(servers, self.options(), &self.driver(), tasks, is_enough);
        Ok(Findings {
            effort: comparison.effort(),
            differences: comparison.differences().to_vec(),
            ..self.findings()
        })
    }

    /// Takes out what is tolerated.
    fn tolerate(&self, findings: &mut Findings) {
        let is_tolerated = |text: &str| self.tolerate.iter().any(|pattern| glob(pattern, text));
        let differences = &mut findings.differences;
        let cases = &mut findings.cases.different;
        let before = differences.len() + cases.len();
        differences.retain(|difference| !is_tolerated(&difference.in_words()));
        cases.retain(|difference| !is_tolerated(&difference.id));
        findings.tolerated = before - differences.len() - cases.len();
        differences.sort_by_key(|it| (it.is_of_rates, it.sequence.len(), it.in_words()));
    }
}
