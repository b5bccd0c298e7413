//! What a session costs a server, from connect to close, beside servers that know less or more.
//!
//! Every server is a process of its own, on loopback; the client is one thread. Rounds are
//! interleaved, so that all have the same machine; of each number the median of the rounds counts,
//! and of each ratio that of the ratios within one round.
//!
//! - `bare echo`: epoll, reads 49 bytes and writes 41, reads 12 and writes 20. The limit.
//! - `tokio echo`: the same, a task a connection.
//! - `zkspec serve`: this project's.
//! - `zookeeper`: Apache's, without fsync, if it is installed.
//!
//! Processor time is the number to go by: with client and server on the same machine, sessions a
//! second say as much about the client.
//!
//! The goals: at most 1.2 times the processor time of the bare echo, and 5, 3.5 and 2.8 times less
//! than Apache's at 1, 16 and 128 connections; a session within 10 ms of the process's start;
//! 1.2 KB for a session that does nothing; no session that ends early.
//!
//! ```text
//! cargo bench -p zk-conformance --bench sessions -- [--rounds N] [--round-ms MS] [--idle N]
//!                                                   [--no-zookeeper] [--beside ZKSPEC]
//! ```
#![expect(clippy::print_stdout, reason = "a bench is there to print")]

mod client;
mod echo;
mod process;

use std::env;
use std::io;
use std::io::Read;
use std::time::Duration;
use std::time::Instant;

use crate::client::Round;
use crate::client::STALLED;
use crate::client::Sources;
use crate::process::Process;

fn main() -> io::Result<()> {
    let options = Options::from_arguments();
    match options.serve.as_deref() {
        Some("bare") => return echo::bare(),
        Some(_) => return echo::tasks(),
        None => {}
    }
    let mut servers = vec![
        (BARE, Process::echo("bare")?),
        ("tokio echo", Process::echo("tasks")?),
        (OURS, Process::zkspec(&[])?),
    ];
    if let Some(path) = &options.beside {
        servers.push(("another build", Process::zkspec_at(path, &[])?));
    }
    if options.zookeeper {
        match Process::zookeeper(&[], true) {
            Ok(process) => servers.push((APACHE, process)),
            Err(error) => println!("ZOOKEEPER IS NOT MEASURED: {error}\n"),
        }
    }
    let has_apache = servers.iter().any(|&(name, _)| name == APACHE);
    sessions(&servers, &options)?;
    drop(servers);
    start_up(has_apache)?;
    idle(has_apache, options.idle)?;
    lateness(has_apache)
}

/// How long, and beside whom.
struct Options {
    rounds: usize,
    round: Duration,
    idle: usize,
    zookeeper: bool,
    /// Another build of zkspec.
    beside: Option<String>,
    serve: Option<String>,
}

impl Options {
    fn from_arguments() -> Self {
        let mut arguments = env::args().skip(1);
        // Cargo passes it for `cargo bench` alone; as a test, everything runs a little.
        let is_bench = env::args().any(|argument| argument == "--bench");
        let mut options = Self {
            rounds: if is_bench { 7 } else { 1 },
            round: Duration::from_millis(if is_bench { 1_000 } else { 20 }),
            idle: if is_bench { 10_000 } else { 100 },
            zookeeper: is_bench,
            beside: None,
            serve: None,
        };
        while let Some(argument) = arguments.next() {
            let mut number = || arguments.next().and_then(|next| next.parse().ok());
            match argument.as_str() {
                "--rounds" => options.rounds = number().unwrap_or(options.rounds),
                "--round-ms" => {
                    let millis = number().and_then(|millis| u64::try_from(millis).ok());
                    options.round = millis.map_or(options.round, Duration::from_millis);
                }
                "--idle" => options.idle = number().unwrap_or(options.idle),
                "--no-zookeeper" => options.zookeeper = false,
                "--beside" => options.beside = arguments.next(),
                "--serve" => options.serve = arguments.next(),
                _ => {}
            }
        }
        options
    }
}

/// What one server came to in the rounds of one concurrency.
#[derive(Default)]
struct Results {
    rate: Vec<f64>,
    p50: Vec<f64>,
    p99: Vec<f64>,
    cpu: Vec<f64>,
    sessions: u32,
    errors: u32,
}

impl Results {
    fn add(&mut self, round: &Round, cpu: Duration) {
        let sessions = f64::from(round.sessions.max(1));
        self.rate.push(sessions / round.elapsed.as_secs_f64());
        self.p50.push(micros(round.handshake(0.50)));
        self.p99.push(micros(round.handshake(0.99)));
        self.cpu.push(micros(cpu) / sessions);
        self.sessions += round.sessions;
        self.errors += round.errors;
    }
}

fn sessions(servers: &[(&str, Process)], options: &Options) -> io::Result<()> {
    let mut sources = Sources::default();
    for (name, process) in servers {
        // The virtual machine compiles what it finds to be worth it.
        let rounds = if *name == APACHE { 8 } else { 1 };
        client::run(process.address, 16, options.round * rounds, &mut sources)?;
    }
    println!("one session: connect, 49 > 41, 12 > 20, close");
    println!(
        "{:14} {:>4} {:>10} {:>14} {:>13} {:>13} {:>11} {:>13}",
        "server",
        "conc",
        "sessions/s",
        "handshake p50",
        "p99 us",
        "cpu us/sess.",
        "x bare echo",
        "/ zookeeper"
    );
    for concurrent in [1, 16, 128] {
        let mut all: Vec<Results> = servers.iter().map(|_| Results::default()).collect();
        for _ in 0..options.rounds {
            for ((_, process), results) in servers.iter().zip(&mut all) {
                let before = process.cpu()?;
                let round = client::run(process.address, concurrent, options.round, &mut sources)?;
                results.add(&round, process.cpu()? - before);
            }
        }
        let apache = servers.iter().position(|(name, _)| *name == APACHE);
        for ((name, _), results) in servers.iter().zip(&all) {
            let beside_bare = median(&ratios(&results.cpu, &all[0].cpu));
            let beside_apache = apache.map_or("-".to_owned(), |apache| {
                let less = median(&ratios(&all[apache].cpu, &results.cpu));
                format!("{less:.2} less")
            });
            let errors = match results.errors {
                0 => String::new(),
                errors => format!("  {errors} OF {} FAILED", results.sessions + errors),
            };
            println!(
                "{name:14} {concurrent:>4} {:>10.0} {:>14.0} {:>13.0} {:>13.1} {beside_bare:>11.2} {beside_apache:>13}{errors}",
                median(&results.rate),
                median(&results.p50),
                median(&results.p99),
                median(&results.cpu),
            );
        }
    }
    println!();
    Ok(())
}

/// From the start of the process to a session.
fn start_up(has_apache: bool) -> io::Result<()> {
    let mut rows = Vec::new();
    for (name, runs) in [(BARE, 9), (OURS, 9), (APACHE, 3)] {
        if name == APACHE && !has_apache {
            continue;
        }
        let mut times = Vec::new();
        for _ in 0..runs {
            let start = now();
            let process = match name {
                BARE => Process::echo("bare")?,
                OURS => Process::zkspec(&[])?,
                _ => Process::zookeeper(&[], false)?,
            };
            first_session(&process)?;
            times.push(millis(start.elapsed()));
        }
        rows.push((name, times));
    }
    println!("process start to first session, ms        median    min    max");
    for (name, times) in rows {
        println!("{name:40} {}", spread(&times));
    }
    println!();
    Ok(())
}

/// Asks for a session until there is one.
fn first_session(process: &Process) -> io::Result<()> {
    let start = now();
    loop {
        // Apache's accepts long before it answers.
        let patience = Duration::from_millis(50);
        match client::hold(process.address, 40_000, patience, &mut Sources::default()) {
            Ok(_) => return Ok(()),
            Err(error) if start.elapsed() > Duration::from_secs(60) => return Err(error),
            Err(_) => pause(Duration::from_millis(1)),
        }
    }
}

/// What a session costs that does nothing.
fn idle(has_apache: bool, count: usize) -> io::Result<()> {
    let count = count.min(process::descriptors().saturating_sub(64));
    println!("{count} sessions that do nothing   opened in s   base MB   bytes a session");
    for name in [BARE, "tokio echo", OURS, APACHE] {
        let process = match name {
            BARE => Process::echo("bare")?,
            OURS => Process::zkspec(&[])?,
            APACHE if has_apache => Process::zookeeper(&[], true)?,
            APACHE => continue,
            _ => Process::echo("tasks")?,
        };
        let mut sources = Sources::default();
        // What the first ones make the server set up is not theirs alone.
        let first: Vec<_> = (0..10)
            .map(|_| client::hold(process.address, 40_000, STALLED, &mut sources))
            .collect::<Result<_, _>>()?;
        let base = process.memory()?;
        let start = now();
        let rest: Vec<_> = (first.len()..count)
            .map(|_| client::hold(process.address, 40_000, STALLED, &mut sources))
            .collect::<Result<_, _>>()?;
        let elapsed = start.elapsed();
        let grown = process.memory()?.saturating_sub(base);
        let each = grown / u64::try_from(rest.len().max(1)).unwrap_or(1);
        println!(
            "{name:28} {:>13.2} {:>9.1} {each:>17}",
            elapsed.as_secs_f64(),
            float(base) / 1e6,
        );
    }
    println!();
    Ok(())
}

/// When sessions end that nobody keeps alive.
fn lateness(has_apache: bool) -> io::Result<()> {
    println!("end of a silent session, ms after its timeout; the tick is {TICK_MS} ms");
    println!("                                          median    min    max");
    for name in [OURS, APACHE] {
        let process = match name {
            OURS => Process::zkspec(&["--tick-time", &TICK_MS.to_string()])?,
            _ if has_apache => Process::zookeeper(&[&format!("tickTime={TICK_MS}")], true)?,
            _ => continue,
        };
        let mut sources = Sources::default();
        let timeout = Duration::from_millis(u64::from(TICK_MS) * 5);
        let mut held = Vec::new();
        for _ in 0..50 {
            held.push(client::hold(
                process.address,
                TICK_MS * 5,
                STALLED,
                &mut sources,
            )?);
            // Anywhere in a tick.
            pause(Duration::from_millis(u64::from(TICK_MS) / 13));
        }
        let ends: Vec<_> = held
            .into_iter()
            .map(|(mut stream, sent)| {
                std::thread::spawn(move || stream.read(&mut [0]).map(|_| sent.elapsed()))
            })
            .collect();
        let mut late = Vec::new();
        for end in ends {
            let end = end.join().map_err(|_| io::Error::other("a panic"))??;
            late.push(millis(end) - millis(timeout));
        }
        println!("{name:40} {}", spread(&late));
    }
    Ok(())
}

fn ratios(values: &[f64], others: &[f64]) -> Vec<f64> {
    let pairs = values.iter().zip(others);
    pairs.map(|(value, other)| value / other).collect()
}

fn spread(values: &[f64]) -> String {
    let min = values.iter().copied().fold(f64::INFINITY, f64::min);
    let max = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    format!("{:>7.1}{min:>7.1}{max:>7.1}", median(values))
}

fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[expect(clippy::cast_precision_loss, reason = "bytes of memory")]
fn float(number: u64) -> f64 {
    number as f64
}

#[expect(clippy::disallowed_methods, reason = "a bench measures time")]
fn now() -> Instant {
    Instant::now()
}

#[expect(clippy::disallowed_methods, reason = "a bench paces itself")]
fn pause(time: Duration) {
    std::thread::sleep(time);
}

const BARE: &str = "bare echo";
const OURS: &str = "zkspec serve";
const APACHE: &str = "zookeeper";

/// Short, for the end of a session to be worth waiting for.
const TICK_MS: u32 = 200;
