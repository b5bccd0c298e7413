//! `zkspec fuzz`: a server is fuzzed through its port.

mod care;
mod corpus;
mod report;
mod target;

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use self::corpus::Folder;
use self::report::Report;
use self::target::Embedded;
use self::target::Limit;
use self::target::Live;
use self::target::Stop;
use crate::Instant;
use crate::cli::Exit;
use crate::cli::Trouble;
use crate::cli::help;
use crate::cli::note;
use crate::cli::pace;
use crate::cli::pace::Pace;
use crate::cli::process::Start;
use crate::cli::runtime;
use crate::cli::serve::Setup;
use crate::cli::signal::asked_to_stop;
use crate::cli::target::Target as Address;
use crate::cli::tls::Tls;
use crate::driver;
use crate::driver::Sequence;
use crate::fuzz;
use crate::fuzz::Event;
use crate::fuzz::Fuzzer;
use crate::fuzz::LabTarget;
use crate::fuzz::Oracle;
use crate::fuzz::Target;
use crate::judge;
use crate::judge::Shard;
use crate::judge::Subject;
use crate::net::Canary;
use crate::player;
use crate::profile;
use crate::profile::Profile;
use crate::server::Flaws;
use crate::server::Requests;

/// What `zkspec fuzz` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = help::FUZZ)]
pub(super) struct Arguments {
    /// HOST:PORT of the server to fuzz. Without it, the built-in server is fuzzed, on virtual time,
    /// or the one that CMD starts.
    #[arg(value_name = "HOST:PORT")]
    address: Option<String>,
    /// Stop after so many seconds; 60, if there is no --runs either. What is strange by then is
    /// looked into for ten seconds more, at most.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    time: Option<u64>,
    /// Stop after so many runs of sequences.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    runs: Option<u64>,
    /// Stop at the first finding.
    #[arg(long)]
    fail_fast: bool,
    /// Where chance begins.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Do part M of N, for machines that share the work: each makes up other sequences.
    #[arg(long, value_name = "M/N")]
    shard: Option<Shard>,
    /// How many sequences are played at once to a server over TCP; 8, if nothing is said.
    #[arg(long, short, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// How often a race of two connections is run on a server over TCP before it is let go; 20, if
    /// nothing is said, and with 0 none is run on purpose.
    #[arg(long, value_name = "N")]
    races: Option<usize>,
    /// Begin with the sequences in this folder, and keep there what brings something new to light.
    /// Files are called by what is in them, so that folders can be merged by copying; no more are
    /// added to 4000 of them.
    #[arg(long, value_name = "DIR")]
    corpus: Option<PathBuf>,
    /// Where every finding leaves a transcript that `zkspec replay` takes.
    #[arg(long, value_name = "DIR", default_value = "zk-out")]
    out: PathBuf,
    /// Write what happens to a file, or - for stdout: one JSON object a line.
    #[arg(long, value_name = "FILE")]
    jsonl: Option<PathBuf>,
    /// The most memory that a server started by CMD may take, in MiB; 2048, if nothing is said.
    #[arg(long, value_name = "MIB")]
    memory: Option<u64>,
    /// The session timeout to ask for; it should be much longer than a sequence takes. Nobody waits
    /// for sessions of a server over TCP to expire, but where a sequence of --corpus says `expire`:
    /// that takes twice the timeout.
    #[arg(
        long,
        value_name = "MS",
        default_value_t = 10_000,
        value_parser = clap::value_parser!(i32).range(1..)
    )]
    session_timeout: i32,
    /// How long a server is silent that leaves something without an answer; 250, if nothing is said,
    /// and 50 for the built-in server.
    #[arg(long, value_name = "MS", help_heading = pace::HEADING)]
    quiet_time: Option<u64>,
    #[command(flatten)]
    pace: Pace,
    #[command(flatten)]
    tls: Tls,
    #[command(flatten)]
    start: Start,
    #[command(flatten, next_help_heading = "The built-in server")]
    embedded: Setup,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Trouble> {
    let target = match &arguments.address {
        Some(word) if !Address::is_meant(word) => {
            return Err(Trouble::usage(format!("{word:?} should be HOST:PORT")));
        }
        Some(word) => Some(Address::find(word)?),
        None if arguments.start.is_meant() => Some(Address {
            host: "127.0.0.1".to_owned(),
            address: arguments.start.free_address()?,
        }),
        None => None,
    };
    arguments.check(target.as_ref())?;
    let subject = match &target {
        Some(Address { host, address }) => Some(arguments.tls.subject(host, *address)?),
        None => None,
    };
    let open = |path| Folder::open(path, MOST_FILES);
    let mut folder = arguments.corpus.as_deref().map(open).transpose()?;
    let seeds = folder.as_ref().map(seeds).unwrap_or_default();
    let mut report = Report::open(arguments, target.as_ref())?;
    match (target, subject) {
        (Some(target), Some(subject)) => {
            let place = (target.address, subject);
            fuzz_live(arguments, place, &seeds, &mut folder, &mut report)?;
        }
        _ => fuzz_embedded(arguments, &seeds, &mut folder, &mut report)?,
    }
    report.finish()
}

impl Arguments {
    /// Makes sure that nothing is said that has no effect.
    fn check(&self, target: Option<&Address>) -> Result<(), Trouble> {
        if self.memory.is_some() && !self.start.is_meant() {
            return Err(Trouble::usage(
                "--memory is about a server that is started by CMD",
            ));
        }
        if let Some(target) = target {
            return self.embedded.check_unused(target.address);
        }
        self.tls.check_unused()?;
        for (flag, is_given) in [
            ("--jobs", self.jobs.is_some()),
            ("--races", self.races.is_some()),
        ] {
            if is_given {
                return Err(Trouble::usage(format!(
                    "{flag} is about a server elsewhere, and the built-in one is fuzzed"
                ))
                .hint("give HOST:PORT"));
            }
        }
        Ok(())
    }

    /// The most memory that a server of ours may take, in bytes.
    fn ceiling(&self) -> u64 {
        self.memory.unwrap_or(MEMORY).saturating_mul(1 << 20)
    }

    /// Makes sure that a server which has nothing to do takes less than it may.
    fn check_memory(&self, taken: Option<u64>) -> Result<(), Trouble> {
        match taken {
            Some(taken) if taken > self.ceiling() => Err(Trouble::usage(format!(
                "it takes {} MiB before anything is played, and may take {}",
                taken >> 20,
                self.ceiling() >> 20
            ))
            .hint("--memory says how much it may take")),
            None if self.memory.is_some() => Err(Trouble::usage(
                "how much memory a server takes cannot be told on this machine",
            )
            .hint("leave --memory out")),
            _ => Ok(()),
        }
    }

    /// How a server is driven where silence takes `quiet`, unless something else is said.
    fn driver(&self, quiet: Duration) -> driver::Config {
        let mut player = player::Config::default();
        self.pace.set(&mut player);
        driver::Config {
            timeout_ms: self.session_timeout,
            patience: player.patience,
            quiet: self.quiet_time.map_or(quiet, Duration::from_millis),
            ..fuzz::driver()
        }
    }
}

/// The sequences of a corpus; what is none is left out, and told.
fn seeds(folder: &Folder) -> Vec<Sequence> {
    let mut seeds = Vec::new();
    for (name, text) in folder.texts() {
        let text = text.map_err(|error| error.to_string());
        let sequence = text.and_then(|text| {
            let parsed = text.parse::<Sequence>();
            parsed.map_err(|error| error.to_string())
        });
        match sequence {
            Ok(sequence) => seeds.push(sequence),
            Err(error) => note(&format!("left out of the corpus: {name}: {error}")),
        }
    }
    seeds
}

fn fuzz_embedded(
    arguments: &Arguments,
    seeds: &[Sequence],
    folder: &mut Option<Folder>,
    report: &mut Report,
) -> Result<(), Trouble> {
    let driver = arguments.driver(fuzz::driver().quiet);
    let mut server = arguments.embedded.config()?;
    server.requests = Requests::Delegate;
    let mut sound = server.clone();
    sound.flaws = Flaws::NONE;
    report.start("the built-in server", None, arguments);
    let mut target = Embedded {
        lab: LabTarget {
            server,
            driver: driver.clone(),
        },
        limit: Limit::start(span(arguments), runtime()?),
    };
    let options = fuzz::Options {
        races: 0,
        menu: fuzz::menu(),
        ..options(arguments)
    };
    let oracle = Oracle::exact(sound, driver);
    play(&mut target, oracle, options, seeds, folder, report);
    Ok(())
}

fn fuzz_live(
    arguments: &Arguments,
    (address, subject): (SocketAddr, Subject),
    seeds: &[Sequence],
    folder: &mut Option<Folder>,
    report: &mut Report,
) -> Result<(), Trouble> {
    let runtime = runtime()?;
    let driver = arguments.driver(driver::Config::default().quiet);
    let untested = |message: String| Trouble {
        exit: Exit::Untested,
        message,
        hint: None,
    };
    let prepared = runtime.block_on(async {
        let prepare = async {
            let started = arguments.start.start(&subject, address, &arguments.out);
            let managed = started.await?;
            let mut options = judge::Options::default();
            arguments.pace.set(&mut options.player);
            let bindings = judge::probe(&subject, &options).await;
            let bindings =
                bindings.map_err(|why| untested(format!("cannot fuzz {address}: {why}")))?;
            let facts = profile::discover(&subject, &options).await;
            let facts = facts.map_err(|why| untested(format!("cannot fuzz {address}: {why}")))?;
            let canary = Canary::hatch(&subject, driver.clone()).await;
            let canary =
                canary.map_err(|harm| untested(format!("cannot fuzz {address}: {harm}")))?;
            if let Some(managed) = &managed {
                arguments.check_memory(managed.memory().await)?;
            }
            Ok((managed, bindings, facts, canary))
        };
        tokio::select! {
            prepared = prepare => prepared,
            () = asked_to_stop() => Err(Trouble::interrupted()),
        }
    });
    let (managed, bindings, facts, canary) = prepared?;
    let profiles = Profile::all().map_err(|error| Trouble::usage(error.to_string()))?;
    let profile = profile::best(&profiles, &facts).map(|profile| profile.name.as_str());
    report.start(&address.to_string(), profile, arguments);
    let oracle = Oracle::new(fuzz::kinds(&bindings, profile), driver.clone());
    let mut target = Live {
        runtime,
        subject,
        driver,
        jobs: arguments.jobs.map_or(JOBS, NonZeroUsize::get),
        limit: Limit::start(span(arguments), crate::cli::runtime()?),
        managed: managed.clone(),
        ceiling: arguments.ceiling(),
        canary: Some(canary),
        sung: Instant::ZERO,
        harm: None,
        played: 0,
        batches: 0,
    };
    let options = fuzz::Options {
        races: arguments.races.unwrap_or(RACES),
        menu: fuzz::quick_menu(),
        ..options(arguments)
    };
    play(&mut target, oracle, options, seeds, folder, report);
    if let Some(managed) = managed {
        target.runtime.block_on(managed.stop());
    }
    Ok(())
}

/// Fuzzes until it is enough.
fn play<T: Target<Error = Stop>>(
    target: &mut T,
    oracle: Oracle,
    options: fuzz::Options,
    seeds: &[Sequence],
    folder: &mut Option<Folder>,
    report: &mut Report,
) {
    let mut tell = |event: &Event| {
        if let (Event::FuzzKept { sequence }, Some(folder)) = (event, folder.as_mut()) {
            report.wrote(folder.add(&format!("{sequence}\n")));
        }
        report.tell(event);
    };
    let mut fuzzer = Fuzzer::new(target, oracle, options, &mut tell);
    let ended = fuzzer.run(seeds);
    let count = fuzzer.count();
    report.end(count, ended.err());
}

fn options(arguments: &Arguments) -> fuzz::Options {
    let shard = arguments.shard.map(|shard| shard.to_string());
    fuzz::Options {
        runs: arguments.runs,
        seed: fuzz::seed(arguments.seed, shard.as_deref()),
        first: arguments.fail_fast,
        ..fuzz::Options::default()
    }
}

/// How long it goes on.
fn span(arguments: &Arguments) -> Option<Duration> {
    let default = arguments.runs.is_none().then_some(DEFAULT_SECONDS);
    arguments.time.or(default).map(Duration::from_secs)
}

/// Files of a corpus to which no more are added: as many sequences as are held in memory.
const MOST_FILES: usize = 4000;
/// How many sequences are played at once if nobody says so.
const JOBS: usize = 8;
/// How often a race is run if nobody says so.
const RACES: usize = 20;
/// The most memory that a server may take if nobody says so, in MiB.
const MEMORY: u64 = 2048;
/// How long it goes on if nobody says so.
const DEFAULT_SECONDS: u64 = 60;
