//! Whether this machine and a server keep up while cases are played.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;

use bytes::BytesMut;
use jute_codec::ConnectRequest;
use jute_codec::Encode;
use jute_codec::OpCode;
use jute_codec::RequestHeader;
use jute_codec::put_frame;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::Instant;
use crate::net::Clock;

/// How long it is from one beat to the next.
const PERIOD: Duration = Duration::from_millis(20);

/// How long a server may take over a ping until it is no longer asked.
const PATIENCE: Duration = Duration::from_secs(5);

/// For how long delays are remembered: longer than any case takes.
const MEMORY: Duration = Duration::from_secs(300);

/// Looks at the clock fifty times a second, and pings a server on a session of its own.
///
/// What a case expects rests on timers that come when they are due, and on a server that answers
/// as soon as it can. Where a machine has other work to do they come late, and a session ends
/// before the request that should have kept it. The delays seen here tell such a machine from a
/// server that does it wrong.
#[derive(Debug)]
pub struct Pulse {
    clock: Clock,
    seen: Arc<Mutex<Seen>>,
    task: JoinHandle<()>,
}

/// How late things were, at worst.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Late {
    /// By how much a timer of this machine was late.
    pub machine: Duration,
    /// By how much the server's answer to a ping took longer than its quickest.
    pub server: Duration,
}

#[derive(Debug, Default)]
struct Seen {
    /// When a delay was over, and what it was.
    delays: VecDeque<(Instant, Late)>,
    /// When a timer should go off.
    timer_due: Option<Instant>,
    /// When the answer to a ping should come.
    pong_due: Option<Instant>,
}

/// Who was late.
#[derive(Clone, Copy, Debug)]
enum Of {
    Machine,
    Server,
}

impl Pulse {
    /// Starts on this runtime. Without the address of a server, the clock alone is looked at.
    #[must_use]
    pub fn start(address: Option<SocketAddr>) -> Self {
        let clock = Clock::start();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let beats = Beats {
            address,
            clock,
            seen: Arc::clone(&seen),
        };
        let task = tokio::spawn(beats.go_on());
        Self { clock, seen, task }
    }

    /// What time it is by the clock of the beats.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// The longest delays since then.
    #[must_use]
    pub fn worst_since(&self, since: Instant) -> Late {
        let now = self.now();
        let seen = lock(&self.seen);
        let over = seen.delays.iter().filter(|(end, _)| *end >= since);
        let timer = seen.timer_due.map(|due| Of::Machine.late(now - due));
        let pong = seen.pong_due.map(|due| Of::Server.late(now - due));
        let pending = timer.into_iter().chain(pong);
        let all = over.map(|(_, late)| *late).chain(pending);
        all.fold(Late::default(), Late::max)
    }
}

impl Late {
    /// The worse of each.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        Self {
            machine: self.machine.max(other.machine),
            server: self.server.max(other.server),
        }
    }
}

impl Of {
    fn late(self, delay: Duration) -> Late {
        let mut late = Late::default();
        match self {
            Self::Machine => late.machine = delay,
            Self::Server => late.server = delay,
        }
        late
    }
}

impl Seen {
    const fn due(&mut self, of: Of) -> &mut Option<Instant> {
        match of {
            Of::Machine => &mut self.timer_due,
            Of::Server => &mut self.pong_due,
        }
    }
}

impl Drop for Pulse {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The task that beats.
struct Beats {
    address: Option<SocketAddr>,
    clock: Clock,
    seen: Arc<Mutex<Seen>>,
}

impl Beats {
    async fn go_on(self) {
        // A server that leaves everything unanswered does not stop the clock.
        tokio::join!(self.watch_clock(), self.watch_server());
    }

    async fn watch_clock(&self) {
        loop {
            let due = self.clock.now() + PERIOD;
            self.expect_at(due, Of::Machine);
            tokio::time::sleep_until(self.clock.when(due)).await;
            self.came(Of::Machine);
        }
    }

    /// Pings until the server closes the session, or does not answer: then the clock alone has to do.
    async fn watch_server(&self) {
        let Some(address) = self.address else { return };
        let Ok(Ok(mut session)) = timeout(PATIENCE, Session::open(address)).await else {
            return;
        };
        // What the quickest answer took: a server that is far away is not a late one.
        let mut quickest = PATIENCE;
        loop {
            tokio::time::sleep(PERIOD).await;
            let sent = self.clock.now();
            self.expect_at(sent + quickest, Of::Server);
            let answer = timeout(PATIENCE, session.ping()).await;
            self.came(Of::Server);
            if !matches!(answer, Ok(Ok(()))) {
                return;
            }
            quickest = quickest.min(self.clock.now() - sent);
        }
    }

    fn expect_at(&self, due: Instant, of: Of) {
        *lock(&self.seen).due(of) = Some(due);
    }

    /// What was waited for has come.
    fn came(&self, of: Of) {
        let now = self.clock.now();
        let mut seen = lock(&self.seen);
        if let Some(due) = seen.due(of).take() {
            seen.delays.push_back((now, of.late(now - due)));
        }
        let old = |(end, _): &(Instant, Late)| now - *end > MEMORY;
        while seen.delays.front().is_some_and(old) {
            seen.delays.pop_front();
        }
    }
}

/// A session that is nothing but pinged.
struct Session(TcpStream);

impl Session {
    async fn open(address: SocketAddr) -> io::Result<Self> {
        let request = ConnectRequest {
            time_out: i32::MAX,
            passwd: Some(&[0; 16]),
            read_only: Some(true),
            ..ConnectRequest::default()
        };
        let mut session = Self(TcpStream::connect(address).await?);
        session.0.set_nodelay(true)?;
        session.ask(&request).await?;
        Ok(session)
    }

    async fn ping(&mut self) -> io::Result<()> {
        let ping = RequestHeader {
            xid: -2,
            op: OpCode::PING,
        };
        self.ask(&ping).await
    }

    /// Sends a packet, and waits for one.
    async fn ask(&mut self, packet: &impl Encode) -> io::Result<()> {
        let mut out = BytesMut::new();
        put_frame(&mut out, packet);
        self.0.write_all(&out).await?;
        let length = self.0.read_u32().await?;
        let mut rest = (&mut self.0).take(length.into());
        tokio::io::copy(&mut rest, &mut tokio::io::sink()).await?;
        Ok(())
    }
}

fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}
