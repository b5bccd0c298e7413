//! What a server is told before it starts.

use std::borrow::Cow;
use std::time::Duration;

use jute_codec::Limits;

use crate::server::flaw::Bounds;
use crate::server::flaw::Flaw;
use crate::server::flaw::Flaws;
use crate::server::word::Words;

/// How a [`Server`](crate::server::Server) is set up; by default as Apache 3.9 is, standalone.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Config {
    /// Top byte of the session ids: `myid`, and 1 for a standalone server.
    pub server_id: u8,
    /// What the server's monotonic clock showed at its start, in milliseconds; goes into the
    /// session ids.
    pub start_ms: u64,
    /// `tickTime`: the grain of expiry, and the unit of the default timeout limits.
    pub tick_time: Duration,
    /// `minSessionTimeout`; two ticks if `None`.
    pub min_session_timeout: Option<Duration>,
    /// `maxSessionTimeout`; twenty ticks if `None`.
    pub max_session_timeout: Option<Duration>,
    /// How long a connection without a session may be silent, which is also the grain of that
    /// rule (`zookeeper.nio.sessionlessCnxnTimeout`); `None` as in 3.4, or on Netty.
    pub sessionless_timeout: Option<Duration>,
    /// `maxClientCnxns`: connections from one address; 0 is no limit.
    pub max_client_connections: u32,
    /// `zookeeper.maxCnxns`: connections in all; 0 is no limit.
    pub max_connections: u32,
    /// `zookeeper.largeRequestMaxBytes`: the longest frame that is taken; longer ones close as soon
    /// as their length is there. `None` is no limit but that of all frames.
    pub large_request_max_bytes: Option<u32>,
    /// `jute.maxbuffer`: what a peer may demand of memory.
    pub limits: Limits,
    /// Which of Apache's two network layers to be like.
    pub transport: Transport,
    /// Whether the server is read-only, and in which way.
    pub mode: Mode,
    /// Whether it serves at all; without a quorum, a member only answers some four-letter words.
    pub serving: bool,
    /// The zxid it starts with.
    pub initial_zxid: i64,
    /// `4lw.commands.whitelist`: the four-letter words it executes.
    pub words: Words,
    /// What it says its version is, in answer to four-letter words.
    pub version: Cow<'static, str>,
    /// The port it says it listens on.
    pub client_port: u16,
    /// Who answers requests that concern data.
    pub requests: Requests,
    /// What it does wrong on purpose.
    pub flaws: Flaws,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            server_id: 1,
            start_ms: 0,
            tick_time: Duration::from_millis(2_000),
            min_session_timeout: None,
            max_session_timeout: None,
            sessionless_timeout: Some(Duration::from_millis(10_000)),
            max_client_connections: 60,
            max_connections: 0,
            large_request_max_bytes: None,
            limits: Limits::default(),
            transport: Transport::Nio,
            mode: Mode::ReadWrite,
            serving: true,
            initial_zxid: 0,
            words: Words::DEFAULT,
            version: Cow::Borrowed("3.9.5-conformance"),
            client_port: 2181,
            requests: Requests::Unimplemented,
            flaws: Flaws::NONE,
        }
    }
}

impl Config {
    /// The shortest session timeout granted, in milliseconds (`getMinSessionTimeout`).
    #[must_use]
    pub fn min_timeout_ms(&self) -> i32 {
        let min = self.min_session_timeout.unwrap_or(self.tick_time * 2);
        wire_ms(min)
    }

    /// The longest session timeout granted, in milliseconds (`getMaxSessionTimeout`).
    #[must_use]
    pub fn max_timeout_ms(&self) -> i32 {
        let max = self.max_session_timeout.unwrap_or(self.tick_time * 20);
        wire_ms(max)
    }

    /// What a session timeout has to keep to.
    pub(super) fn bounds(&self) -> Bounds {
        Bounds {
            min: self.min_timeout_ms(),
            max: self.max_timeout_ms(),
            tick: wire_ms(self.tick_time),
        }
    }

    /// The silence allowed to a connection without a session.
    pub(super) fn greeting_timeout(&self) -> Option<Duration> {
        if self.has(Flaw::SilentHurried) {
            return Some(Duration::from_millis(20));
        }
        if self.has(Flaw::SilentKept) {
            return None;
        }
        match self.transport {
            Transport::Nio => self.sessionless_timeout,
            Transport::Netty => None,
        }
    }

    /// The limits that are enforced.
    pub(super) fn enforced_limits(&self) -> Limits {
        if self.has(Flaw::LengthNotEnforced) {
            return Limits::frame(i32::MAX.cast_unsigned());
        }
        if self.has(Flaw::LimitExclusive) {
            return Limits::frame(self.limits.frame.saturating_sub(1));
        }
        self.limits
    }

    /// Whether the server has this flaw.
    pub(super) fn has(&self, flaw: Flaw) -> bool {
        self.flaws.contains(flaw)
    }
}

/// Apache's network layers, where they differ in what a peer can see.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Transport {
    /// `NIOServerCnxn`: a frame of length 0 closes; silence without a session closes.
    #[default]
    Nio,
    /// `NettyServerCnxn.receiveMessage`: a frame of length 0 goes unnoticed until more bytes come;
    /// silence is never closed.
    Netty,
}

/// What kinds of session the server makes.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Mode {
    /// Sessions that may write.
    #[default]
    ReadWrite,
    /// Read-only sessions for clients that will have one, as versions up to 3.6 do, and later ones
    /// with local sessions.
    ReadOnly,
    /// No new session at all, as 3.7 and later without local sessions: the answer is a reply header
    /// with `NOTREADONLY` and the connection stays open (`ReadOnlyRequestProcessor.run`). A
    /// session of another member is taken over on its password alone, and the zxid stands still.
    ReadOnlyNoNew,
}

/// What becomes of requests that are not about the session.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Requests {
    /// They are unknown operations: `UNIMPLEMENTED`, then the end of the connection.
    #[default]
    Unimplemented,
    /// They go out as [`Output::Request`](crate::server::Output::Request) and are answered by
    /// [`Input::Reply`](crate::server::Input::Reply).
    Delegate,
}

/// A timeout as the wire has it.
pub(super) fn wire_ms(timeout: Duration) -> i32 {
    i32::try_from(timeout.as_millis()).unwrap_or(i32::MAX)
}
