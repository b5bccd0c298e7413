//! The loop that serves: every socket, and the time.

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::io;
use std::io::Read;
use std::net::Shutdown;
use std::net::SocketAddr;
use std::time::Duration;

use mio::Events;
use mio::Interest;
use mio::Poll;
use mio::Token;
use mio::net::TcpListener;
use mio::net::TcpStream;

use crate::Instant;
use crate::net::Clock;
use crate::net::server::listener::Control;
use crate::net::server::listener::LISTENER;
use crate::net::server::listener::Listener;
use crate::net::server::listener::WISH;
use crate::net::server::wire::Wire;
use crate::net::server::wire::is_temporary;
use crate::server::ConnectionId;
use crate::server::Event;
use crate::server::Input;
use crate::server::Output;
use crate::server::Server;

/// The sockets of a server.
///
/// The poll tells of a change once: bytes that came in, an end. Registering a socket anew makes it
/// tell again of what is still there.
pub(super) struct Shell<F> {
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

impl<F: FnMut(&Event)> Shell<F> {
    pub(super) fn new(listener: Listener, server: Server, clock: Clock, tell: F) -> Self {
        Self {
            poll: listener.poll,
            listener: listener.socket,
            control: listener.control,
            accepted: 0,
            accept_at: None,
            server,
            clock,
            wires: BTreeMap::new(),
            written: Vec::new(),
            lingering: VecDeque::new(),
            tell,
        }
    }

    /// Serves until that is to stop.
    pub(super) fn run(mut self) -> io::Result<Server> {
        let mut events = Events::with_capacity(EVENTS_AT_ONCE);
        let mut buffer = vec![0; READ_AT_ONCE];
        loop {
            match self.poll.poll(&mut events, self.patience()) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                outcome => outcome?,
            }
            for event in &events {
                match event.token() {
                    WISH if self.control.is_stop() => return Ok(self.stop()),
                    WISH => {
                        if self.control.takes_restart() {
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
        self.wires.insert(connection, Wire::new(stream));
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

/// What the poll calls a connection.
fn token(connection: ConnectionId) -> Token {
    // Where this cuts something off, no machine has the memory for that many connections.
    #[expect(clippy::cast_possible_truncation, reason = "see above")]
    Token(connection.0 as usize)
}

/// Bytes read in one go, into one buffer for all connections.
const READ_AT_ONCE: usize = 64 * 1024;

const EVENTS_AT_ONCE: usize = 1_024;

/// How long to wait for a descriptor to become free.
const ACCEPT_AGAIN: Duration = Duration::from_millis(10);

/// How long a peer may take to read the last of what was sent to it.
const LINGER: Duration = Duration::from_secs(10);
