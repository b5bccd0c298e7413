//! Named TCP connections, for what plays the client's side.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedReadHalf;
use tokio::net::tcp::OwnedWriteHalf;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::net::Clock;
use crate::player::ClientSide;
use crate::player::End;
use crate::player::Input;
use crate::player::Order;
use crate::player::Output;

/// The connections of one run, each with a task that reads and one that writes.
pub(super) struct Wires {
    address: SocketAddr,
    tell: mpsc::Sender<(String, Happened)>,
    happened: mpsc::Receiver<(String, Happened)>,
    orders: BTreeMap<String, mpsc::UnboundedSender<Order>>,
    tasks: JoinSet<()>,
}

enum Happened {
    Opened,
    Refused,
    Received(Vec<u8>),
    Ended(End),
}

impl Wires {
    pub(super) fn new(address: SocketAddr) -> Self {
        // A server that sends faster than the player reads has to wait.
        let (tell, happened) = mpsc::channel(64);
        Self {
            address,
            tell,
            happened,
            orders: BTreeMap::new(),
            tasks: JoinSet::new(),
        }
    }

    /// Carries out what `client` says and tells it what happens, until it has nothing left to do.
    pub(super) async fn run(&mut self, clock: Clock, client: &mut impl ClientSide) {
        loop {
            while let Some(output) = client.poll() {
                self.carry_out(output);
            }
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
                    client.handle(clock.now(), input);
                }
                () = tokio::time::sleep_until(clock.when(deadline)) => {
                    client.handle(clock.now(), Input::Tick);
                }
            }
        }
    }

    fn carry_out(&mut self, output: Output) {
        let Output { connection, order } = output;
        if order == Order::Open {
            self.open(connection);
        } else if let Some(orders) = self.orders.get(&connection) {
            // A connection that is gone takes no more orders, as a socket would not.
            let _ = orders.send(order);
        }
    }

    fn open(&mut self, name: String) {
        let (orders, mut taken) = mpsc::unbounded_channel();
        self.orders.insert(name.clone(), orders);
        let tell = self.tell.clone();
        let address = self.address;
        self.tasks.spawn(async move {
            let Ok(stream) = TcpStream::connect(address).await else {
                let _ = tell.send((name, Happened::Refused)).await;
                return;
            };
            let _ = stream.set_nodelay(true);
            let _ = tell.send((name.clone(), Happened::Opened)).await;
            let (read, write) = stream.into_split();
            let reading = tokio::spawn(receive(read, name, tell));
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

/// Carries out orders until the connection is to be closed.
async fn obey(mut write: OwnedWriteHalf, orders: &mut mpsc::UnboundedReceiver<Order>) {
    let mut open = true;
    while let Some(order) = orders.recv().await {
        match order {
            Order::Write(bytes) if open => open = write.write_all(&bytes).await.is_ok(),
            Order::Write(_) | Order::Open => {}
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

/// Tells what comes in until the server's side ends.
async fn receive(mut read: OwnedReadHalf, name: String, tell: mpsc::Sender<(String, Happened)>) {
    let mut buffer = vec![0; 16 * 1024];
    loop {
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
