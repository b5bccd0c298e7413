//! What a server can do wrong on purpose, so that the judge can be judged.

use std::fmt;

/// Makes the catalogue of flaws from one table.
macro_rules! flaws {
    ($($flaw:ident, $name:literal, $doc:literal;)+) => {
        /// A way to be wrong; each changes what a peer can see.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        #[non_exhaustive]
        pub enum Flaw {
            $(#[doc = $doc] $flaw,)+
        }

        impl Flaw {
            /// Every flaw, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$flaw),+];

            /// Its name, for the command line.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$flaw => $name,)+
                }
            }

            /// What it does, in a sentence.
            #[must_use]
            pub const fn summary(self) -> &'static str {
                match self {
                    $(Self::$flaw => $doc,)+
                }
            }

            /// The flaw called `name`.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|flaw| flaw.name() == name)
            }
        }
    };
}

flaws! {
    WrongClampMin, "wrong-clamp-min", "Raises a short timeout to 1 ms below the minimum.";
    WrongClampMax, "wrong-clamp-max", "Lowers a long timeout to 1 ms above the maximum.";
    NoClamp, "no-clamp", "Grants whatever timeout is asked for.";
    ZeroIdSession, "zero-id-session", "Gives new sessions the id 0 in the response.";
    SameId, "same-id", "Gives every new session the same id, over the old one.";
    FixedPassword, "fixed-password", "Gives every session the same password.";
    VersionEchoed, "version-echoed", "Answers with the protocolVersion of the request.";
    AlwaysReadOnlyByte, "always-read-only-byte", "Sends readOnly to clients that did not.";
    NeverReadOnlyByte, "never-read-only-byte", "Never sends readOnly.";
    ZxidAheadAccepted, "zxid-ahead-accepted", "Takes clients that have seen a later zxid.";
    ZxidUnsigned, "zxid-unsigned", "Takes a negative lastZxidSeen for a very late one.";
    NoPasswordCheck, "no-password-check", "Renews a session whatever the password.";
    RenewNewSession, "renew-new-session", "Makes a new session where one should be renewed.";
    RenewKeepsTimeout, "renew-keeps-timeout", "Shows the timeout asked for, keeps the old one.";
    RenewUnknown, "renew-unknown", "Renews sessions that do not exist by making them.";
    NoEvictOnRenew, "no-evict-on-renew", "Leaves the old connection open on renewal.";
    EvictAfterCheck, "evict-after-check", "Closes the old connection for the right password only.";
    ShortPassword, "short-password", "Refuses with a password of 14 bytes.";
    RefusalEchoesId, "refusal-echoes-id", "Refuses with the session id asked for.";
    RefusalSilent, "refusal-silent", "Refuses by closing, without a frame.";
    RefusalStaysOpen, "refusal-stays-open", "Refuses and leaves the connection open.";
    RefusalEndsSession, "refusal-ends-session", "Ends the session when a wrong password comes.";
    EarlyExpiry, "early-expiry", "Expires sessions one tick early.";
    LateExpiry, "late-expiry", "Expires sessions one tick late.";
    NoExpiry, "no-expiry", "Never expires a session.";
    ExpiryLeavesOpen, "expiry-leaves-open", "Leaves the connection of an expired session open.";
    PingXidEchoed, "ping-xid-echoed", "Answers a ping with its own xid.";
    PingZxidMissing, "ping-zxid-missing", "Answers a ping with zxid -1.";
    PingDoesNotTouch, "ping-does-not-touch", "Counts pings as silence.";
    AuthTouches, "auth-touches", "Counts auth packets as life.";
    PartialTouches, "partial-touches", "Counts bytes of unfinished frames as life.";
    NoCloseReply, "no-close-reply", "Closes on closeSession without a reply.";
    CloseStaysOpen, "close-stays-open", "Answers closeSession and leaves the connection open.";
    CloseKeepsSession, "close-keeps-session", "Answers closeSession and keeps the session.";
    UnknownDropped, "unknown-dropped", "Does not answer unknown operations.";
    UnknownStaysOpen, "unknown-stays-open", "Stays open after an unknown operation.";
    FaultEndsSession, "fault-ends-session", "Ends the session when its connection breaks.";
    LengthNotEnforced, "length-not-enforced", "Waits for frames of any length.";
    LimitNotEnforced, "limit-not-enforced", "Does not count connections per address.";
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A set of flaws.
#[derive(Clone, Copy, Default, Eq, Hash, PartialEq)]
pub struct Flaws(u64);

impl Flaws {
    /// None: the server is as right as it gets.
    pub const NONE: Self = Self(0);

    /// The set with `flaw` in it, too.
    ///
    /// ```
    /// use zk_conformance::server::Flaw;
    /// use zk_conformance::server::Flaws;
    ///
    /// let flaws = Flaws::NONE.with(Flaw::NoCloseReply);
    /// assert!(flaws.contains(Flaw::NoCloseReply));
    /// ```
    #[must_use]
    pub const fn with(self, flaw: Flaw) -> Self {
        Self(self.0 | 1 << flaw as u64)
    }

    /// Whether `flaw` is in the set.
    #[must_use]
    pub const fn contains(self, flaw: Flaw) -> bool {
        self.0 & 1 << flaw as u64 != 0
    }

    /// The flaws in the set, in the order of the table.
    pub fn iter(self) -> impl Iterator<Item = Flaw> {
        let all = Flaw::ALL.iter().copied();
        all.filter(move |&flaw| self.contains(flaw))
    }
}

impl FromIterator<Flaw> for Flaws {
    fn from_iter<I: IntoIterator<Item = Flaw>>(flaws: I) -> Self {
        flaws.into_iter().fold(Self::NONE, Self::with)
    }
}

impl fmt::Debug for Flaws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// A bit for each.
const _: () = assert!(Flaw::ALL.len() <= 64);
