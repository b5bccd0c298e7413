//! Any target under AFL++: `zk-fuzz-afl TARGET`.
#![forbid(unsafe_code)]

use std::env;
use std::process::ExitCode;

use zk_fuzz::TARGETS;

fn main() -> ExitCode {
    let name = env::args().nth(1).unwrap_or_default();
    let Some((_, body)) = TARGETS.iter().find(|(target, _)| *target == name) else {
        let targets: Vec<_> = TARGETS.iter().map(|(target, _)| *target).collect();
        eprintln!("usage: zk-fuzz-afl TARGET, of {}", targets.join(", "));
        return ExitCode::from(2);
    };
    afl::fuzz!(|data: &[u8]| body(data));
    ExitCode::SUCCESS
}
