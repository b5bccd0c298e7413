//! Tests of the library through its public surface, in one binary.

mod capture;
mod diagram;
mod expiry;
mod net;
mod server;
mod transcript;
