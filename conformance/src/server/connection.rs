//! A connection, from its acceptance to its end.

use std::collections::VecDeque;
use std::fmt;
use std::net::IpAddr;

use jute_codec::Framer;
use jute_codec::OpCode;

use crate::expiry::Slot;
use crate::server::phase::Phase;
use crate::server::phase::Trigger;

/// A connection's number, chosen by whoever drives the server and never used again.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ConnectionId(pub u64);

impl fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "c{}", self.0)
    }
}

/// What the server keeps of a connection.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(super) struct Connection {
    pub(super) peer: IpAddr,
    /// Bytes of an unfinished frame, if there are any: an idle connection has no buffer.
    pub(super) framer: Option<Box<Framer>>,
    pub(super) state: State,
    pub(super) received: u32,
    pub(super) sent: u32,
}

/// What a connection is doing; each variant owns what it needs for that.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(super) enum State {
    Greeting(Option<Slot>),
    Serving(Bond),
    Draining(Bond),
    Stranded,
}

/// A connection's hold on a session.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(super) struct Bond {
    pub(super) session_id: i64,
    /// Whether the client's `ConnectRequest` had the readOnly byte.
    pub(super) has_read_only: bool,
    /// Answers owed, in order; the first one waits for the delegate.
    pub(super) tasks: VecDeque<Task>,
}

/// An answer owed.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Task {
    /// The delegate's.
    Delegated { xid: i32, op: OpCode },
    /// A ping's.
    Ping { xid: i32 },
    /// The end of the session.
    CloseSession { xid: i32 },
    /// A repeat of the `ConnectResponse`, or an error if the request had no timeout.
    CreateSession { xid: i32, time_out: Option<i32> },
    /// An identity that was taken.
    Authed { xid: i32 },
    /// A SASL token: there is no SASL.
    NullToken { xid: i32 },
    /// An identity that was refused, and the end of the connection.
    AuthFailed { xid: i32 },
    /// A write's, on a read-only member.
    NotReadOnly { xid: i32 },
    /// An unknown operation's, and the end of the connection.
    Unimplemented { xid: i32, op: OpCode },
}

impl Task {
    /// Whether the connection ends with it.
    pub(super) const fn is_final(self) -> bool {
        match self {
            Self::CloseSession { .. } | Self::AuthFailed { .. } | Self::Unimplemented { .. } => {
                true
            }
            Self::Delegated { .. }
            | Self::Ping { .. }
            | Self::CreateSession { .. }
            | Self::Authed { .. }
            | Self::NullToken { .. }
            | Self::NotReadOnly { .. } => false,
        }
    }
}

impl Connection {
    pub(super) const fn new(peer: IpAddr, slot: Option<Slot>) -> Self {
        Self {
            peer,
            framer: None,
            state: State::Greeting(slot),
            received: 0,
            sent: 0,
        }
    }

    /// The row of the table that the connection is in.
    pub(super) const fn phase(&self) -> Phase {
        match self.state {
            State::Greeting(_) => Phase::Greeting,
            State::Serving(_) => Phase::Serving,
            State::Draining(_) => Phase::Draining,
            State::Stranded => Phase::Stranded,
        }
    }

    /// Its hold on a session, if it has one.
    pub(super) const fn bond(&self) -> Option<&Bond> {
        match &self.state {
            State::Serving(bond) | State::Draining(bond) => Some(bond),
            State::Greeting(_) | State::Stranded => None,
        }
    }

    /// Its hold on a session, to change.
    pub(super) const fn bond_mut(&mut self) -> Option<&mut Bond> {
        match &mut self.state {
            State::Serving(bond) | State::Draining(bond) => Some(bond),
            State::Greeting(_) | State::Stranded => None,
        }
    }

    /// Goes to another state, which the table has to agree with.
    pub(super) fn enter(&mut self, trigger: Trigger, state: State) {
        let from = self.phase();
        self.state = state;
        debug_assert_eq!(
            from.after(trigger),
            Some(self.phase()),
            "{from} on {trigger}"
        );
    }

    /// Asserts that the table lets the connection stay as it is.
    pub(super) fn stay(&self, trigger: Trigger) {
        let phase = self.phase();
        debug_assert_eq!(phase.after(trigger), Some(phase), "{phase} on {trigger}");
    }

    /// Stops reading; what is owed is still answered.
    pub(super) fn drain(&mut self) {
        if let State::Serving(bond) = &mut self.state {
            let bond = Bond {
                tasks: std::mem::take(&mut bond.tasks),
                ..*bond
            };
            self.enter(Trigger::Finish, State::Draining(bond));
        }
    }
}
