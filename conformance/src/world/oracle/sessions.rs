//! The sessions that must exist, and until when.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::time::Duration;

use crate::Instant;
use crate::server;

/// By the rule: a session that was last heard of at `t` ends at
/// `((t + timeout) / tick + 1) * tick`.
#[derive(Clone, Debug)]
pub(super) struct Sessions {
    tick_ms: u64,
    alive: BTreeMap<i64, Session>,
    given: BTreeSet<i64>,
}

#[derive(Clone, Copy, Debug)]
struct Session {
    created_ms: i32,
    timeout_ms: i32,
    due: Instant,
}

impl Sessions {
    pub(super) fn new(config: &server::Config) -> Self {
        let tick_ms = u64::try_from(config.tick_time.as_millis()).unwrap_or(u64::MAX);
        Self {
            tick_ms: tick_ms.max(1),
            alive: BTreeMap::new(),
            given: BTreeSet::new(),
        }
    }

    /// Adds a session; false if its id was given before.
    pub(super) fn create(&mut self, now: Instant, id: i64, timeout_ms: i32) -> bool {
        let session = Session {
            created_ms: timeout_ms,
            timeout_ms,
            due: self.rule(now, timeout_ms),
        };
        self.alive.insert(id, session);
        self.given.insert(id)
    }

    /// Gives a session another timeout; false if there is none.
    pub(super) fn renew(&mut self, now: Instant, id: i64, timeout_ms: i32) -> bool {
        let due = self.rule(now, timeout_ms);
        self.alive.get_mut(&id).is_some_and(|session| {
            session.timeout_ms = timeout_ms;
            session.due = due;
            true
        })
    }

    /// Something was heard of a session, unless its time is up.
    pub(super) fn touch(&mut self, now: Instant, id: i64) {
        if let Some(&session) = self.alive.get(&id)
            && session.due > now
        {
            self.renew(now, id, session.timeout_ms);
        }
    }

    /// Ends a session; when it would have ended by itself.
    pub(super) fn end(&mut self, id: i64) -> Option<Instant> {
        self.alive.remove(&id).map(|session| session.due)
    }

    pub(super) fn end_all(&mut self) {
        self.alive.clear();
    }

    /// All sessions are as they were created, and just heard of.
    pub(super) fn restart(&mut self, now: Instant) {
        let ids: Vec<_> = self.alive.keys().copied().collect();
        for id in ids {
            let created_ms = self.alive.get(&id).map(|session| session.created_ms);
            self.renew(now, id, created_ms.unwrap_or_default());
        }
    }

    /// When a session ends unless something is heard of it.
    pub(super) fn due(&self, id: i64) -> Option<Instant> {
        self.alive.get(&id).map(|session| session.due)
    }

    pub(super) fn is_alive(&self, id: i64) -> bool {
        self.alive.contains_key(&id)
    }

    pub(super) fn len(&self) -> usize {
        self.alive.len()
    }

    fn rule(&self, now: Instant, timeout_ms: i32) -> Instant {
        let timeout = Duration::from_millis(u64::try_from(timeout_ms).unwrap_or(0));
        let ticks = (now + timeout).as_millis() / self.tick_ms + 1;
        Instant::from_millis(ticks * self.tick_ms)
    }
}
