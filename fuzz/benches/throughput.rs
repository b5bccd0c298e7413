//! How many executions a second each target's body gets through, over its corpus, and how many
//! handshakes the server's.
//!
//! `cargo bench -p zk-fuzz`, or with the names of some targets behind it. Counted is the time of
//! the processor, not that of the wall, so that other work does not matter; libFuzzer's own work,
//! and what its instrumentation costs, come on top: `fuzz/throughput` has them.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a command for people, which fails by panicking"
)]

use std::env;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use zk_fuzz::TARGETS;

fn main() {
    let chosen: Vec<_> = env::args().skip(1).collect();
    let is_chosen = |name: &str| {
        let mut names = chosen.iter().filter(|it| !it.starts_with('-')).peekable();
        names.peek().is_none() || names.any(|it| it == name)
    };
    println!(
        "{:<14}{:>8}{:>14}{:>14}",
        "target", "inputs", "bytes each", "runs/s"
    );
    for (name, body) in TARGETS {
        if is_chosen(name) {
            let inputs = corpus(name);
            let bytes: usize = inputs.iter().map(Vec::len).sum();
            let rate = rate(*body, &inputs);
            let each = bytes / inputs.len();
            println!("{name:<14}{:>8}{each:>14}{rate:>14.0}", inputs.len());
        }
    }
    if is_chosen("server") {
        let (_, server) = TARGETS.iter().find(|it| it.0 == "server").unwrap();
        let rate = rate(*server, &[handshakes()]) * f64::from(HANDSHAKES);
        println!("{:<36}{rate:>14.0}", "server, handshakes and closes");
    }
}

/// How often a second a body is through with one of the inputs.
fn rate(body: fn(&[u8]), inputs: &[Vec<u8>]) -> f64 {
    let began = processor_time();
    let mut runs = 0_u32;
    loop {
        for input in inputs {
            body(black_box(input));
            runs += 1;
        }
        let spent = processor_time() - began;
        if spent > LONG_ENOUGH {
            return f64::from(runs) / spent.as_secs_f64();
        }
    }
}

/// Sessions that are opened, each on a connection of its own, and closed.
fn handshakes() -> Vec<u8> {
    let accept = [0, 0];
    let open = [5, 0, 0b0_1101, 50];
    let close = [8, 0];
    let one = [&accept[..], &open, &close].concat();
    [&[1, 0][..], &one.repeat(HANDSHAKES as usize)].concat()
}

/// The time this thread has had a processor.
fn processor_time() -> Duration {
    let schedule = fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    let nanos = schedule.split(' ').next().and_then(|it| it.parse().ok());
    Duration::from_nanos(nanos.expect("nanoseconds"))
}

fn corpus(target: &str) -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus");
    let mut folders = vec![root.join(target)];
    let mut files: Vec<PathBuf> = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

/// Handshakes in one run of the target.
const HANDSHAKES: u32 = 100;

const LONG_ENOUGH: Duration = Duration::from_secs(1);
