//! The command line as its users meet it: what it prints, and the code it ends with.

mod decode;
mod exits;
mod learn;
mod lists;
mod model;
mod mutants;
mod runs;
mod schema;
mod writing;

use std::io::BufRead;
use std::io::BufReader;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Output;
use std::process::Stdio;

use zk_conformance::judge::Catalogue;

pub(crate) fn zkspec(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zkspec"));
    command
        .args(arguments)
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE");
    command
}

/// Runs it in the folder of the test, where it may leave traces.
pub(crate) fn run(arguments: &[&str]) -> (i32, Output) {
    let output = zkspec(arguments)
        .current_dir(scratch())
        .output()
        .expect("zkspec runs");
    (output.status.code().expect("an exit code"), output)
}

/// Has a shell run a line, in the folder of the test, as somebody does who has copied it.
#[cfg(unix)]
pub(crate) fn by_shell(line: &str) -> (i32, Output) {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_zkspec"));
    let folder = program.parent().expect("its folder").display();
    let path = format!("{folder}:{}", std::env::var("PATH").unwrap_or_default());
    let output = Command::new("sh")
        .args(["-c", line])
        .env("PATH", path)
        .current_dir(scratch())
        .output()
        .expect("a shell");
    (output.status.code().expect("an exit code"), output)
}

/// The line that plays something found again.
#[cfg(unix)]
pub(crate) fn replay_line(said: &str) -> &str {
    let mut lines = said.lines().map(str::trim_start);
    let line = lines.find_map(|line| line.strip_prefix("replay "));
    line.expect("how to play it again").trim_start()
}

fn catalogue() -> Catalogue {
    Catalogue::embedded().expect("the catalogue is in order")
}

/// How many cases there are.
pub(crate) fn cases() -> usize {
    catalogue().cases().len()
}

/// A folder of the test's own.
pub(crate) fn scratch() -> PathBuf {
    let thread = std::thread::current();
    let test = thread.name().unwrap_or_default().replace("::", "-");
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(test);
    std::fs::create_dir_all(&folder).expect("a scratch folder");
    folder
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A server process that is killed when it goes out of scope.
pub(crate) struct Serve {
    pub(crate) child: Child,
    pub(crate) address: String,
}

impl Serve {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::start_at("127.0.0.1:0", arguments)
    }

    pub(crate) fn start_at(address: &str, arguments: &[&str]) -> Self {
        let mut command = zkspec(&["serve", address]);
        let mut child = command
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut line = String::new();
        let stdout = child.stdout.as_mut().expect("stdout");
        BufReader::new(stdout).read_line(&mut line).expect("a line");
        let address = line
            .trim()
            .strip_prefix("listening on ")
            .expect("an address")
            .to_owned();
        Self { child, address }
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
