//! Judges ZooKeeper servers and clients by their session handshake.

pub mod capture;
pub mod time;
pub mod transcript;

pub use crate::time::Instant;
