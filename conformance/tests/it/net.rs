//! The server on real sockets: what a peer does to it, and what it does to its sockets.

use std::collections::BTreeSet;
use std::io;
use std::io::Read;
use std::io::Write;
use std::net::Ipv4Addr;
use std::net::Shutdown;
use std::net::SocketAddr;
use std::net::TcpStream;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use jute_codec::ConnectResponse;
use jute_codec::Frame;
use socket2::SockRef;
use zk_conformance::net::Clock;
use zk_conformance::net::InMemoryServer;
use zk_conformance::net::Listener;
use zk_conformance::server::Config;
use zk_conformance::server::Server;

use crate::server::world::FIRST;
use crate::server::world::close_session;
use crate::server::world::granted;
use crate::server::world::new;
use crate::server::world::ping;
use crate::server::world::renew;
use crate::server::world::reply;
use crate::server::world::tick;

/// A server for as many connections as there are descriptors.
fn start() -> InMemoryServer {
    InMemoryServer::start(unlimited(Config::default())).expect("a free port")
}

fn unlimited(config: Config) -> Config {
    raise_descriptor_limit();
    Config {
        max_client_connections: 0,
        ..config
    }
}

fn raise_descriptor_limit() {
    #[cfg(unix)]
    {
        use rustix::process::Resource;
        let mut limit = rustix::process::getrlimit(Resource::Nofile);
        limit.current = limit.maximum;
        rustix::process::setrlimit(Resource::Nofile, limit).expect("up to the hard limit");
    }
}

/// Connects; a read that takes very long fails.
fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("a connection");
    stream.set_nodelay(true).expect("a socket");
    let patience = Some(Duration::from_secs(30));
    stream.set_read_timeout(patience).expect("a socket");
    stream
}

fn write(mut stream: &TcpStream, bytes: &[u8]) {
    stream.write_all(bytes).expect("an open connection");
}

fn read<const N: usize>(mut stream: &TcpStream) -> [u8; N] {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes).expect("an answer");
    bytes
}

/// What comes until the server closes.
fn read_to_end(mut stream: &TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).expect("a FIN");
    bytes
}

/// Opens a session and returns its id.
fn open(stream: &TcpStream) -> i64 {
    write(stream, &new(40_000));
    session_id(&read(stream))
}

fn session_id(response: &[u8; 41]) -> i64 {
    let frame = Frame::from(response[4..].to_vec());
    let response: ConnectResponse<'_> = frame.decode().expect("a response");
    response.session_id
}

/// Whether pings are answered.
#[track_caller]
fn check(canary: &TcpStream) {
    write(canary, &ping());
    let answer: [u8; 20] = read(canary);
    assert_eq!(answer[..8], reply(-2, 0, 0)[..8]);
}

#[expect(clippy::disallowed_methods, reason = "real time is what is tested")]
fn now() -> Instant {
    Instant::now()
}

#[test]
fn every_server_has_a_port_of_its_own() {
    let (one, other) = (start(), start());
    assert_ne!(one.address(), other.address());
    for server in [&one, &other] {
        let stream = connect(server.address());
        assert_eq!(open(&stream), FIRST);
        check(&stream);
    }
}

#[test]
fn a_stopped_server_has_closed_its_connections_and_its_port() {
    let server = start();
    let address = server.address();
    let streams: Vec<_> = (0..1_000).map(|_| connect(address)).collect();
    for stream in &streams {
        open(stream);
    }
    drop(server);
    for stream in &streams {
        assert_eq!(read_to_end(stream), b"");
    }
    TcpStream::connect(address).expect_err("nobody listens");
    let again = InMemoryServer::start_at(address, Config::default()).expect("the port is free");
    assert_eq!(open(&connect(again.address())), FIRST);
}

#[test]
fn a_server_comes_back_with_its_sessions() {
    let loopback = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let clock = Clock::start();
    let serve = |server| {
        let listener = Listener::bind(loopback).expect("a free port");
        let (address, control) = (listener.address(), listener.control());
        let serving = thread::spawn(move || listener.serve(server, clock, |_| {}));
        (address, control, serving)
    };

    let server = Server::new(Config::default(), clock.now());
    let (address, control, serving) = serve(server);
    let stream = connect(address);
    assert_eq!(open(&stream), FIRST);
    control.stop();
    let server = serving.join().expect("no panic").expect("no error");
    assert_eq!(read_to_end(&stream), b"");
    assert_eq!(server.sessions().count(), 1);

    let (address, control, serving) = serve(server);
    let stream = connect(address);
    write(&stream, &renew(FIRST, 40_000));
    assert_eq!(read::<41>(&stream), *granted(FIRST, 40_000));
    control.stop();
    serving.join().expect("no panic").expect("no error");
}

#[test]
fn a_client_that_reads_nothing_is_read_no_more() {
    let server = start();
    let canary = connect(server.address());
    open(&canary);

    let deaf = connect(server.address());
    open(&deaf);
    let second = Some(Duration::from_secs(1));
    deaf.set_write_timeout(second).expect("a socket");
    let pings = ping().repeat(10_000);
    let mut written = 0;
    let error = loop {
        let rest = &pings[written % ping().len()..];
        match (&deaf).write(rest) {
            Ok(count) => written += count,
            Err(error) => break error.kind(),
        }
        assert!(written < 1 << 30, "who keeps all the answers?");
    };
    let is_full = matches!(error, io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut);
    assert!(is_full, "{error}");
    check(&canary);

    // It has lost nothing once it reads.
    let mut answers = vec![0; written / ping().len() * 20];
    (&deaf).read_exact(&mut answers).expect("all the answers");
    for answer in answers.chunks(20) {
        assert_eq!(answer[..8], reply(-2, 0, 0)[..8]);
    }
    write(&deaf, &ping()[written % ping().len()..]);
    if written % ping().len() > 0 {
        read::<20>(&deaf);
    }
    check(&deaf);
    check(&canary);
}

#[test]
fn stopping_does_not_wait_for_a_client_that_reads_nothing() {
    let server = start();
    let deaf = connect(server.address());
    open(&deaf);
    let blink = Some(Duration::from_millis(100));
    deaf.set_write_timeout(blink).expect("a socket");
    let pings = ping().repeat(10_000);
    while (&deaf).write_all(&pings).is_ok() {}
    let start = now();
    drop(server);
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn bytes_may_come_one_at_a_time() {
    let server = start();
    let stream = connect(server.address());
    for byte in [new(40_000), ping()].concat() {
        write(&stream, &[byte]);
    }
    assert_eq!(read::<41>(&stream), *granted(FIRST, 40_000));
    assert_eq!(read::<20>(&stream), *reply(-2, 1, 0));
}

#[test]
fn what_came_before_a_half_close_is_answered() {
    let server = start();
    for _ in 0..200 {
        let stream = connect(server.address());
        write(&stream, &[new(40_000), ping()].concat());
        stream.shutdown(Shutdown::Write).expect("a socket");
        assert_eq!(read_to_end(&stream).len(), 41 + 20);
    }
}

#[test]
fn more_than_one_read_at_once_is_answered() {
    let server = start();
    let stream = connect(server.address());
    let count = 20_000;
    let reading = stream.try_clone().expect("a descriptor");
    let reading = thread::spawn(move || read_to_end(&reading).len());
    write(&stream, &[new(40_000), ping().repeat(count)].concat());
    stream.shutdown(Shutdown::Write).expect("a socket");
    // What waits for a slow reader when its half closes may be more than a socket takes.
    assert_eq!(reading.join().expect("a FIN"), 41 + 20 * count);
}

#[test]
fn a_reset_is_noticed_and_the_session_lives() {
    let config = Config {
        max_client_connections: 1,
        ..Config::default()
    };
    let server = InMemoryServer::start(config).expect("a free port");
    let stream = connect(server.address());
    assert_eq!(open(&stream), FIRST);
    SockRef::from(&stream)
        .set_linger(Some(Duration::ZERO))
        .expect("a socket");
    drop(stream);

    // Until then there is one connection too many.
    let start = now();
    loop {
        let stream = connect(server.address());
        let mut response = [0; 41];
        let outcome = (&stream)
            .write_all(&renew(FIRST, 40_000))
            .and_then(|()| (&stream).read_exact(&mut response));
        if outcome.is_ok() {
            assert_eq!(response, *granted(FIRST, 40_000));
            return;
        }
        assert!(start.elapsed() < Duration::from_secs(10), "{outcome:?}");
    }
}

#[test]
fn resets_in_a_handshake_disturb_nobody() {
    let server = start();
    let canary = connect(server.address());
    open(&canary);
    for length in [0, 1, 4, 48, 49] {
        for _ in 0..20 {
            let stream = connect(server.address());
            write(&stream, &new(40_000)[..length]);
            SockRef::from(&stream)
                .set_linger(Some(Duration::ZERO))
                .expect("a socket");
        }
    }
    check(&canary);
}

#[test]
fn the_reply_to_close_session_comes_before_the_fin() {
    let server = start();
    for _ in 0..100 {
        let stream = connect(server.address());
        open(&stream);
        write(&stream, &close_session(7));
        let answer = read_to_end(&stream);
        assert_eq!(answer[..8], reply(7, 0, 0)[..8]);
        assert_eq!(answer.len(), 20);
    }
}

#[test]
fn a_fin_comes_before_the_reset_of_a_client_that_goes_on_sending() {
    let server = start();
    for _ in 0..100 {
        let stream = connect(server.address());
        write(&stream, &[0xff; 4]);
        while (&stream).write_all(&[0; 1_024]).is_ok() {}
        assert_eq!(read_to_end(&stream), b"");
    }
}

#[test]
fn two_thousand_connect_at_once() {
    let server = start();
    let streams: Vec<_> = (0..2_000).map(|_| connect(server.address())).collect();
    for stream in &streams {
        write(stream, &new(40_000));
    }
    let ids: BTreeSet<_> = streams
        .iter()
        .map(|stream| session_id(&read(stream)))
        .collect();
    assert_eq!(ids.len(), streams.len());
}

#[test]
fn one_connection_too_many_is_closed() {
    let config = Config {
        max_client_connections: 2,
        ..Config::default()
    };
    let server = InMemoryServer::start(config).expect("a free port");
    let admitted = [connect(server.address()), connect(server.address())];
    assert_eq!(read_to_end(&connect(server.address())), b"");
    for stream in &admitted {
        open(stream);
    }
}

#[test]
fn no_session_ends_early() {
    let config = unlimited(tick(100));
    let server = InMemoryServer::start(config).expect("a free port");
    let address = server.address();
    let clients: Vec<_> = (200_i32..600)
        .step_by(17)
        .map(|timeout| {
            thread::spawn(move || {
                let stream = connect(address);
                let sent = now();
                write(&stream, &new(timeout));
                read::<41>(&stream);
                assert_eq!(read_to_end(&stream), b"");
                let timeout = Duration::from_millis(timeout.unsigned_abs().into());
                let late = sent.elapsed().checked_sub(timeout);
                let late = late.expect("the session ended early");
                assert!(late < Duration::from_secs(5), "{late:?}");
            })
        })
        .collect();
    for client in clients {
        client.join().expect("a session that ends in time");
    }
}

#[test]
fn a_session_outlives_any_timeout_while_it_pings() {
    let config = unlimited(tick(100));
    let server = InMemoryServer::start(config).expect("a free port");
    let (pinging, silent) = (connect(server.address()), connect(server.address()));
    for stream in [&pinging, &silent] {
        write(stream, &new(2_000));
        read::<41>(stream);
    }
    // The silent one is the clock: a read of it takes a part of the timeout, until it ends.
    let part = Some(Duration::from_millis(100));
    silent.set_read_timeout(part).expect("a socket");
    while (&silent).read(&mut [0]).is_err() {
        check(&pinging);
    }
    check(&pinging);
}

/// A `zkspec serve` with few descriptors.
#[cfg(all(feature = "cli", target_os = "linux"))]
mod exhausted {
    use std::io::BufRead;
    use std::io::BufReader;
    use std::process::Child;
    use std::process::Command;
    use std::process::Stdio;

    use super::*;

    struct Zkspec {
        child: Child,
        address: SocketAddr,
    }

    impl Zkspec {
        fn start(descriptors: usize) -> Self {
            let script = format!("ulimit -n {descriptors} && exec \"$0\" \"$@\"");
            let mut child = Command::new("sh")
                .args(["-c", &script, env!("CARGO_BIN_EXE_zkspec")])
                .args(["serve", "127.0.0.1:0", "--tick-time", "100"])
                .args(["--max-session-timeout", "40000"])
                .stdout(Stdio::piped())
                .spawn()
                .expect("a shell");
            let mut line = String::new();
            let stdout = child.stdout.take().expect("it is piped");
            BufReader::new(stdout).read_line(&mut line).expect("a line");
            let (_, address) = line.rsplit_once(' ').expect("an address");
            let address = address.trim().parse().expect("an address");
            Self { child, address }
        }

        /// What it has had of the processors.
        fn cpu(&self) -> Duration {
            let path = format!("/proc/{}/schedstat", self.child.id());
            let stat = std::fs::read_to_string(path).unwrap_or_default();
            let nanos = stat.split(' ').next().and_then(|nanos| nanos.parse().ok());
            Duration::from_nanos(nanos.unwrap_or(0))
        }
    }

    impl Drop for Zkspec {
        fn drop(&mut self) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }

    #[test]
    fn the_last_descriptor_stops_neither_server_nor_sessions() {
        let server = Zkspec::start(64);
        let canary = connect(server.address);
        open(&canary);
        let silent = connect(server.address);
        write(&silent, &new(1_000));
        read::<41>(&silent);

        let crowd: Vec<_> = (0..100).map(|_| connect(server.address)).collect();
        for stream in &crowd {
            write(stream, &new(40_000));
        }
        let (mut served, waiting) = (crowd, connect(server.address));
        write(&waiting, &new(40_000));
        read::<41>(&served[0]);
        check(&canary);

        let (start, before) = (now(), server.cpu());
        assert_eq!(read_to_end(&silent), b"");
        let (elapsed, cpu) = (start.elapsed(), server.cpu() - before);
        assert!(cpu < elapsed / 4, "{cpu:?} of {elapsed:?}");
        check(&canary);

        served.clear();
        assert_ne!(session_id(&read(&waiting)), 0);
        check(&canary);
    }
}
