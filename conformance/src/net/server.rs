//! Serves the in-memory server over TCP: a thin shell, a task a connection, all on one thread.

use std::cell::Cell;
use std::cell::RefCell;
use std::collections::HashMap;
use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::thread::JoinHandle;

use bytes::Buf;
use bytes::Bytes;
use tokio::io::Interest;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::sync::mpsc;
use tokio::task::LocalSet;

use crate::Instant;
use crate::net::Clock;
use crate::server::Config;
use crate::server::ConnectionId;
use crate::server::Event;
use crate::server::Input;
use crate::server::Output;
use crate::server::Server;

/// An in-memory ZooKeeper server on a loopback port of the system's choice, on a thread of its
/// own; it stops when it is dropped.
///
/// ```
/// use zk_conformance::net::InMemoryServer;
/// use zk_conformance::server::Config;
///
/// let server = InMemoryServer::start(Config::default())?;
/// let client = std::net::TcpStream::connect(server.address())?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct InMemoryServer {
    address: SocketAddr,
    control: mpsc::UnboundedSender<Control>,
    thread: Option<JoinHandle<()>>,
}

impl InMemoryServer {
    /// Starts a server on a free port of 127.0.0.1; it accepts connections when this returns.
    ///
    /// # Errors
    /// If no port or thread can be had.
    pub fn start(config: Config) -> io::Result<Self> {
        Self::start_at(SocketAddr::from(([127, 0, 0, 1], 0)), config)
    }

    /// Starts a server at `address`.
    ///
    /// # Errors
    /// If the port is taken, or no thread can be had.
    pub fn start_at(address: SocketAddr, config: Config) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind(address)?;
        let address = listener.local_addr()?;
        let (control, controls) = mpsc::unbounded_channel();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let thread = std::thread::Builder::new()
            .name(format!("zk {address}"))
            .spawn(move || {
                let serving = async {
                    let listener = listen(listener)?;
                    serve(
                        listener,
                        Server::new(config, Instant::ZERO),
                        Clock::start(),
                        |_| {},
                        controls,
                    )
                    .await
                };
                // Without a listener there is nobody to tell: clients see a closed port.
                let _ = runtime.block_on(serving);
            })?;
        Ok(Self {
            address,
            control,
            thread: Some(thread),
        })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Asks for a restart over the same data, as [`Control::Restart`] says; clients see it by their
    /// connection.
    ///
    /// ```
    /// use std::io::{Read, Write};
    /// use zk_conformance::net::InMemoryServer;
    /// use zk_conformance::server::Config;
    ///
    /// let server = InMemoryServer::start(Config::default())?;
    /// let mut client = std::net::TcpStream::connect(server.address())?;
    /// client.write_all(&[&[0, 0, 0, 44][..], &[0; 24], &[0, 0, 0, 16], &[0; 16]].concat())?;
    /// client.read_exact(&mut [0; 40])?; // a session, which will outlive
    /// server.restart();
    /// assert_eq!(client.read(&mut [0; 1])?, 0);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn restart(&self) {
        let _ = self.control.send(Control::Restart);
    }
}

impl Drop for InMemoryServer {
    fn drop(&mut self) {
        let _ = self.control.send(Control::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// What a server is told while it serves.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Control {
    /// Serve no more.
    Stop,
    /// Stop and start again over the same data, at once: [`Server::restart`].
    Restart,
}

/// Hands a bound listener to the runtime.
///
/// # Errors
/// If the runtime does not take it.
pub fn listen(listener: std::net::TcpListener) -> io::Result<TcpListener> {
    listener.set_nonblocking(true)?;
    TcpListener::from_std(listener)
}

/// Serves `server` on `listener` until it is told to stop, or nobody is left to tell it, telling of
/// events by `tell`; the server comes back as it then was, so that it can be started again.
///
/// # Errors
/// If connections cannot be accepted any more.
pub async fn serve(
    listener: TcpListener,
    server: Server,
    clock: Clock,
    tell: impl Fn(&Event) + 'static,
    mut controls: mpsc::UnboundedReceiver<Control>,
) -> io::Result<Server> {
    let shell = Rc::new(Shell {
        server: RefCell::new(server),
        clock,
        wires: RefCell::default(),
        buffer: RefCell::new(vec![0; READ_AT_ONCE]),
        armed: Cell::new(None),
        rearm: Notify::new(),
        tell: Box::new(tell),
    });
    let tasks = LocalSet::new();
    tasks.spawn_local(keep_time(Rc::clone(&shell)));
    let serving = async {
        let accepting = accept(listener, Rc::clone(&shell));
        tokio::pin!(accepting);
        loop {
            tokio::select! {
                outcome = &mut accepting => break outcome,
                control = controls.recv() => match control {
                    Some(Control::Restart) => shell.drive(Server::restart),
                    Some(Control::Stop) | None => break Ok(()),
                }
            }
        }
    };
    let outcome = tasks.run_until(serving).await;
    drop(tasks);
    shell.wires.borrow_mut().clear();
    outcome.map(|()| shell.server.borrow().clone())
}

/// Bytes read in one go, into one buffer for all connections.
const READ_AT_ONCE: usize = 64 * 1024;

struct Shell {
    server: RefCell<Server>,
    clock: Clock,
    wires: RefCell<HashMap<ConnectionId, Rc<Wire>>>,
    buffer: RefCell<Vec<u8>>,
    /// The deadline that the timekeeper sleeps for.
    armed: Cell<Option<Instant>>,
    rearm: Notify,
    tell: Box<dyn Fn(&Event)>,
}

/// A connection's socket, and what it would not take yet.
struct Wire {
    stream: TcpStream,
    unsent: RefCell<VecDeque<Bytes>>,
    /// Set when the server is done with the connection.
    closing: Cell<bool>,
    wake: Notify,
}

async fn accept(listener: TcpListener, shell: Rc<Shell>) -> io::Result<()> {
    let mut accepted = 0;
    loop {
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            // One that is gone before it is accepted, or no descriptor left for it.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => continue,
            Err(_) => {
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
                continue;
            }
        };
        accepted += 1;
        let connection = ConnectionId(accepted);
        let _ = stream.set_nodelay(true);
        let wire = Rc::new(Wire {
            stream,
            unsent: RefCell::default(),
            closing: Cell::new(false),
            wake: Notify::new(),
        });
        shell
            .wires
            .borrow_mut()
            .insert(connection, Rc::clone(&wire));
        shell.handle(Input::Accept {
            connection,
            peer: peer.ip(),
        });
        tokio::task::spawn_local(attend(Rc::clone(&shell), connection, wire));
    }
}

/// Ticks when the server's deadline comes.
async fn keep_time(shell: Rc<Shell>) {
    loop {
        match shell.armed.get() {
            None => shell.rearm.notified().await,
            Some(deadline) => {
                tokio::select! {
                    () = shell.rearm.notified() => {}
                    () = tokio::time::sleep_until(shell.clock.when(deadline)) => {
                        shell.armed.set(None);
                        shell.handle(Input::Tick);
                    }
                }
            }
        }
    }
}

/// Reads and writes one connection until it is over.
async fn attend(shell: Rc<Shell>, connection: ConnectionId, wire: Rc<Wire>) {
    let mut half_closed = false;
    loop {
        if wire.closing.get() && wire.unsent.borrow().is_empty() {
            break;
        }
        // Nothing more is read from a peer that does not take its answers.
        let interest = if wire.unsent.borrow().is_empty() {
            Interest::READABLE
        } else {
            Interest::WRITABLE
        };
        tokio::select! {
            () = wire.wake.notified() => continue,
            ready = wire.stream.ready(interest), if !half_closed || interest.is_writable() => {
                if ready.is_err() {
                    shell.lose(connection);
                    break;
                }
            }
        }
        if interest.is_writable() {
            if wire.flush().is_err() {
                shell.lose(connection);
                break;
            }
            continue;
        }
        match shell.read(connection, &wire) {
            Ok(0) => {
                half_closed = true;
                shell.handle(Input::Eof { connection });
            }
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(_) => {
                shell.lose(connection);
                break;
            }
        }
    }
    shell.wires.borrow_mut().remove(&connection);
}

impl Shell {
    /// Reads what there is and hands it to the server.
    fn read(&self, connection: ConnectionId, wire: &Wire) -> io::Result<usize> {
        let mut buffer = self.buffer.borrow_mut();
        let count = wire.stream.try_read(&mut buffer)?;
        if count > 0 {
            let bytes = buffer.get(..count).unwrap_or_default();
            self.handle(Input::Receive { connection, bytes });
        }
        Ok(count)
    }

    fn lose(&self, connection: ConnectionId) {
        self.handle(Input::Lost { connection });
    }

    /// Tells the server what happened and does what it wants done.
    fn handle(&self, input: Input<'_>) {
        self.drive(|server, now| server.handle(now, input));
    }

    /// Does something to the server, and then what the server wants done.
    fn drive(&self, change: impl FnOnce(&mut Server, Instant)) {
        let mut server = self.server.borrow_mut();
        change(&mut server, self.clock.now());
        while let Some(output) = server.poll() {
            self.carry_out(output);
        }
        let deadline = server.deadline();
        let earlier = match (deadline, self.armed.get()) {
            (Some(deadline), Some(armed)) => deadline < armed,
            (deadline, None) => deadline.is_some(),
            (None, Some(_)) => false,
        };
        if earlier {
            self.armed.set(deadline);
            self.rearm.notify_one();
        }
    }

    fn carry_out(&self, output: Output) {
        match output {
            Output::Send { connection, bytes } => {
                if let Some(wire) = self.wires.borrow().get(&connection) {
                    wire.send(bytes);
                }
            }
            Output::Close { connection } => {
                if let Some(wire) = self.wires.borrow_mut().remove(&connection) {
                    wire.closing.set(true);
                    wire.wake.notify_one();
                }
            }
            Output::Event(event) => (self.tell)(&event),
            _ => {}
        }
    }
}

impl Wire {
    fn send(&self, bytes: Bytes) {
        self.unsent.borrow_mut().push_back(bytes);
        // A broken connection shows when it is read.
        let _ = self.flush();
        if !self.unsent.borrow().is_empty() {
            self.wake.notify_one();
        }
    }

    fn flush(&self) -> io::Result<()> {
        let mut unsent = self.unsent.borrow_mut();
        while let Some(bytes) = unsent.front_mut() {
            match self.stream.try_write(bytes) {
                Ok(count) => bytes.advance(count),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => {
                    unsent.clear();
                    return Err(error);
                }
            }
            if bytes.is_empty() {
                unsent.pop_front();
            }
        }
        Ok(())
    }
}
