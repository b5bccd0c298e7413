//! Servers that are slow, and nothing else.

use std::io::Read;
use std::io::Write;
use std::net::Shutdown;
use std::net::SocketAddr;
use std::net::TcpListener;
use std::net::TcpStream;
use std::sync::mpsc;
use std::time::Duration;
use std::time::Instant;

use zk_conformance::net::InMemoryServer;
use zk_conformance::server::Config;

use crate::cli::run;
use crate::cli::stderr;
use crate::cli::stdout;
use crate::hunt::cli::folder;

#[expect(
    clippy::disallowed_methods,
    reason = "a server that is slow is slow in real time"
)]
/// Passes on what comes, later by the next of these delays; the end, too.
fn pass_on(mut from: TcpStream, to: TcpStream, delays: &'static [u64]) {
    let (tell, told) = mpsc::channel::<(Instant, Vec<u8>)>();
    std::thread::spawn(move || {
        let mut to = to;
        for (due, bytes) in told {
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            let written = to.write_all(&bytes);
            if bytes.is_empty() || written.is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Both);
    });
    let mut buffer = [0; 4096];
    for delay in delays.iter().cycle() {
        let count = from.read(&mut buffer).unwrap_or(0);
        let due = Instant::now() + Duration::from_millis(*delay);
        if tell.send((due, buffer[..count].to_vec())).is_err() || count == 0 {
            return;
        }
    }
}

/// The built-in server, whose answers come late.
fn slow(server: &InMemoryServer, delays: &'static [u64]) -> SocketAddr {
    let server = server.address();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let (Ok(client), Ok(upstream)) = (client, TcpStream::connect(server)) else {
                return;
            };
            let both = (client.try_clone(), upstream.try_clone());
            let (Ok(to_client), Ok(mut to_server)) = both else {
                return;
            };
            std::thread::spawn(move || pass_on(upstream, to_client, delays));
            std::thread::spawn(move || {
                let mut client = client;
                let _ = std::io::copy(&mut client, &mut to_server);
                let _ = to_server.shutdown(Shutdown::Write);
            });
        }
    });
    address
}

/// An empty frame is one that a server may leave without an answer: for that nobody waits as long as
/// for a pong.
#[test]
fn who_is_slow_is_not_silent() {
    for delays in [&[300][..], &[0, 0, 400, 0]] {
        let out = folder(&format!("diff-slow-{}", delays.len()));
        let server = InMemoryServer::start(Config::default()).expect("a server");
        let address = slow(&server, delays).to_string();
        let words = ["diff", &address, "model", "--out", &out, "--runs", "60"];
        let sequences = [
            "--sequence",
            "a.open a.empty",
            "--sequence",
            "a.open a.new a.ping a.empty",
        ];
        let (code, output) = run(&[&words[..], &sequences].concat());
        let said = stdout(&output);
        assert_eq!(code, 0, "{delays:?}: {said}{}", stderr(&output));
    }
}
