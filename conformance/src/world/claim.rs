//! What must hold in any world, and word of that it did not.

use std::error::Error;
use std::fmt;

use crate::Instant;

/// Something that must hold whatever happens.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Claim {
    /// A session has one live owner at most, and whoever owns one is served.
    OneOwner,
    /// Replies are to requests, and come in their order.
    RepliesInOrder,
    /// A request has one reply, and that is to what was asked.
    OneReply,
    /// A session that has ended is never alive again.
    EndedForGood,
    /// A session ends when its time is up, to the millisecond, or when it is closed.
    ExactExpiry,
    /// The timeout granted is the one asked for, as near as the limits allow.
    Negotiated,
    /// The client believes what the server granted it on that connection, and nothing else.
    SameView,
    /// A session id is given once.
    UniqueIds,
    /// What a client is told of transactions never goes back.
    ZxidsGrow,
    /// A client takes its session for expired only if it is, or by its own clock.
    TrulyExpired,
    /// Every timer of a client goes off when it should.
    ClientTimers,
    /// No side accuses the other of breaking the protocol.
    NoAccusation,
    /// The server ends a connection when there is cause to, and only then.
    EndsForCause,
    /// Nothing is said after the end.
    LastWord,
    /// A deadline that comes brings about something, and no moment lasts for ever.
    TimeGoesOn,
    /// Once all is calm, every client that is alive is connected soon, stays so and is served.
    Recovery,
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OneOwner => "one owner a session",
            Self::RepliesInOrder => "replies in the order of requests",
            Self::OneReply => "one reply a request",
            Self::EndedForGood => "ended sessions stay ended",
            Self::ExactExpiry => "expiry to the millisecond",
            Self::Negotiated => "timeouts within limits",
            Self::SameView => "both sides of one mind",
            Self::UniqueIds => "ids are given once",
            Self::ZxidsGrow => "zxids grow",
            Self::TrulyExpired => "expired means expired",
            Self::ClientTimers => "clients act in time",
            Self::NoAccusation => "nobody breaks the protocol",
            Self::EndsForCause => "every end has its cause",
            Self::LastWord => "nothing after the end",
            Self::TimeGoesOn => "time goes on",
            Self::Recovery => "connected once all is calm",
        })
    }
}

/// A claim that does not hold.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Violation {
    /// When that showed.
    pub at: Instant,
    /// What should hold.
    pub claim: Claim,
    /// What is the case instead.
    pub found: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.at, self.claim, self.found)
    }
}

impl Error for Violation {}
