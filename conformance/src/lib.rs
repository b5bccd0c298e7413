//! Judges ZooKeeper servers and clients by their session handshake.

pub mod capture;
#[cfg(feature = "cli")]
pub mod cli;
pub mod client;
pub mod expiry;
pub mod idl;
pub mod judge;
pub mod lab;
pub mod net;
pub mod oracle;
mod phases;
pub mod player;
pub mod recording;
pub mod server;
pub mod time;
pub mod transcript;

pub use crate::expiry::ExpiryQueue;
pub use crate::time::Instant;
