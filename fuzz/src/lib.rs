//! Bodies of the fuzz targets: plain functions, each with the claim it holds.
//!
//! A body panics if its claim does not hold for the input. The targets in `fuzz_targets/` hand
//! them what libFuzzer makes up; `tests/replay.rs` hands them the corpora, on stable and without
//! libFuzzer.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a body reports by panicking"
)]

mod capture;
mod client;
mod differential;
mod frame;
mod framed;
mod messages;
mod operations;
mod records;
pub mod seeds;
mod server;
mod steps;
mod transcript;
mod walk;
mod world;

pub use crate::capture::capture;
pub use crate::client::Variant;
pub use crate::client::client;
pub use crate::client::variant_of_client;
pub use crate::differential::differential;
pub use crate::differential::disagreement;
pub use crate::differential::number_of;
pub use crate::frame::frame;
pub use crate::records::records;
pub use crate::server::Mistake;
pub use crate::server::flawed_server;
pub use crate::server::mistaken_server;
pub use crate::server::server;
pub use crate::transcript::transcript;
pub use crate::world::late_violation;
pub use crate::world::violation;
pub use crate::world::world;

/// A target's name and body.
pub type Target = (&'static str, fn(&[u8]));

/// Every target there is, but for the [`canary`], which is meant to fail.
pub const TARGETS: &[Target] = &[
    ("capture", capture),
    ("client", client),
    ("differential", differential),
    ("frame", frame),
    ("records", records),
    ("server", server),
    ("transcript", transcript),
    ("world", world),
];

/// An input of a target without what has no meaning: no number in it will get one later and change
/// what it does. `None` if nothing is left.
#[must_use]
pub fn plain(target: &str, data: &[u8]) -> Option<Vec<u8>> {
    match target {
        "client" => client::plain(data),
        "differential" => differential::plain(data),
        "frame" => frame::plain(data),
        "records" => records::plain(data),
        "server" => server::plain(data),
        "world" => world::plain(data),
        _ => Some(data.to_vec()),
    }
}

/// Claims that no input starts with the word `canary`, which is false.
///
/// A fuzzer that cannot find that out, or a replay that does not mind, finds nothing else either.
pub fn canary(data: &[u8]) {
    // Byte by byte, so that each one found is new coverage.
    if let [b'c', b'a', b'n', b'a', b'r', b'y', ..] = data {
        panic!("the canary is dead");
    }
}
