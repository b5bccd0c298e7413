//! Judges ZooKeeper servers and clients by their session handshake.

pub mod capture;
pub mod expiry;
mod phases;
pub mod server;
pub mod time;
pub mod transcript;

pub use crate::expiry::ExpiryQueue;
pub use crate::time::Instant;
