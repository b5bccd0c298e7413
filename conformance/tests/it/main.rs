//! Tests of the library through its public surface, in one binary.

mod capture;
mod cases;
mod client;
mod diagram;
mod expiry;
mod hostile;
mod server;
mod tcp_client;
mod transcript;
mod world;
