//! `zkspec min`: a transcript that fails, made small.

use std::path::PathBuf;
use std::sync::Arc;

use crate::cli::Exit;
use crate::cli::Trouble;
use crate::cli::help;
use crate::cli::input;
use crate::cli::input::Input;
use crate::cli::pace::Pace;
use crate::cli::process::Start;
use crate::cli::progress::Progress;
use crate::cli::runtime;
use crate::cli::say;
use crate::cli::serve::Setup;
use crate::cli::signal::asked_to_stop;
use crate::cli::target::Target;
use crate::cli::tls::Tls;
use crate::hunt::Shrink;
use crate::hunt::Shrinker;
use crate::hunt::Symptom;
use crate::judge;
use crate::judge::Options;
use crate::judge::Setting;
use crate::judge::Subject;
use crate::player::Verdict;
use crate::server;
use crate::server::Flaws;
use crate::transcript::Bindings;
use crate::transcript::Header;
use crate::transcript::Script;
use crate::transcript::Transcript;

/// What `zkspec min` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = help::MIN)]
pub(super) struct Arguments {
    /// A transcript: of a case, a recording, a find. The first script in it that fails is made
    /// small.
    file: PathBuf,
    /// Play it to the server at HOST:PORT; without it and CMD, to the built-in server.
    #[arg(long, value_name = "HOST:PORT")]
    target: Option<String>,
    /// Where to write what is left; otherwise it is printed.
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
    /// How often it is played to find out how often it fails.
    #[arg(long, value_name = "N", default_value_t = 20)]
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

/// How often something fails in one way.
#[derive(Clone, Copy, Debug)]
struct Rate {
    failed: u32,
    times: u32,
}

/// A failure that is kept while the script gets smaller.
struct Failure {
    symptom: Symptom,
    rate: Rate,
}

/// A server, and what scripts are told of it.
#[derive(Clone)]
struct Server {
    subject: Subject,
    bindings: Bindings,
}

/// Who plays.
struct Player {
    server: Server,
    /// The model, if it passes the script: what is smaller has to be passed by it as well, or it
    /// might fail on any server.
    model: Option<Server>,
    options: Options,
    played: u32,
}

/// What came of it.
struct Shrunk {
    before: Script,
    after: Script,
    rate: Rate,
    played: u32,
}

/// Times that something smaller has to fail, if it always did.
const EACH_TIME: u32 = 3;
/// Failures that are awaited of what fails at times.
const FAILURES: u32 = 4;
/// Most times that something smaller is played.
const MOST_TIMES: u32 = 100;

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Trouble> {
    let scripts = match input::read(&arguments.file, &[])? {
        Input::Transcript(transcript) => transcript.scripts,
        Input::Capture(_) | Input::Bytes(_) => {
            let file = arguments.file.display();
            return Err(Trouble::usage(format!("{file} is no transcript"))
                .hint("zkspec decode writes a capture as a transcript"));
        }
    };
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
            let host = target.map_or_else(|| "127.0.0.1".to_owned(), |it| it.host);
            arguments.tls.subject(&host, address)?
        }
        None => Subject::Embedded(Box::new(arguments.embedded.config()?)),
    };
    let progress = Progress::start();
    let work = async {
        let folder = arguments.file.parent().unwrap_or(&arguments.file);
        let managed = match address {
            Some(address) => arguments.start.start(&subject, address, folder).await?,
            None => None,
        };
        let shrunk = tokio::select! {
            shrunk = arguments.shrink(subject, options, scripts, &progress) => shrunk,
            () = asked_to_stop() => Err(Trouble::interrupted()),
        };
        if let Some(managed) = managed {
            managed.stop().await;
        }
        shrunk
    };
    let shrunk = runtime()?.block_on(work)?;
    let elapsed = progress.finish();
    let Some(shrunk) = shrunk else {
        say("nothing fails: there is nothing to make small");
        return Ok(Exit::NothingSelected);
    };
    let text = shrunk.transcript().to_string();
    match &arguments.out {
        None => say(text.trim_end()),
        Some(path) => std::fs::write(path, text)
            .map_err(|error| Trouble::usage(format!("cannot write {}: {error}", path.display())))?,
    }
    let Rate { failed, times } = shrunk.rate;
    say(format_args!(
        "# {}: {} steps of {}; fails {failed} of {times} times ({} %); {} runs, {:.1} s",
        shrunk.after.name,
        shrunk.after.parts(),
        shrunk.before.parts(),
        failed * 100 / times.max(1),
        shrunk.played,
        elapsed.as_secs_f64(),
    ));
    Ok(Exit::Fine)
}

impl Arguments {
    /// Makes the first script small that fails; `None` if none does.
    async fn shrink(
        &self,
        subject: Subject,
        options: Options,
        scripts: Vec<Script>,
        progress: &Progress,
    ) -> Result<Option<Shrunk>, Trouble> {
        let sound = server::Config {
            flaws: Flaws::NONE,
            ..self.embedded.config()?
        };
        let model = Server::probe(Subject::Embedded(Box::new(sound)), &options).await?;
        let mut player = Player {
            server: Server::probe(subject, &options).await?,
            model: None,
            options,
            played: 0,
        };
        for script in scripts {
            Setting::of(&script)
                .map_err(|error| Trouble::usage(format!("{}: {error}", script.name)))?;
            if let Some(failure) = player.failure(&script, self.times.max(1)).await {
                player.model = Some(model);
                if !player.passes_on_model(&script).await {
                    player.model = None;
                }
                return Ok(Some(player.shrink(script, &failure, progress).await));
            }
        }
        Ok(None)
    }
}

impl Server {
    async fn probe(subject: Subject, options: &Options) -> Result<Self, Trouble> {
        match judge::probe(&subject, options).await {
            Ok(bindings) => Ok(Self { subject, bindings }),
            Err(trouble) => Err(Trouble {
                exit: Exit::Untested,
                message: format!("cannot play to {subject}: {trouble}"),
                hint: None,
            }),
        }
    }

    async fn play(&self, script: &Script, options: &Options) -> Verdict {
        let Self { subject, bindings } = self.clone();
        let script = Arc::new(script.clone());
        judge::play(subject, script, bindings, options)
            .await
            .verdict
    }
}

impl Player {
    /// The usual failure of a script, and how often it comes.
    async fn failure(&mut self, script: &Script, times: u32) -> Option<Failure> {
        let mut counts: Vec<(Symptom, u32)> = Vec::new();
        for _ in 0..times {
            if let Some(symptom) = self.symptom(script).await {
                match counts.iter_mut().find(|(known, _)| *known == symptom) {
                    Some((_, count)) => *count += 1,
                    None => counts.push((symptom, 1)),
                }
            }
        }
        let (symptom, failed) = counts.into_iter().max_by_key(|(_, count)| *count)?;
        let rate = Rate { failed, times };
        Some(Failure { symptom, rate })
    }

    async fn symptom(&mut self, script: &Script) -> Option<Symptom> {
        self.played += 1;
        Symptom::of(&self.server.play(script, &self.options).await)
    }

    /// Whether the model passes a script, if it is asked at all.
    async fn passes_on_model(&self, script: &Script) -> bool {
        match &self.model {
            None => true,
            Some(model) => {
                let verdict = model.play(script, &self.options).await;
                matches!(verdict, Verdict::Passed { .. })
            }
        }
    }

    async fn shrink(mut self, script: Script, failure: &Failure, progress: &Progress) -> Shrunk {
        let mut shrinker = Shrinker::new(script.clone());
        while let Some(candidate) = shrinker.ask().cloned() {
            let fails = self.passes_on_model(&candidate).await
                && self.fails_alike(&candidate, failure).await;
            shrinker.tell(fails);
            progress.tell(format!(
                "{} of {} steps, {} tries, {} runs",
                shrinker.best().parts(),
                script.parts(),
                shrinker.tries(),
                self.played
            ));
        }
        let after = shrinker.best().clone();
        let times = failure.rate.times;
        let mut failed = 0;
        for _ in 0..times {
            failed += u32::from(self.symptom(&after).await.as_ref() == Some(&failure.symptom));
        }
        Shrunk {
            before: script,
            after,
            rate: Rate { failed, times },
            played: self.played,
        }
    }

    /// Whether a script fails in the same way: each time, or at least half as often if the whole
    /// one does so at times only.
    async fn fails_alike(&mut self, script: &Script, failure: &Failure) -> bool {
        let Rate { failed, times } = failure.rate;
        let is_certain = failed == times;
        let most = if is_certain {
            EACH_TIME
        } else {
            (FAILURES * 2 * times / failed.max(1)).clamp(EACH_TIME, MOST_TIMES)
        };
        let mut seen = 0;
        for _ in 0..most {
            if self.symptom(script).await.as_ref() == Some(&failure.symptom) {
                seen += 1;
            } else if is_certain {
                return false;
            }
            if !is_certain && seen >= FAILURES {
                return true;
            }
        }
        is_certain
    }
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

/// The header that says what was done to a script.
const SHRUNK: &str = "shrunk";
