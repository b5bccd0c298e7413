//! What a script asks of the server it is played to.
//!
//! The header `server` says it, in the words of `zoo.cfg`: `server mode=readOnly maxClientCnxns=3`.
//! The embedded server is set up so. What a server elsewhere is like is found out or stated; if it
//! is not like that, or nobody knows, the script is not played to it.

use std::fmt;
use std::time::Duration;

use crate::server;
use crate::server::Mode;
use crate::server::Requests;
use crate::transcript::Bindings;
use crate::transcript::Script;

/// What a script asks of its server: numbers by their names.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Setting {
    asked: Vec<(Key, i64)>,
}

/// What can be asked.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Key {
    TickTime,
    MinSessionTimeout,
    MaxSessionTimeout,
    MaxClientConnections,
    MaxConnections,
    LargeRequests,
    SessionlessTimeout,
    Mode,
    Data,
}

/// Why a `server` header says nothing.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingError {
    /// There is no `=`.
    #[error("server setting {0:?} is not of the form key=value")]
    NoValue(String),
    /// The key is not one.
    #[error("server setting {0:?} is none of {known}", known = Key::names())]
    UnknownKey(String),
    /// The value is not one of the key's.
    #[error("server setting {key}={value}: the value is no {expected}")]
    BadValue {
        /// The key.
        key: &'static str,
        /// The value.
        value: String,
        /// What it should be.
        expected: &'static str,
    },
}

impl Key {
    const ALL: [Self; 9] = [
        Self::TickTime,
        Self::MinSessionTimeout,
        Self::MaxSessionTimeout,
        Self::MaxClientConnections,
        Self::MaxConnections,
        Self::LargeRequests,
        Self::SessionlessTimeout,
        Self::Mode,
        Self::Data,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::TickTime => "tickTime",
            Self::MinSessionTimeout => "minSessionTimeout",
            Self::MaxSessionTimeout => "maxSessionTimeout",
            Self::MaxClientConnections => "maxClientCnxns",
            Self::MaxConnections => "maxCnxns",
            Self::LargeRequests => "largeRequestMaxBytes",
            Self::SessionlessTimeout => "sessionlessCnxnTimeout",
            Self::Mode => "mode",
            Self::Data => "data",
        }
    }

    fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }

    /// Whether a script cannot do without it. What it needs of timeouts it finds in `$min` and its
    /// like.
    const fn is_needed(self) -> bool {
        match self {
            Self::MaxClientConnections
            | Self::MaxConnections
            | Self::LargeRequests
            | Self::SessionlessTimeout
            | Self::Mode
            | Self::Data => true,
            Self::TickTime | Self::MinSessionTimeout | Self::MaxSessionTimeout => false,
        }
    }

    /// The words that stand for numbers; without any, numbers are written as such.
    const fn words(self) -> &'static [(&'static str, i64)] {
        match self {
            Self::Mode => &MODES,
            Self::Data => &[("no", 0), ("yes", 1)],
            _ => &[],
        }
    }

    fn read(self, text: &str) -> Option<i64> {
        match self.words() {
            [] => text.parse().ok().filter(|number| *number >= 0),
            words => {
                let word = words.iter().find(|(name, _)| *name == text);
                word.map(|(_, number)| *number)
            }
        }
    }

    fn tell(self, number: i64) -> String {
        let word = self.words().iter().find(|(_, of)| *of == number);
        word.map_or_else(|| number.to_string(), |(name, _)| (*name).to_owned())
    }
}

/// The name under which it is kept what kind of sessions a server makes.
const MODE: &str = "mode";

const READ_WRITE: i64 = 0;
const READ_ONLY: i64 = 1;
const READ_ONLY_NO_NEW: i64 = 2;
const NOT_SERVING: i64 = 3;

/// What a server can be, and the number it is in a run.
const MODES: [(&str, i64); 4] = [
    ("readWrite", READ_WRITE),
    ("readOnly", READ_ONLY),
    ("readOnlyNoNew", READ_ONLY_NO_NEW),
    ("notServing", NOT_SERVING),
];

impl Setting {
    /// What the header `server` of a script says.
    ///
    /// # Errors
    /// If it is not a list of known keys and values.
    pub fn of(script: &Script) -> Result<Self, SettingError> {
        Self::parse(script.header("server").unwrap_or_default())
    }

    /// Reads `key=value` words.
    ///
    /// # Errors
    /// If one is none, or not of a known key.
    pub fn parse(text: &str) -> Result<Self, SettingError> {
        let mut asked = Vec::new();
        for word in text.split_whitespace() {
            let no_value = || SettingError::NoValue(word.to_owned());
            let (name, value) = word.split_once('=').ok_or_else(no_value)?;
            let key = Key::ALL.into_iter().find(|key| key.name() == name);
            let key = key.ok_or_else(|| SettingError::UnknownKey(name.to_owned()))?;
            let number = key.read(value).ok_or_else(|| SettingError::BadValue {
                key: key.name(),
                value: value.to_owned(),
                expected: match key {
                    Key::Mode => "mode (readWrite, readOnly, readOnlyNoNew or notServing)",
                    Key::Data => "yes or no",
                    _ => "whole number",
                },
            })?;
            asked.push((key, number));
        }
        Ok(Self { asked })
    }

    /// Each thing it says, as `key=value`.
    pub fn words(&self) -> impl Iterator<Item = String> {
        let words = self.asked.iter();
        words.map(|(key, number)| format!("{}={}", key.name(), key.tell(*number)))
    }

    /// The number a key is asked to have.
    fn get(&self, wanted: Key) -> Option<i64> {
        let found = self.asked.iter().find(|(key, _)| *key == wanted);
        found.map(|(_, number)| *number)
    }

    /// How many connections the server takes from one address, if that is said.
    #[must_use]
    pub fn most_connections(&self) -> Option<usize> {
        let keys = [Key::MaxClientConnections, Key::MaxConnections];
        let limits = keys.iter().filter_map(|key| self.get(*key));
        // As Apache has it, 0 is no limit.
        let limits = limits.filter_map(|limit| usize::try_from(limit).ok());
        limits.filter(|limit| *limit > 0).min()
    }

    /// Both; where they contradict each other, the other counts.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        (self.asked).retain(|(key, _)| other.get(*key).is_none());
        self.asked.extend(other.asked);
        self
    }

    /// The kind of server that is asked for, by its name.
    #[must_use]
    pub fn mode(&self) -> String {
        Key::Mode.tell(self.get(Key::Mode).unwrap_or(READ_WRITE))
    }

    /// The setup of an embedded server that is like this.
    #[must_use]
    pub fn apply(&self, mut config: server::Config) -> server::Config {
        let millis = |number: i64| Duration::from_millis(u64::try_from(number).unwrap_or(0));
        let count = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
        for (key, number) in &self.asked {
            match key {
                Key::TickTime => config.tick_time = millis(*number),
                Key::MinSessionTimeout => config.min_session_timeout = Some(millis(*number)),
                Key::MaxSessionTimeout => config.max_session_timeout = Some(millis(*number)),
                Key::SessionlessTimeout => config.sessionless_timeout = Some(millis(*number)),
                Key::MaxClientConnections => config.max_client_connections = count(*number),
                Key::MaxConnections => config.max_connections = count(*number),
                Key::LargeRequests => config.large_request_max_bytes = Some(count(*number)),
                // One that was set up to be something else stays that.
                Key::Mode if mode_of(&config) == READ_WRITE => set_mode(&mut config, *number),
                Key::Mode => {}
                Key::Data if *number > 0 => config.requests = Requests::Delegate,
                Key::Data => config.requests = Requests::Unimplemented,
            }
        }
        config
    }

    /// Why a server of which this is known is not what was asked for, if so.
    #[must_use]
    pub fn unmet(&self, known: &Bindings) -> Option<Unmet> {
        let mode = self.get(Key::Mode).unwrap_or(READ_WRITE);
        let others = self.asked.iter().copied();
        let others = others.filter(|(key, _)| key.is_needed() && *key != Key::Mode);
        let mut needed = std::iter::once((Key::Mode, mode)).chain(others);
        needed.find_map(|(key, wanted)| {
            let found = known.param(key.name());
            (found != Some(wanted)).then(|| Unmet {
                key: key.name(),
                wanted: key.tell(wanted),
                found: found.map(|found| key.tell(found)),
            })
        })
    }

    /// Makes it known that a server is like this.
    pub fn tell(&self, known: &mut Bindings) {
        for (key, number) in &self.asked {
            known.set_param(key.name(), *number);
        }
    }
}

/// Whether a server of which this was found out answers handshakes: one without a quorum, or one
/// that is still starting, does not.
#[must_use]
pub fn is_serving(known: &Bindings) -> bool {
    known.param(MODE) != Some(NOT_SERVING)
}

/// Makes it known of an embedded server how it is set up.
pub(super) fn tell_config(config: &server::Config, known: &mut Bindings) {
    known.set_param(MODE, mode_of(config));
    let data = i64::from(config.requests == Requests::Delegate);
    known.set_param(Key::Data.name(), data);
    let connections = Key::MaxClientConnections.name();
    known.set_param(connections, config.max_client_connections.into());
    let connections = Key::MaxConnections.name();
    known.set_param(connections, config.max_connections.into());
    if let Some(bytes) = config.large_request_max_bytes {
        known.set_param(Key::LargeRequests.name(), bytes.into());
    }
    if let Some(timeout) = config.sessionless_timeout {
        let timeout = i64::try_from(timeout.as_millis()).unwrap_or(i64::MAX);
        known.set_param(Key::SessionlessTimeout.name(), timeout);
    }
}

/// A server set up like one of which this was found out; what nobody knows is as `usual`.
#[must_use]
pub fn like(known: &Bindings, usual: server::Config) -> server::Config {
    let millis = |name| {
        let number = known.param(name)?;
        Some(Duration::from_millis(u64::try_from(number).ok()?))
    };
    let mut config = server::Config {
        tick_time: millis("tick").unwrap_or(usual.tick_time),
        min_session_timeout: millis("min").or(usual.min_session_timeout),
        max_session_timeout: millis("max").or(usual.max_session_timeout),
        requests: match known.param(Key::Data.name()) {
            Some(0) => Requests::Unimplemented,
            Some(_) => Requests::Delegate,
            None => usual.requests,
        },
        ..usual
    };
    if let Some(mode) = known.param(MODE) {
        set_mode(&mut config, mode);
    }
    config
}

fn mode_of(config: &server::Config) -> i64 {
    match config.mode {
        _ if !config.serving => NOT_SERVING,
        Mode::ReadWrite => READ_WRITE,
        Mode::ReadOnly => READ_ONLY,
        Mode::ReadOnlyNoNew => READ_ONLY_NO_NEW,
    }
}

fn set_mode(config: &mut server::Config, number: i64) {
    config.serving = number != NOT_SERVING;
    config.mode = match number {
        READ_ONLY => Mode::ReadOnly,
        READ_ONLY_NO_NEW => Mode::ReadOnlyNoNew,
        _ => Mode::ReadWrite,
    };
}

/// What a server is not, though a script asks for it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Unmet {
    key: &'static str,
    wanted: String,
    found: Option<String>,
}

impl fmt::Display for Unmet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, wanted, .. } = self;
        match &self.found {
            Some(found) => write!(
                f,
                "it needs a server with {key}={wanted}, and this one has {key}={found}"
            ),
            None => write!(
                f,
                "it needs a server with {key}={wanted}; if this one is, say so with --setting {key}={wanted}"
            ),
        }
    }
}
