//! Tests of the library through its public surface, in one binary.

mod capture;
mod cases;
mod client;
mod diagram;
mod expiry;
mod judge;
mod recording;
mod server;
mod transcript;
