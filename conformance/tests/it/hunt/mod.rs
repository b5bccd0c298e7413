//! Hunting: sequences, shrinking, comparing.

#[cfg(feature = "cli")]
mod cli;
mod compare;
#[cfg(feature = "cli")]
mod finds;
#[cfg(feature = "cli")]
mod json;
mod moments;
mod shrink;
#[cfg(feature = "cli")]
mod slow;
mod witness;

use zk_conformance::driver;
use zk_conformance::driver::Sequence;
use zk_conformance::server::Config;
use zk_conformance::server::Flaw;
use zk_conformance::server::Flaws;
use zk_conformance::server::Requests;

/// A sequence, from its text.
fn sequence(text: &str) -> Sequence {
    text.parse().expect("a sequence")
}

/// The usual server, which serves data, too.
fn sound() -> Config {
    Config {
        requests: Requests::Delegate,
        ..Config::default()
    }
}

fn flawed(flaw: Flaw) -> Config {
    Config {
        flaws: Flaws::NONE.with(flaw),
        ..sound()
    }
}

fn driver() -> driver::Config {
    let mut driver = driver::Config::default();
    driver.detail = true;
    driver
}
