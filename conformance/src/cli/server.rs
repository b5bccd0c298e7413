//! `zkspec server`: the judge.

use std::fs::File;
use std::io::BufWriter;
use std::io::Write;
use std::net::SocketAddr;
use std::net::ToSocketAddrs;
use std::path::PathBuf;
use std::time::Duration;

use crate::cli::Exit;
use crate::cli::Trouble;
use crate::cli::list::catalogue;
use crate::cli::list::select;
use crate::cli::report::Junit;
use crate::cli::report::Text;
use crate::cli::report::Traces;
use crate::cli::runtime;
use crate::cli::serve::Setup;
use crate::cli::signal::asked_to_stop;
use crate::judge;
use crate::judge::Event;
use crate::judge::Level;
use crate::judge::Options;
use crate::judge::Setting;
use crate::judge::Subject;
use crate::judge::Summary;

/// What `zkspec server` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// HOST:PORT of the server to judge, then which cases: ZK0402, a group, a name with *,
    /// tag:NAME, level:LEVEL; ! in front excludes. Without HOST:PORT, the built-in server is
    /// judged.
    #[arg(value_name = "HOST:PORT | SELECTOR")]
    words: Vec<String>,
    /// Which cases fail the run if they do not hold: those of this level and above.
    #[arg(long, value_name = "LEVEL", default_value = "should")]
    level: Level,
    /// Leave out the cases that wait for sessions to expire.
    #[arg(long)]
    no_timing: bool,
    /// Stop at the first failure.
    #[arg(long)]
    fail_fast: bool,
    /// How many cases run at once.
    #[arg(long, short, value_name = "N", default_value_t = 128)]
    jobs: usize,
    /// How many connections are open at once.
    #[arg(long, value_name = "N", default_value_t = 45)]
    connections: usize,
    /// The bounds the session timeout should have; without it, those the server grants.
    #[arg(long, value_name = "MIN..MAX", value_parser = bounds)]
    session_timeout: Option<(i64, i64)>,
    /// How long a step waits for an answer.
    #[arg(long, value_name = "MS", default_value_t = 2000)]
    timeout: u64,
    /// The server's tick, if it is not half of the shortest session timeout.
    #[arg(long, value_name = "MS")]
    tick: Option<i64>,
    /// How the server was started, where that cannot be found out: maxClientCnxns=N,
    /// sessionlessCnxnTimeout=MS. Cases that need a server so set up are left out otherwise.
    #[arg(long, value_name = "KEY=VALUE", value_parser = Setting::parse)]
    setting: Option<Setting>,
    /// Run all of it so many times; every run has to be as expected.
    #[arg(long, value_name = "N", default_value_t = 1)]
    repeat: u32,
    /// Write JSON lines, an event each, to a file, or - for stdout.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write a JUnit report to a file.
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Where every case that fails leaves a transcript that `zkspec replay` takes.
    #[arg(long, value_name = "DIR", default_value = "zk-out")]
    trace_dir: PathBuf,
    /// List every case, not just those that stand out.
    #[arg(long, short)]
    verbose: bool,
    /// Say nothing but what stands out.
    #[arg(long, short, conflicts_with = "verbose")]
    quiet: bool,
    #[command(flatten, next_help_heading = "The built-in server")]
    embedded: Setup,
}

pub(super) fn run(arguments: Arguments) -> Result<Exit, Trouble> {
    let (address, selectors) = target(&arguments.words)?;
    let catalogue = catalogue()?;
    let mut cases = select(&catalogue, &selectors)?;
    if arguments.no_timing {
        cases.retain(|case| !case.has_tag("timing"));
    }
    if cases.is_empty() {
        return Err(Trouble {
            exit: Exit::NothingSelected,
            message: "--no-timing leaves no case to run".to_owned(),
            hint: None,
        });
    }
    let mut options = Options {
        jobs: arguments.jobs.max(1),
        level: arguments.level,
        fail_fast: arguments.fail_fast,
        connections: arguments.connections,
        bounds: arguments.session_timeout,
        tick: arguments.tick,
        setting: arguments.setting.clone().unwrap_or_default(),
        ..Options::default()
    };
    options.player.patience = Duration::from_millis(arguments.timeout);
    let subject = match address {
        Some(address) => Subject::Tcp(address),
        None => Subject::Embedded(Box::new(arguments.embedded.config()?)),
    };
    let mut reports = Reports::open(&arguments, address, options.level)?;
    let mut exit = Exit::Fine;
    runtime()?.block_on(async {
        let all = async {
            for _ in 0..arguments.repeat.max(1) {
                let summary = {
                    let mut tell = |event: &Event| reports.tell(event, &catalogue);
                    judge::run(&catalogue, &cases, &subject, &options, &mut tell).await
                };
                exit = worse(exit, exit_of(&summary));
                if exit != Exit::Fine {
                    break;
                }
            }
        };
        tokio::select! {
            () = all => {}
            () = asked_to_stop() => exit = Exit::Interrupted,
        }
    });
    reports.finish(exit)?;
    Ok(exit)
}

/// Two numbers of milliseconds.
fn bounds(text: &str) -> Result<(i64, i64), String> {
    let parsed = text
        .split_once("..")
        .and_then(|(min, max)| Some((min.trim().parse().ok()?, max.trim().parse().ok()?)));
    parsed.ok_or_else(|| "it should be two numbers of milliseconds, such as 4000..40000".to_owned())
}

/// What comes first is the address if it ends in a port.
fn target(words: &[String]) -> Result<(Option<SocketAddr>, Vec<String>), Trouble> {
    let is_address = |word: &String| {
        word.rsplit_once(':')
            .is_some_and(|(_, port)| port.parse::<u16>().is_ok())
    };
    match words.split_first() {
        Some((first, rest)) if is_address(first) => {
            let unresolved = |reason: String| Trouble {
                exit: Exit::Untested,
                message: format!("cannot find {first}: {reason}"),
                hint: None,
            };
            let mut found = first
                .to_socket_addrs()
                .map_err(|error| unresolved(error.to_string()))?;
            let address = found
                .next()
                .ok_or_else(|| unresolved("it has no address".to_owned()))?;
            Ok((Some(address), rest.to_vec()))
        }
        _ => Ok((None, words.to_vec())),
    }
}

fn exit_of(summary: &Summary) -> Exit {
    if summary.trouble.is_some() {
        Exit::Untested
    } else if summary.failed > 0 {
        Exit::Unexpected
    } else if summary.untested > 0 {
        Exit::Untested
    } else if summary.skipped > 0 && summary.played() == 0 {
        Exit::NothingSelected
    } else {
        Exit::Fine
    }
}

fn worse(one: Exit, other: Exit) -> Exit {
    if one == Exit::Fine { other } else { one }
}

/// Every report that was asked for, each made from the same events.
struct Reports {
    text: Text,
    json: Option<Box<dyn Write>>,
    junit: Option<(PathBuf, Junit)>,
    traces: Traces,
}

impl Reports {
    fn open(
        arguments: &Arguments,
        address: Option<SocketAddr>,
        level: Level,
    ) -> Result<Self, Trouble> {
        let json: Option<Box<dyn Write>> = match &arguments.json {
            None => None,
            Some(path) if path.as_os_str() == "-" => Some(Box::new(std::io::stdout())),
            Some(path) => {
                let file = File::create(path).map_err(|error| {
                    Trouble::usage(format!("cannot write {}: {error}", path.display()))
                })?;
                Some(Box::new(BufWriter::new(file)))
            }
        };
        let to_stdout = arguments
            .json
            .as_ref()
            .is_some_and(|path| path.as_os_str() == "-");
        Ok(Self {
            text: Text::new(arguments.verbose, arguments.quiet, to_stdout, level),
            json,
            junit: arguments.junit.clone().map(|path| (path, Junit::default())),
            traces: Traces::new(arguments.trace_dir.clone(), address, &arguments.embedded),
        })
    }

    fn tell(&mut self, event: &Event, catalogue: &judge::Catalogue) {
        if let Some(json) = &mut self.json
            && let Ok(line) = serde_json::to_string(event)
        {
            let _ = writeln!(json, "{line}");
        }
        if let Some((_, junit)) = &mut self.junit {
            junit.tell(event);
        }
        let trace = self.traces.tell(event, catalogue);
        self.text.tell(event, trace.as_deref());
    }

    fn finish(mut self, exit: Exit) -> Result<(), Trouble> {
        self.text.finish(exit);
        if let Some(json) = &mut self.json {
            json.flush()
                .map_err(|error| Trouble::usage(format!("cannot write JSON: {error}")))?;
        }
        if let Some((path, junit)) = self.junit {
            std::fs::write(&path, junit.finish()).map_err(|error| {
                Trouble::usage(format!("cannot write {}: {error}", path.display()))
            })?;
        }
        Ok(())
    }
}
