//! The command line.

mod clause;
mod decode;
mod exit;
mod input;
mod learn;
mod list;
mod replay;
mod report;
mod schema;
mod serve;
mod server;
mod signal;

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
    Server(server::Arguments),
    /// Run the in-memory server; SIGHUP restarts it over its data: connections go, sessions stay.
    Serve(serve::Arguments),
    /// Show bytes, a capture or a transcript as readable lines.
    Decode(decode::Arguments),
    /// Judge transcripts and captures offline, or play their client side to a live server.
    Replay(replay::Arguments),
    /// Learn the session state machine of a server; without an address, of the one that is built in.
    Learn(learn::Arguments),
    /// Hold the codec against a schema file: the zookeeper.jute of any release.
    Schema(schema::Arguments),
    /// List the cases, or the clauses they judge.
    List(list::Arguments),
    /// Explain a case or a clause: what it says, where that comes from, what judges it.
    Explain(list::Explain),
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
        Verb::Server(arguments) => server::run(arguments),
        Verb::Serve(arguments) => serve::run(arguments),
        Verb::Decode(arguments) => decode::run(&arguments),
        Verb::Replay(arguments) => replay::run(&arguments),
        Verb::Learn(arguments) => learn::run(&arguments),
        Verb::Schema(arguments) => schema::run(&arguments),
        Verb::List(arguments) => list::run(&arguments),
        Verb::Explain(arguments) => list::explain(&arguments),
        Verb::Completions { shell } => {
            let mut command = Arguments::command();
            clap_complete::generate(shell, &mut command, "zkspec", &mut std::io::stdout());
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

/// Writes a line of data to stdout; a reader that went away is not an error.
fn say(line: impl std::fmt::Display) {
    let _ = writeln!(anstream::stdout(), "{line}");
}
