//! The client engine, on virtual time.

mod any;
mod closing;
mod events;
mod handshake;
mod phase;
mod priming;
mod read_only;
mod reconnect;
mod replies;
mod rig;
mod shown;
mod timing;
