//! `zkspec model`: every order of what clients, the server and a failing network can do.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt::Display;
use std::num::NonZeroUsize;
use std::path::Path;
use std::path::PathBuf;

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
use crate::cli::count::plural;
use crate::cli::say;
use crate::cli::serve::find_flaw;
use crate::cli::sink::OutFolder;
use crate::cli::workers::do_each;
use crate::cli::workers::seconds;
use crate::net::Clock;
use crate::server::Flaws;
use crate::transcript::Script;
use crate::transcript::Transcript;

const GOOD: Style = AnsiColor::Green.on_default();
const ODD: Style = AnsiColor::Yellow.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();
const DIM: Style = Style::new().dimmed();

/// What `zkspec model` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Only scenes whose name contains this.
    scene: Option<String>,
    /// Give up on a scene after so many states; then it is not known whether all holds, and the exit
    /// code is 3.
    #[arg(long, value_name = "STATES", default_value = "10000000")]
    limit: NonZeroUsize,
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
        flaws = flaws.with(find_flaw(name)?);
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
    let folder = arguments
        .export
        .as_deref()
        .map(OutFolder::open)
        .transpose()?;
    let mut seen = BTreeSet::new();
    let mut reached = BTreeSet::new();
    let mut exit = Exit::Fine;
    let (mut states, mut moves) = (0, 0);
    let clock = Clock::start();
    let work = |(_, scene): &(_, Scene)| search(scene, arguments.limit.get());
    do_each(&scenes, work, |(name, scene), found, seconds| {
        show(name, scene, &found, seconds);
        exit = match &found.violation {
            Some(_) => Exit::Unexpected,
            // Of what was not searched nothing is known.
            None if !found.is_complete => exit.or(Exit::Untested),
            None => exit,
        };
        states += found.states;
        moves += found.moves;
        seen.extend(found.steps.keys().copied());
        reached.extend(found.goals.keys().copied());
    });
    say(format_args!(
        "\n{}, {}, {:.1} s in all",
        plural(states, "state"),
        plural(moves, "move"),
        seconds(clock)
    ));
    sum_up("moves of the engines' tables seen", &Step::all(), &seen);
    sum_up("goals reached", &Goal::ALL, &reached);
    if let (Some(folder), Some(path)) = (folder, &arguments.export) {
        let searches = scenes.iter();
        let searches: Vec<_> = searches.map(|(_, it)| search(it, FIRST_STATES)).collect();
        let traces = traces(&searches);
        export(&folder, &traces)?;
        let many = plural(traces.len(), "transcript");
        say(format_args!("{many} in {}", path.display()));
    }
    Ok(exit)
}

fn show(name: &str, scene: &Scene, found: &Found, seconds: f64) {
    let Found {
        states,
        moves,
        depth,
        is_complete,
        ..
    } = found;
    let (style, sign) = match &found.violation {
        Some(_) => (BAD, '✗'),
        None if *is_complete => (GOOD, '✓'),
        None => (ODD, '?'),
    };
    let rest = if *is_complete || found.violation.is_some() {
        ""
    } else {
        ", not searched to the end: --limit"
    };
    let (states, moves) = (plural(*states, "state"), plural(*moves, "move"));
    say(format_args!(
        "{style}{sign}{style:#} {name}\n  {DIM}{scene}{DIM:#}\n  {DIM}{states}, {moves}, \
         at most {depth} deep, {seconds:.1} s{rest}{DIM:#}"
    ));
    for exemption in scene.exemptions() {
        say(format_args!("  {DIM}not held to: {exemption}{DIM:#}"));
    }
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
fn export(folder: &OutFolder, traces: &BTreeMap<Step, Script>) -> Result<(), Trouble> {
    for (step, script) in traces {
        let setting = script.header("server").unwrap_or("any");
        let transcript = Transcript {
            scripts: vec![script.clone()],
            ..Transcript::default()
        };
        let file = Path::new(setting).join(format!("{}.zkt", step.slug()));
        folder.write(file, transcript.to_string().as_bytes())?;
    }
    Ok(())
}
