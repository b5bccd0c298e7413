//! The sessions: who they are, who holds them, and when they end.

use std::collections::BTreeMap;
use std::hash::Hash;
use std::hash::Hasher;
use std::time::Duration;

use crate::expiry::ExpiryQueue;
use crate::expiry::Slot;
use crate::server::config::Config;
use crate::server::config::wire_ms;
use crate::server::connection::ConnectionId;
use crate::server::flaw::Lifetimes;
use crate::server::password::password;
use crate::server::session_id::SessionIds;
use crate::time::Instant;

/// What can be known of a session.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct SessionInfo {
    /// Its id.
    pub session_id: i64,
    /// Its password.
    pub password: [u8; 16],
    /// The timeout in force: that of the latest renewal.
    pub timeout: Duration,
    /// The timeout it was created with, which a restart goes back to.
    pub created_timeout: Duration,
    /// The connection that holds it, if one is open.
    pub owner: Option<ConnectionId>,
    /// When it ends unless something is heard.
    pub expires_at: Option<Instant>,
}

/// What the server keeps of a session.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(super) struct Session {
    created_ms: i32,
    pub(super) timeout_ms: i32,
    pub(super) owner: Option<ConnectionId>,
    slot: Slot,
}

/// All sessions (`SessionTrackerImpl`).
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(super) struct Sessions {
    table: BTreeMap<i64, Session>,
    queue: ExpiryQueue<i64>,
    ids: SessionIds,
    /// Passwords that do not follow from the id.
    passwords: BTreeMap<i64, [u8; 16]>,
    lifetimes: Lifetimes,
}

impl Sessions {
    pub(super) fn new(config: &Config, start_ms: u64) -> Self {
        let lifetimes = Lifetimes::new(config);
        Self {
            table: BTreeMap::new(),
            queue: ExpiryQueue::new(lifetimes.grain()),
            ids: SessionIds::new(config.server_id, start_ms),
            passwords: BTreeMap::new(),
            lifetimes,
        }
    }

    /// An id that no session has.
    pub(super) fn next_id(&mut self) -> i64 {
        loop {
            let id = self.ids.next();
            if !self.table.contains_key(&id) {
                return id;
            }
        }
    }

    /// Uses up an id for nothing.
    pub(super) fn skip_id(&mut self) {
        self.ids.next();
    }

    /// Adds a session, in place of one of the same id.
    pub(super) fn insert(&mut self, now: Instant, id: i64, timeout_ms: i32) {
        self.remove(id);
        let session = Session {
            created_ms: timeout_ms,
            timeout_ms,
            owner: None,
            slot: self.queue.insert(now, self.given(timeout_ms), id),
        };
        self.table.insert(id, session);
    }

    /// Sets a password that does not follow from the id.
    pub(super) fn set_password(&mut self, id: i64, given: [u8; 16]) {
        if given != password(id) {
            self.passwords.insert(id, given);
        }
    }

    /// The password of the session `id`, or what it would be.
    pub(super) fn password(&self, id: i64, config: &Config) -> [u8; 16] {
        let given = self.passwords.get(&id).copied();
        let right = given.unwrap_or_else(|| password(id));
        config.flaws.password(right)
    }

    pub(super) fn get(&self, id: i64) -> Option<&Session> {
        self.table.get(&id)
    }

    pub(super) fn get_mut(&mut self, id: i64) -> Option<&mut Session> {
        self.table.get_mut(&id)
    }

    /// Puts its end off by the timeout in force.
    pub(super) fn touch(&mut self, now: Instant, id: i64) {
        if let Some(session) = self.table.get(&id) {
            let timeout = self.given(session.timeout_ms);
            self.queue.touch(now, timeout, session.slot);
        }
    }

    /// Puts its end off by `timeout_ms` this once.
    pub(super) fn touch_for(&mut self, now: Instant, id: i64, timeout_ms: i32) {
        if let Some(session) = self.table.get(&id) {
            let timeout = self.given(timeout_ms);
            self.queue.touch(now, timeout, session.slot);
        }
    }

    pub(super) fn remove(&mut self, id: i64) -> Option<Session> {
        let session = self.table.remove(&id)?;
        self.queue.remove(session.slot);
        self.passwords.remove(&id);
        Some(session)
    }

    /// Takes out one session that is due.
    pub(super) fn expire_one(&mut self, now: Instant) -> Option<(i64, Session)> {
        loop {
            let (_, id) = self.queue.expire(now).next()?;
            let session = self.table.remove(&id)?;
            if !self.lifetimes.spares(session.owner.is_some()) {
                self.passwords.remove(&id);
                return Some((id, session));
            }
            let slot = self.queue.insert(now, self.given(session.timeout_ms), id);
            self.table.insert(id, Session { slot, ..session });
        }
    }

    /// How long a session of this timeout is given.
    fn given(&self, timeout_ms: i32) -> Duration {
        self.lifetimes.of(millis(timeout_ms))
    }

    /// When the next session may be due.
    pub(super) fn deadline(&self) -> Option<Instant> {
        if self.lifetimes.are_endless() {
            return None;
        }
        self.queue.deadline()
    }

    /// As after a start: no owners, the original timeouts, counted anew.
    pub(super) fn restart(&mut self, now: Instant, config: &Config, start_ms: u64) {
        let mut fresh = Self::new(config, start_ms);
        for (&id, session) in &self.table {
            fresh.insert(now, id, session.created_ms);
        }
        fresh.passwords = std::mem::take(&mut self.passwords);
        *self = fresh;
    }

    pub(super) fn len(&self) -> usize {
        self.table.len()
    }

    /// The sessions, by id.
    pub(super) fn iter(&self, config: &Config) -> impl Iterator<Item = SessionInfo> {
        let ids = self.table.keys();
        ids.filter_map(|&id| self.info(id, config))
    }

    /// What can be known of the session `id`.
    pub(super) fn info(&self, id: i64, config: &Config) -> Option<SessionInfo> {
        let session = self.table.get(&id)?;
        Some(SessionInfo {
            session_id: id,
            password: self.password(id, config),
            timeout: millis(session.timeout_ms),
            created_timeout: millis(session.created_ms),
            owner: session.owner,
            expires_at: self.queue.expires_at(session.slot),
        })
    }

    /// Hashes what will become of the sessions, with moments counted from `now`.
    pub(super) fn fingerprint(&self, now: Instant, state: &mut impl Hasher) {
        let Self {
            table,
            queue,
            ids: _,
            passwords,
            lifetimes: _,
        } = self;
        passwords.hash(state);
        table.len().hash(state);
        for (id, session) in table {
            let Session {
                created_ms,
                timeout_ms,
                owner,
                slot,
            } = session;
            let ends = queue.expires_at(*slot).map(|ends| ends - now);
            (id, created_ms, timeout_ms, owner, ends).hash(state);
        }
        // In this order they come out that end at once.
        let mut slots: Vec<_> = table.iter().map(|(id, it)| (it.slot, id)).collect();
        slots.sort_unstable();
        slots.iter().for_each(|(_, id)| id.hash(state));
    }

    /// Adds a session made elsewhere.
    pub(super) fn adopt(&mut self, now: Instant, id: i64, given: [u8; 16], timeout: Duration) {
        self.insert(now, id, wire_ms(timeout));
        self.set_password(id, given);
    }
}

/// A timeout on the wire as a length of time.
fn millis(timeout_ms: i32) -> Duration {
    Duration::from_millis(u64::try_from(timeout_ms).unwrap_or(0))
}
