//! What a piece of work costs: instructions, time, allocations.

use std::env;
use std::fmt::Debug;
use std::hint::black_box;
use std::io;
use std::process::Command;
use std::time::Duration;
use std::time::Instant;

use bytes::BytesMut;

/// One implementation of one piece of work, with its input at hand.
pub trait Subject {
    /// Does the work `count` times.
    fn run(&mut self, count: u64);

    /// What comes of it, so that implementations can be held against each other.
    fn result(&mut self) -> String;
}

/// Makes something of bytes.
pub fn decoder<T: Debug + 'static>(
    input: &'static [u8],
    decode: impl FnMut(&'static [u8]) -> T + 'static,
) -> Box<dyn Subject> {
    Box::new(Decoder { input, decode })
}

struct Decoder<F> {
    input: &'static [u8],
    decode: F,
}

impl<T: Debug, F: FnMut(&'static [u8]) -> T> Subject for Decoder<F> {
    fn run(&mut self, count: u64) {
        for _ in 0..count {
            black_box(&(self.decode)(black_box(self.input)));
        }
    }

    fn result(&mut self) -> String {
        format!("{:?}", (self.decode)(self.input))
    }
}

/// Appends bytes to a buffer that is used again and again.
pub fn encoder<I: 'static>(
    input: I,
    encode: impl FnMut(&I, &mut BytesMut) + 'static,
) -> Box<dyn Subject> {
    let out = BytesMut::with_capacity(4096);
    Box::new(Encoder { input, out, encode })
}

struct Encoder<I, F> {
    input: I,
    out: BytesMut,
    encode: F,
}

impl<I, F: FnMut(&I, &mut BytesMut)> Subject for Encoder<I, F> {
    fn run(&mut self, count: u64) {
        for _ in 0..count {
            self.out.clear();
            (self.encode)(black_box(&self.input), &mut self.out);
            black_box(&self.out);
        }
    }

    fn result(&mut self) -> String {
        self.out.clear();
        (self.encode)(&self.input, &mut self.out);
        format!("{:02x?}", &self.out[..])
    }
}

/// Instructions that `command count ARGUMENTS N` spends on one round of the work, by callgrind.
///
/// What starting costs is the same for any N, and cancels out.
pub fn instructions(program: &str, arguments: &[&str], rounds: u64) -> io::Result<f64> {
    let few = total_instructions(program, arguments, rounds)?;
    let many = total_instructions(program, arguments, 3 * rounds)?;
    Ok((many - few) as f64 / (2 * rounds) as f64)
}

fn total_instructions(program: &str, arguments: &[&str], rounds: u64) -> io::Result<u64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .arg("count")
        .args(arguments)
        .arg(rounds.to_string())
        .output()?;
    let report = String::from_utf8_lossy(&output.stderr);
    report
        .lines()
        .find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok())
        .ok_or_else(|| io::Error::other(format!("no count from valgrind: {report}")))
}

/// The program that is running, to be run again under callgrind.
pub fn this_program() -> io::Result<String> {
    let path = env::current_exe()?;
    Ok(path.to_string_lossy().into_owned())
}

/// Nanoseconds a round, of all subjects side by side: the median of slices taken in turn, so that
/// whatever else the machine does meets all of them alike.
pub fn nanoseconds(subjects: &mut [Box<dyn Subject>]) -> Vec<f64> {
    let counts: Vec<_> = subjects.iter_mut().map(rounds_in_a_slice).collect();
    let mut slices = vec![Vec::new(); subjects.len()];
    for _ in 0..SLICES {
        for ((subject, count), slices) in subjects.iter_mut().zip(&counts).zip(&mut slices) {
            slices.push(time(subject, *count).as_secs_f64() * 1e9 / *count as f64);
        }
    }
    slices
        .into_iter()
        .map(|mut slices| {
            slices.sort_by(f64::total_cmp);
            slices[SLICES / 2]
        })
        .collect()
}

fn rounds_in_a_slice(subject: &mut Box<dyn Subject>) -> u64 {
    let mut count = 1;
    while time(subject, count) < SLICE && count < 1 << 24 {
        count *= 2;
    }
    count
}

#[expect(clippy::disallowed_methods, reason = "a bench reads the clock")]
fn time(subject: &mut Box<dyn Subject>, count: u64) -> Duration {
    let start = Instant::now();
    subject.run(count);
    start.elapsed()
}

const SLICES: usize = 15;

const SLICE: Duration = Duration::from_millis(4);
