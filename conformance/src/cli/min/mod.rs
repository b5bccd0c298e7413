//! `zkspec min`: a transcript that fails, made small.

mod json;
mod play;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use self::play::Ended;
use self::play::Failure;
use self::play::Player;
use self::play::Rate;
use self::play::Server;
use crate::cli::Exit;
use crate::cli::Trouble;
use crate::cli::count::plural;
use crate::cli::format::Format;
use crate::cli::help;
use crate::cli::input;
use crate::cli::input::Input;
use crate::cli::pace::Pace;
use crate::cli::process::Managed;
use crate::cli::process::Start;
use crate::cli::progress::Progress;
use crate::cli::quoted;
use crate::cli::runtime;
use crate::cli::say;
use crate::cli::serve::Setup;
use crate::cli::signal::asked_to_stop;
use crate::cli::sink::Sink;
use crate::cli::target::Target;
use crate::cli::tls::Tls;
use crate::hunt::Shrink;
use crate::hunt::Shrinker;
use crate::hunt::is_witness;
use crate::judge::Options;
use crate::judge::Setting;
use crate::judge::Subject;
use crate::judge::like;
use crate::server;
use crate::server::Flaws;
use crate::transcript::Header;
use crate::transcript::Script;
use crate::transcript::Transcript;

/// What `zkspec min` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = help::MIN)]
pub(super) struct Arguments {
    /// A transcript of a case, or one of your own. The first script in it that fails is made small.
    /// What zkspec fuzz and zkspec diff find is small already.
    file: PathBuf,
    /// Play it to the server at HOST:PORT; without it and CMD, to the built-in server.
    #[arg(long, value_name = "HOST:PORT")]
    target: Option<String>,
    /// Where to write what is left; otherwise it is printed.
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
    /// As text for people, or as one JSON object.
    #[arg(long, default_value = "text")]
    format: Format,
    /// How often it is played to find out how often it fails.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 20,
        value_parser = clap::value_parser!(u32).range(1..=100_000)
    )]
    times: u32,
    #[command(flatten)]
    start: Start,
    #[command(flatten)]
    tls: Tls,
    #[command(flatten)]
    pace: Pace,
    #[command(flatten, next_help_heading = "The built-in server")]
    embedded: Setup,
}

/// What came of it.
struct Outcome {
    /// What it was played to.
    target: String,
    /// How often something was.
    played: u32,
    /// The first script that fails, made small.
    shrunk: Option<Shrunk>,
}

/// A script that fails, made small.
struct Shrunk {
    before: Script,
    after: Script,
    /// In which way it fails, and how often.
    failure: String,
    rate: Rate,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Trouble> {
    let scripts = match input::read(&arguments.file, &[])? {
        Input::Transcript(transcript) => transcript.scripts,
        Input::Capture(_) | Input::Bytes(_) => {
            let file = arguments.file.display();
            return Err(Trouble::usage(format!("{file} is no transcript"))
                .hint("zkspec decode writes a capture as a transcript"));
        }
    };
    arguments.check_no_finds(&scripts)?;
    let mut options = Options::default();
    arguments.pace.set(&mut options.player);
    let target = arguments.target.as_deref();
    let target = target.map(Target::find).transpose()?;
    let address = match &target {
        Some(target) => Some(target.address),
        None if arguments.start.is_meant() => Some(arguments.start.free_address()?),
        None => None,
    };
    let subject = match address {
        Some(address) => {
            arguments.embedded.check_sound(address)?;
            let host = target.map_or_else(|| "127.0.0.1".to_owned(), |it| it.host);
            arguments.tls.subject(&host, address)?
        }
        None => {
            arguments.tls.check_unused()?;
            Subject::Embedded(Box::new(arguments.embedded.config()?))
        }
    };
    let out = arguments.out.as_deref().map(Sink::open).transpose()?;
    let name = address.map_or_else(|| BUILT_IN.to_owned(), |address| address.to_string());
    let progress = Progress::start();
    let work = async {
        let folder = arguments.file.parent().unwrap_or(&arguments.file);
        let managed = match address {
            Some(address) => arguments.start.start(&subject, address, folder).await?,
            None => None,
        };
        let place = (name.as_str(), subject);
        let outcome = tokio::select! {
            outcome = arguments.shrink(place, managed.clone(), options, scripts, &progress) => {
                outcome.map_err(Trouble::from)
            }
            () = asked_to_stop() => Err(Trouble::interrupted()),
        };
        if let Some(managed) = managed {
            managed.stop().await;
        }
        outcome
    };
    let outcome = runtime()?.block_on(work)?;
    let elapsed = progress.finish();
    if let (Some(shrunk), Some(out)) = (&outcome.shrunk, out) {
        out.finish(&shrunk.transcript().to_string())?;
    }
    match arguments.format {
        Format::Text => arguments.show(&outcome, elapsed),
        Format::Json => json::show(arguments, &outcome, elapsed),
    }
    Ok(match outcome.shrunk {
        Some(_) => Exit::Fine,
        None => Exit::NothingSelected,
    })
}

impl Arguments {
    /// Refuses what hunters found. Such a script expects what came: it fails where nothing is wrong,
    /// and to fail alike means nothing.
    fn check_no_finds(&self, scripts: &[Script]) -> Result<(), Trouble> {
        let Some(find) = scripts.iter().find(|script| is_witness(script)) else {
            return Ok(());
        };
        let file = self.file.display().to_string();
        Err(Trouble::usage(format!(
            "{} in {file} was found by zkspec fuzz or zkspec diff: it is as small as they could make it, \
             and says what came, not what should have come",
            find.name
        ))
        .hint(format!(
            "zkspec replay {} --target HOST:PORT --times 100 says how often it comes up",
            quoted(&file)
        )))
    }

    /// Says what came of it, for people: a transcript, unless it is in a file, and a remark.
    fn show(&self, outcome: &Outcome, elapsed: Duration) {
        let Some(shrunk) = &outcome.shrunk else {
            return say(format_args!(
                "nothing fails on {}: there is nothing to make small",
                outcome.target
            ));
        };
        if self.out.is_none() {
            say(shrunk.transcript().to_string().trim_end());
        }
        let Rate { failed, times } = shrunk.rate;
        say(format_args!(
            "# {}: {} of {}; fails {failed} of {times} times ({} %); {}, {:.1} s",
            shrunk.after.name,
            plural(shrunk.after.parts(), "step"),
            shrunk.before.parts(),
            failed * 100 / times.max(1),
            plural(outcome.played as usize, "run"),
            elapsed.as_secs_f64(),
        ));
    }

    /// Makes the first script small that fails.
    async fn shrink(
        &self,
        (name, subject): (&str, Subject),
        managed: Option<Arc<Managed>>,
        options: Options,
        scripts: Vec<Script>,
        progress: &Progress,
    ) -> Result<Outcome, Ended> {
        let stated = server::Config {
            flaws: Flaws::NONE,
            ..self.embedded.config()?
        };
        progress.tell(format!("asking {name} what it is like"));
        let server = Server::probe(subject, name, &options).await?;
        let sound = match &server.subject {
            Subject::Embedded(_) => stated,
            _ => like(&server.bindings, stated),
        };
        let sound = Subject::Embedded(Box::new(sound));
        let model = Server::probe(sound, BUILT_IN, &options).await?;
        let mut shrunk = None;
        let mut player = Player::new(server, managed, options);
        for script in scripts {
            Setting::of(&script)
                .map_err(|error| Trouble::usage(format!("{}: {error}", script.name)))?;
            progress.tell(format!("playing {}, to see how it fails", script.name));
            if let Some(failure) = player.failure(&script, self.times).await? {
                player.hold_against(model, &script).await;
                shrunk = Some(shrink(&mut player, script, &failure, progress).await?);
                break;
            }
        }
        match player.untested {
            Some(trouble) if shrunk.is_none() => Err(Ended::Untested(trouble)),
            _ => Ok(Outcome {
                target: name.to_owned(),
                played: player.played,
                shrunk,
            }),
        }
    }
}

async fn shrink(
    player: &mut Player,
    script: Script,
    failure: &Failure,
    progress: &Progress,
) -> Result<Shrunk, Ended> {
    let mut shrinker = Shrinker::new(script.clone());
    while let Some(candidate) = shrinker.ask().cloned() {
        // What is done on a connection that nobody opened fails on any server.
        let makes_sense = candidate.opens_first() || !script.opens_first();
        let fails = makes_sense && player.fails_alike(&candidate, failure).await?;
        shrinker.tell(fails);
        progress.tell(format!(
            "{} of {}, {}, {}",
            shrinker.best().parts(),
            plural(script.parts(), "step"),
            plural(shrinker.tries(), "try"),
            plural(player.played as usize, "run"),
        ));
    }
    let after = shrinker.best().clone();
    progress.tell("counting how often what is left fails".to_owned());
    let rate = player.rate(&after, failure).await?;
    if rate.failed == 0 {
        return Err(Ended::Untested(format!(
            "{} did not fail again in {} times",
            script.name, rate.times
        )));
    }
    Ok(Shrunk {
        before: script,
        after,
        failure: failure.in_words(),
        rate,
    })
}

impl Shrunk {
    fn transcript(&self) -> Transcript {
        let mut script = self.after.clone();
        script.headers.retain(|header| header.key != SHRUNK);
        script.headers.push(Header {
            key: SHRUNK.to_owned(),
            text: format!(
                "from {} steps to {}, fails {} of {} times",
                self.before.parts(),
                self.after.parts(),
                self.rate.failed,
                self.rate.times
            ),
        });
        Transcript {
            comments: Vec::new(),
            scripts: vec![script],
        }
    }
}

/// What is played to if nothing else is said.
const BUILT_IN: &str = "the built-in server";
/// The header that says what was done to a script.
const SHRUNK: &str = "shrunk";
