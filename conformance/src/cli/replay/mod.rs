//! `zkspec replay`: what was recorded, judged again.

mod offline;
mod play;

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;

use anstyle::AnsiColor;
use anstyle::Style as Colour;

use crate::cli::Exit;
use crate::cli::Trouble;
use crate::cli::help;
use crate::cli::input;
use crate::cli::input::Input;
use crate::cli::pace::Pace;
use crate::cli::runtime;
use crate::cli::serve::Setup;
use crate::cli::stated::Stated;
use crate::cli::target::Target;
use crate::cli::tls::Tls;
use crate::judge::Options;
use crate::judge::Setting;
use crate::judge::Subject;
use crate::recording;
use crate::recording::Recording;
use crate::recording::Style;
use crate::server::Config;
use crate::transcript::Script;

pub(super) use self::play::presents_an_id_of_its_own;

const GOOD: Colour = AnsiColor::Green.on_default();
const BAD: Colour = AnsiColor::Red.on_default().bold();
const ODD: Colour = AnsiColor::Yellow.on_default();
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
    #[arg(long, value_name = "N", default_value = "1")]
    times: NonZeroU32,
    #[command(flatten)]
    pace: Pace,
    #[command(flatten)]
    stated: Stated,
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
    let mut options = Options::default();
    arguments.pace.set(&mut options.player);
    arguments.stated.set(&mut options);
    let mut exit = Exit::Fine;
    let mut plays = Vec::new();
    let target = match &arguments.target {
        None => {
            arguments.tls.check_unused()?;
            None
        }
        Some(target) => {
            arguments.embedded.check_unused(target)?;
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
                exit = exit.or(offline::told(
                    file,
                    &recording,
                    &judgement,
                    arguments.verbose,
                ));
                continue;
            }
            (Input::Capture(capture), Some(_)) => {
                let name = file.display().to_string();
                let script = Recording::from_capture(&capture).to_script(&name, Style::Playable);
                if script.steps.is_empty() {
                    return Err(Trouble::usage(format!("{name} holds nothing to play")).hint(
                        "zkspec decode shows what is in it; --port says which port is a server's",
                    ));
                }
                vec![script]
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
    let times = arguments.times.get() as usize;
    let played = runtime()?.block_on(play::all(plays, &options, times));
    let played = played.map_err(|trouble| {
        let server = arguments.target.as_deref().unwrap_or("the built-in server");
        Trouble {
            exit: Exit::Untested,
            message: format!("cannot replay to {server}: {trouble}"),
            hint: None,
        }
    })?;
    Ok(exit.or(played))
}

/// The server a script was recorded on, as its header says: `server tickTime=200`.
fn setup(script: &Script, config: Config) -> Result<Config, Trouble> {
    let setting =
        Setting::of(script).map_err(|error| Trouble::usage(format!("{}: {error}", script.name)))?;
    Ok(setting.apply(config))
}
