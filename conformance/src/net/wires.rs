//! Named connections to a server, for what plays the client's side.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::io;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::Instant;
use crate::net::Clock;
use crate::net::Late;
use crate::net::dial::Dial;
use crate::net::dial::Receiving;
use crate::net::dial::Sending;
use crate::net::gate::Gate;
use crate::player::ClientSide;
use crate::player::End;
use crate::player::Input;
use crate::player::Order;
use crate::player::Output;

/// The connections of one run, each with a task that reads and one that writes.
pub(super) struct Wires {
    dial: Dial,
    tell: mpsc::Sender<(String, Happened)>,
    happened: mpsc::Receiver<(String, Happened)>,
    orders: BTreeMap<String, mpsc::UnboundedSender<Told>>,
    /// Whether each connection is to be read from.
    reading: BTreeMap<String, watch::Sender<bool>>,
    tasks: JoinSet<()>,
    /// When each connection was written to that nothing has come from since.
    unanswered: BTreeMap<String, Instant>,
    late: Late,
}

/// What a connection is to do, and where it waits for others before.
type Told = (Order, Option<Gate>);

enum Happened {
    Opened,
    Refused,
    Received(Vec<u8>),
    Ended(End),
}

impl Wires {
    pub(super) fn new(dial: Dial) -> Self {
        // A server that sends faster than the player reads has to wait.
        let (tell, happened) = mpsc::channel(64);
        Self {
            dial,
            tell,
            happened,
            orders: BTreeMap::new(),
            reading: BTreeMap::new(),
            tasks: JoinSet::new(),
            unanswered: BTreeMap::new(),
            late: Late::default(),
        }
    }

    /// How late the timers were, and how long the slowest answer took.
    pub(super) const fn late(&self) -> Late {
        self.late
    }

    /// Carries out what `client` says and tells it what happens, until it has nothing left to do.
    pub(super) async fn run(&mut self, clock: Clock, client: &mut impl ClientSide) {
        loop {
            self.carry_out_all(clock, client);
            if client.is_over() {
                return;
            }
            let deadline = client.deadline().unwrap_or_else(|| clock.now());
            tokio::select! {
                biased;
                Some((name, happened)) = self.happened.recv() => {
                    let input = match &happened {
                        Happened::Opened => Input::Opened(&name),
                        Happened::Refused => Input::Refused(&name),
                        Happened::Received(bytes) => Input::Received(&name, bytes),
                        Happened::Ended(end) => Input::Ended(&name, *end),
                    };
                    let now = clock.now();
                    let answer = matches!(happened, Happened::Received(_));
                    if let Some(asked) = self.unanswered.remove(&name).filter(|_| answer) {
                        self.late.server = self.late.server.max(now - asked);
                    }
                    client.handle(now, input);
                }
                () = tokio::time::sleep_until(clock.when(deadline)) => {
                    let now = clock.now();
                    self.late.machine = self.late.machine.max(now - deadline);
                    client.handle(now, Input::Tick);
                }
            }
        }
    }

    /// Carries out everything that is to be done by now. What is to be written on several connections
    /// is written at once.
    fn carry_out_all(&mut self, clock: Clock, client: &mut impl ClientSide) {
        let outputs: Vec<Output> = std::iter::from_fn(|| client.poll()).collect();
        let is_write = |output: &&Output| matches!(output.order, Order::Write(_));
        let writers = outputs.iter().filter(is_write);
        let writers = writers.map(|output| output.connection.clone());
        let mut writers: BTreeSet<String> = writers
            .filter(|connection| self.orders.contains_key(connection))
            .collect();
        let gate = (writers.len() > 1).then(|| Gate::of(writers.len()));
        for output in outputs {
            // Each goes through the gate with the first that it writes.
            let is_first = is_write(&&output) && writers.remove(&output.connection);
            let gate = gate.clone().filter(|_| is_first);
            self.carry_out(clock, output, gate);
        }
    }

    fn carry_out(&mut self, clock: Clock, output: Output, gate: Option<Gate>) {
        let Output { connection, order } = output;
        if matches!(order, Order::Write(_)) && !self.unanswered.contains_key(&connection) {
            self.unanswered.insert(connection.clone(), clock.now());
        }
        if order == Order::Open {
            self.open(connection);
        } else if matches!(order, Order::Pause | Order::Resume) {
            if let Some(reading) = self.reading.get(&connection) {
                let _ = reading.send(order == Order::Resume);
            }
        } else if let Some(orders) = self.orders.get(&connection) {
            // A connection that is gone takes no more orders, as a socket would not.
            let _ = orders.send((order, gate));
        }
    }

    fn open(&mut self, name: String) {
        let (orders, mut taken) = mpsc::unbounded_channel();
        self.orders.insert(name.clone(), orders);
        let (reading, may_read) = watch::channel(true);
        self.reading.insert(name.clone(), reading);
        let tell = self.tell.clone();
        let dial = self.dial.clone();
        self.tasks.spawn(async move {
            let (read, write) = match dial.open().await {
                Ok(halves) => halves,
                Err(error) if is_closed_again(&error) => {
                    let _ = tell.send((name.clone(), Happened::Opened)).await;
                    let _ = tell.send((name, Happened::Ended(End::Rst))).await;
                    return;
                }
                Err(_) => {
                    let _ = tell.send((name, Happened::Refused)).await;
                    return;
                }
            };
            let _ = tell.send((name.clone(), Happened::Opened)).await;
            let reading = tokio::spawn(receive(read, may_read, name, tell));
            obey(write, &mut taken).await;
            reading.abort();
        });
    }

    /// Sees to it that every connection is closed.
    pub(super) async fn finish(mut self) {
        self.orders.clear();
        let all = async { while self.tasks.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(Duration::from_millis(200), all).await;
        self.tasks.abort_all();
    }
}

/// Whether the connection was accepted, and closed before anybody could notice. Behind a FIN, a reset
/// shows as a broken pipe.
fn is_closed_again(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe
    )
}

/// Carries out orders until the connection is to be closed.
async fn obey(mut write: Sending, orders: &mut mpsc::UnboundedReceiver<Told>) {
    let mut open = true;
    while let Some((order, gate)) = orders.recv().await {
        match order {
            Order::Write(mut bytes) => {
                if let Some(gate) = gate {
                    let Some((back, written)) = gate.pass(write, bytes.clone()).await else {
                        return;
                    };
                    write = back;
                    open &= written.is_ok();
                    bytes.drain(..written.unwrap_or(0));
                }
                open = open && write.write(&bytes).await.is_ok();
            }
            Order::Open | Order::Pause | Order::Resume => {}
            Order::Shut => write.shut().await,
            Order::Close => return write.close().await,
            Order::Reset => return write.reset(),
        }
    }
    write.close().await;
}

/// Tells what comes in until the server's side ends, while it may be read.
async fn receive(
    mut read: Receiving,
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
        let result = tokio::select! {
            biased;
            Ok(_) = may_read.wait_for(|may_read| !*may_read) => continue,
            result = read.read(&mut buffer) => result,
        };
        let happened = match result {
            Ok(0) => Happened::Ended(End::Fin),
            Ok(count) => Happened::Received(buffer.get(..count).unwrap_or_default().to_vec()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            // TLS without its own goodbye: the connection was closed all the same.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Happened::Ended(End::Fin),
            Err(_) => Happened::Ended(End::Rst),
        };
        let over = matches!(happened, Happened::Ended(_));
        if tell.send((name.clone(), happened)).await.is_err() || over {
            return;
        }
    }
}
