//! Tests of the library through its public surface, in one binary.

mod capture;
mod client;
mod diagram;
mod expiry;
mod server;
mod transcript;
