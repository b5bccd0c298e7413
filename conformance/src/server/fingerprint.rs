//! What a server will do, whatever time it is.

use std::hash::Hash;
use std::hash::Hasher;

use crate::server::Server;
use crate::server::connection::Connection;
use crate::server::connection::State;
use crate::server::flaw::Flaw;
use crate::time::Instant;

impl Server {
    /// Hashes all that what the server does from `now` on depends on, with moments counted from
    /// `now`. Two servers of one config with the same hash go on alike, each in its own time.
    ///
    /// Left out are numbers that only a four-letter word would tell; when the server was started,
    /// which only a restart asks for; and the id of the next session, which is new in any case.
    pub fn fingerprint(&self, now: Instant, state: &mut impl Hasher) {
        let Self {
            config,
            started: _,
            last_zxid,
            sessions,
            connections,
            peers,
            greeting,
            outputs,
            received: _,
            sent: _,
            memory,
        } = self;
        debug_assert!(outputs.is_empty(), "there is something left to do");
        (last_zxid, memory).hash(state);
        peers.hash(state);
        // Expiry is rounded, so it matters where in a tick it is.
        let ticks = [Some(config.tick_time), config.greeting_timeout()];
        for tick in ticks.into_iter().flatten() {
            let tick = u64::try_from(tick.as_millis()).unwrap_or(u64::MAX);
            now.as_millis().checked_rem(tick).hash(state);
        }
        sessions.fingerprint(now, state);
        connections.len().hash(state);
        for (id, connection) in connections {
            let Connection {
                peer,
                framer,
                state: doing,
                received: _,
                sent,
            } = connection;
            config.has(Flaw::PingZxidOwn).then_some(sent).hash(state);
            let unread = framer.as_ref().map(|framer| framer.buffered());
            (id, peer, unread, doing).hash(state);
            if let State::Greeting(Some(slot)) = doing {
                let silent_at = greeting.expires_at(*slot);
                silent_at.map(|at| at - now).hash(state);
            }
        }
    }
}
