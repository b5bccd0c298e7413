//! The command line.

mod choice;
mod clause;
mod count;
mod decode;
mod diff;
mod exit;
mod explain;
mod finds;
mod format;
mod fuzz;
mod help;
mod input;
mod learn;
mod list;
mod man;
mod min;
mod model;
mod mutants;
mod pace;
mod probe;
mod process;
mod progress;
mod record;
mod replay;
mod report;
mod schema;
mod serve;
mod server;
mod signal;
mod sink;
mod standard;
mod stated;
mod target;
mod tls;
mod workers;

use std::io::Write;
use std::process::ExitCode;

use clap::CommandFactory;
use clap::Parser;
use clap::Subcommand;

pub use self::exit::Exit;

/// Judges ZooKeeper servers by their session handshake, byte for byte.
#[derive(Debug, Parser)]
#[command(name = "zkspec", version, arg_required_else_help = true, after_help = exit::HELP)]
struct Arguments {
    /// When to colour: auto minds NO_COLOR and whether the output is a terminal.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: Color,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Judge a server; without an address, the one that is built in.
    Server(Box<server::Arguments>),
    /// Find out what a server is like, and what kind of server it is.
    Probe(probe::Arguments),
    /// Run the in-memory server; SIGHUP restarts it over its data: connections go, sessions stay.
    Serve(serve::Arguments),
    /// Show bytes, a capture or a transcript as readable lines.
    Decode(decode::Arguments),
    /// Judge transcripts and captures offline, or play their client side to a live server.
    Replay(replay::Arguments),
    /// Learn the session state machine of a server; without an address, of the one that is built in.
    Learn(learn::Arguments),
    /// Fuzz a server through its port; without an address, the one that is built in.
    Fuzz(Box<fuzz::Arguments>),
    /// Compare two servers, or one with the model: what does one do that the other does not?
    Diff(Box<diff::Arguments>),
    /// Make a transcript that fails small: fewer steps, connections and fields, the same failure.
    Min(Box<min::Arguments>),
    /// Hold the codec against a schema file: the zookeeper.jute of any release.
    Schema(schema::Arguments),
    /// Make reports of runs: merged, as a page, for CI, held against ones written down.
    Report(report::Arguments),
    /// Search every order of what clients, the built-in server and a failing network can do.
    Model(model::Arguments),
    /// List the cases, or the clauses they judge.
    List(list::Arguments),
    /// Explain a case or a clause: what it says, where that comes from, what judges it.
    Explain(explain::Arguments),
    /// Put servers with deliberate flaws to the cases: which case finds which flaw.
    Mutants(mutants::Arguments),
    /// Print a manual page.
    Man(man::Arguments),
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

/// Why a command ends without having done its work.
#[derive(Debug)]
struct Trouble {
    exit: Exit,
    message: String,
    hint: Option<String>,
}

impl Trouble {
    fn usage(message: impl Into<String>) -> Self {
        Self {
            exit: Exit::Usage,
            message: message.into(),
            hint: None,
        }
    }

    fn interrupted() -> Self {
        Self {
            exit: Exit::Interrupted,
            message: "interrupted: nothing was tested".to_owned(),
            hint: None,
        }
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// Runs the command line and says how it ended.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match arguments.color {
        Color::Auto => {}
        Color::Always => anstream::ColorChoice::Always.write_global(),
        Color::Never => anstream::ColorChoice::Never.write_global(),
    }
    let outcome = match arguments.verb {
        Verb::Server(arguments) => server::run(*arguments),
        Verb::Probe(arguments) => probe::run(&arguments),
        Verb::Serve(arguments) => serve::run(arguments),
        Verb::Decode(arguments) => decode::run(&arguments),
        Verb::Replay(arguments) => replay::run(&arguments),
        Verb::Learn(arguments) => learn::run(&arguments),
        Verb::Fuzz(arguments) => fuzz::run(&arguments),
        Verb::Diff(arguments) => diff::run(&arguments),
        Verb::Min(arguments) => min::run(&arguments),
        Verb::Schema(arguments) => schema::run(&arguments),
        Verb::Model(arguments) => model::run(&arguments),
        Verb::Report(arguments) => report::run(arguments),
        Verb::List(arguments) => list::run(&arguments),
        Verb::Explain(arguments) => explain::run(&arguments),
        Verb::Mutants(arguments) => mutants::run(&arguments),
        Verb::Man(arguments) => man::run(&arguments, Arguments::command()),
        Verb::Completions { shell } => {
            let mut command = Arguments::command();
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut command, "zkspec", &mut script);
            print(&script);
            Ok(Exit::Fine)
        }
    };
    let exit = outcome.unwrap_or_else(|trouble| {
        let red = anstyle::AnsiColor::Red.on_default().bold();
        let mut stderr = anstream::stderr();
        let _ = writeln!(stderr, "{red}error:{red:#} {}", trouble.message);
        if let Some(hint) = &trouble.hint {
            let _ = writeln!(stderr, "hint: {hint}");
        }
        trouble.exit
    });
    exit.into()
}

/// A runtime for the network shell.
fn runtime() -> Result<tokio::runtime::Runtime, Trouble> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Trouble {
            exit: Exit::Untested,
            message: format!("cannot start the network shell: {error}"),
            hint: None,
        })
}

/// A word as a shell reads it.
fn quoted(word: &str) -> String {
    // What cannot be quoted has a zero byte in it, and no shell would take it.
    shlex::try_quote(word).map_or_else(|_| word.to_owned(), std::borrow::Cow::into_owned)
}

/// Writes a line of data to stdout; a reader that went away is not an error.
fn say(line: impl std::fmt::Display) {
    let _ = writeln!(anstream::stdout(), "{line}");
}

/// Writes data to stdout as it is; a reader that went away is not an error.
fn print(bytes: &[u8]) {
    let _ = std::io::stdout().write_all(bytes);
}

/// Says something beside the data, on stderr.
fn note(line: &str) {
    let _ = writeln!(anstream::stderr(), "{line}");
}
