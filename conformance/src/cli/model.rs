//! `zkspec model`: every order of what clients, the server and a failing network can do.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt::Display;
use std::num::NonZeroUsize;
use std::path::Path;
use std::path::PathBuf;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use anstyle::AnsiColor;
use anstyle::Style;

use crate::checker::FIRST_STATES;
use crate::checker::Found;
use crate::checker::Goal;
use crate::checker::Scene;
use crate::checker::Step;
use crate::checker::Violation;
use crate::checker::search;
use crate::checker::traces;
use crate::cli::Exit;
use crate::cli::Trouble;
use crate::cli::say;
use crate::net::Clock;
use crate::server::Flaw;
use crate::server::Flaws;
use crate::transcript::Script;
use crate::transcript::Transcript;

const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();
const DIM: Style = Style::new().dimmed();

/// What `zkspec model` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Only scenes whose name contains this.
    scene: Option<String>,
    /// Give up on a scene after so many states.
    #[arg(long, value_name = "STATES", default_value_t = 1_000_000)]
    limit: usize,
    /// Search a server that does this wrong; `zkspec serve --flaw help` lists what there is.
    #[arg(long, value_name = "FLAW")]
    flaw: Vec<String>,
    /// Write a transcript for each move of the engines' tables that can be shown to a server, a
    /// shortest way there, to be played with `zkspec replay --target`. They are in folders named
    /// after what the server has to be like.
    #[arg(long, value_name = "DIR")]
    export: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Trouble> {
    let mut flaws = Flaws::NONE;
    for name in &arguments.flaw {
        let flaw = Flaw::from_name(name).ok_or_else(|| {
            Trouble::usage(format!("there is no flaw {name:?}"))
                .hint("zkspec serve --flaw help lists them")
        })?;
        flaws = flaws.with(flaw);
    }
    let mut scenes = Scene::all();
    if let Some(part) = &arguments.scene {
        scenes.retain(|(name, _)| name.contains(part.as_str()));
    }
    if scenes.is_empty() {
        return Err(Trouble {
            exit: Exit::NothingSelected,
            message: "no scene has such a name".to_owned(),
            hint: Some("zkspec model, without a name, searches them all".to_owned()),
        });
    }
    for (_, scene) in &mut scenes {
        for server in &mut scene.servers {
            server.flaws = flaws;
        }
    }
    let mut seen = BTreeSet::new();
    let mut reached = BTreeSet::new();
    let mut is_fine = true;
    let (mut states, mut moves) = (0, 0);
    let clock = Clock::start();
    search_all(&scenes, arguments.limit, |name, found, seconds| {
        show(name, found, seconds);
        is_fine &= found.violation.is_none();
        states += found.states;
        moves += found.moves;
        seen.extend(found.steps.keys().copied());
        reached.extend(found.goals.keys().copied());
    });
    say(format_args!(
        "\n{states} states, {moves} moves, {:.1} s in all",
        seconds(clock)
    ));
    sum_up("moves of the engines' tables seen", &Step::all(), &seen);
    sum_up("goals reached", &Goal::ALL, &reached);
    if let Some(folder) = &arguments.export {
        let searches = scenes.iter();
        let searches: Vec<_> = searches.map(|(_, it)| search(it, FIRST_STATES)).collect();
        export(folder, &traces(&searches))?;
    }
    Ok(if is_fine {
        Exit::Fine
    } else {
        Exit::Unexpected
    })
}

/// Searches the scenes, as many at a time as the machine can, and tells of each in order.
fn search_all(scenes: &[(&str, Scene)], limit: usize, mut tell: impl FnMut(&str, &Found, f64)) {
    let jobs = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let next = AtomicUsize::new(0);
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some((_, scene)) = scenes.get(place) else {
                        return;
                    };
                    let clock = Clock::start();
                    let found = search(scene, limit);
                    if sender.send((place, found, seconds(clock))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let mut early = BTreeMap::new();
        let mut told = 0;
        for (place, found, seconds) in receiver {
            early.insert(place, (found, seconds));
            while let Some((found, seconds)) = early.remove(&told) {
                tell(
                    scenes.get(told).map_or("", |(name, _)| name),
                    &found,
                    seconds,
                );
                told += 1;
            }
        }
    });
}

fn seconds(since: Clock) -> f64 {
    (since.now() - crate::Instant::ZERO).as_secs_f64()
}

fn show(name: &str, found: &Found, seconds: f64) {
    let Found {
        states,
        moves,
        depth,
        is_complete,
        ..
    } = found;
    let (style, sign) = match &found.violation {
        Some(_) => (BAD, '✗'),
        None => (GOOD, '✓'),
    };
    let rest = if *is_complete || found.violation.is_some() {
        ""
    } else {
        ", and there are more"
    };
    say(format_args!(
        "{style}{sign}{style:#} {name}  {DIM}{states} states, {moves} moves, at most {depth} deep, \
         {seconds:.1} s{rest}{DIM:#}"
    ));
    if let Some(Violation {
        property,
        found,
        path,
    }) = &found.violation
    {
        say(format_args!("  {BAD}{property}{BAD:#}: {found}"));
        for step in path {
            say(format_args!("    {step}"));
        }
    }
}

/// Says how much there is of what should be, and what is not.
fn sum_up<T: Ord + Display>(what: &str, all: &[T], found: &BTreeSet<T>) {
    let count = all.iter().filter(|it| found.contains(it)).count();
    say(format_args!("{count} of {} {what}", all.len()));
    for it in all.iter().filter(|it| !found.contains(it)) {
        say(format_args!("  {DIM}not found  {it}{DIM:#}"));
    }
}

/// Writes each way as a transcript that any server of these settings can be held to.
fn export(folder: &Path, traces: &BTreeMap<Step, Script>) -> Result<(), Trouble> {
    let trouble = |error: std::io::Error| {
        Trouble::usage(format!("cannot write to {}: {error}", folder.display()))
    };
    for (step, script) in traces {
        let folder = folder.join(script.header("server").unwrap_or("any"));
        std::fs::create_dir_all(&folder).map_err(trouble)?;
        let transcript = Transcript {
            scripts: vec![script.clone()],
            ..Transcript::default()
        };
        let file = folder.join(format!("{}.zkt", step.slug()));
        std::fs::write(file, transcript.to_string()).map_err(trouble)?;
    }
    say(format_args!(
        "{} transcripts in {}",
        traces.len(),
        folder.display()
    ));
    Ok(())
}
