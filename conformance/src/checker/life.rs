//! What was heard of sessions, and how long they may live by that.

use std::collections::BTreeMap;
use std::hash::Hash;
use std::hash::Hasher;
use std::sync::Arc;
use std::time::Duration;

use crate::Instant;

/// A session by its server's place in the scene and its id.
pub(super) type Name = (usize, i64);

/// When each session was last heard of. The engines keep their own books; this one is kept by what
/// reaches the server. It is shared with the state before, until something is heard.
#[derive(Clone, Debug, Default)]
pub(super) struct Lives(Arc<BTreeMap<Name, Life>>);

/// When a session was last heard of, and what it was granted.
#[derive(Clone, Copy, Debug)]
struct Life {
    heard: Instant,
    timeout: Duration,
}

impl Lives {
    /// A session was granted so much time.
    pub(super) fn grant(&mut self, now: Instant, name: Name, timeout_ms: i32) {
        let timeout = Duration::from_millis(u64::try_from(timeout_ms).unwrap_or(0));
        let life = Life {
            heard: now,
            timeout,
        };
        Arc::make_mut(&mut self.0).insert(name, life);
    }

    /// Something was heard of a session.
    pub(super) fn hear(&mut self, now: Instant, name: Name) {
        if let Some(life) = Arc::make_mut(&mut self.0).get_mut(&name) {
            life.heard = now;
        }
    }

    /// A server started again, and counts all its sessions anew.
    pub(super) fn hear_all(&mut self, now: Instant, server: usize) {
        let lives = Arc::make_mut(&mut self.0).iter_mut();
        let lives = lives.filter(|((of, _), _)| *of == server);
        lives.for_each(|(_, life)| life.heard = now);
    }

    /// A session is no more.
    pub(super) fn end(&mut self, name: Name) {
        Arc::make_mut(&mut self.0).remove(&name);
    }

    /// The first moment at which a session's time is up.
    pub(super) fn is_up_at(&self, name: Name) -> Option<Instant> {
        self.0.get(&name).map(|life| life.heard + life.timeout)
    }

    /// Hashes how long each has been silent, up to where that makes no difference.
    pub(super) fn fingerprint(&self, now: Instant, state: &mut impl Hasher) {
        for (name, Life { heard, timeout }) in &*self.0 {
            (name, (now - *heard).min(*timeout * 2), timeout).hash(state);
        }
    }
}
