//! The server under test, when it is `zkspec` that starts it.

mod log;
mod memory;
mod ready;

use std::fmt;
use std::net::Ipv4Addr;
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitStatus;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use tokio::process::Child;
use tokio::process::Command;
use tokio::sync::Mutex;
use tokio::task::JoinSet;

use crate::cli::Exit;
use crate::cli::Trouble;
use crate::cli::quoted;
use crate::judge::Ended;
use crate::judge::Guard;
use crate::judge::Subject;
use crate::judge::Waiting;

use self::log::Log;
pub(super) use self::ready::Ready;

/// How long a server is given to end by itself.
const GRACE: Duration = Duration::from_secs(3);

/// How many of the last lines it printed are told.
const TOLD: usize = 40;

/// When a server is ready, unless something else is said.
const READY: &str = "handshake";

/// What stands for the port in a command.
const PORT: &str = "{port}";

/// The heading of these flags.
const HEADING: &str = "Starting the server";

/// The flags about starting the server under test.
#[derive(Debug, clap::Args)]
pub(super) struct Start {
    /// When the server is ready to be judged: it answers a handshake, accepts a connection (tcp),
    /// answers the word ruok (ruok), or has printed a line (line:REGEX).
    #[arg(long, value_name = "WHEN", default_value = READY, help_heading = HEADING)]
    ready_when: Ready,
    /// How many seconds to wait for the server to be ready; 60 for one that is started by CMD,
    /// otherwise 0.
    #[arg(long, value_name = "SECONDS", help_heading = HEADING)]
    wait: Option<u64>,
    /// Start the server under test by this command, and stop it with all that it started when the
    /// run is over. In its arguments, {port} stands for the port: that of HOST:PORT, or a free one
    /// on 127.0.0.1. If it crashes, it is started again, and what made it crash is found.
    #[arg(last = true, value_name = "CMD")]
    command: Vec<String>,
}

impl Start {
    /// Whether there is a command.
    pub(super) fn is_meant(&self) -> bool {
        !self.command.is_empty()
    }

    /// The flags that start a server in the same way, each after a blank; the command, to which all
    /// that follows would belong, is the last of them.
    pub(super) fn flags(&self) -> String {
        let mut flags = String::new();
        if !self.is_meant() {
            return flags;
        }
        let ready = self.ready_when.word();
        if ready != READY {
            flags += &format!(" --ready-when {}", quoted(&ready));
        }
        if let Some(wait) = self.wait {
            flags += &format!(" --wait {wait}");
        }
        flags += " --";
        for word in &self.command {
            flags += &format!(" {}", quoted(word));
        }
        flags
    }

    /// A port on loopback that nobody listens on, for a command that can be told of it.
    pub(super) fn free_address(&self) -> Result<SocketAddr, Trouble> {
        if !self.command.iter().any(|word| word.contains(PORT)) {
            return Err(Trouble::usage(format!(
                "nobody knows where the server listens that {} starts",
                self.command.join(" ")
            ))
            .hint("give HOST:PORT, or tell the command its port by {port}"));
        }
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
        let address = listener.and_then(|listener| listener.local_addr());
        address.map_err(|error| untested(format!("there is no free port: {error}")))
    }

    /// Starts the server, if that is asked for, and waits until it is ready.
    pub(super) async fn start(
        &self,
        subject: &Subject,
        address: SocketAddr,
        trace_dir: &Path,
    ) -> Result<Option<Arc<Managed>>, Trouble> {
        if !self.is_meant() {
            let wait = Duration::from_secs(self.wait.unwrap_or(0));
            if wait.is_zero() {
                return Ok(None);
            }
            let silence = Log::default();
            let ready = self.ready_when.wait(subject, address, &silence);
            return match tokio::time::timeout(wait, ready).await {
                Ok(()) => Ok(None),
                Err(_) => Err(untested(format!(
                    "{address} was not ready within {} s: {}",
                    wait.as_secs(),
                    self.ready_when
                ))),
            };
        }
        if tokio::net::TcpStream::connect(address).await.is_ok() {
            return Err(untested(format!("somebody listens on {address} already"))
                .hint("without HOST:PORT, a free port is chosen; the command is told by {port}"));
        }
        let port = address.port().to_string();
        let words = self.command.iter().map(|word| word.replace(PORT, &port));
        let managed = Arc::new(Managed {
            command: words.collect(),
            subject: subject.clone(),
            address,
            ready: self.ready_when.clone(),
            wait: Duration::from_secs(self.wait.unwrap_or(60)),
            log: Log::in_file(&trace_dir.join("server.log")),
            state: Mutex::new(State::default()),
        });
        managed.begin().await.map_err(untested)?;
        Ok(Some(managed))
    }
}

/// A server that was started, and is started again when it crashes.
pub(super) struct Managed {
    command: Vec<String>,
    subject: Subject,
    address: SocketAddr,
    ready: Ready,
    wait: Duration,
    log: Log,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    child: Option<Child>,
    /// The process, and the group it leads: there as long as one of the group is.
    id: Option<u32>,
    /// What reads its output.
    readers: JoinSet<()>,
    /// How it came to its end.
    ended: Option<Ended>,
}

impl fmt::Debug for Managed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Managed")
            .field("command", &self.command)
            .finish_non_exhaustive()
    }
}

impl Managed {
    /// Starts it and waits until it is ready.
    async fn begin(&self) -> Result<(), String> {
        self.spawn().await?;
        let ready = self.ready.wait(&self.subject, self.address, &self.log);
        let over = async {
            loop {
                if let Some(ended) = self.watch(Duration::from_millis(100)).await {
                    return ended;
                }
            }
        };
        let trouble = tokio::select! {
            () = ready => return Ok(()),
            ended = over => format!("it came to its end before it was ready, {}", ended.how),
            () = tokio::time::sleep(self.wait) => {
                format!("it was not ready within {} s: {}", self.wait.as_secs(), self.ready)
            }
        };
        let command = self.command.join(" ");
        let mut trouble = format!("cannot start {command}: {trouble}");
        for line in self.log.last(TOLD) {
            trouble += "\n  ";
            trouble += &line;
        }
        self.stop().await;
        Err(trouble)
    }

    async fn spawn(&self) -> Result<(), String> {
        let mut state = self.state.lock().await;
        state.kill();
        let (program, arguments) = self.command.split_first().ok_or("there is no command")?;
        let mut command = Command::new(program);
        command
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        // A group of its own: what it starts ends with it, and a Ctrl-C is first ours.
        #[cfg(unix)]
        command.process_group(0);
        let mut child = command
            .spawn()
            .map_err(|error| format!("cannot start {program}: {error}"))?;
        self.log.begin(&self.command.join(" "));
        state.readers = JoinSet::new();
        if let Some(output) = child.stdout.take() {
            state.readers.spawn(self.log.clone().read(output));
        }
        if let Some(output) = child.stderr.take() {
            state.readers.spawn(self.log.clone().read(output));
        }
        state.ended = None;
        state.id = child.id();
        state.child = Some(child);
        Ok(())
    }

    /// How it came to its end, if it does within `patience`.
    async fn watch(&self, patience: Duration) -> Option<Ended> {
        let mut state = self.state.lock().await;
        if state.ended.is_some() {
            return state.ended.clone();
        }
        let child = state.child.as_mut()?;
        let status = if patience.is_zero() {
            child.try_wait().ok()??
        } else {
            tokio::time::timeout(patience, child.wait())
                .await
                .ok()?
                .ok()?
        };
        // What it printed last may still be on its way.
        let drained = async { while state.readers.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(Duration::from_millis(200), drained).await;
        state.ended = Some(Ended {
            how: in_words(status),
            log: self.log.last(TOLD),
        });
        state.ended.clone()
    }

    /// What it and all that it started take of the machine's memory, in bytes; `None` where nobody
    /// can tell.
    pub(super) async fn memory(&self) -> Option<u64> {
        let id = self.state.lock().await.id?;
        memory::of_group(id)
    }

    /// Stops it, with all that it started.
    pub(super) async fn stop(&self) {
        let mut state = self.state.lock().await;
        state.signal(Signal::End);
        if let Some(child) = &mut state.child {
            let _ = tokio::time::timeout(GRACE, child.wait()).await;
        }
        state.kill();
    }
}

impl Guard for Managed {
    fn ended(&self, patience: Duration) -> Waiting<'_, Option<Ended>> {
        Box::pin(self.watch(patience))
    }

    fn restart(&self) -> Waiting<'_, Result<(), String>> {
        Box::pin(self.begin())
    }
}

#[derive(Clone, Copy)]
enum Signal {
    /// To end in good order.
    End,
    /// To be gone.
    Kill,
}

impl State {
    /// Ends what is left of the process and of all that it started.
    fn kill(&mut self) {
        self.signal(Signal::Kill);
        self.id = None;
        self.child = None;
        self.readers.abort_all();
    }

    #[cfg(unix)]
    fn signal(&mut self, signal: Signal) {
        use rustix::process::Pid;
        let id = self.id.and_then(|id| i32::try_from(id).ok());
        if let Some(group) = id.and_then(Pid::from_raw) {
            let signal = match signal {
                Signal::End => rustix::process::Signal::TERM,
                Signal::Kill => rustix::process::Signal::KILL,
            };
            // That nobody is left is no trouble.
            let _ = rustix::process::kill_process_group(group, signal);
        }
    }

    #[cfg(not(unix))]
    fn signal(&mut self, _: Signal) {
        if let Some(child) = &mut self.child {
            let _ = child.start_kill();
        }
    }
}

/// Whatever happens, nothing that was started is left behind.
impl Drop for State {
    fn drop(&mut self) {
        self.kill();
    }
}

fn untested(message: impl Into<String>) -> Trouble {
    Trouble {
        exit: Exit::Untested,
        message: message.into(),
        hint: None,
    }
}

fn in_words(status: ExitStatus) -> String {
    status.to_string()
}
