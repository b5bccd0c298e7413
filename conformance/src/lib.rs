//! Judges ZooKeeper servers and clients by their session handshake.

mod phases;
pub mod time;

pub use crate::time::Instant;
