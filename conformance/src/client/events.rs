//! What the watcher is told, in order and up to the end.

use std::fmt;
use std::sync::Arc;

use jute_codec::EventType;
use jute_codec::KeeperState;

use crate::client::Client;
use crate::client::Output;

/// Something a watcher is told (`WatchedEvent`).
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct WatchedEvent {
    /// What happened to the znode; [`EventType::NONE`] if the event is about the session.
    pub event: EventType,
    /// How the session is.
    pub state: KeeperState,
    /// The znode; `None` if the event is about the session. Text that is not UTF-8 has U+FFFD in
    /// it, as in Java.
    pub path: Option<Arc<str>>,
    /// The zxid in the event's header; −1 if the server sent none or nothing came from a server.
    pub zxid: i64,
}

impl WatchedEvent {
    /// An event about the session.
    #[must_use]
    pub const fn session(state: KeeperState) -> Self {
        Self {
            event: EventType::NONE,
            state,
            path: None,
            zxid: -1,
        }
    }
}

impl fmt::Display for WatchedEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.path {
            None => write!(f, "{}", self.state),
            Some(path) => write!(f, "{} {path:?} ({})", self.event, self.state),
        }
    }
}

/// The event queue's gate (`ClientCnxn.EventThread`).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Events {
    /// The watcher listens; this is the state it was last told.
    Open(KeeperState),
    /// The event of death is in the queue: nothing comes after it.
    Ended,
}

impl Events {
    /// A watcher that takes the session for disconnected.
    pub(super) const fn new() -> Self {
        Self::Open(KeeperState::DISCONNECTED)
    }

    /// Whether `event` goes to the watcher: a session state it knows already does not
    /// (`ClientCnxn.EventThread.queueEvent`).
    pub(super) fn admit(&mut self, event: &WatchedEvent) -> bool {
        match self {
            Self::Ended => false,
            Self::Open(told) => {
                let news = event.event != EventType::NONE || event.state != *told;
                *told = event.state;
                news
            }
        }
    }

    /// Ends the queue (`ClientCnxn.EventThread.queueEventOfDeath`).
    pub(super) const fn end(&mut self) {
        *self = Self::Ended;
    }
}

impl Client {
    /// Tells the watcher, unless it knows, and forgets the watches this uses up
    /// (`ClientCnxn.EventThread.queueEvent`, `ZKWatchManager.materialize`).
    pub(super) fn emit(&mut self, event: WatchedEvent) {
        if !self.events.admit(&event) {
            return;
        }
        if let Some(path) = &event.path {
            self.watches.on_node_event(event.event, path);
        }
        self.outputs.push_back(Output::Event(event));
    }

    /// Tells the watcher of the session's state for the last time.
    pub(super) fn emit_last(&mut self, state: KeeperState) {
        self.emit(WatchedEvent::session(state));
        self.events.end();
    }
}
