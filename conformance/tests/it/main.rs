//! Tests of the library through its public surface.

mod diagram;
mod expiry;
mod server;
