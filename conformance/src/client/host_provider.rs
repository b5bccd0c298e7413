//! Which server is next: a shuffled list, gone through in turns.

use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;

/// The servers (`HostConnectionManager` behind `StaticHostProvider`).
///
/// The list is shuffled once. A whole turn without a session costs a delay before the server the
/// turn began with is tried again.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(super) struct HostProvider {
    hosts: Vec<Arc<str>>,
    current: Option<usize>,
    /// Where the turn began.
    last: Option<usize>,
    /// A read/write server that was found (`ClientCnxn.SendThread.rwServerAddress`).
    preferred: Option<Arc<str>>,
}

impl HostProvider {
    pub(super) fn new(hosts: &[Arc<str>], rng: &mut Rng) -> Self {
        let mut hosts = hosts.to_vec();
        rng.shuffle(&mut hosts);
        Self {
            hosts,
            current: None,
            last: None,
            preferred: None,
        }
    }

    /// The server to connect to and how long to wait before
    /// (`ClientCnxn.SendThread.run`, `HostConnectionManager.next`).
    pub(super) fn next(&mut self) -> (Arc<str>, Duration) {
        if let Some(host) = self.preferred.take() {
            return (host, Duration::ZERO);
        }
        let began = self.last;
        let host = self.peek();
        let full_turn = began.is_some() && self.current == began;
        (
            host,
            if full_turn {
                SPIN_DELAY
            } else {
                Duration::ZERO
            },
        )
    }

    /// The server to ask whether it is read/write, for which nobody waits
    /// (`ClientCnxn.SendThread.pingRwServer`). It counts in the turn.
    pub(super) fn peek(&mut self) -> Arc<str> {
        let next = self.current.map_or(0, |current| current + 1);
        let next = if next < self.hosts.len() { next } else { 0 };
        self.current = Some(next);
        self.last = self.last.or(Some(0));
        self.hosts.get(next).cloned().unwrap_or_default()
    }

    /// Has the turn begin with the current server (`HostConnectionManager.onConnected`).
    pub(super) fn on_connected(&mut self) {
        self.last = self.current;
    }

    /// Has `host` be the next server.
    pub(super) fn prefer(&mut self, host: Arc<str>) {
        self.preferred = Some(host);
    }
}

/// How long to wait after a whole turn (`ClientCnxn.SendThread.run`).
const SPIN_DELAY: Duration = Duration::from_millis(1_000);
