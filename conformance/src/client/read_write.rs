//! Looking for a read/write server while connected to a read-only one.

use std::hash::Hash;
use std::hash::Hasher;
use std::sync::Arc;
use std::time::Duration;

use crate::Instant;
use crate::client::Config;

/// When to probe (`ClientCnxn.SendThread.run`, `pingRwTimeout`). It outlives connections: only
/// finding a server makes the pause short again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Search {
    last: Instant,
    wait: Duration,
    shortest: Duration,
    longest: Duration,
}

impl Search {
    pub(super) const fn new(config: &Config, now: Instant) -> Self {
        Self {
            last: now,
            wait: config.min_probe_pause,
            shortest: config.min_probe_pause,
            longest: config.max_probe_pause,
        }
    }

    /// Hashes when there will be probes, counted from `now`.
    pub(super) fn fingerprint(self, now: Instant, state: &mut impl Hasher) {
        (self.deadline() - now, self.wait).hash(state);
    }

    /// When the next probe is due.
    pub(super) fn deadline(&self) -> Instant {
        self.last + self.wait
    }

    /// Notes a probe; the pause after it is twice as long, and one in any case: else there would be
    /// no end to probes.
    pub(super) fn probed(&mut self, now: Instant) {
        self.last = now;
        self.wait = self.wait.saturating_mul(2).min(self.longest);
        self.wait = self.wait.max(MILLISECOND);
    }

    /// Notes that a server was found.
    pub(super) const fn found(&mut self) {
        self.wait = self.shortest;
    }
}

/// A question that is out.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Probe {
    host: Arc<str>,
    until: Instant,
}

impl Probe {
    pub(super) fn new(host: Arc<str>, now: Instant) -> Self {
        Self {
            host,
            until: now + ANSWER_TIMEOUT,
        }
    }

    /// Hashes what an answer will be good for, counted from `now`.
    pub(super) fn fingerprint(&self, now: Instant, state: &mut impl Hasher) {
        (&self.host, now <= self.until, self.until - now).hash(state);
    }

    /// The server asked, if `answer` says that it is read/write and came in time.
    ///
    /// The word is `rw`; Apache compares it after its line reader has put a newline behind it
    /// (`FourLetterWordMain.send4LetterWord`).
    pub(super) fn found(self, now: Instant, answer: &[u8]) -> Option<Arc<str>> {
        let line = answer.strip_suffix(b"\n").unwrap_or(answer);
        (line == b"rw" && now <= self.until).then_some(self.host)
    }
}

/// The clock's unit.
const MILLISECOND: Duration = Duration::from_millis(1);

/// How long a probe may take (`ClientCnxn.SendThread.pingRwServer`).
const ANSWER_TIMEOUT: Duration = Duration::from_millis(1_000);
