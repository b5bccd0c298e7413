//! Names of sessions that do not depend on when they were made.
//!
//! A session's id tells when its server was started and how many sessions there were before, and
//! its password follows from that. Neither makes a difference to what happens next. So a state is
//! hashed with its sessions called the first, the second and so on, by the order of their ids,
//! wherever somebody knows an id or a password, or has one on its way. Ids that nobody knows any
//! more are left out.

use std::collections::hash_map::DefaultHasher;
use std::hash::Hash;
use std::hash::Hasher;

use crate::checker::State;
use crate::server::password;

/// The sessions that somebody knows of, with their passwords, in the order of their ids.
pub(super) struct Names(Vec<(i64, [u8; 16])>);

impl Names {
    pub(super) fn of(state: &State) -> Self {
        let servers = state.servers.iter();
        let held = servers.flat_map(|server| server.sessions().map(|it| it.session_id));
        let clients = state.peers.iter().filter_map(|peer| peer.client.as_ref());
        let known = clients.map(|client| client.session_id());
        let granted = state.links.values().filter_map(|link| link.granted);
        let mut ids: Vec<_> = held.chain(known).chain(granted).collect();
        ids.sort_unstable();
        ids.dedup();
        ids.retain(|id| *id != 0);
        Self(ids.into_iter().map(|id| (id, password(id))).collect())
    }

    /// The place of an id, if anybody knows it.
    pub(super) fn place(&self, id: i64) -> Option<usize> {
        self.0.iter().position(|(known, _)| *known == id)
    }

    /// A hasher that calls the sessions so.
    pub(super) fn hasher(&self) -> Renaming<'_> {
        Renaming {
            names: self,
            inner: DefaultHasher::new(),
        }
    }

    /// What bytes begin with: the place of the session whose id or password it is, which of the two,
    /// and the bytes behind it.
    fn split<'a>(&self, bytes: &'a [u8]) -> Option<(usize, bool, &'a [u8])> {
        let mut known = self.0.iter().enumerate();
        known.find_map(|(place, (id, password))| {
            let behind_id = bytes.strip_prefix(&id.to_be_bytes());
            let behind = behind_id.or_else(|| bytes.strip_prefix(password))?;
            Some((place, behind_id.is_some(), behind))
        })
    }
}

/// A hasher that knows sessions by their places.
pub(super) struct Renaming<'a> {
    names: &'a Names,
    inner: DefaultHasher,
}

impl Hasher for Renaming<'_> {
    fn finish(&self) -> u64 {
        self.inner.finish()
    }

    /// Takes bytes, which may be a message with ids and passwords in it.
    fn write(&mut self, mut bytes: &[u8]) {
        let mut plain = bytes;
        let mut seen = 0;
        while bytes.len() >= size_of::<i64>() {
            if let Some((place, is_id, behind)) = self.names.split(bytes) {
                self.inner.write(plain.get(..seen).unwrap_or_default());
                (seen, place, is_id).hash(&mut self.inner);
                (plain, bytes, seen) = (behind, behind, 0);
            } else {
                bytes = bytes.get(1..).unwrap_or_default();
                seen += 1;
            }
        }
        self.inner.write(plain);
    }

    fn write_i64(&mut self, number: i64) {
        match self.names.place(number) {
            Some(place) => (true, place).hash(&mut self.inner),
            None => (false, number).hash(&mut self.inner),
        }
    }

    fn write_u8(&mut self, number: u8) {
        self.inner.write_u8(number);
    }

    fn write_u32(&mut self, number: u32) {
        self.inner.write_u32(number);
    }

    fn write_u64(&mut self, number: u64) {
        self.inner.write_u64(number);
    }

    fn write_usize(&mut self, number: usize) {
        self.inner.write_usize(number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A message with a session's id and password in it, as it is hashed where that is known.
    fn hash(known: i64, id: i64, password: [u8; 16], rest: u8) -> u64 {
        let names = Names(vec![(known, super::password(known))]);
        let mut state = names.hasher();
        let mut message = vec![0, 0, 0, 45];
        message.extend(id.to_be_bytes());
        message.extend(password);
        message.push(rest);
        (id, message).hash(&mut state);
        state.finish()
    }

    #[test]
    fn sessions_go_by_their_places_and_all_else_by_what_it_is() {
        let (early, late) = (0x0100_0000_0001_0000, 0x0100_0000_0fff_0007);
        let one = hash(early, early, password(early), 1);
        assert_eq!(one, hash(late, late, password(late), 1));
        assert_ne!(one, hash(late, late, password(late), 2));
        assert_ne!(one, hash(late, late, password(early), 1));
        assert_ne!(one, hash(late, early, password(late), 1));
        let unknown = hash(late, early, password(early), 1);
        assert_ne!(unknown, hash(early, late, password(late), 1));
    }
}
