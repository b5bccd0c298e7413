//! The stream of a connection: where it begins, how bytes become frames, where it ends.

use std::net::IpAddr;

use jute_codec::Framer;

use crate::server::Server;
use crate::server::config::Transport;
use crate::server::connection::Connection;
use crate::server::connection::ConnectionId;
use crate::server::connection::State;
use crate::server::event::Event;
use crate::server::event::Reason;
use crate::server::flaw::Flaw;
use crate::server::io::Output;
use crate::server::phase::Phase;
use crate::server::phase::Trigger;
use crate::server::word::Word;
use crate::time::Instant;

impl Server {
    /// Takes a new connection, or closes it if there are too many, or too many from its address
    /// (`NIOServerCnxnFactory.AcceptThread.doAccept`).
    pub(super) fn accept(&mut self, now: Instant, connection: ConnectionId, peer: IpAddr) {
        if self.connections.contains_key(&connection) {
            return;
        }
        let limit = self.config.max_client_connections;
        let count = self.peers.get(&peer).copied().unwrap_or(0);
        let is_full = usize::try_from(self.config.max_connections)
            .is_ok_and(|most| most > 0 && self.connections.len() >= most);
        let is_over = is_full || limit > 0 && count >= limit;
        if self.config.flaws.is_over(is_over, count, limit) {
            let reason = Reason::TooMany;
            self.record(Event::Disconnected { connection, reason });
            self.outputs.push_back(Output::Close { connection });
            return;
        }
        self.peers.insert(peer, count.saturating_add(1));
        let timeout = self.config.greeting_timeout();
        let slot = timeout.map(|timeout| self.greeting.insert(now, timeout, connection));
        let entry = Connection::new(peer, slot);
        self.connections.insert(connection, entry);
        self.mishandle_accept(connection);
    }

    /// Takes bytes, and answers every frame they complete.
    pub(super) fn receive(&mut self, now: Instant, connection: ConnectionId, bytes: &[u8]) {
        let Some(entry) = self.connections.get_mut(&connection) else {
            return self.mishandle_late(connection, bytes);
        };
        if bytes.is_empty() || entry.phase() == Phase::Draining {
            return;
        }
        if self.config.flaws.loses_piece(bytes, entry.framer.is_some()) {
            return;
        }
        entry.stay(Trigger::Read);
        if let (State::Greeting(Some(slot)), Some(timeout)) =
            (&entry.state, self.config.greeting_timeout())
        {
            self.greeting.touch(now, timeout, *slot);
        }
        if let Some(bond) = entry.bond()
            && self.config.has(Flaw::PartialTouches)
        {
            self.sessions.touch(now, bond.session_id);
        }
        let limits = self.config.enforced_limits();
        let framer = entry.framer.take();
        let mut framer = framer.unwrap_or_else(|| Box::new(Framer::new(limits)));
        framer.push(bytes);
        let took = !self.is_held_up(connection) && self.take_frames(now, connection, &mut framer);
        if framer.buffered().is_empty() || took && self.config.has(Flaw::RestLost) {
            return;
        }
        if took {
            // The rest of a read must not keep hold of all of it.
            let mut rest = Framer::new(limits);
            rest.push(framer.buffered());
            *framer = rest;
        }
        if let Some(entry) = self.connections.get_mut(&connection)
            && entry.phase() != Phase::Draining
        {
            entry.framer = Some(framer);
        }
    }

    /// Takes every whole frame; whether there was one.
    fn take_frames(&mut self, now: Instant, connection: ConnectionId, framer: &mut Framer) -> bool {
        let mut count = 0;
        loop {
            let took = count > 0;
            let phase = self.phase(connection);
            if matches!(phase, Phase::Draining | Phase::Closed) {
                return took;
            }
            let Some(prefix) = framer.buffered().first_chunk::<4>() else {
                return took;
            };
            if self.mishandle_length(connection, *prefix) {
                return took;
            }
            if phase == Phase::Greeting {
                if let Some(word) = Word::from_bytes(*prefix) {
                    self.count_received(connection);
                    self.inform(connection, word);
                    return took;
                }
                // Apache looks at the length first, but closes either way.
                if !self.config.serving {
                    self.close(connection, Reason::NotServing);
                    return took;
                }
            }
            let length = u32::from_be_bytes(*prefix);
            let most = self.config.large_request_max_bytes;
            if most.is_some_and(|most| length > most) {
                self.close(connection, Reason::LargeRequest { length });
                return took;
            }
            if self.config.transport == Transport::Netty && framer.buffered() == [0; 4] {
                return took;
            }
            match framer.next_frame() {
                Ok(None) => return took,
                Err(error) => self.close(connection, Reason::BadLength(error)),
                Ok(Some(frame)) => {
                    count += 1;
                    self.count_received(connection);
                    match phase {
                        _ if self.mishandle_frame(now, connection, count, &frame) => {}
                        Phase::Greeting => self.connect(now, connection, &frame),
                        Phase::Serving => self.request(now, connection, frame),
                        Phase::Stranded | Phase::Draining | Phase::Closed => {}
                    }
                    if self.config.flaws.loses_rest(phase, count) {
                        *framer = Framer::default();
                        return true;
                    }
                }
            }
        }
    }

    /// Ends a connection: FIN after what was sent.
    pub(super) fn close(&mut self, connection: ConnectionId, reason: Reason) {
        if self.connections.contains_key(&connection) {
            self.forget(connection, reason);
            self.outputs.push_back(Output::Close { connection });
        }
    }

    /// Forgets a connection that is over, or about to be. Its session lives on.
    pub(super) fn forget(&mut self, connection: ConnectionId, reason: Reason) {
        let Some(entry) = self.connections.remove(&connection) else {
            return;
        };
        let (phase, trigger) = (entry.phase(), reason.trigger());
        debug_assert_eq!(
            phase.after(trigger),
            Some(Phase::Closed),
            "{phase} on {trigger}"
        );
        if let Some(count) = self.peers.get_mut(&entry.peer) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.peers.remove(&entry.peer);
            }
        }
        self.record(Event::Disconnected { connection, reason });
        if let State::Greeting(Some(slot)) = entry.state {
            self.greeting.remove(slot);
        }
        if let Some(bond) = entry.bond()
            && let Some(session) = self.sessions.get_mut(bond.session_id)
            && session.owner == Some(connection)
        {
            session.owner = None;
        }
        self.mishandle_end(connection, &entry, reason);
    }

    fn count_received(&mut self, connection: ConnectionId) {
        if let Some(entry) = self.connections.get_mut(&connection) {
            entry.received = entry.received.saturating_add(1);
            self.received = self.received.saturating_add(1);
        }
    }
}
