//! The client engine, on virtual time.

mod any;
mod closing;
mod connections;
mod events;
mod fingerprint;
mod handshake;
mod hosts;
mod phase;
mod priming;
mod read_only;
mod reconnect;
mod replies;
mod rig;
mod shown;
mod timing;
mod turn;
