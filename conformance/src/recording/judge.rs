//! Judges a recording by the server engine: what the clients sent goes into the engine, and what
//! the servers sent is held against what comes out.
//!
//! A recording leaves open what the engine has to know: which sessions there were before it began,
//! which bounds the server has for timeouts, when it was killed and started again. Wherever what
//! the server did is one of the things a server may have done, the engine is told so and goes on
//! from there; a [`Judgement::differences`] entry is something no state of the server explains.
//! What is remarkable all the same, such as a server that closed a connection for no reason that
//! shows, is a note.
//!
//! Data operations are carried through: that each is answered, once, in order and with its xid, is
//! judged; what the answer says is not.
//!
//! Where a recording begins in the middle of a connection, or misses bytes of it, judging goes on
//! with the next answer that shows where the conversation is; a session of which something is
//! missing may have come to any end.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::rc::Rc;

use crate::recording::Recording;
use crate::recording::opening::openings;
use crate::recording::opening::wandering;
use crate::recording::peer::Peer;
use crate::recording::remark::Remark;
use crate::recording::remark::Say;

/// What came of judging a recording.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Judgement {
    /// What a server did that it should not have done.
    pub differences: Vec<Remark>,
    /// What is worth knowing, and what could not be judged.
    pub notes: Vec<Remark>,
    /// Connections that were followed.
    pub connections: usize,
    /// Frames of servers that were judged.
    pub frames: usize,
}

/// Judges what the servers of a recording did.
#[must_use]
pub fn judge(recording: &Recording) -> Judgement {
    let mut peers: BTreeMap<SocketAddr, Peer> = BTreeMap::new();
    let openings = openings(recording);
    let wandering = Rc::new(wandering(recording, &openings));
    for (index, (connection, opening)) in recording.connections.iter().zip(openings).enumerate() {
        let peer = peers.entry(connection.server);
        peer.or_insert_with(|| Peer::new(Rc::clone(&wandering)))
            .add(index, opening, connection.from_start);
    }
    let mut judgement = Judgement::default();
    for event in &recording.events {
        let Some(connection) = recording.connections.get(event.connection) else {
            continue;
        };
        let Some(peer) = peers.get_mut(&connection.server) else {
            continue;
        };
        let mut say = Say::new(&mut judgement, event, &connection.name);
        peer.event(event.connection, event.at, &event.what, &mut say);
    }
    for peer in peers.values() {
        judgement.connections += peer.followed();
        judgement.frames += peer.frames();
    }
    judgement
}
