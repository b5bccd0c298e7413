//! What a client will do, whatever time it is.

use std::hash::Hash;
use std::hash::Hasher;

use crate::client::Client;
use crate::client::State;
use crate::time::Instant;

impl Client {
    /// Hashes all that what the client does from `now` on depends on, with moments counted from
    /// `now`. Two clients of one config with the same hash go on alike, each in its own time.
    pub fn fingerprint(&self, now: Instant, state: &mut impl Hasher) {
        let Self {
            config: _,
            rng,
            hosts,
            session,
            timers,
            was_open,
            search,
            identities,
            watches,
            outgoing,
            xids,
            requests,
            events,
            outputs,
            state: doing,
        } = self;
        debug_assert!(outputs.is_empty(), "there is something left to do");
        self.phase().hash(state);
        (session, requests, events).hash(state);
        if !self.phase().is_alive() {
            return;
        }
        rng.get_seed().hash(state);
        (hosts, was_open, identities, watches, outgoing, xids).hash(state);
        timers.fingerprint(now, state);
        search.fingerprint(now, state);
        match doing {
            State::NotConnected(pause) => (&pause.host, pause.until - now).hash(state),
            State::Associating(framer) => framer.buffered().hash(state),
            State::Connected(link) | State::Closing(link) => link.fingerprint(now, state),
            State::ConnectedReadOnly(link, probe) => {
                link.fingerprint(now, state);
                if let Some(probe) = probe {
                    probe.fingerprint(now, state);
                }
            }
            State::Connecting | State::Closed | State::AuthFailed => {}
        }
    }
}
