//! The C client's generated code, in a program of its own: the crates here have no `unsafe`.

use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use crate::measure::instructions;
use crate::work::Work;

/// The program, compiled and at hand.
pub struct CClient {
    program: String,
    input: PathBuf,
}

impl CClient {
    /// Compiles it, which takes a C compiler and the static library of the C client, Debian's
    /// `libzookeeper-mt-dev`.
    pub fn compile() -> io::Result<Self> {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let program = directory.join("c_client");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/workloads/c_client.c");
        let output = Command::new("cc")
            .args(["-O2", "-o"])
            .arg(&program)
            .arg(source)
            .args(["-Wl,-Bstatic", "-lzookeeper_mt", "-Wl,-Bdynamic"])
            .output()?;
        if !output.status.success() {
            return Err(io::Error::other(String::from_utf8_lossy(&output.stderr)));
        }
        Ok(Self {
            program: program.to_string_lossy().into_owned(),
            input: directory.join("input"),
        })
    }

    /// Instructions of one round.
    pub fn instructions(&self, work: &Work) -> io::Result<f64> {
        fs::write(&self.input, (work.input)())?;
        let input = self.input.to_string_lossy();
        instructions(&self.program, &[work.name, &*input], work.rounds)
    }

    /// Nanoseconds of one round, the median of a few.
    pub fn nanoseconds(&self, work: &Work) -> io::Result<f64> {
        fs::write(&self.input, (work.input)())?;
        let mut times = Vec::new();
        for _ in 0..5 {
            let output = Command::new(&self.program)
                .args(["time", work.name])
                .arg(&self.input)
                .arg((20 * work.rounds).to_string())
                .output()?;
            let printed = String::from_utf8_lossy(&output.stdout);
            times.push(printed.trim().parse().map_err(io::Error::other)?);
        }
        times.sort_by(f64::total_cmp);
        Ok(times[2])
    }
}
