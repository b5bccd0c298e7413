//! The server's session engine, byte for byte under virtual time.

mod delegate;
mod fingerprint;
mod flaws;
mod framing;
mod handshake;
mod hostile;
mod lifetime;
mod phase;
mod read_only;
mod renewal;
mod requests;
mod shown;
mod words;
pub(crate) mod world;
