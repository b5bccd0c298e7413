//! All instants at which a client acts by itself.

use std::hash::Hash;
use std::hash::Hasher;
use std::time::Duration;

use crate::Instant;
use crate::client::Config;
use crate::client::OwnClock;

/// When the server was last written to and last heard, and what follows from that
/// (`ClientCnxnSocket.lastSend`, `lastHeard`; the timeouts of `ClientCnxn`).
///
/// Apache counts in `int`, so that a session timeout over 2³¹ / 4 ms makes its timeouts negative.
/// Here they are what they are meant to be.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Timers {
    last_send: Instant,
    last_heard: Instant,
    hosts: u32,
    connect: Duration,
    read: Duration,
    /// Half of `read`.
    ping: Duration,
    expiry: Option<Duration>,
    new_session: Option<Duration>,
}

impl Timers {
    pub(super) fn new(config: &Config, now: Instant) -> Self {
        let own_clock = config.own_clock == OwnClock::FourThirds;
        let mut timers = Self {
            last_send: now,
            last_heard: now,
            hosts: u32::try_from(config.hosts().len()).unwrap_or(u32::MAX),
            connect: Duration::ZERO,
            read: Duration::ZERO,
            ping: Duration::ZERO,
            expiry: own_clock.then_some(Duration::ZERO),
            new_session: config.new_session_timeout.filter(|_| own_clock),
        };
        timers.set_timeout(config.wire_timeout());
        timers
    }

    /// Takes over a session timeout in milliseconds (`ClientCnxn.SendThread.onConnected`); one
    /// below zero is zero.
    pub(super) fn set_timeout(&mut self, timeout: i32) {
        let timeout = u64::try_from(timeout).unwrap_or(0);
        let part = |times, of| Duration::from_millis(timeout * times / of);
        self.connect = part(1, u64::from(self.hosts.max(1)));
        self.read = part(2, 3);
        self.ping = part(2, 3 * 2);
        self.expiry = self.expiry.map(|_| part(4, 3));
    }

    /// Something was written, or a connection asked for.
    pub(super) const fn sent(&mut self, now: Instant) {
        self.last_send = now;
    }

    /// The server was heard.
    pub(super) const fn heard(&mut self, now: Instant) {
        self.last_heard = now;
    }

    pub(super) fn idle_send(&self, now: Instant) -> Duration {
        now - self.last_send
    }

    pub(super) fn idle_heard(&self, now: Instant) -> Duration {
        now - self.last_heard
    }

    /// When an attempt to connect has taken too long.
    pub(super) fn connect_deadline(&self) -> Instant {
        self.last_send + self.connect
    }

    /// When the server has been silent for too long.
    pub(super) fn read_deadline(&self) -> Instant {
        self.last_heard + self.read
    }

    /// When the session must be gone, if that is for the client to say.
    pub(super) fn expiry_deadline(&self, has_session: bool) -> Option<Instant> {
        let timeout = if has_session {
            self.expiry
        } else {
            self.new_session
        };
        timeout.map(|timeout| self.last_heard + timeout)
    }

    /// Whether a ping is due (`ClientCnxn.SendThread.run`): half the read timeout after the last
    /// packet, up to a second early if something else wakes the client then, and after 10
    /// seconds at any rate.
    pub(super) fn is_ping_due(&self, now: Instant) -> bool {
        let idle = self.idle_send(now);
        self.time_to_next_ping(idle).is_zero() || idle > MAX_PING_INTERVAL
    }

    /// When to look again whether a ping is due.
    ///
    /// Apache looks at the 10 seconds only when something wakes it up; here they do so
    /// themselves. And where Apache would spin, because half the read timeout is less than a
    /// millisecond, this waits for one.
    pub(super) fn ping_deadline(&self, now: Instant) -> Instant {
        let wait = self.time_to_next_ping(self.idle_send(now)).max(MILLISECOND);
        (now + wait).min(self.last_send + MAX_PING_INTERVAL + MILLISECOND)
    }

    /// Hashes what will be due and when, counted from `now`.
    pub(super) fn fingerprint(&self, now: Instant, state: &mut impl Hasher) {
        let Self {
            last_send,
            last_heard,
            hosts: _,
            connect,
            read,
            ping,
            expiry,
            new_session,
        } = *self;
        // What is waited for is over after this, however long it has been over.
        let sent = connect.max(ping).max(PING_MARGIN) + MILLISECOND;
        let heard = [Some(read), expiry, new_session]
            .into_iter()
            .flatten()
            .max();
        let heard = heard.unwrap_or_default() + MILLISECOND;
        (now - last_send).min(sent).hash(state);
        (now - last_heard).min(heard).hash(state);
        (connect, read, ping, expiry, new_session).hash(state);
    }

    fn time_to_next_ping(&self, idle: Duration) -> Duration {
        let early = if idle > PING_MARGIN {
            PING_MARGIN
        } else {
            Duration::ZERO
        };
        self.ping.saturating_sub(idle).saturating_sub(early)
    }
}

/// How early a ping may be (`ClientCnxn.SendThread.run`).
const PING_MARGIN: Duration = Duration::from_millis(1_000);

/// The longest silence of a client (`MAX_SEND_PING_INTERVAL` in `ClientCnxn.SendThread.run`).
const MAX_PING_INTERVAL: Duration = Duration::from_millis(10_000);

/// The clock's unit.
const MILLISECOND: Duration = Duration::from_millis(1);
