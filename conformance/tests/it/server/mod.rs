//! The server's session engine, byte for byte under virtual time.

mod framing;
mod handshake;
mod phase;
mod world;
