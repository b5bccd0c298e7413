//! The client: sessions on one thread, non-blocking, from a hundred addresses.

use std::io;
use std::io::Read;
use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;
use std::time::Instant;

use mio::Events;
use mio::Interest;
use mio::Poll;
use mio::Token;
use mio::net::TcpStream;
use socket2::Domain;
use socket2::Socket;
use socket2::Type;

use crate::now;

/// What a client sends to get a session: 49 bytes.
pub(crate) fn connect_request(timeout_ms: u32) -> [u8; 49] {
    let mut request = [0; 49];
    request[3] = 45;
    request[16..20].copy_from_slice(&timeout_ms.to_be_bytes());
    request[31] = 16;
    request
}

/// The length of the answer: a `ConnectResponse` with its readOnly byte.
pub(crate) const CONNECT_RESPONSE: usize = 41;

/// What ends the session.
pub(crate) const CLOSE_SESSION: [u8; 12] = *b"\0\0\0\x08\0\0\0\x01\xff\xff\xff\xf5";

/// The length of the answer: a `ReplyHeader`.
pub(crate) const CLOSE_REPLY: usize = 20;

/// What one round came to.
#[derive(Debug, Default)]
pub(crate) struct Round {
    /// Whole sessions.
    pub(crate) sessions: u32,
    /// Sessions that went wrong.
    pub(crate) errors: u32,
    /// From the first connect to the last reply.
    pub(crate) elapsed: Duration,
    /// From connect to the `ConnectResponse`, sorted.
    pub(crate) handshakes: Vec<Duration>,
}

impl Round {
    /// The handshake that `share` of all were faster than.
    pub(crate) fn handshake(&self, share: f64) -> Duration {
        let last = self.handshakes.len().saturating_sub(1);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "an index of a slice that fits in memory"
        )]
        let index = (last as f64 * share) as usize;
        self.handshakes.get(index).copied().unwrap_or_default()
    }
}

/// One after the other, so that no two sessions in a row share ports.
#[derive(Debug, Default)]
pub(crate) struct Sources(u8);

impl Sources {
    fn next(&mut self) -> SocketAddr {
        self.0 = self.0 % 100 + 1;
        SocketAddr::from(([127, 0, 0, self.0], 0))
    }

    /// A socket bound to the next address.
    fn socket(&mut self) -> io::Result<Socket> {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        socket.set_tcp_nodelay(true)?;
        socket.bind(&self.next().into())?;
        Ok(socket)
    }
}

/// Opens and closes sessions for `time`, `concurrent` at once.
pub(crate) fn run(
    server: SocketAddr,
    concurrent: usize,
    time: Duration,
    sources: &mut Sources,
) -> io::Result<Round> {
    let mut poll = Poll::new()?;
    let mut events = Events::with_capacity(256);
    let mut round = Round::default();
    let start = now();
    let mut slots = Vec::new();
    for index in 0..concurrent {
        slots.push(Some(Session::open(server, index, sources, &poll)?));
    }
    let mut open = concurrent;
    while open > 0 {
        poll.poll(&mut events, Some(STALLED))?;
        if events.is_empty() {
            return Err(io::Error::new(
                io::ErrorKind::TimedOut,
                format!("{open} sessions stalled"),
            ));
        }
        let is_over = start.elapsed() >= time;
        for event in &events {
            let Token(index) = event.token();
            let Some(slot) = slots.get_mut(index) else {
                continue;
            };
            let Some(session) = slot else { continue };
            match session.advance(&mut round) {
                Ok(false) => continue,
                Ok(true) => round.sessions += 1,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
                Err(_) => round.errors += 1,
            }
            *slot = None;
            open -= 1;
            if !is_over {
                *slot = Some(Session::open(server, index, sources, &poll)?);
                open += 1;
            }
        }
    }
    round.elapsed = start.elapsed();
    round.handshakes.sort_unstable();
    Ok(round)
}

/// A session on its way.
struct Session {
    stream: TcpStream,
    start: Instant,
    step: Step,
    got: usize,
}

enum Step {
    Connecting,
    Greeting,
    Closing,
}

impl Session {
    fn open(
        server: SocketAddr,
        index: usize,
        sources: &mut Sources,
        poll: &Poll,
    ) -> io::Result<Self> {
        let start = now();
        let socket = sources.socket()?;
        socket.set_nonblocking(true)?;
        match socket.connect(&server.into()) {
            Err(error) if error.raw_os_error() != Some(IN_PROGRESS) => return Err(error),
            _ => {}
        }
        let mut stream = TcpStream::from_std(socket.into());
        let interest = Interest::READABLE | Interest::WRITABLE;
        poll.registry()
            .register(&mut stream, Token(index), interest)?;
        Ok(Self {
            stream,
            start,
            step: Step::Connecting,
            got: 0,
        })
    }

    /// Does what can be done; whether the session is over.
    fn advance(&mut self, round: &mut Round) -> io::Result<bool> {
        if let Step::Connecting = self.step {
            // On loopback a socket that is not connected yet says so here.
            self.stream.write_all(&connect_request(40_000))?;
            self.step = Step::Greeting;
            return Ok(false);
        }
        let mut buffer = [0; 64];
        let count = self.stream.read(&mut buffer)?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.got += count;
        match self.step {
            Step::Connecting => {}
            Step::Greeting if self.got >= CONNECT_RESPONSE => {
                round.handshakes.push(self.start.elapsed());
                self.stream.write_all(&CLOSE_SESSION)?;
                self.step = Step::Closing;
                self.got -= CONNECT_RESPONSE;
            }
            Step::Greeting => {}
            Step::Closing => return Ok(self.got >= CLOSE_REPLY),
        }
        Ok(false)
    }
}

/// Opens one session and returns it, with when its request went out. A server that has nothing to
/// say for as long as `patience` gives none.
pub(crate) fn hold(
    server: SocketAddr,
    timeout_ms: u32,
    patience: Duration,
    sources: &mut Sources,
) -> io::Result<(std::net::TcpStream, Instant)> {
    let socket = sources.socket()?;
    socket.connect(&server.into())?;
    let mut stream = std::net::TcpStream::from(socket);
    stream.set_read_timeout(Some(patience))?;
    let sent = now();
    stream.write_all(&connect_request(timeout_ms))?;
    let mut response = [0; CONNECT_RESPONSE];
    stream.read_exact(&mut response)?;
    if response[12..20] == [0; 8] {
        return Err(io::Error::other("no session was granted"));
    }
    Ok((stream, sent))
}

/// A server that says nothing for so long is stuck.
pub(crate) const STALLED: Duration = Duration::from_secs(10);

/// `EINPROGRESS`.
const IN_PROGRESS: i32 = 115;
