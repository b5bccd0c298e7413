//! Runs the client engine over TCP: a thin shell, one task a client.

use std::collections::BTreeMap;
use std::future::pending;
use std::io;
use std::time::Duration;

use bytes::Buf;
use bytes::Bytes;
use bytes::BytesMut;
use jute_codec::Encode;
use jute_codec::ErrorCode;
use jute_codec::OpCode;
use jute_codec::Raw;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::io::Interest;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::client::Client;
use crate::client::Config;
use crate::client::Fault;
use crate::client::Input;
use crate::client::Outcome;
use crate::client::Output;
use crate::client::RequestId;
use crate::client::WatchedEvent;
use crate::net::Clock;

/// A client of a ZooKeeper server. It keeps its session until it is closed or dropped; the session
/// of one that is dropped is left to expire.
///
/// The servers are `host:port`, or `host` with port 2181.
///
/// ```
/// use std::time::Duration;
/// use zk_conformance::client::Config;
/// use zk_conformance::net::InMemoryServer;
/// use zk_conformance::net::Notice;
/// use zk_conformance::net::TcpClient;
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let server = InMemoryServer::start(zk_conformance::server::Config::default())?;
/// let config = Config::new(server.address().to_string(), Duration::from_secs(6));
/// let (client, mut notices) = TcpClient::connect(config);
/// let Some(Notice::Event(event)) = notices.recv().await else { panic!("nothing") };
/// assert_eq!(event.to_string(), "SyncConnected");
/// client.close().await;
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct TcpClient {
    orders: mpsc::UnboundedSender<Order>,
}

/// What a client has to tell.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Notice {
    /// Something for the watcher.
    Event(WatchedEvent),
    /// Why a connection was given up.
    Fault(Fault),
}

/// What a handle wants of the task.
#[derive(Debug)]
enum Order {
    Request(OpCode, Bytes, oneshot::Sender<Outcome>),
    Look(oneshot::Sender<Client>),
}

impl TcpClient {
    /// Starts a client on this runtime. What it has to tell comes from the receiver; that ends
    /// with the client.
    ///
    /// # Panics
    /// Outside of a runtime.
    #[must_use]
    pub fn connect(config: Config) -> (Self, mpsc::UnboundedReceiver<Notice>) {
        let clock = Clock::start();
        Self::run(Client::new(config, clock.now()), clock)
    }

    /// Starts a client that is to renew a session.
    ///
    /// # Panics
    /// Outside of a runtime.
    #[must_use]
    pub fn resume(
        config: Config,
        session_id: i64,
        passwd: &[u8],
    ) -> (Self, mpsc::UnboundedReceiver<Notice>) {
        let clock = Clock::start();
        Self::run(
            Client::resume(config, session_id, passwd, clock.now()),
            clock,
        )
    }

    fn run(client: Client, clock: Clock) -> (Self, mpsc::UnboundedReceiver<Notice>) {
        let (tell, notices) = mpsc::unbounded_channel();
        let (orders, taken) = mpsc::unbounded_channel();
        let shell = Shell {
            client,
            clock,
            wire: Wire::None,
            probe: None,
            waiting: BTreeMap::new(),
            tell: Some(tell),
        };
        tokio::spawn(shell.run(taken));
        (Self { orders }, notices)
    }

    /// Makes a request, and waits for what becomes of it.
    pub async fn request(&self, op: OpCode, body: impl Encode) -> Outcome {
        let mut bytes = BytesMut::new();
        body.encode(&mut bytes);
        let (answer, answered) = oneshot::channel();
        let order = Order::Request(op, bytes.freeze(), answer);
        // Without its task a client is as good as without its server.
        let _ = self.orders.send(order);
        let lost = Outcome::Lost(ErrorCode::CONNECTION_LOSS);
        answered.await.unwrap_or(lost)
    }

    /// Closes the session, and waits until that is done.
    pub async fn close(&self) -> Outcome {
        self.request(OpCode::CLOSE_SESSION, Raw(&[])).await
    }

    /// The engine as it is now; none if the runtime has shut the client down.
    pub async fn look(&self) -> Option<Client> {
        let (answer, answered) = oneshot::channel();
        let _ = self.orders.send(Order::Look(answer));
        answered.await.ok()
    }
}

/// The engine and its socket.
struct Shell {
    client: Client,
    clock: Clock,
    wire: Wire,
    probe: Option<Task<Vec<u8>>>,
    waiting: BTreeMap<RequestId, oneshot::Sender<Outcome>>,
    tell: Option<mpsc::UnboundedSender<Notice>>,
}

impl Shell {
    async fn run(mut self, mut orders: mpsc::UnboundedReceiver<Order>) {
        let mut buffer = vec![0; READ_AT_ONCE];
        loop {
            while let Some(output) = self.client.poll() {
                self.carry_out(output);
            }
            let deadline = self.client.deadline();
            if deadline.is_none() {
                self.tell = None;
            }
            let when = self.clock.when(deadline.unwrap_or_default());
            tokio::select! {
                order = orders.recv() => match order {
                    Some(order) => self.obey(order),
                    None => return,
                },
                happened = self.wire.next(&mut buffer) => self.on_wire(&happened, &buffer),
                answer = answered(&mut self.probe) => {
                    self.probe = None;
                    self.client.handle(self.clock.now(), Input::ProbeAnswer(&answer));
                }
                () = tokio::time::sleep_until(when), if deadline.is_some() => {
                    self.client.handle(self.clock.now(), Input::Tick);
                }
            }
        }
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Request(op, body, answer) => {
                let request = self.client.request(self.clock.now(), op, Raw(&body));
                self.waiting.insert(request, answer);
            }
            Order::Look(answer) => {
                let _ = answer.send(self.client.clone());
            }
        }
    }

    fn on_wire(&mut self, happened: &io::Result<Happened>, buffer: &[u8]) {
        let input = match happened {
            Ok(Happened::Opened) => Input::Connected,
            Ok(Happened::Received(0)) => Input::Eof,
            Ok(Happened::Received(count)) => Input::Receive(buffer.get(..*count).unwrap_or(&[])),
            Err(_) => match std::mem::take(&mut self.wire) {
                Wire::Open(..) => Input::Lost,
                Wire::None | Wire::Opening(_) => Input::ConnectFailed,
            },
        };
        self.client.handle(self.clock.now(), input);
    }

    fn carry_out(&mut self, output: Output) {
        let notice = match output {
            Output::Connect(host) => {
                let opening = TcpStream::connect(with_port(&host));
                self.wire = Wire::Opening(Task(tokio::spawn(opening)));
                return;
            }
            Output::Send(frame) => {
                if let Wire::Open(_, unsent) = &mut self.wire {
                    unsent.extend_from_slice(&frame);
                }
                return;
            }
            Output::Disconnect => {
                self.wire = Wire::None;
                return;
            }
            Output::Probe(host) => {
                self.probe = Some(Task(tokio::spawn(ask(with_port(&host)))));
                return;
            }
            Output::Reply(reply) => {
                if let Some(answer) = self.waiting.remove(&reply.request) {
                    let _ = answer.send(reply.outcome);
                }
                return;
            }
            Output::Event(event) => Notice::Event(event),
            Output::Fault(fault) => Notice::Fault(fault),
        };
        if let Some(tell) = &self.tell {
            let _ = tell.send(notice);
        }
    }
}

/// The connection, and what it would not take yet.
#[derive(Default)]
enum Wire {
    #[default]
    None,
    Opening(Task<io::Result<TcpStream>>),
    Open(TcpStream, BytesMut),
}

enum Happened {
    Opened,
    /// So many bytes are in the buffer; 0 is the end.
    Received(usize),
}

impl Wire {
    /// Writes what is to be written until something happens. Nothing is lost if it is dropped
    /// before that.
    async fn next(&mut self, buffer: &mut [u8]) -> io::Result<Happened> {
        loop {
            match self {
                Self::None => return pending().await,
                Self::Opening(Task(task)) => {
                    let stream = task.await.map_err(io::Error::other)??;
                    stream.set_nodelay(true)?;
                    *self = Self::Open(stream, BytesMut::new());
                    return Ok(Happened::Opened);
                }
                Self::Open(stream, unsent) => {
                    let interest = if unsent.is_empty() {
                        Interest::READABLE
                    } else {
                        Interest::READABLE | Interest::WRITABLE
                    };
                    let ready = stream.ready(interest).await?;
                    if ready.is_readable()
                        && let Some(count) = unless_blocked(stream.try_read(buffer))?
                    {
                        return Ok(Happened::Received(count));
                    }
                    if ready.is_writable()
                        && let Some(count) = unless_blocked(stream.try_write(unsent))?
                    {
                        unsent.advance(count);
                    }
                }
            }
        }
    }
}

fn unless_blocked(count: io::Result<usize>) -> io::Result<Option<usize>> {
    match count {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
        count => count.map(Some),
    }
}

/// A task that ends when nobody waits for it any more.
struct Task<T>(JoinHandle<T>);

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// What the probe that is out is told; nothing if it fails.
async fn answered(probe: &mut Option<Task<Vec<u8>>>) -> Vec<u8> {
    match probe {
        None => pending().await,
        Some(Task(task)) => task.await.unwrap_or_default(),
    }
}

/// Asks a server whether it is read-only.
async fn ask(host: String) -> Vec<u8> {
    let mut answer = Vec::new();
    let asking = async {
        let mut stream = TcpStream::connect(host).await?;
        stream.write_all(b"isro").await?;
        stream.take(LONGEST_ANSWER).read_to_end(&mut answer).await
    };
    let _ = tokio::time::timeout(PATIENCE, asking).await;
    answer
}

fn with_port(host: &str) -> String {
    if host.contains(':') {
        host.to_owned()
    } else {
        format!("{host}:2181")
    }
}

/// Bytes read in one go.
const READ_AT_ONCE: usize = 16 * 1024;

/// Bytes of an answer that says anything (`rw`, `ro`, `null`).
const LONGEST_ANSWER: u64 = 16;

/// How long a probe may take; the engine has no use for later answers.
const PATIENCE: Duration = Duration::from_secs(1);
