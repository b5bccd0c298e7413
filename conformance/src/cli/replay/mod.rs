//! `zkspec replay`: what was recorded, judged again.

mod offline;
mod play;

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::Path;
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
use crate::cli::process::Start;
use crate::cli::runtime;
use crate::cli::serve::Setup;
use crate::cli::signal::asked_to_stop;
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

use self::play::Play;
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
    /// Play the client side to the server at HOST:PORT; without it and CMD, all is judged offline by
    /// the built-in engine.
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
    start: Start,
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
    let target = arguments.target()?;
    let subject = match &target {
        None => {
            arguments.tls.check_unused()?;
            None
        }
        Some(Target { host, address }) => {
            arguments.embedded.check_unused(address)?;
            Some(arguments.tls.subject(host, *address)?)
        }
    };
    for file in &arguments.files {
        let scripts = match (input::read(file, &arguments.port)?, &subject) {
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
            let subject = match &subject {
                Some(subject) => subject.clone(),
                None => Subject::Embedded(Box::new(setup(&script, arguments.embedded.config()?)?)),
            };
            plays.push((subject, Arc::new(script)));
        }
    }
    let place = target.map(|target| target.address).zip(subject);
    let work = arguments.play(plays, place, &options);
    Ok(exit.or(runtime()?.block_on(work)?))
}

impl Arguments {
    /// The server that is played to, if it is not the built-in one.
    fn target(&self) -> Result<Option<Target>, Trouble> {
        Ok(match &self.target {
            Some(word) => Some(Target::find(word)?),
            None if self.start.is_meant() => Some(Target {
                host: "127.0.0.1".to_owned(),
                address: self.start.free_address()?,
            }),
            None => None,
        })
    }

    /// Plays scripts, on a server that is started for it if there is a command.
    async fn play(
        &self,
        plays: Vec<Play>,
        place: Option<(SocketAddr, Subject)>,
        options: &Options,
    ) -> Result<Exit, Trouble> {
        let managed = match &place {
            Some((address, subject)) => tokio::select! {
                started = self.start.start(subject, *address, Path::new(FOLDER)) => started?,
                () = asked_to_stop() => return Err(Trouble::interrupted()),
            },
            None => None,
        };
        let times = self.times.get() as usize;
        let played = tokio::select! {
            played = play::all(plays, options, times, managed.clone()) => Some(played),
            () = asked_to_stop() => None,
        };
        if let Some(managed) = managed {
            managed.stop().await;
        }
        let server = match &place {
            Some((address, _)) => address.to_string(),
            None => "the built-in server".to_owned(),
        };
        played
            .ok_or_else(Trouble::interrupted)?
            .map_err(|trouble| Trouble {
                exit: Exit::Untested,
                message: format!("cannot replay to {server}: {trouble}"),
                hint: None,
            })
    }
}

/// Where the server's log is written.
const FOLDER: &str = "zk-out";

/// The server a script was recorded on, as its header says: `server tickTime=200`.
fn setup(script: &Script, config: Config) -> Result<Config, Trouble> {
    let setting =
        Setting::of(script).map_err(|error| Trouble::usage(format!("{}: {error}", script.name)))?;
    Ok(setting.apply(config))
}
