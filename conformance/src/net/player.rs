//! Plays a script over TCP.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedReadHalf;
use tokio::net::tcp::OwnedWriteHalf;
use tokio::sync::mpsc;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::net::Clock;
use crate::player::Config;
use crate::player::End;
use crate::player::Event;
use crate::player::Input;
use crate::player::Order;
use crate::player::Output;
use crate::player::Player;
use crate::player::Trouble;
use crate::player::Verdict;
use crate::transcript::Bindings;
use crate::transcript::Script;

/// How a script went, and all that was done and seen.
#[derive(Clone, Debug)]
pub struct Played {
    /// How it went.
    pub verdict: Verdict,
    /// What was done and seen.
    pub log: Vec<Event>,
    /// What the names of the script stand for.
    pub bindings: Bindings,
    /// How long it took.
    pub elapsed: Duration,
    /// The named outcomes that came about, in line, and how often.
    pub seen: BTreeMap<String, u32>,
}

impl Played {
    /// Nothing was played, because the script is not for this server.
    pub(crate) fn unsuitable(reason: String) -> Self {
        Self {
            verdict: Verdict::Untested(Trouble::Unsuitable { reason }),
            log: Vec::new(),
            bindings: Bindings::default(),
            elapsed: Duration::ZERO,
            seen: BTreeMap::new(),
        }
    }
}

/// Plays `script` against the server at `address`.
pub async fn play(
    address: SocketAddr,
    script: Arc<Script>,
    bindings: Bindings,
    config: Config,
) -> Played {
    let clock = Clock::start();
    let mut player = Player::new(script, bindings, config, clock.now());
    let mut wires = Wires::new(address);
    loop {
        while let Some(output) = player.poll() {
            wires.carry_out(output);
        }
        if let Some(verdict) = player.verdict() {
            let verdict = verdict.clone();
            wires.finish().await;
            return Played {
                verdict,
                log: player.log().to_vec(),
                bindings: player.bindings().clone(),
                elapsed: clock.now() - crate::Instant::ZERO,
                seen: player.seen(),
            };
        }
        let deadline = player.deadline().unwrap_or_else(|| clock.now());
        tokio::select! {
            biased;
            Some((name, happened)) = wires.happened.recv() => {
                let input = match &happened {
                    Happened::Opened => Input::Opened(&name),
                    Happened::Refused => Input::Refused(&name),
                    Happened::Received(bytes) => Input::Received(&name, bytes),
                    Happened::Ended(end) => Input::Ended(&name, *end),
                };
                player.handle(clock.now(), input);
            }
            () = tokio::time::sleep_until(clock.when(deadline)) => {
                player.handle(clock.now(), Input::Tick);
            }
        }
    }
}

/// The connections of one run, each with a task that reads and one that writes.
struct Wires {
    address: SocketAddr,
    tell: mpsc::Sender<(String, Happened)>,
    happened: mpsc::Receiver<(String, Happened)>,
    orders: BTreeMap<String, mpsc::UnboundedSender<Order>>,
    /// Whether each connection is to be read from.
    reading: BTreeMap<String, watch::Sender<bool>>,
    tasks: JoinSet<()>,
}

enum Happened {
    Opened,
    Refused,
    Received(Vec<u8>),
    Ended(End),
}

impl Wires {
    fn new(address: SocketAddr) -> Self {
        // A server that sends faster than the player reads has to wait.
        let (tell, happened) = mpsc::channel(64);
        Self {
            address,
            tell,
            happened,
            orders: BTreeMap::new(),
            reading: BTreeMap::new(),
            tasks: JoinSet::new(),
        }
    }

    fn carry_out(&mut self, output: Output) {
        let Output { connection, order } = output;
        if order == Order::Open {
            self.open(connection);
        } else if matches!(order, Order::Pause | Order::Resume) {
            if let Some(reading) = self.reading.get(&connection) {
                let _ = reading.send(order == Order::Resume);
            }
        } else if let Some(orders) = self.orders.get(&connection) {
            // A connection that is gone takes no more orders, as a socket would not.
            let _ = orders.send(order);
        }
    }

    fn open(&mut self, name: String) {
        let (orders, mut taken) = mpsc::unbounded_channel();
        self.orders.insert(name.clone(), orders);
        let (reading, may_read) = watch::channel(true);
        self.reading.insert(name.clone(), reading);
        let tell = self.tell.clone();
        let address = self.address;
        self.tasks.spawn(async move {
            let stream = match TcpStream::connect(address).await {
                Ok(stream) => stream,
                // Accepted, and closed before anybody could notice.
                Err(error) if error.kind() == io::ErrorKind::ConnectionReset => {
                    let _ = tell.send((name.clone(), Happened::Opened)).await;
                    let _ = tell.send((name, Happened::Ended(End::Rst))).await;
                    return;
                }
                Err(_) => {
                    let _ = tell.send((name, Happened::Refused)).await;
                    return;
                }
            };
            let _ = stream.set_nodelay(true);
            let _ = tell.send((name.clone(), Happened::Opened)).await;
            let (read, write) = stream.into_split();
            let reading = tokio::spawn(receive(read, may_read, name, tell));
            obey(write, &mut taken).await;
            reading.abort();
        });
    }

    /// Sees to it that every connection is closed.
    async fn finish(mut self) {
        self.orders.clear();
        let all = async { while self.tasks.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(Duration::from_millis(200), all).await;
        self.tasks.abort_all();
    }
}

/// Carries out orders until the connection is to be closed.
async fn obey(mut write: OwnedWriteHalf, orders: &mut mpsc::UnboundedReceiver<Order>) {
    let mut open = true;
    while let Some(order) = orders.recv().await {
        match order {
            Order::Write(bytes) if open => open = write.write_all(&bytes).await.is_ok(),
            Order::Write(_) | Order::Open | Order::Pause | Order::Resume => {}
            Order::Shut => {
                let _ = write.shutdown().await;
            }
            Order::Close => break,
            Order::Reset => {
                let _ = write.as_ref().set_zero_linger();
                break;
            }
        }
    }
    // The socket closes when both halves are gone, and not with a FIN of its own before a reset.
    write.forget();
}

/// Tells what comes in until the server's side ends, while it may be read.
async fn receive(
    mut read: OwnedReadHalf,
    mut may_read: watch::Receiver<bool>,
    name: String,
    tell: mpsc::Sender<(String, Happened)>,
) {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        if may_read.wait_for(|may_read| *may_read).await.is_err() {
            // The run is over, and nobody is left to say so.
            return;
        }
        // A pause calls a read off that has not come to anything yet.
        tokio::select! {
            biased;
            Ok(_) = may_read.wait_for(|may_read| !*may_read) => continue,
            result = read.readable() => if result.is_err() { return },
        }
        let happened = match read.read(&mut buffer).await {
            Ok(0) => Happened::Ended(End::Fin),
            Ok(count) => Happened::Received(buffer.get(..count).unwrap_or_default().to_vec()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => Happened::Ended(End::Rst),
        };
        let over = matches!(happened, Happened::Ended(_));
        if tell.send((name.clone(), happened)).await.is_err() || over {
            return;
        }
    }
}
