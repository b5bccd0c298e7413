//! The client engine, on virtual time.

mod handshake;
mod phase;
mod rig;
