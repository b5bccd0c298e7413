//! `zkspec model`: every order of what clients, the server and a failing network can do.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anstyle::AnsiColor;
use anstyle::Style;

use crate::checker::Found;
use crate::checker::Scene;
use crate::checker::Step;
use crate::checker::Violation;
use crate::checker::search;
use crate::cli::Exit;
use crate::cli::Trouble;
use crate::cli::say;
use crate::net::Clock;
use crate::recording;
use crate::server::Flaw;
use crate::server::Flaws;
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
    /// Write a transcript for each move of the engines' tables, a shortest way there, to be played
    /// with `zkspec replay --target`.
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
    let mut ways = BTreeMap::new();
    let mut is_fine = true;
    for (name, mut scene) in scenes {
        scene.server.flaws = flaws;
        let clock = Clock::start();
        let found = search(&scene, arguments.limit);
        let seconds = (clock.now() - crate::Instant::ZERO).as_secs_f64();
        show(name, &found, seconds);
        is_fine &= found.violation.is_none();
        for (step, path) in &found.steps {
            ways.entry(*step).or_insert_with(|| found.recording(path));
        }
    }
    let all = Step::all();
    let seen = all.iter().filter(|step| ways.contains_key(step)).count();
    say(format_args!(
        "\n{seen} of {} moves of the engines' tables seen",
        all.len()
    ));
    for step in all.iter().filter(|step| !ways.contains_key(step)) {
        say(format_args!("  {DIM}not seen  {step}{DIM:#}"));
    }
    if let Some(folder) = &arguments.export {
        export(folder, &ways)?;
    }
    Ok(if is_fine {
        Exit::Fine
    } else {
        Exit::Unexpected
    })
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

/// Writes each way as a transcript that any server of these settings can be held to.
fn export(folder: &PathBuf, ways: &BTreeMap<Step, recording::Recording>) -> Result<(), Trouble> {
    let trouble = |error: std::io::Error| {
        Trouble::usage(format!("cannot write to {}: {error}", folder.display()))
    };
    std::fs::create_dir_all(folder).map_err(trouble)?;
    let seen = ways.iter().filter(|(_, way)| !way.events.is_empty());
    for (step, recording) in seen.clone() {
        let name = step.slug();
        let script = recording.to_script(&name, recording::Style::Playable);
        let transcript = Transcript {
            scripts: vec![script],
            ..Transcript::default()
        };
        let file = folder.join(format!("{name}.zkt"));
        std::fs::write(file, transcript.to_string()).map_err(trouble)?;
    }
    say(format_args!(
        "{} transcripts in {}",
        seen.count(),
        folder.display()
    ));
    Ok(())
}
