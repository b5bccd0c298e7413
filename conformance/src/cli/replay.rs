//! `zkspec replay`: what was recorded, judged again.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use anstyle::AnsiColor;
use anstyle::Style as Colour;
use tokio::sync::Mutex;

use crate::cli::Exit;
use crate::cli::Trouble;
use crate::cli::help;
use crate::cli::input;
use crate::cli::input::Input;
use crate::cli::pace::Pace;
use crate::cli::runtime;
use crate::cli::say;
use crate::cli::serve::Setup;
use crate::cli::target::Target;
use crate::cli::tls::Tls;
use crate::judge;
use crate::judge::Options;
use crate::judge::Setting;
use crate::judge::Subject;
use crate::net::Played;
use crate::player;
use crate::player::Verdict;
use crate::recording;
use crate::recording::Judgement;
use crate::recording::Recording;
use crate::recording::Remark;
use crate::recording::Style;
use crate::server::Config;
use crate::transcript::Action;
use crate::transcript::IntExpr;
use crate::transcript::IntName;
use crate::transcript::Packet;
use crate::transcript::Part;
use crate::transcript::Script;
use crate::transcript::Term;
use crate::transcript::Value;

const GOOD: Colour = AnsiColor::Green.on_default();
const BAD: Colour = AnsiColor::Red.on_default().bold();
const DIM: Colour = Colour::new().dimmed();

/// What `zkspec replay` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = help::REPLAY)]
pub(super) struct Arguments {
    /// Transcripts and captures (pcap, pcapng).
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Play the client side to the server at HOST:PORT; without it, all is judged offline by the
    /// built-in engine.
    #[arg(long, value_name = "HOST:PORT")]
    target: Option<String>,
    #[command(flatten)]
    tls: Tls,
    /// Play each so many times, and say how often a case failed, or how often a recording came out
    /// as it was recorded.
    #[arg(long, value_name = "N", default_value_t = 1)]
    times: u32,
    #[command(flatten)]
    pace: Pace,
    /// How the server was started, where that cannot be found out: maxClientCnxns=N,
    /// sessionlessCnxnTimeout=MS.
    #[arg(long, value_name = "KEY=VALUE", value_parser = Setting::parse)]
    setting: Option<Setting>,
    /// Ports that are a server's, for captures that begin in the middle of a connection.
    #[arg(long, value_name = "PORT")]
    port: Vec<u16>,
    /// Show notes: what is remarkable, and what could not be judged.
    #[arg(long, short)]
    verbose: bool,
    #[command(flatten, next_help_heading = "The built-in server")]
    embedded: Setup,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Trouble> {
    let mut options = Options {
        setting: arguments.setting.clone().unwrap_or_default(),
        ..Options::default()
    };
    arguments.pace.set(&mut options.player);
    let mut exit = Exit::Fine;
    let mut plays = Vec::new();
    let target = match &arguments.target {
        None => None,
        Some(target) => {
            let Target { host, address } = Target::find(target)?;
            Some(arguments.tls.subject(&host, address)?)
        }
    };
    for file in &arguments.files {
        let scripts = match (input::read(file, &arguments.port)?, &target) {
            (Input::Bytes(_), _) => {
                return Err(Trouble::usage(format!(
                    "{} is neither a transcript nor a capture",
                    file.display()
                ))
                .hint("zkspec decode shows what bytes mean"));
            }
            (Input::Capture(capture), None) => {
                let recording = Recording::from_capture(&capture);
                let judgement = recording::judge(&recording);
                exit = worse(exit, told(file, &recording, &judgement, arguments.verbose));
                continue;
            }
            (Input::Capture(capture), Some(_)) => {
                let name = file.display().to_string();
                vec![Recording::from_capture(&capture).to_script(&name, Style::Playable)]
            }
            (Input::Transcript(transcript), _) => transcript.scripts,
        };
        for script in scripts {
            let subject = match &target {
                Some(target) => target.clone(),
                None => Subject::Embedded(Box::new(setup(&script, arguments.embedded.config()?)?)),
            };
            plays.push((subject, Arc::new(script)));
        }
    }
    let times = arguments.times.max(1);
    let outcome: Result<Exit, Trouble> = runtime()?.block_on(async {
        // Mostly they wait, as the client did that was recorded.
        let mut running = tokio::task::JoinSet::new();
        let mut outcomes = BTreeMap::new();
        let mut plays = plays.into_iter().enumerate();
        let turns = Arc::new(Mutex::new(()));
        loop {
            while running.len() < AT_ONCE
                && let Some((index, (subject, script))) = plays.next()
            {
                let options = options.clone();
                let turns = Arc::clone(&turns);
                running.spawn(async move {
                    let _turn = if presents_an_id_of_its_own(&script) {
                        Some(turns.lock().await)
                    } else {
                        None
                    };
                    let played = replay(&subject, &script, &options, times).await;
                    (index, script, subject, played)
                });
            }
            let Some(Ok((index, script, subject, played))) = running.join_next().await else {
                break;
            };
            let played = played.map_err(|trouble| Trouble {
                exit: Exit::Untested,
                message: format!("cannot replay to {subject}: {trouble}"),
                hint: None,
            })?;
            outcomes.insert(index, (script, played));
        }
        let told = outcomes
            .values()
            .map(|(script, played)| show(script, played));
        Ok(told.fold(Exit::Fine, worse))
    });
    Ok(worse(exit, outcome?))
}

/// Transcripts played at a time.
const AT_ONCE: usize = 16;

/// Whether a script presents a session id that no server gave it. Another may present the same, and
/// Apache closes the one connection because of the other; so these take turns.
fn presents_an_id_of_its_own(script: &Script) -> bool {
    let is_number = |term: &Term| match term {
        Term::Is(Value::Int(IntExpr(atoms))) => atoms
            .iter()
            .all(|atom| matches!(atom.of, IntName::Number(number) if number != 0)),
        _ => false,
    };
    let packets = script.steps.iter().flat_map(|step| match &step.action {
        Action::Send { packets, .. } => packets.as_slice(),
        _ => &[],
    });
    let mut parts = packets.flat_map(|packet| match packet {
        Packet::Frame(parts) => parts.as_slice(),
        Packet::Raw(_) | Packet::Text(_) => &[],
    });
    parts.any(|part| match part {
        Part::Record { schema, fields } => {
            schema.name == "ConnectRequest"
                && fields
                    .iter()
                    .any(|(name, term)| *name == "sessionId" && is_number(term))
        }
        Part::Bytes(_) | Part::Rest => false,
    })
}

/// What came of playing a script.
struct Replayed {
    times: u32,
    good: u32,
    /// The first time it did not come out as recorded.
    bad: Option<Played>,
}

/// The server a script was recorded on, as its header says: `server tickTime=200`.
fn setup(script: &Script, config: Config) -> Result<Config, Trouble> {
    let setting =
        Setting::of(script).map_err(|error| Trouble::usage(format!("{}: {error}", script.name)))?;
    Ok(setting.apply(config))
}

async fn replay(
    subject: &Subject,
    script: &Arc<Script>,
    options: &Options,
    times: u32,
) -> Result<Replayed, String> {
    let bindings = judge::probe(subject, options).await?;
    let mut replayed = Replayed {
        times,
        good: 0,
        bad: None,
    };
    for _ in 0..times {
        let script = Arc::clone(script);
        let played = judge::play(subject.clone(), script, bindings.clone(), options).await;
        if matches!(played.verdict, Verdict::Passed { .. }) {
            replayed.good += 1;
        } else {
            replayed.bad.get_or_insert(played);
        }
    }
    Ok(replayed)
}

/// Says how a script came out; of a difference, what was going on.
fn show(script: &Script, replayed: &Replayed) -> Exit {
    let Replayed { times, good, bad } = replayed;
    // What a case should come out as is in it; of anything else, what is recorded.
    let rate = if *times == 1 {
        String::new()
    } else if script.header("level").is_some() {
        let bad = times - good;
        format!("  failed {bad} of {times} times ({} %)", bad * 100 / times)
    } else {
        format!("  {good} of {times} as recorded")
    };
    let Some(played) = bad else {
        say(format_args!("{GOOD}✓{GOOD:#} {}{rate}", script.name));
        return Exit::Fine;
    };
    say(format_args!("{BAD}✗{BAD:#} {}{rate}", script.name));
    match &played.verdict {
        Verdict::Failed(failure) => {
            for (index, step) in script.steps.iter().enumerate() {
                if index + 4 > failure.step && index <= failure.step + 1 {
                    let mark = if index == failure.step { ">>" } else { "  " };
                    let text = step.to_string().replace('\n', "\n     ");
                    say(format_args!("  {mark} {text}"));
                }
            }
            say(format_args!(
                "  expected  {}",
                failure.expected.join(" or ")
            ));
            say(format_args!("  actual    {}", failure.actual));
            say(format_args!("{DIM}  what went over the wire:{DIM:#}"));
            for line in player::wire_log(&played.log) {
                say(format_args!("{DIM}    {line}{DIM:#}"));
            }
            Exit::Unexpected
        }
        Verdict::Untested(trouble) => {
            say(format_args!("  {trouble}"));
            Exit::Untested
        }
        Verdict::Passed { .. } => Exit::Fine,
    }
}

/// Tells what came of judging a capture.
fn told(file: &Path, recording: &Recording, judgement: &Judgement, verbose: bool) -> Exit {
    let file = file.display();
    let Judgement {
        connections,
        frames,
        differences,
        notes,
    } = judgement;
    let fine = differences.is_empty();
    let (mark, style) = if fine { ("✓", GOOD) } else { ("✗", BAD) };
    say(format_args!(
        "{style}{mark}{style:#} {file}  {DIM}{connections} connections, {frames} frames{DIM:#}"
    ));
    if *frames == 0 {
        say(format_args!(
            "  {DIM}no frame of a ZooKeeper server was judged{DIM:#}"
        ));
    }
    if verbose {
        notes
            .iter()
            .for_each(|note| say(format_args!("  {DIM}{note}{DIM:#}")));
    }
    if let Some(first) = differences.first() {
        for line in context(recording, first) {
            say(format_args!("  {DIM}{line}{DIM:#}"));
        }
    }
    differences
        .iter()
        .for_each(|difference| say(format_args!("  {BAD}{difference}{BAD:#}")));
    if fine { Exit::Fine } else { Exit::Unexpected }
}

/// The last steps on a connection up to the packet of a remark.
fn context(recording: &Recording, remark: &Remark) -> Vec<String> {
    const LINES: usize = 6;
    let mut until = recording.clone();
    until.events.retain(|event| event.packet <= remark.packet);
    let script = until.to_script("context", Style::Exact);
    let own = format!("{} ", remark.connection);
    let lines: Vec<_> = script
        .steps
        .iter()
        .map(ToString::to_string)
        .filter(|line| line.starts_with(&own))
        .collect();
    lines.into_iter().rev().take(LINES).rev().collect()
}

fn worse(one: Exit, other: Exit) -> Exit {
    if one == Exit::Fine { other } else { one }
}
