//! `zkspec fuzz` on servers that get worse while it looks.

use std::io::Read;
use std::io::Write;
use std::net::Shutdown;
use std::net::SocketAddr;
use std::net::TcpListener;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::thread;

use zk_conformance::net::InMemoryServer;
use zk_conformance::server::Config;

use super::command::folder;
use crate::cli::run;
use crate::cli::stderr;
use crate::cli::stdout;

/// Passes on what clients and the server say, until the length of a frame is negative: from then on
/// nobody is answered any more.
fn hangs_up(server: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("bound");
    let address = listener.local_addr().expect("an address");
    let hangs = Arc::new(AtomicBool::new(false));
    thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let Ok(server) = TcpStream::connect(server) else {
                return;
            };
            let back = (server.try_clone(), client.try_clone());
            let there = Arc::clone(&hangs);
            thread::spawn(move || pass_on(client, server, &there));
            let back_again = Arc::clone(&hangs);
            if let (Ok(server), Ok(client)) = back {
                thread::spawn(move || pass_on(server, client, &back_again));
            }
        }
    });
    address
}

fn pass_on(mut from: TcpStream, mut to: TcpStream, hangs: &AtomicBool) {
    let mut bytes = [0; 4096];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        if bytes[0] >= 0x80 {
            hangs.store(true, Ordering::SeqCst);
        }
        if !hangs.load(Ordering::SeqCst) && to.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    if !hangs.load(Ordering::SeqCst) {
        let _ = to.shutdown(Shutdown::Write);
    }
}

fn server() -> InMemoryServer {
    InMemoryServer::start(Config {
        max_client_connections: 0,
        ..Config::default()
    })
    .expect("a server")
}

/// It accepts connections, so nobody has stopped it: what was played to it at the last has.
#[test]
fn a_server_that_answers_nobody_any_more_is_a_find() {
    let server = server();
    let address = hangs_up(server.address()).to_string();
    let (_, out) = folder("fuzz-hangs");
    let pace = ["--timeout", "500", "--quiet-time", "100", "--time", "60"];
    let arguments = ["fuzz", &address, "--races", "0", "--out", &out];
    let (code, output) = run(&[&arguments[..], &pace].concat());
    let (text, said) = (stdout(&output), stderr(&output));
    assert_eq!(code, 1, "{text}{said}");
    assert!(
        text.contains("FOUND nobody gets a session any more"),
        "{text}"
    );
    assert!(text.contains("negative"), "what it was: {text}");
    assert!(said.contains("the server is gone"), "{said}");
}

/// Where silence takes five seconds a batch takes minutes; time is up long before.
#[test]
fn where_silence_takes_long_time_is_kept_to_all_the_same() {
    let server = server();
    let (_, out) = folder("fuzz-slow");
    let address = server.address().to_string();
    let slow = ["--jobs", "1", "--races", "0", "--quiet-time", "5000"];
    let arguments = ["fuzz", &address, "--time", "2", "--out", &out];
    let (code, output) = run(&[&arguments[..], &slow].concat());
    let text = stdout(&output);
    assert_eq!(code, 0, "{text}{}", stderr(&output));
    let seconds = text.trim_end().trim_end_matches(" s").rsplit(' ').next();
    let seconds: f64 = seconds.and_then(|it| it.parse().ok()).expect("seconds");
    assert!(seconds < 20.0, "{text}");
}
