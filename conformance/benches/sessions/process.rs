//! Servers as processes of their own, so that what they use is theirs.

use std::env;
use std::fs;
use std::io;
use std::io::BufRead;
use std::io::BufReader;
use std::net::Ipv4Addr;
use std::net::SocketAddr;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;

/// A server that runs until it is dropped.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) address: SocketAddr,
    pid: u32,
    end: End,
}

#[derive(Debug)]
enum End {
    Kill(Child),
    Script(PathBuf),
}

impl Process {
    /// This very program, as the server `name`.
    pub(crate) fn echo(name: &str) -> io::Result<Self> {
        Self::spawn(Command::new(env::current_exe()?).args(["--serve", name]))
    }

    /// `zkspec serve`.
    pub(crate) fn zkspec(arguments: &[&str]) -> io::Result<Self> {
        Self::zkspec_at(env!("CARGO_BIN_EXE_zkspec"), arguments)
    }

    /// `zkspec serve` of another build.
    pub(crate) fn zkspec_at(path: &str, arguments: &[&str]) -> io::Result<Self> {
        Self::spawn(
            Command::new(path)
                .args(["serve", "127.0.0.1:0"])
                .args(arguments),
        )
    }

    fn spawn(command: &mut Command) -> io::Result<Self> {
        let mut child = command.stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        let mut process = Self {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            pid: child.id(),
            end: End::Kill(child),
        };
        let address = line.rsplit(' ').next().unwrap_or_default().trim();
        process.address = address.parse().map_err(io::Error::other)?;
        Ok(process)
    }

    /// Apache's server without fsync, by the script that knows how; `arguments` as it takes them.
    pub(crate) fn zookeeper(arguments: &[&str], waits: bool) -> io::Result<Self> {
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let name = format!("zk-sessions-{}-{}", std::process::id(), address.port());
        let directory = env::temp_dir().join(name);
        let mut process = Self {
            address,
            pid: 0,
            end: End::Script(directory.clone()),
        };
        let output = Command::new(SCRIPT)
            .arg("start")
            .arg(&directory)
            .arg(address.port().to_string())
            .args(["clientPortListenBacklog=4096", "-Xmx1000m"])
            // The compiler and collector of an ordinary installation.
            .args(["-XX:-UseSerialGC", "-XX:TieredStopAtLevel=4"])
            .arg("-Dorg.slf4j.simpleLogger.defaultLogLevel=off")
            .args(arguments)
            .env("ZOOKEEPER_WAIT", if waits { "60" } else { "0" })
            .output()?;
        if !output.status.success() {
            let reason = String::from_utf8_lossy(&output.stderr);
            return Err(io::Error::other(reason.trim().to_owned()));
        }
        let pid = fs::read_to_string(directory.join("pid"))?;
        process.pid = pid.trim().parse().map_err(io::Error::other)?;
        Ok(process)
    }

    /// What its threads have had of the processors.
    pub(crate) fn cpu(&self) -> io::Result<Duration> {
        let mut nanos = 0;
        for task in fs::read_dir(format!("/proc/{}/task", self.pid))? {
            // A thread may end meanwhile.
            let stat = fs::read_to_string(task?.path().join("schedstat")).unwrap_or_default();
            nanos += stat
                .split(' ')
                .next()
                .and_then(|nanos| nanos.parse().ok())
                .unwrap_or(0);
        }
        Ok(Duration::from_nanos(nanos))
    }

    /// Resident memory, in bytes.
    pub(crate) fn memory(&self) -> io::Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
        let kilobytes = kilobytes.and_then(|number| number.parse::<u64>().ok());
        kilobytes
            .map(|kilobytes| kilobytes * 1_024)
            .ok_or_else(|| io::Error::other("no VmRSS"))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        match &mut self.end {
            End::Kill(child) => {
                let _ = child.kill();
                let _ = child.wait();
            }
            End::Script(directory) => {
                let _ = Command::new(SCRIPT).arg("stop").arg(&*directory).status();
                let _ = fs::remove_dir_all(directory);
            }
        }
    }
}

/// How many descriptors a process may have.
pub(crate) fn descriptors() -> usize {
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits
        .lines()
        .find(|line| line.starts_with("Max open files"));
    let soft = line.and_then(|line| line.split_whitespace().nth(3));
    soft.and_then(|soft| soft.parse().ok()).unwrap_or(1_024)
}

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../.ci/zookeeper");
