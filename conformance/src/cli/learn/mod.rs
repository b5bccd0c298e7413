//! `zkspec learn`: the session state machine of a server, found by asking.

mod alphabet;
mod compare;
mod file;
mod files;
mod target;

use std::fmt::Display;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use anstyle::AnsiColor;
use anstyle::Style;

use self::files::Files;
use self::target::Stop;
use self::target::Target;
use crate::cli::Exit;
use crate::cli::Trouble;
use crate::cli::count::plural;
use crate::cli::note;
use crate::cli::progress::Progress;
use crate::cli::say;
use crate::cli::serve::Setup;
use crate::cli::sink::is_stdout;
use crate::driver;
use crate::driver::Act;
use crate::driver::Symbol;
use crate::learn;
use crate::learn::End;
use crate::learn::Learned;
use crate::learn::Options;

const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();
const ODD: Style = AnsiColor::Yellow.on_default();
const DIM: Style = Style::new().dimmed();

/// What `zkspec learn` takes.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Arguments {
    /// HOST:PORT of the server to learn. Without it, the built-in server is learned, on virtual
    /// time.
    #[arg(value_name = "HOST:PORT")]
    address: Option<String>,
    #[command(subcommand)]
    verb: Option<Verb>,
    /// What the client can do: symbols with commas between, such as a.open,a.new,b.renew; `one`
    /// for the usual ones on one connection, `two` for two, `help` to list them all. Without it,
    /// those of the model that --check names, or else `two`.
    #[arg(long, value_name = "SYMBOLS")]
    symbols: Option<String>,
    /// Where chance begins.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// How many random words a hypothesis has to stand.
    #[arg(long, value_name = "N", default_value_t = 1000)]
    random_words: usize,
    /// Try every hypothesis with words that would find so many more states; each costs a factor
    /// of the alphabet.
    #[arg(long, value_name = "N", default_value_t = 0)]
    extra_states: usize,
    /// Stop after so many seconds.
    #[arg(long, value_name = "S", value_parser = clap::value_parser!(u64).range(1..))]
    max_time: Option<u64>,
    /// Stop after so many words; each begins with a reset.
    #[arg(long, value_name = "N")]
    max_resets: Option<NonZeroUsize>,
    /// Stop when more steps than this are racy.
    #[arg(long, value_name = "N", default_value_t = learn::Options::default().max_racy)]
    max_racy: usize,
    /// How many words are asked at once.
    #[arg(
        long,
        short,
        value_name = "N",
        default_value = "20",
        requires = "address"
    )]
    jobs: NonZeroUsize,
    /// The session timeout to ask for; it should be much longer than a word takes.
    #[arg(long, value_name = "MS", default_value_t = 10_000)]
    session_timeout: i32,
    /// How long an answer may take.
    #[arg(
        long,
        value_name = "MS",
        default_value_t = 2000,
        value_parser = clap::value_parser!(u64).range(1..)
    )]
    timeout: u64,
    /// How long a server is silent, at most, that leaves something without an answer; less where
    /// its answers turn out to be quick.
    #[arg(
        long,
        value_name = "MS",
        default_value_t = 250,
        value_parser = clap::value_parser!(u64).range(1..=60_000)
    )]
    quiet_time: u64,
    /// What to write about the model into its file.
    #[arg(long, value_name = "TEXT", requires = "json")]
    about: Option<String>,
    /// Write the model as JSON, to a file or - for stdout.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write the model in Graphviz's language.
    #[arg(long, value_name = "FILE")]
    dot: Option<PathBuf>,
    /// Write the model as a picture.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Compare with a model in a file, by the symbols that it was learned with; a difference ends
    /// with exit code 1.
    #[arg(long, value_name = "FILE")]
    check: Option<PathBuf>,
    #[command(flatten, next_help_heading = "The built-in server")]
    embedded: Setup,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Compare two learned models.
    Diff(compare::Arguments),
    /// Draw a learned model.
    Draw(file::Draw),
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Trouble> {
    match &arguments.verb {
        Some(Verb::Diff(arguments)) => return compare::run(arguments),
        Some(Verb::Draw(arguments)) => return file::draw(arguments),
        None => {}
    }
    if arguments.symbols.as_deref() == Some("help") {
        for act in Act::ALL {
            say(format_args!("{:<10} {}", act.name(), act.summary()));
        }
        return Ok(Exit::Fine);
    }
    let golden = match &arguments.check {
        Some(path) => Some((path.as_path(), file::read(path)?)),
        None => None,
    };
    let model = golden.as_ref().map(|(path, model)| (*path, model));
    let alphabet = alphabet::choose(arguments.symbols.as_deref(), model)?;
    let driver = driver::Config {
        timeout_ms: arguments.session_timeout,
        patience: Duration::from_millis(arguments.timeout),
        quiet: Duration::from_millis(arguments.quiet_time),
        ..driver::Config::default()
    };
    let files = Files::open([&arguments.json, &arguments.dot, &arguments.svg])?;
    let mut target = Target::new(arguments, &alphabet, driver)?;
    let names: Vec<String> = alphabet.iter().map(ToString::to_string).collect();
    let options = Options {
        seed: arguments.seed,
        random_words: arguments.random_words,
        extra_states: arguments.extra_states,
        max_words: arguments.max_resets.map_or(usize::MAX, NonZeroUsize::get),
        max_racy: arguments.max_racy,
        ..Options::default()
    };
    let progress = Progress::start();
    let learned = learn::learn(&mut target, &names, &options, &mut |at| {
        progress.tell(how_far(at));
    });
    let elapsed = progress.finish();
    let words = arguments.words();
    report(words, &target.name(), &names, &learned, elapsed);
    let Some(model) = &learned.model else {
        // That is what was learned.
        if learned.end == End::TooRacy {
            return Ok(Exit::Unexpected);
        }
        return Err(untested(&learned.end, &target.name()));
    };
    files.write(
        arguments.about.as_deref().unwrap_or(&target.name()),
        model,
        &learned,
    )?;
    match learned.end {
        End::Teacher(Stop::Interrupted) => return Ok(Exit::Interrupted),
        End::Teacher(Stop::Unreachable | Stop::Silenced(_)) => {
            return Err(untested(&learned.end, &target.name()));
        }
        End::Complete | End::OutOfWords | End::TooRacy | End::Teacher(Stop::OutOfTime) => {}
    }
    // What may yet turn out to be otherwise is as nobody expects it.
    let complete = match learned.end {
        End::Complete => Exit::Fine,
        _ => Exit::Unexpected,
    };
    if let Some((path, golden)) = golden {
        let name = path.display().to_string();
        let same = compare::check(words, &name, &golden, &target.name(), model);
        return Ok(same.or(complete));
    }
    let is_racy = learned.conflicts.iter().any(|it| it.settled.is_none());
    Ok(if is_racy { Exit::Unexpected } else { complete })
}

/// Where the words for people go.
#[derive(Clone, Copy)]
enum Words {
    Stdout,
    /// Beside a file that goes to stdout.
    Stderr,
}

impl Words {
    fn say(self, line: impl Display) {
        match self {
            Self::Stdout => say(line),
            Self::Stderr => note(&line.to_string()),
        }
    }
}

impl Arguments {
    fn words(&self) -> Words {
        let mut files = [&self.json, &self.dot, &self.svg].into_iter().flatten();
        if files.any(|path| is_stdout(path)) {
            Words::Stderr
        } else {
            Words::Stdout
        }
    }
}

fn how_far(progress: &learn::Progress) -> String {
    let doing = if progress.examining {
        "trying"
    } else {
        "finding"
    };
    format!(
        "{doing} {}, {}, {}",
        plural(progress.states, "state"),
        plural(progress.words, "reset"),
        plural(progress.conflicts, "conflict"),
    )
}

/// Why there is no model to go by.
fn untested(end: &End<Stop>, name: &str) -> Trouble {
    let (exit, message) = match end {
        End::Teacher(Stop::Interrupted) => (Exit::Interrupted, "interrupted".to_owned()),
        End::Teacher(Stop::Unreachable) => (
            Exit::Untested,
            format!("{name} cannot be reached, or not any more"),
        ),
        End::Teacher(Stop::Silenced(suspects)) => return silenced(name, suspects),
        _ => {
            let message = "it ended before there was a model".to_owned();
            (Exit::Untested, message)
        }
    };
    Trouble {
        exit,
        message,
        hint: match end {
            End::Teacher(Stop::Unreachable) => {
                Some(format!("zkspec probe {name} says whether anybody is there"))
            }
            End::Teacher(Stop::OutOfTime) => Some("give it more by --max-time".to_owned()),
            End::OutOfWords => Some("allow more by --max-resets".to_owned()),
            _ => None,
        },
    }
}

/// That a server answers nobody any more, and by which words.
fn silenced(name: &str, suspects: &[Vec<Symbol>]) -> Trouble {
    let in_words = |word: &Vec<Symbol>| {
        let symbols: Vec<String> = word.iter().map(ToString::to_string).collect();
        symbols.join(" ")
    };
    let mut message = format!(
        "{name} answered handshakes, and does not answer any more since one of these was sent:"
    );
    for word in suspects.iter().take(MOST_SUSPECTS) {
        message += &format!("\n  {}", in_words(word));
    }
    if suspects.len() > MOST_SUSPECTS {
        let more = suspects.len() - MOST_SUSPECTS;
        message += &format!("\n  … and {more} more");
    }
    let first = suspects.first().map(in_words).unwrap_or_default();
    Trouble {
        exit: Exit::Unexpected,
        message,
        hint: Some(format!(
            "start it again, and try them one by one: zkspec diff {name} model --sequence '{first}'"
        )),
    }
}

/// Words that are shown of those one of which silenced a server.
const MOST_SUSPECTS: usize = 12;

/// Says what was learned.
fn report(
    words: Words,
    name: &str,
    alphabet: &[String],
    learned: &Learned<Stop>,
    elapsed: Duration,
) {
    let states = learned.model.as_ref().map_or(0, |model| model.states.len());
    let racy = learned.conflicts.iter().filter(|it| it.settled.is_none());
    let racy = racy.count();
    let settled = learned.conflicts.len() - racy;
    let color = if racy == 0 { GOOD } else { BAD };
    words.say(format_args!(
        "{color}{}{color:#} of {name}  {DIM}{}, {}, {}, {:.1} s{DIM:#}",
        plural(states, "state"),
        plural(learned.words, "reset"),
        plural(learned.steps, "step"),
        plural(learned.hypotheses, "hypothesis"),
        elapsed.as_secs_f64(),
    ));
    match &learned.end {
        End::Complete => {}
        End::OutOfWords => words.say(format_args!("{ODD}not complete{ODD:#}: the resets ran out")),
        End::TooRacy => words.say(format_args!(
            "{ODD}not complete{ODD:#}: too much depends on chance"
        )),
        End::Teacher(Stop::OutOfTime) => {
            words.say(format_args!("{ODD}not complete{ODD:#}: time ran out"));
        }
        End::Teacher(_) => words.say(format_args!("{ODD}not complete{ODD:#}")),
    }
    if learned.conflicts.is_empty() {
        words.say(match learned.end {
            End::Complete => "no conflicts",
            _ => "no conflicts so far",
        });
        return;
    }
    words.say(format_args!(
        "conflicts: {racy} racy, {settled} settled by majority"
    ));
    for conflict in learned.conflicts.iter().take(MOST_CONFLICTS) {
        let mut outputs: Vec<_> = conflict.outputs.iter().collect();
        outputs.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let outputs: Vec<String> = outputs
            .into_iter()
            .map(|(output, count)| format!("{output} ×{count}"))
            .collect();
        let word: Vec<&str> = conflict
            .word
            .iter()
            .filter_map(|&input| alphabet.get(input).map(String::as_str))
            .collect();
        let (color, kind) = match conflict.settled {
            Some(_) => (ODD, "settled"),
            None => (BAD, "racy"),
        };
        words.say(format_args!(
            "  {color}{kind:<8}{color:#} {}  {DIM}→{DIM:#} {}",
            word.join(" "),
            outputs.join(", "),
        ));
    }
    if learned.conflicts.len() > MOST_CONFLICTS {
        words.say(format_args!(
            "  … and {} more",
            learned.conflicts.len() - MOST_CONFLICTS
        ));
    }
}

/// Conflicts that are shown one by one.
const MOST_CONFLICTS: usize = 12;
