//! The states, each owning what only it needs.

use std::hash::Hash;
use std::hash::Hasher;
use std::sync::Arc;

use jute_codec::Framer;

use crate::Instant;
use crate::client::Phase;
use crate::client::pending::Pending;
use crate::client::read_write::Probe;

/// What the client is doing and what it needs for that.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum State {
    NotConnected(Pause),
    Connecting,
    Associating(Framer),
    Connected(Link),
    ConnectedReadOnly(Link, Option<Probe>),
    Closing(Link),
    Closed,
    AuthFailed,
}

/// The wait before the next connection.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Pause {
    pub(super) host: Arc<str>,
    pub(super) until: Instant,
}

/// A connection with a session on it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Link {
    pub(super) framer: Framer,
    pub(super) pending: Pending,
    /// When to look next whether a ping is due.
    pub(super) next_ping: Instant,
}

impl Link {
    /// Hashes what will become of it, with moments counted from `now`.
    pub(super) fn fingerprint(&self, now: Instant, state: &mut impl Hasher) {
        let Self {
            framer,
            pending,
            next_ping,
        } = self;
        (framer.buffered(), pending, *next_ping - now).hash(state);
    }
}

impl State {
    pub(super) const fn phase(&self) -> Phase {
        match self {
            Self::NotConnected(_) => Phase::NotConnected,
            Self::Connecting => Phase::Connecting,
            Self::Associating(_) => Phase::Associating,
            Self::Connected(_) => Phase::Connected,
            Self::ConnectedReadOnly(..) => Phase::ConnectedReadOnly,
            Self::Closing(_) => Phase::Closing,
            Self::Closed => Phase::Closed,
            Self::AuthFailed => Phase::AuthFailed,
        }
    }

    /// What has come in on the connection, if there is one.
    pub(super) const fn framer(&mut self) -> Option<&mut Framer> {
        match self {
            Self::Associating(framer) => Some(framer),
            Self::Connected(link) | Self::ConnectedReadOnly(link, _) | Self::Closing(link) => {
                Some(&mut link.framer)
            }
            Self::NotConnected(_) | Self::Connecting | Self::Closed | Self::AuthFailed => None,
        }
    }

    /// The connection, if it has a session on it.
    pub(super) const fn link(&mut self) -> Option<&mut Link> {
        match self {
            Self::Connected(link) | Self::ConnectedReadOnly(link, _) | Self::Closing(link) => {
                Some(link)
            }
            Self::NotConnected(_)
            | Self::Connecting
            | Self::Associating(_)
            | Self::Closed
            | Self::AuthFailed => None,
        }
    }

    /// Whether a connection is open or being opened.
    pub(super) const fn has_connection(&self) -> bool {
        match self {
            Self::Connecting
            | Self::Associating(_)
            | Self::Connected(_)
            | Self::ConnectedReadOnly(..)
            | Self::Closing(_) => true,
            Self::NotConnected(_) | Self::Closed | Self::AuthFailed => false,
        }
    }
}
