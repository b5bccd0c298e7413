//! `zkspec serve`: the in-memory server, for clients to try themselves on.

use std::fmt;
use std::io::IsTerminal;
use std::net::SocketAddr;
use std::time::Duration;

use crate::Instant;
use crate::cli::Exit;
use crate::cli::Trouble;
use crate::cli::help;
use crate::cli::runtime;
use crate::cli::say;
use crate::cli::signal::Hangups;
use crate::cli::signal::asked_to_stop;
use crate::net;
use crate::net::Clock;
use crate::net::Control;
use crate::net::Listener;
use crate::server::Config;
use crate::server::Event;
use crate::server::Flaw;
use crate::server::Mode;
use crate::server::Server;
use crate::server::Transport;

/// What `zkspec serve` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = help::SERVE)]
pub(super) struct Arguments {
    /// Where to listen; port 0 lets the system choose one, which is printed.
    #[arg(default_value = "127.0.0.1:2181")]
    address: SocketAddr,
    #[command(flatten)]
    server: Setup,
    /// Print every event: sessions made, renewed, expired, connections refused.
    #[arg(long, short)]
    verbose: bool,
}

/// Apache's `tickTime` as it ships, in milliseconds.
const DEFAULT_TICK: u64 = 2000;

/// How the in-memory server is set up.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Setup {
    /// tickTime: the grain of expiry; the session timeout is from 2 to 20 of them.
    #[arg(long, value_name = "MS", default_value_t = DEFAULT_TICK, value_parser = millis())]
    tick_time: u64,
    /// minSessionTimeout, if not two ticks.
    #[arg(long, value_name = "MS", value_parser = millis())]
    min_session_timeout: Option<u64>,
    /// maxSessionTimeout, if not twenty ticks.
    #[arg(long, value_name = "MS", value_parser = millis())]
    max_session_timeout: Option<u64>,
    /// maxClientCnxns: connections from one address, 0 for no limit.
    #[arg(long, value_name = "N", default_value_t = 0)]
    max_client_cnxns: u32,
    /// Serve read-only, as a member without a quorum does.
    #[arg(long)]
    read_only: bool,
    /// Be like Apache's Netty factory rather than its NIO one, where they differ.
    #[arg(long)]
    netty: bool,
    /// Do something wrong on purpose; see `zkspec serve --flaw help`.
    #[arg(long, value_name = "NAME")]
    flaw: Vec<String>,
}

/// A timeout is an int on the wire, and the longest is twenty ticks.
fn millis() -> clap::builder::RangedU64ValueParser {
    clap::value_parser!(u64).range(1..=i32::MAX as u64 / 20)
}

impl Setup {
    /// The flags that set a server up like this, each after a blank.
    pub(super) fn flags(&self) -> String {
        let mut flags = String::new();
        if self.tick_time != DEFAULT_TICK {
            flags += &format!(" --tick-time {}", self.tick_time);
        }
        for (flag, value) in [
            ("min-session-timeout", self.min_session_timeout),
            ("max-session-timeout", self.max_session_timeout),
        ] {
            if let Some(value) = value {
                flags += &format!(" --{flag} {value}");
            }
        }
        if self.max_client_cnxns > 0 {
            flags += &format!(" --max-client-cnxns {}", self.max_client_cnxns);
        }
        if self.read_only {
            flags += " --read-only";
        }
        if self.netty {
            flags += " --netty";
        }
        flags.extend(self.flaw.iter().map(|flaw| format!(" --flaw {flaw}")));
        flags
    }

    /// Whether it is said which session timeouts it grants.
    pub(super) const fn says_timeouts(&self) -> bool {
        let is_bounded = self.min_session_timeout.is_some() || self.max_session_timeout.is_some();
        is_bounded || self.tick_time != DEFAULT_TICK
    }

    /// Makes sure that nothing is said of the built-in server when `other` is judged.
    pub(super) fn check_unused(&self, other: impl fmt::Display) -> Result<(), Trouble> {
        match self.flags().trim() {
            "" => Ok(()),
            flags => Err(Trouble::usage(format!(
                "{flags} sets the built-in server up, but it is {other} that is judged"
            ))),
        }
    }

    /// Makes sure that no flaw is asked for when `other` is played to.
    pub(super) fn check_sound(&self, other: impl fmt::Display) -> Result<(), Trouble> {
        match self.flaw.first() {
            None => Ok(()),
            Some(flaw) => Err(Trouble::usage(format!(
                "--flaw {flaw} is about the built-in server, but it is {other} that is judged"
            ))),
        }
    }

    /// The server's configuration.
    pub(super) fn config(&self) -> Result<Config, Trouble> {
        let mut config = Config {
            tick_time: Duration::from_millis(self.tick_time),
            min_session_timeout: self.min_session_timeout.map(Duration::from_millis),
            max_session_timeout: self.max_session_timeout.map(Duration::from_millis),
            max_client_connections: self.max_client_cnxns,
            ..Config::default()
        };
        let (min, max) = (config.min_timeout_ms(), config.max_timeout_ms());
        if min > max {
            return Err(Trouble::usage(format!(
                "the shortest session timeout, {min} ms, is above the longest, {max} ms"
            ))
            .hint("--min-session-timeout and --max-session-timeout set them; else they are 2 and 20 ticks"));
        }
        if self.read_only {
            config.mode = Mode::ReadOnly;
        }
        if self.netty {
            config.transport = Transport::Netty;
        }
        for name in &self.flaw {
            config.flaws = config.flaws.with(find_flaw(name)?);
        }
        Ok(config)
    }
}

/// The flaw of this name.
pub(super) fn find_flaw(name: &str) -> Result<Flaw, Trouble> {
    Flaw::from_name(name).ok_or_else(|| {
        Trouble::usage(format!("there is no flaw called {name:?}"))
            .hint("zkspec serve --flaw help shows every flaw")
    })
}

pub(super) fn run(arguments: Arguments) -> Result<Exit, Trouble> {
    if arguments.server.flaw.iter().any(|name| name == "help") {
        for flaw in Flaw::ALL {
            let seen = match flaw.seen_in() {
                "" => String::new(),
                servers => format!(" Seen in {servers}."),
            };
            say(format_args!("{:<28} {}{seen}", flaw.name(), flaw.summary()));
        }
        return Ok(Exit::Fine);
    }
    let mut config = arguments.server.config()?;
    let cannot = |error: std::io::Error| Trouble {
        exit: Exit::Untested,
        message: format!("cannot listen on {}: {error}", arguments.address),
        hint: Some("port 0 lets the system choose a free one".to_owned()),
    };
    let clock = Clock::start();
    let listener = Listener::bind(arguments.address).map_err(cannot)?;
    let address = listener.address();
    config.client_port = address.port();
    config.start_ms = net::start_millis();
    let control = listener.control();
    let runtime = runtime()?;
    let hangups = runtime.block_on(async { Hangups::catch() });
    std::thread::spawn(move || runtime.block_on(obey_signals(hangups, control)));
    say(format_args!("listening on {address}"));
    let tell = |event: &Event| {
        if arguments.verbose {
            say(event);
        }
    };
    let server = Server::new(config, Instant::ZERO);
    listener.serve(server, clock, tell).map_err(cannot)?;
    Ok(Exit::Fine)
}

/// Turns signals into what the server is told. A hangup is a restart, unless it comes because the
/// terminal the server was started in is gone.
async fn obey_signals(mut hangups: Hangups, control: Control) {
    let in_terminal = std::io::stdout().is_terminal();
    loop {
        let is_hangup = tokio::select! {
            () = asked_to_stop() => false,
            () = hangups.next() => true,
        };
        if !is_hangup || in_terminal && !std::io::stdout().is_terminal() {
            return control.stop();
        }
        say("starting again");
        control.restart();
    }
}
