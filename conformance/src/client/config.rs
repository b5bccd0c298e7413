//! What a client is told before it starts.

use std::sync::Arc;
use std::time::Duration;

use jute_codec::Limits;

/// Settings of a client. The defaults are those of the newest Apache Java client.
///
/// ```
/// use std::time::Duration;
/// use zk_conformance::client::Config;
///
/// let mut config = Config::new("zk1:2181", Duration::from_secs(30)).host("zk2:2181");
/// config.seed = 7;
/// assert_eq!(config.hosts().len(), 2);
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Config {
    hosts: Vec<Arc<str>>,
    /// The session timeout to ask for; over [`i32::MAX`] milliseconds is as much as that.
    pub session_timeout: Duration,
    /// Where all randomness comes from: the order of the hosts and the pauses.
    pub seed: u64,
    /// Whether a read-only server will do. `None` leaves the byte out, as clients do that know
    /// nothing of read-only servers.
    pub read_only: Option<bool>,
    /// The longest frame taken from a server (`ClientCnxnSocket.readLength`).
    pub limits: Limits,
    /// When the client ends the session by itself.
    pub own_clock: OwnClock,
    /// How long to try for a session at all before giving up; for ever if `None`
    /// (`ClientCnxn.newSessionTimeout`). Works with [`OwnClock::FourThirds`] only.
    pub new_session_timeout: Option<Duration>,
    /// What becomes of watches when the connection is lost.
    pub watches: WatchPolicy,
    /// How `setWatches` is numbered.
    pub set_watches_xid: SetWatchesXid,
    /// The number of the first request (`ClientCnxn.xid`); a number below 1 is taken for 1.
    pub first_xid: i32,
    /// The random pause before a connection that is not the first is shorter than this (1 s in
    /// `ClientCnxn.SendThread.startConnect`).
    pub pause: Duration,
    /// How long the client rests after a connection has ended, before anything else it waits for
    /// (100 ms in `ClientCnxnSocketNIO.cleanup`; nothing in Apache's Netty client).
    pub rest: Duration,
    /// How long a client of a read-only server waits before it looks for a better one
    /// (`minPingRwTimeout` in `ClientCnxn.SendThread`, 100 ms). Each pause is twice as long as the
    /// one before.
    pub min_probe_pause: Duration,
    /// The longest of these pauses (`maxPingRwTimeout`, 60 s).
    pub max_probe_pause: Duration,
}

impl Config {
    /// The defaults, for one server and this session timeout.
    #[must_use]
    pub fn new(host: impl Into<Arc<str>>, session_timeout: Duration) -> Self {
        Self {
            hosts: vec![host.into()],
            session_timeout,
            seed: 0,
            read_only: Some(false),
            limits: Limits::default(),
            own_clock: OwnClock::FourThirds,
            new_session_timeout: None,
            watches: WatchPolicy::Reset,
            set_watches_xid: SetWatchesXid::Reserved,
            first_xid: 1,
            pause: Duration::from_millis(1_000),
            rest: Duration::from_millis(100),
            min_probe_pause: Duration::from_millis(100),
            max_probe_pause: Duration::from_secs(60),
        }
    }

    /// The same, with one more server.
    #[must_use]
    pub fn host(mut self, host: impl Into<Arc<str>>) -> Self {
        self.hosts.push(host.into());
        self
    }

    /// The servers, in the order given; never empty.
    #[must_use]
    pub fn hosts(&self) -> &[Arc<str>] {
        &self.hosts
    }

    /// The timeout as the wire has it.
    pub(super) fn wire_timeout(&self) -> i32 {
        i32::try_from(self.session_timeout.as_millis()).unwrap_or(i32::MAX)
    }
}

/// When a client ends the session without having been told to by a server.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum OwnClock {
    /// After 4/3 of the session timeout without a word from any server, as Apache does since
    /// 3.9.3 (ZOOKEEPER-4508, `ClientCnxn.expirationTimeout`).
    #[default]
    FourThirds,
    /// Never: only a server can say that a session has expired.
    Never,
}

/// What becomes of watches when the connection is lost.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum WatchPolicy {
    /// They are set again on the next connection.
    #[default]
    Reset,
    /// None is set again (`zookeeper.disableAutoWatchReset`).
    Forget,
}

/// How the packets that set watches again are numbered.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum SetWatchesXid {
    /// All with −8, as `ClientCnxn.SendThread.primeConnection` writes it and the C client sends
    /// it.
    #[default]
    Reserved,
    /// Like any request: `ClientCnxnSocketNIO.doIO` and `ClientCnxnSocketNetty.doWrite` number
    /// every packet but pings and auth just before it goes out, and so overwrite the −8.
    Counted,
}
