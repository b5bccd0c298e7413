//! The server that is learned.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Runtime;

use crate::Instant;
use crate::cli::Trouble;
use crate::cli::learn::Arguments;
use crate::cli::runtime;
use crate::cli::signal::asked_to_stop;
use crate::cli::target::Target as Named;
use crate::driver;
use crate::driver::Symbol;
use crate::lab::LabTeacher;
use crate::learn::Teacher;
use crate::net::AskError;
use crate::net::Clock;
use crate::net::TcpTeacher;

/// Why no more is asked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Stop {
    Unreachable,
    /// It answers nobody any more; one of these words did it.
    Silenced(Vec<Vec<Symbol>>),
    OutOfTime,
    Interrupted,
}

/// The server that is learned.
pub(super) struct Target {
    server: Server,
    runtime: Runtime,
    clock: Clock,
    until: Option<Instant>,
}

enum Server {
    Embedded(Box<LabTeacher>),
    Tcp(SocketAddr, Box<TcpTeacher>),
}

impl Target {
    pub(super) fn new(
        arguments: &Arguments,
        alphabet: &[Symbol],
        driver: driver::Config,
    ) -> Result<Self, Trouble> {
        let runtime = runtime()?;
        let server = match &arguments.address {
            None => Server::Embedded(Box::new(LabTeacher {
                server: arguments.embedded.config()?,
                alphabet: alphabet.to_vec(),
                driver,
            })),
            Some(name) => {
                let address = resolve(name)?;
                arguments.embedded.check_unused(name)?;
                let handle = runtime.handle().clone();
                let jobs = arguments.jobs.get();
                let teacher = TcpTeacher::new(handle, address, alphabet.to_vec(), driver, jobs);
                Server::Tcp(address, Box::new(teacher))
            }
        };
        let clock = runtime.block_on(async { Clock::start() });
        let seconds = arguments.max_time.map(Duration::from_secs);
        Ok(Self {
            server,
            runtime,
            clock,
            until: seconds.map(|seconds| clock.now() + seconds),
        })
    }

    /// What it is called.
    pub(super) fn name(&self) -> String {
        match &self.server {
            Server::Embedded(_) => "the built-in server".to_owned(),
            Server::Tcp(address, _) => address.to_string(),
        }
    }
}

impl From<AskError> for Stop {
    fn from(error: AskError) -> Self {
        match error {
            AskError::Unreachable => Self::Unreachable,
            AskError::Silenced(words) => Self::Silenced(words),
        }
    }
}

impl Teacher for Target {
    type Error = Stop;

    fn ask(&mut self, words: &[Vec<usize>]) -> Result<Vec<Vec<Arc<str>>>, Stop> {
        if self.until.is_some_and(|until| self.clock.now() >= until) {
            return Err(Stop::OutOfTime);
        }
        let Self {
            server,
            runtime,
            clock,
            until,
        } = self;
        let (clock, until) = (*clock, *until);
        let out_of_time = async move {
            match until {
                Some(until) => tokio::time::sleep_until(clock.when(until)).await,
                None => std::future::pending().await,
            }
        };
        match server {
            Server::Embedded(teacher) => match teacher.ask(words) {
                Ok(answers) => Ok(answers),
                Err(never) => match never {},
            },
            Server::Tcp(_, teacher) => runtime.block_on(async move {
                tokio::select! {
                    answers = teacher.put(words) => answers.map_err(Stop::from),
                    () = out_of_time => Err(Stop::OutOfTime),
                    () = asked_to_stop() => Err(Stop::Interrupted),
                }
            }),
        }
    }
}

/// The address that HOST:PORT stands for.
fn resolve(name: &str) -> Result<SocketAddr, Trouble> {
    if !Named::is_meant(name) {
        return Err(Trouble::usage(format!("{name:?} should be HOST:PORT")));
    }
    Named::find(name).map(|found| found.address)
}
