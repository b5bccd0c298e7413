//! Tests of the library through its public surface, in one binary.

mod again;
mod capture;
mod cases;
mod checker;
#[cfg(feature = "cli")]
mod cli;
mod client;
mod diagram;
mod expiry;
mod fuzz;
mod hostile;
mod hunt;
mod idl;
mod judge;
mod learn;
mod machine;
mod net;
mod oracle;
mod player;
mod profile;
mod recording;
#[cfg(feature = "report")]
mod report;
#[cfg(feature = "cli")]
mod runner;
mod schema;
mod server;
mod spec;
mod tcp_client;
mod transcript;
mod tree;
mod world;
