//! Whether this machine and a server keep up while cases are played.

use std::collections::BTreeMap;
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

/// How many pings tell what the server's quickest is, before anything else is asked of it.
const MEASURE: usize = 3;

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
    seen: Seen,
    /// The one that looks at the clock, and the one that pings.
    tasks: [JoinHandle<()>; 2],
}

/// How late things were, at worst.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Late {
    /// By how much a timer of this machine was late.
    pub machine: Duration,
    /// By how much the server's answer to a ping took longer than its quickest.
    pub server: Duration,
}

/// What both tasks have seen.
#[derive(Clone, Debug)]
struct Seen {
    clock: Clock,
    notes: Arc<Mutex<Notes>>,
}

#[derive(Debug, Default)]
struct Notes {
    /// When a delay was over, and what it was.
    delays: VecDeque<(Instant, Late)>,
    /// When what is waited for should have come.
    due: BTreeMap<Of, Instant>,
}

/// Who may be late.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Of {
    Machine,
    Server,
}

impl Pulse {
    /// Starts on this runtime. Without the address of a server, the clock alone is looked at.
    ///
    /// When it returns, it is known how quick the server is: what it is measured by should be taken
    /// while there is nothing else for it to do.
    pub async fn start(address: Option<SocketAddr>) -> Self {
        let seen = Seen {
            clock: Clock::start(),
            notes: Arc::default(),
        };
        let mut pings = Pings {
            session: None,
            quickest: PATIENCE,
            seen: seen.clone(),
        };
        if let Some(address) = address
            && let Ok(Ok(session)) = timeout(PATIENCE, Session::open(address)).await
        {
            pings.session = Some(session);
            for _ in 0..MEASURE {
                pings.ping().await;
            }
        }
        let tasks = [
            tokio::spawn(beat(seen.clone())),
            tokio::spawn(pings.go_on()),
        ];
        Self { seen, tasks }
    }

    /// What time it is by the clock of the beats.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.seen.clock.now()
    }

    /// The longest delays since then.
    #[must_use]
    pub fn worst_since(&self, since: Instant) -> Late {
        let now = self.now();
        let notes = self.seen.lock();
        let over = notes.delays.iter().filter(|(end, _)| *end >= since);
        let pending = notes.due.iter().map(|(of, due)| of.late(now - *due));
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

impl Drop for Pulse {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

impl Seen {
    fn expect(&self, of: Of, due: Instant) {
        self.lock().due.insert(of, due);
    }

    /// What was waited for has come.
    fn came(&self, of: Of) {
        let now = self.clock.now();
        let mut notes = self.lock();
        if let Some(due) = notes.due.remove(&of) {
            notes.delays.push_back((now, of.late(now - due)));
        }
        let old = |(end, _): &(Instant, Late)| now - *end > MEMORY;
        while notes.delays.front().is_some_and(old) {
            notes.delays.pop_front();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Looks at the clock, without an end.
async fn beat(seen: Seen) {
    loop {
        let due = seen.clock.now() + PERIOD;
        seen.expect(Of::Machine, due);
        tokio::time::sleep_until(seen.clock.when(due)).await;
        seen.came(Of::Machine);
    }
}

/// The task that pings, for as long as it is answered.
struct Pings {
    session: Option<Session>,
    /// What the quickest answer took: a server that is far away is not a late one.
    quickest: Duration,
    seen: Seen,
}

impl Pings {
    async fn go_on(mut self) {
        while self.session.is_some() {
            tokio::time::sleep(PERIOD).await;
            self.ping().await;
        }
    }

    async fn ping(&mut self) {
        let Some(session) = &mut self.session else {
            return;
        };
        let sent = self.seen.clock.now();
        self.seen.expect(Of::Server, sent + self.quickest);
        let answered = matches!(timeout(PATIENCE, session.ping()).await, Ok(Ok(())));
        self.seen.came(Of::Server);
        self.quickest = self.quickest.min(self.seen.clock.now() - sent);
        if !answered {
            // It closes the session, or answers no pings: the clock alone has to do.
            self.session = None;
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
