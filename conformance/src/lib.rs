//! Judges ZooKeeper servers and clients by their session handshake.

pub mod client;
mod phases;
pub mod time;

pub use crate::time::Instant;
