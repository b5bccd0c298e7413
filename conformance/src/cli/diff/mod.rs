//! `zkspec diff`: two servers compared.

mod json;
mod text;
mod witnesses;

use std::path::PathBuf;
use std::time::Duration;

use crate::Instant;
use crate::cli::Exit;
use crate::cli::Trouble;
use crate::cli::format::Format;
use crate::cli::help;
use crate::cli::list::catalogue;
use crate::cli::note;
use crate::cli::pace::Pace;
use crate::cli::progress::Progress;
use crate::cli::runtime;
use crate::cli::serve::Setup;
use crate::cli::signal::asked_to_stop;
use crate::cli::target::Target;
use crate::cli::tls::Tls;
use crate::driver;
use crate::driver::Sequence;
use crate::hunt::diff::CaseDifference;
use crate::hunt::diff::Comparison;
use crate::hunt::diff::Difference;
use crate::hunt::diff::Effort;
use crate::hunt::diff::Options;
use crate::hunt::diff::compare_case;
use crate::hunt::diff::in_lab;
use crate::judge;
use crate::judge::Subject;
use crate::judge::glob;
use crate::judge::probe;
use crate::net::Clock;
use crate::net::Rivals;
use crate::server;
use crate::server::Flaws;
use crate::server::Requests;
use crate::transcript::Bindings;

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
    /// Stop after so many seconds; what takes long is left out below 40.
    #[arg(long, value_name = "S", default_value_t = 60)]
    time: u64,
    /// Stop after so many runs on each server.
    #[arg(long, value_name = "N")]
    runs: Option<usize>,
    /// Where chance begins.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// How many runs are made at once.
    #[arg(long, short, value_name = "N", default_value_t = 20)]
    jobs: usize,
    /// Write a transcript of each difference into this folder.
    #[arg(long, value_name = "DIR", default_value = "zk-out")]
    out: PathBuf,
    /// As text for people, or as one JSON object.
    #[arg(long, default_value = "text")]
    format: Format,
    /// A difference that is none: its line, or a case's id, with * for any run of characters.
    #[arg(long, value_name = "PATTERN")]
    tolerate: Vec<String>,
    /// Compare by this sequence alone, such as 'a.open a.new a.close+a.half'; more than once for
    /// several.
    #[arg(long, value_name = "SEQUENCE")]
    sequence: Vec<Sequence>,
    /// Leave out the cases of the catalogue.
    #[arg(long)]
    no_cases: bool,
    /// The session timeout to ask for.
    #[arg(long, value_name = "MS", default_value_t = 10_000)]
    session_timeout: i32,
    /// How long a server is silent that leaves something without an answer.
    #[arg(long, value_name = "MS", default_value_t = 250)]
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
    cases: usize,
    differences: Vec<Difference>,
    /// Where the transcript of each is.
    files: Vec<PathBuf>,
    case_differences: Vec<CaseDifference>,
    /// Differences that are tolerated.
    tolerated: usize,
}

/// Below so many seconds, nothing is tried that takes long.
const ROOM_TO_WAIT: u64 = 40;
/// How many tasks there are for two servers on virtual time, unless a number of runs is given.
const LAB_TASKS: usize = 20_000;

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Trouble> {
    let flawed = arguments.embedded.config()?;
    let model = server::Config {
        requests: Requests::Delegate,
        ..flawed
    };
    let sound = server::Config {
        flaws: Flaws::NONE,
        ..model.clone()
    };
    // Where there is one model only, it is the one with the flaws.
    let is_twice = arguments.first == MODEL && arguments.second == MODEL;
    let first = if is_twice { &sound } else { &model };
    let subjects = [
        arguments.subject(&arguments.first, first)?,
        arguments.subject(&arguments.second, &model)?,
    ];
    let mut judging = judge::Options::default();
    arguments.pace.set(&mut judging.player);
    let driver = driver::Config {
        timeout_ms: arguments.session_timeout,
        patience: judging.player.patience,
        quiet: Duration::from_millis(arguments.quiet_time),
        detail: true,
        ..driver::Config::default()
    };
    let is_model = |subject: &Subject| matches!(subject, Subject::Embedded(_));
    let options = Options {
        seed: arguments.seed,
        waits: arguments.time >= ROOM_TO_WAIT,
        model: subjects.iter().position(is_model),
        only: arguments.sequence.clone(),
        ..Options::default()
    };
    let progress = Progress::start();
    let mut findings = match &subjects {
        [Subject::Embedded(a), Subject::Embedded(b)] => {
            let tasks = arguments.runs.unwrap_or(LAB_TASKS);
            arguments.in_lab([a, b], options, &driver, tasks)
        }
        _ => {
            let comparison = Comparison::new(options, sound, driver.clone());
            let mut rivals = Rivals::new(subjects, driver);
            rivals.jobs = arguments.jobs;
            let over_tcp = arguments.over_tcp(&rivals, comparison, &judging, &progress);
            runtime()?.block_on(over_tcp)?
        }
    };
    findings.elapsed = progress.finish();
    arguments.tolerate(&mut findings);
    findings.files = witnesses::write(&arguments.out, &findings)?;
    match arguments.format {
        Format::Text => text::show(&findings),
        Format::Json => json::show(&findings),
    }
    let is_same = findings.differences.is_empty() && findings.case_differences.is_empty();
    Ok(if is_same {
        Exit::Fine
    } else {
        Exit::Unexpected
    })
}

/// The word for the built-in server.
const MODEL: &str = "model";

impl Arguments {
    fn subject(&self, word: &str, model: &server::Config) -> Result<Subject, Trouble> {
        if word == MODEL {
            return Ok(Subject::Embedded(Box::new(model.clone())));
        }
        if !Target::is_meant(word) {
            return Err(
                Trouble::usage(format!("{word:?} is neither HOST:PORT nor model"))
                    .hint("zkspec diff 127.0.0.1:2181 127.0.0.1:2182"),
            );
        }
        let Target { host, address } = Target::find(word)?;
        self.tls.subject(&host, address)
    }

    fn findings(&self, comparison: &Comparison) -> Findings {
        Findings {
            names: [self.first.clone(), self.second.clone()],
            seed: self.seed,
            effort: comparison.effort(),
            elapsed: Duration::ZERO,
            cases: 0,
            differences: comparison.differences().to_vec(),
            files: Vec::new(),
            case_differences: Vec::new(),
            tolerated: 0,
        }
    }

    fn in_lab(
        &self,
        servers: [&server::Config; 2],
        options: Options,
        driver: &driver::Config,
        tasks: usize,
    ) -> Findings {
        let comparison = in_lab(servers, options, driver, tasks, |_| false);
        self.findings(&comparison)
    }

    async fn over_tcp(
        &self,
        rivals: &Rivals,
        mut comparison: Comparison,
        judging: &judge::Options,
        progress: &Progress,
    ) -> Result<Findings, Trouble> {
        let clock = Clock::start();
        let until = clock.now() + Duration::from_secs(self.time);
        let bindings = self.probe(rivals, judging).await?;
        let is_enough = |comparison: &Comparison| {
            let effort = comparison.effort();
            progress.tell(format!(
                "{} sequences, {} runs, {} suspicious, {} differences",
                effort.sequences, effort.runs, effort.suspects, effort.differences
            ));
            self.runs.is_some_and(|runs| effort.runs >= runs)
        };
        let (compared, cases) = tokio::select! {
            both = async {
                tokio::join!(
                    rivals.compare(&mut comparison, clock, until, is_enough),
                    self.cases(rivals, &bindings, judging, clock, until),
                )
            } => both,
            () = asked_to_stop() => return Err(Trouble::interrupted()),
        };
        compared
            .map_err(|lost| self.unreachable(lost.0, "it does not accept connections any more"))?;
        let mut findings = self.findings(&comparison);
        (findings.cases, findings.case_differences) = cases?;
        if comparison.effort().suspects > 0 {
            note("time ran out before everything suspicious was looked into");
        }
        Ok(findings)
    }

    async fn probe(
        &self,
        rivals: &Rivals,
        judging: &judge::Options,
    ) -> Result<[Bindings; 2], Trouble> {
        let mut all = Vec::new();
        for (side, subject) in rivals.subjects.iter().enumerate() {
            let bindings = probe(subject, judging).await;
            all.push(bindings.map_err(|trouble| self.unreachable(side, &trouble))?);
        }
        <[Bindings; 2]>::try_from(all).map_err(|_| Trouble::interrupted())
    }

    fn unreachable(&self, side: usize, why: &str) -> Trouble {
        let name = if side == 0 { &self.first } else { &self.second };
        Trouble {
            exit: Exit::Untested,
            message: format!("cannot compare {name}: {why}"),
            hint: None,
        }
    }

    /// Puts the cases to both servers: how many, and those that come out differently.
    async fn cases(
        &self,
        rivals: &Rivals,
        bindings: &[Bindings; 2],
        judging: &judge::Options,
        clock: Clock,
        until: Instant,
    ) -> Result<(usize, Vec<CaseDifference>), Trouble> {
        let mut found = Vec::new();
        let mut count = 0;
        if self.no_cases || !self.sequence.is_empty() {
            return Ok((count, found));
        }
        let catalogue = catalogue()?;
        let mut running = tokio::task::JoinSet::new();
        let mut left = catalogue.cases().iter();
        loop {
            while running.len() < CASES_AT_ONCE
                && let Some(case) = left.next()
            {
                let case = case.clone();
                let (subjects, bindings) = (rivals.subjects.clone(), bindings.clone());
                let judging = judging.clone();
                running
                    .spawn(async move { compare_case(&case, subjects, bindings, &judging).await });
            }
            let ended = tokio::select! {
                ended = running.join_next() => ended,
                () = tokio::time::sleep_until(clock.when(until)) => None,
            };
            match ended {
                Some(Ok(difference)) => {
                    count += 1;
                    found.extend(difference);
                }
                _ => break,
            }
        }
        found.sort_by(|one: &CaseDifference, other| one.id.cmp(&other.id));
        Ok((count, found))
    }

    /// Takes out what is tolerated.
    fn tolerate(&self, findings: &mut Findings) {
        let is_tolerated = |text: &str| self.tolerate.iter().any(|pattern| glob(pattern, text));
        let before = findings.differences.len() + findings.case_differences.len();
        findings
            .differences
            .retain(|difference| !is_tolerated(&difference.in_words()));
        findings
            .case_differences
            .retain(|difference| !is_tolerated(&difference.id));
        let after = findings.differences.len() + findings.case_differences.len();
        findings.tolerated = before - after;
        findings
            .differences
            .sort_by_key(|difference| (difference.sequence.len(), difference.in_words()));
    }
}

/// Cases that are put to the servers at once.
const CASES_AT_ONCE: usize = 8;
