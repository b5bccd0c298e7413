//! `zkspec`: judges ZooKeeper servers by their session handshake.

use std::process::ExitCode;

fn main() -> ExitCode {
    zk_conformance::cli::main()
}
