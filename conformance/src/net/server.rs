//! Serves the in-memory server over TCP: a thin shell, all connections on one thread.

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::io;
use std::io::Read;
use std::io::Write;
use std::net::Ipv4Addr;
use std::net::Shutdown;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;
use std::time::Duration;

use mio::Events;
use mio::Interest;
use mio::Poll;
use mio::Token;
use mio::Waker;
use mio::net::TcpListener;
use mio::net::TcpStream;
use socket2::Domain;
use socket2::Socket;
use socket2::Type;

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
    control: Control,
    thread: Option<JoinHandle<()>>,
}

impl InMemoryServer {
    /// Starts a server on a free port of 127.0.0.1; it accepts connections when this returns.
    ///
    /// # Errors
    /// If no port or thread can be had.
    pub fn start(config: Config) -> io::Result<Self> {
        Self::start_at(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), config)
    }

    /// Starts a server at `address`.
    ///
    /// # Errors
    /// If the port is taken, or no thread can be had.
    pub fn start_at(address: SocketAddr, config: Config) -> io::Result<Self> {
        let listener = Listener::bind(address)?;
        let address = listener.address();
        let control = listener.control();
        let thread = std::thread::Builder::new()
            .name(format!("zk {address}"))
            .spawn(move || {
                let server = Server::new(config, Instant::ZERO);
                // There is nobody to tell of an error: clients see a closed port.
                let _ = listener.serve(server, Clock::start(), |_| {});
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

    /// Has it start again over the same data, as [`Control::restart`] says; clients see it by
    /// their connection.
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
        self.control.restart();
    }
}

impl Drop for InMemoryServer {
    /// Closes every connection and the port before it returns.
    fn drop(&mut self) {
        self.control.stop();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A bound port that accepts connections, for a server to be served on.
#[derive(Debug)]
pub struct Listener {
    poll: Poll,
    socket: TcpListener,
    address: SocketAddr,
    control: Control,
}

impl Listener {
    /// Listens at `address`; port 0 lets the system choose one.
    ///
    /// # Errors
    /// If the port is taken, or the system lacks what is needed to wait for connections.
    pub fn bind(address: SocketAddr) -> io::Result<Self> {
        let poll = Poll::new()?;
        let control = Control(Arc::new(Wish {
            waker: Waker::new(poll.registry(), WISH)?,
            stop: AtomicBool::new(false),
            restart: AtomicBool::new(false),
        }));
        let mut socket = TcpListener::from_std(listen(address)?);
        let address = socket.local_addr()?;
        poll.registry()
            .register(&mut socket, LISTENER, Interest::READABLE)?;
        Ok(Self {
            poll,
            socket,
            address,
            control,
        })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// What ends [`serve`](Self::serve) or has the server start again, from any thread.
    #[must_use]
    pub fn control(&self) -> Control {
        self.control.clone()
    }

    /// Serves `server` until it is stopped, and tells of events by `tell`. Then all connections are
    /// closed and the server comes back with its sessions, so that it can be served again.
    ///
    /// # Errors
    /// If the system fails to wait for connections. That it has no descriptor left for another one
    /// is not such an error: it is tried again.
    pub fn serve(
        self,
        server: Server,
        clock: Clock,
        tell: impl FnMut(&Event),
    ) -> io::Result<Server> {
        let shell = Shell {
            poll: self.poll,
            listener: self.socket,
            control: self.control,
            accepted: 0,
            accept_at: None,
            server,
            clock,
            wires: BTreeMap::new(),
            written: Vec::new(),
            lingering: VecDeque::new(),
            tell,
        };
        shell.run()
    }
}

fn listen(address: SocketAddr) -> io::Result<std::net::TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    // Elsewhere it means that a port can be taken away from whoever has it.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    // What is accepted inherits it, which saves a call a connection.
    socket.set_tcp_nodelay(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// Steers a server that is being served, or about to be.
#[derive(Clone, Debug)]
pub struct Control(Arc<Wish>);

#[derive(Debug)]
struct Wish {
    waker: Waker,
    stop: AtomicBool,
    restart: AtomicBool,
}

impl Control {
    /// Has [`Listener::serve`] return; it may do so later than this.
    pub fn stop(&self) {
        self.wish(&self.0.stop);
    }

    /// Has the server stop and start again over the same data, at once: [`Server::restart`].
    pub fn restart(&self) {
        self.wish(&self.0.restart);
    }

    fn wish(&self, what: &AtomicBool) {
        what.store(true, Ordering::Release);
        // It fails only if the one to be woken is gone.
        let _ = self.0.waker.wake();
    }
}

/// The sockets of a server.
///
/// The poll tells of a change once: bytes that came in, an end. Registering a socket anew makes it
/// tell again of what is still there.
struct Shell<F> {
    poll: Poll,
    listener: TcpListener,
    control: Control,
    accepted: u64,
    /// When to try again to accept what could not be accepted.
    accept_at: Option<Instant>,
    server: Server,
    clock: Clock,
    wires: BTreeMap<ConnectionId, Wire>,
    /// Connections with something to be sent for which nothing else waits.
    written: Vec<ConnectionId>,
    /// Connections to be closed, sent or unsent, in the order of their time.
    lingering: VecDeque<(Instant, ConnectionId)>,
    tell: F,
}

/// A connection's socket, and what it would not take yet.
struct Wire {
    stream: TcpStream,
    unsent: VecDeque<u8>,
    /// Waits for the peer to take what is unsent, and reads nothing before.
    is_blocked: bool,
    /// The server is done with it.
    is_closing: bool,
}

impl<F: FnMut(&Event)> Shell<F> {
    fn run(mut self) -> io::Result<Server> {
        let mut events = Events::with_capacity(EVENTS_AT_ONCE);
        let mut buffer = vec![0; READ_AT_ONCE];
        loop {
            match self.poll.poll(&mut events, self.patience()) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                outcome => outcome?,
            }
            for event in &events {
                match event.token() {
                    WISH if self.control.0.stop.load(Ordering::Acquire) => return Ok(self.stop()),
                    WISH => {
                        if self.control.0.restart.swap(false, Ordering::AcqRel) {
                            self.drive(Server::restart);
                        }
                    }
                    LISTENER => self.accept(),
                    token => {
                        let connection = ConnectionId(token.0 as u64);
                        self.attend(connection, event.is_read_closed(), &mut buffer);
                    }
                }
            }
            self.keep_time();
        }
    }

    /// Breaks all connections.
    fn stop(mut self) -> Server {
        while let Some((&connection, _)) = self.wires.first_key_value() {
            self.lose(connection);
        }
        self.server
    }

    /// How long nothing need be done unless something happens.
    fn patience(&self) -> Option<Duration> {
        let linger = self.lingering.front().map(|&(until, _)| until);
        let appointments = [self.server.deadline(), self.accept_at, linger];
        let next = appointments.into_iter().flatten().min()?;
        Some(next - self.clock.now())
    }

    /// Does what is due.
    fn keep_time(&mut self) {
        let now = self.clock.now();
        if self.server.deadline().is_some_and(|due| due <= now) {
            self.handle(Input::Tick);
        }
        if self.accept_at.is_some_and(|due| due <= now) {
            self.accept();
        }
        while let Some((_, connection)) = self.lingering.pop_front_if(|(due, _)| *due <= now) {
            self.wires.remove(&connection);
        }
    }

    /// Accepts every connection that is there.
    fn accept(&mut self) {
        self.accept_at = None;
        loop {
            match self.listener.accept() {
                Ok((stream, peer)) => self.welcome(stream, peer),
                Err(error) => match error.kind() {
                    io::ErrorKind::WouldBlock => return,
                    io::ErrorKind::ConnectionAborted | io::ErrorKind::Interrupted => {}
                    // No descriptor or memory left for it; it stays where it is.
                    _ => return self.accept_at = Some(self.clock.now() + ACCEPT_AGAIN),
                },
            }
        }
    }

    fn welcome(&mut self, mut stream: TcpStream, peer: SocketAddr) {
        self.accepted += 1;
        let connection = ConnectionId(self.accepted);
        let (registry, token) = (self.poll.registry(), token(connection));
        if registry
            .register(&mut stream, token, Interest::READABLE)
            .is_err()
        {
            return;
        }
        let wire = Wire {
            stream,
            unsent: VecDeque::new(),
            is_blocked: false,
            is_closing: false,
        };
        self.wires.insert(connection, wire);
        let peer = peer.ip();
        self.handle(Input::Accept { connection, peer });
    }

    /// Reads or writes, whichever the connection waits for.
    fn attend(&mut self, connection: ConnectionId, is_read_closed: bool, buffer: &mut [u8]) {
        let Some(wire) = self.wires.get_mut(&connection) else {
            return;
        };
        if wire.is_blocked {
            return self.flush(connection);
        }
        match wire.stream.read(buffer) {
            Ok(0) => self.handle(Input::Eof { connection }),
            Ok(count) => {
                let bytes = buffer.get(..count).unwrap_or_default();
                self.handle(Input::Receive { connection, bytes });
                // The others come first.
                if count == buffer.len() || is_read_closed {
                    self.register_anew(connection);
                }
            }
            Err(error) if is_temporary(&error) => {}
            Err(_) => self.lose(connection),
        }
    }

    /// Has the poll tell of what the connection waits for, also if it is there already.
    fn register_anew(&mut self, connection: ConnectionId) {
        let Some(wire) = self.wires.get_mut(&connection) else {
            return;
        };
        wire.is_blocked = !wire.unsent.is_empty();
        let interest = if wire.is_blocked {
            Interest::WRITABLE
        } else {
            Interest::READABLE
        };
        let registry = self.poll.registry();
        let _ = registry.reregister(&mut wire.stream, token(connection), interest);
    }

    fn lose(&mut self, connection: ConnectionId) {
        self.wires.remove(&connection);
        self.handle(Input::Lost { connection });
    }

    /// Tells the server what happened and does what it wants done.
    fn handle(&mut self, input: Input<'_>) {
        self.drive(|server, now| server.handle(now, input));
    }

    /// Does something to the server, and then what the server wants done.
    fn drive(&mut self, change: impl FnOnce(&mut Server, Instant)) {
        // The time is read after the bytes were: with an older one, a session could end early.
        change(&mut self.server, self.clock.now());
        while let Some(output) = self.server.poll() {
            self.carry_out(output);
        }
        while let Some(connection) = self.written.pop() {
            self.flush(connection);
        }
    }

    fn carry_out(&mut self, output: Output) {
        match output {
            Output::Send { connection, bytes } => {
                if let Some(wire) = self.wires.get_mut(&connection) {
                    if wire.unsent.is_empty() {
                        self.written.push(connection);
                    }
                    wire.unsent.extend(&bytes);
                }
            }
            Output::Close { connection } => self.close(connection),
            Output::Event(event) => (self.tell)(&event),
            _ => {}
        }
    }

    /// Closes a connection, once all is sent or the peer has had its time.
    fn close(&mut self, connection: ConnectionId) {
        if let Some(wire) = self.wires.get_mut(&connection) {
            wire.is_closing = true;
            self.flush(connection);
        }
        if self.wires.contains_key(&connection) {
            let until = self.clock.now() + LINGER;
            self.lingering.push_back((until, connection));
        }
    }

    /// Sends what the peer takes.
    fn flush(&mut self, connection: ConnectionId) {
        let Some(wire) = self.wires.get_mut(&connection) else {
            return;
        };
        if wire.flush().is_err() {
            return self.lose(connection);
        }
        let is_sent = wire.unsent.is_empty();
        if is_sent && wire.is_closing {
            // With bytes unread, closing alone would be a reset.
            let _ = wire.stream.shutdown(Shutdown::Write);
            self.wires.remove(&connection);
        } else if is_sent == wire.is_blocked {
            self.register_anew(connection);
        }
    }
}

impl Wire {
    /// Sends what the peer takes.
    fn flush(&mut self) -> io::Result<()> {
        while !self.unsent.is_empty() {
            match self.stream.write(self.unsent.as_slices().0) {
                Ok(count) => drop(self.unsent.drain(..count)),
                Err(error) if is_temporary(&error) => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        // An idle connection has no buffer.
        self.unsent = VecDeque::new();
        Ok(())
    }
}

fn is_temporary(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
    )
}

/// What the poll calls a connection.
fn token(connection: ConnectionId) -> Token {
    // Where this cuts something off, no machine has the memory for that many connections.
    #[expect(clippy::cast_possible_truncation, reason = "see above")]
    Token(connection.0 as usize)
}

const WISH: Token = Token(usize::MAX);
const LISTENER: Token = Token(usize::MAX - 1);

/// Bytes read in one go, into one buffer for all connections.
const READ_AT_ONCE: usize = 64 * 1024;

/// Connections that wait to be accepted; the usual 128 turns some of a thousand clients away for
/// a second.
const BACKLOG: i32 = 4_096;

const EVENTS_AT_ONCE: usize = 1_024;

/// How long to wait for a descriptor to become free.
const ACCEPT_AGAIN: Duration = Duration::from_millis(10);

/// How long a peer may take to read the last of what was sent to it.
const LINGER: Duration = Duration::from_secs(10);
