//! `zkspec fuzz`: a server is fuzzed through its port.

mod corpus;
mod report;
mod target;

use std::net::SocketAddr;
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
use crate::cli::process::Start;
use crate::cli::runtime;
use crate::cli::serve::Setup;
use crate::cli::signal::asked_to_stop;
use crate::cli::target::Target as Address;
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
    /// Stop after so many seconds; 60, if there is no --runs either.
    #[arg(long, value_name = "SECONDS")]
    time: Option<u64>,
    /// Stop after so many runs of sequences.
    #[arg(long, value_name = "N")]
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
    /// How many sequences are played at once to a server over TCP.
    #[arg(long, short, value_name = "N", default_value_t = 8)]
    jobs: usize,
    /// How often a race of two connections is run before it is let go.
    #[arg(long, value_name = "N", default_value_t = 20)]
    races: usize,
    /// Begin with the sequences in this folder, and keep there what brings something new to light.
    /// Files are called by what is in them, so that folders can be merged by copying.
    #[arg(long, value_name = "DIR")]
    corpus: Option<PathBuf>,
    /// Where every finding leaves a transcript that `zkspec replay` takes.
    #[arg(long, value_name = "DIR", default_value = "zk-out")]
    out: PathBuf,
    /// Write what happens to a file, or - for stdout: one JSON object a line.
    #[arg(long, value_name = "FILE")]
    jsonl: Option<PathBuf>,
    /// The most memory that a server started by CMD may take, in MiB.
    #[arg(long, value_name = "MIB", default_value_t = 2048)]
    memory: u64,
    /// The session timeout to ask for; it should be much longer than a sequence takes.
    #[arg(long, value_name = "MS", default_value_t = 10_000)]
    session_timeout: i32,
    /// How long an answer may take, in milliseconds.
    #[arg(long, value_name = "MS", default_value_t = 2000)]
    timeout: u64,
    /// How long a server is silent that leaves something without an answer, in milliseconds.
    #[arg(long, value_name = "MS", default_value_t = 250)]
    quiet: u64,
    #[command(flatten)]
    start: Start,
    #[command(flatten, next_help_heading = "The built-in server")]
    embedded: Setup,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Trouble> {
    let address = match &arguments.address {
        Some(word) if !Address::is_meant(word) => {
            return Err(Trouble::usage(format!("{word:?} should be HOST:PORT")));
        }
        Some(word) => Some(Address::find(word)?.address),
        None if arguments.start.is_meant() => Some(arguments.start.free_address()?),
        None => None,
    };
    let mut folder = arguments.corpus.as_deref().map(Folder::open).transpose()?;
    let seeds = folder.as_ref().map(seeds).unwrap_or_default();
    let mut report = Report::open(arguments, address)?;
    match address {
        None => fuzz_embedded(arguments, &seeds, &mut folder, &mut report)?,
        Some(address) => fuzz_live(arguments, address, &seeds, &mut folder, &mut report)?,
    }
    report.finish()
}

/// The sequences of a corpus; what is none is left out, and told.
fn seeds(folder: &Folder) -> Vec<Sequence> {
    let mut seeds = Vec::new();
    for (name, text) in folder.texts() {
        match text.parse() {
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
    let driver = driver::Config {
        timeout_ms: arguments.session_timeout,
        ..fuzz::driver()
    };
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
    address: SocketAddr,
    seeds: &[Sequence],
    folder: &mut Option<Folder>,
    report: &mut Report,
) -> Result<(), Trouble> {
    let runtime = runtime()?;
    let subject = Subject::Tcp(address);
    let driver = driver::Config {
        timeout_ms: arguments.session_timeout,
        patience: Duration::from_millis(arguments.timeout),
        quiet: Duration::from_millis(arguments.quiet),
        detail: true,
        ..driver::Config::default()
    };
    let untested = |message: String| Trouble {
        exit: Exit::Untested,
        message,
        hint: None,
    };
    let prepared = runtime.block_on(async {
        let prepare = async {
            let started = arguments.start.start(&subject, address, &arguments.out);
            let managed = started.await?;
            let options = judge::Options::default();
            let bindings = judge::probe(&subject, &options).await;
            let bindings =
                bindings.map_err(|why| untested(format!("cannot fuzz {address}: {why}")))?;
            let facts = profile::discover(&subject, &options).await;
            let facts = facts.map_err(|why| untested(format!("cannot fuzz {address}: {why}")))?;
            let canary = Canary::hatch(address, driver.clone()).await;
            let canary =
                canary.map_err(|harm| untested(format!("cannot fuzz {address}: {harm}")))?;
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
        address,
        driver,
        jobs: arguments.jobs,
        limit: Limit::start(span(arguments), crate::cli::runtime()?),
        managed: managed.clone(),
        ceiling: arguments.memory << 20,
        canary: Some(canary),
        sung: Instant::ZERO,
        harm: None,
        played: 0,
        batches: 0,
    };
    let options = fuzz::Options {
        races: arguments.races,
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

/// How long it goes on if nobody says so.
const DEFAULT_SECONDS: u64 = 60;
