//! The table of flaws.

/// Makes the catalogue of flaws from one table.
macro_rules! flaws {
    ($($flaw:ident, $name:literal, $doc:literal $(, $seen:literal)?;)+) => {
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

            /// Servers known to do it, by a test or by their source; empty if none is.
            #[must_use]
            pub const fn seen_in(self) -> &'static str {
                match self {
                    $(Self::$flaw => concat!($($seen)?),)+
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
    // The bytes of a connection.
    LengthNotEnforced, "length-not-enforced", "Waits for frames of any length.", "FastRail, zetcd";
    NegativeLengthWaits, "negative-length-waits", "Takes a negative length for a very large one and waits.", "zetcd";
    LimitExclusive, "limit-exclusive", "Closes on a frame of exactly the longest length.";
    LargeFrameStalls, "large-frame-stalls", "Never answers a frame of 64 KiB or more.";
    EmptyFrameStalls, "empty-frame-stalls", "Reads no further than a frame of length 0.";
    EmptyFrameSkipped, "empty-frame-skipped", "Skips frames of length 0.";
    HeaderPiecesLost, "header-pieces-lost", "Loses the first bytes of a length that comes in pieces.";
    RestLost, "rest-lost", "Loses the half frame behind a whole one.";
    FirstFrameOnly, "first-frame-only", "Serves the first frame of a read and loses the others.";
    HandshakeSwallowsRest, "handshake-swallows-rest", "Loses what comes in one read with a ConnectRequest.";
    BurstCut, "burst-cut", "Serves 16 frames of a read and loses the others.";
    BurstCloses, "burst-closes", "Closes when more than 100 frames come in a read.";
    RepliesReversed, "replies-reversed", "Answers the frames of one read last to first.";
    BlockingReads, "blocking-reads", "Serves nobody while one connection has half a frame.";
    EofIgnored, "eof-ignored", "Leaves a connection open whose peer has closed its half.";
    Greets, "greets", "Greets a connection before it has said anything.";
    SilentKept, "silent-kept", "Never closes a connection that says nothing.", "Apache 3.4, zetcd";
    SilentHurried, "silent-hurried", "Gives a connection 20 ms for its handshake.";
    LimitNotEnforced, "limit-not-enforced", "Does not count connections per address.";
    LimitOneLess, "limit-one-less", "Takes one connection less from an address than it should.";

    // Falling over: every connection breaks, every session is lost.
    CrashOnShortFrame, "crash-on-short-frame", "Falls over when a frame is shorter than a header.", "zetcd";
    CrashOnNegativeLength, "crash-on-negative-length", "Falls over when a length is negative.", "gozk";
    CrashOnBrokenFrame, "crash-on-broken-frame", "Falls over when a peer leaves in the middle of a frame.";
    CrashOnVisitor, "crash-on-visitor", "Falls over when a peer leaves without a byte.";
    CrashOnWord, "crash-on-word", "Falls over when it is asked a four-letter word.";
    CrashOnNegativeOperation, "crash-on-negative-operation", "Falls over when the number of an operation is negative.";
    CrashOnVersion, "crash-on-version", "Falls over when a protocolVersion is not 0.", "zetcd";
    CrashOnNullPassword, "crash-on-null-password", "Falls over when a password is null.";
    CrashOnNullScheme, "crash-on-null-scheme", "Falls over when the scheme of an auth packet is null.";

    // What is taken for a ConnectRequest.
    FixedSizes, "fixed-sizes", "Takes ConnectRequests of 44 and 45 bytes only.", "ClickHouse Keeper, RaftKeeper";
    ReadOnlyDemanded, "read-only-demanded", "Closes on a ConnectRequest without readOnly.", "FastRail";
    ReadOnlyByLength, "read-only-by-length", "Goes by the length of a ConnectRequest to tell whether it has readOnly.";
    ReadOnlyPicky, "read-only-picky", "Closes on a readOnly other than 0 and 1.";
    TrailingRejected, "trailing-rejected", "Closes on bytes behind readOnly.", "zookeeper-zig";
    HandshakePadded, "handshake-padded", "Takes the missing end of a ConnectRequest for zeros.";
    LengthClipped, "length-clipped", "Cuts a password that reaches beyond its frame.";
    NegativeIsNull, "negative-is-null", "Takes every negative length of a password for null.";
    NullPasswordHangs, "null-password-hangs", "Never answers a ConnectRequest with a null password.", "Apache 3.4";
    LargePasswordStalls, "large-password-stalls", "Never answers a ConnectRequest with a password of 64 KiB or more.";
    VersionChecked, "version-checked", "Closes on a protocolVersion other than 0.", "RaftKeeper";
    PasswordSizeDemanded, "password-size-demanded", "Closes on a password that has not 16 bytes.", "ClickHouse Keeper, RaftKeeper";
    StrangersServed, "strangers-served", "Answers requests that come before a handshake.";

    // The zxid of a ConnectRequest.
    ZxidAheadAccepted, "zxid-ahead-accepted", "Takes clients that have seen a later zxid.", "ClickHouse Keeper until 2025, zetcd, zookeeper-zig";
    ZxidEpochOnly, "zxid-epoch-only", "Compares the upper halves of zxids only.";
    ZxidEqualRefused, "zxid-equal-refused", "Sends away clients that have seen its own latest zxid.";
    ZxidEqualOnRenewal, "zxid-equal-on-renewal", "Sends away clients that renew with its own latest zxid.";
    ZxidUnsigned, "zxid-unsigned", "Takes a negative lastZxidSeen for a very late one.";
    ZxidRefusedAloud, "zxid-refused-aloud", "Refuses the session of a client that has seen a later zxid.";
    ZxidUncheckedOnRenewal, "zxid-unchecked-on-renewal", "Checks the zxid of new sessions only.";
    ZxidCheckedLate, "zxid-checked-late", "Closes a session's old connection before it checks the zxid.";

    // The timeout that is granted.
    WrongClampMin, "wrong-clamp-min", "Raises a short timeout to 1 ms below the minimum.";
    WrongClampMax, "wrong-clamp-max", "Lowers a long timeout to 1 ms above the maximum.";
    NoClamp, "no-clamp", "Grants whatever timeout is asked for.", "zetcd, zookeeper-lite";
    NoClampMin, "no-clamp-min", "Does not raise a short timeout.", "ByConity";
    NoClampMax, "no-clamp-max", "Does not lower a long timeout.";
    TimeoutEchoed, "timeout-echoed", "Answers with the timeout asked for and goes by another.";
    TimeoutRounded, "timeout-rounded", "Rounds the timeout up to whole ticks.";
    TimeoutUnsigned, "timeout-unsigned", "Takes a negative timeout for a very long one.";
    TimeoutOverflows, "timeout-overflows", "Counts the timeout in microseconds of 32 bits.", "ClickHouse Keeper, RaftKeeper";
    TimeoutIgnored, "timeout-ignored", "Grants the longest timeout whatever is asked for.";
    ZeroTimeoutGranted, "zero-timeout-granted", "Grants a timeout of 0.", "zetcd";
    ZeroTimeoutDefault, "zero-timeout-default", "Takes a timeout of 0 for 30 s.", "ClickHouse Keeper";
    ZeroTimeoutKept, "zero-timeout-kept", "Answers 30 s for a timeout of 0 and goes by 0.", "RaftKeeper";

    // The answer to a ConnectRequest.
    ZeroIdSession, "zero-id-session", "Gives new sessions the id 0 in the response.";
    SameId, "same-id", "Gives every new session the same id, over the old one.";
    VersionWrong, "version-wrong", "Answers with protocolVersion 1.";
    VersionEchoed, "version-echoed", "Answers with the protocolVersion of the request.";
    AlwaysReadOnlyByte, "always-read-only-byte", "Sends readOnly to clients that did not.", "Apache 3.9.0 to 3.9.2, FastRail";
    NeverReadOnlyByte, "never-read-only-byte", "Never sends readOnly.", "ClickHouse Keeper, RaftKeeper, zetcd, zk-proxy";
    ReadOnlyEchoed, "read-only-echoed", "Answers with the readOnly of the request.", "zookeeper-lite";
    FixedPassword, "fixed-password", "Gives every session the same password.";
    BlankPassword, "blank-password", "Gives every session 16 zero bytes for a password.", "ClickHouse Keeper, RaftKeeper";
    LongPassword, "long-password", "Answers with a password of 17 bytes.";
    PasswordOfRequest, "password-of-request", "Answers with as much of the password as the request had.", "FastRail";

    // The password of a renewal.
    NoPasswordCheck, "no-password-check", "Renews a session whatever the password.", "RaftKeeper";
    PasswordPrefix, "password-prefix", "Compares as much of the password as there is.";
    PasswordClipped, "password-clipped", "Compares the first 16 bytes of a longer password.";
    HalfPassword, "half-password", "Compares the first 8 bytes of the password.";
    EmptyPasswordPasses, "empty-password-passes", "Does not check an empty password.";
    NullPasswordPasses, "null-password-passes", "Does not check a null password.";
    BlankPasswordPasses, "blank-password-passes", "Does not check a password of 16 zero bytes.";
    AnyPasswordPasses, "any-password-passes", "Takes the password of any session for that of all.";

    // Renewal.
    RenewNewSession, "renew-new-session", "Makes a new session where one should be renewed.", "ClickHouse Keeper, FastRail";
    UnknownNewSession, "unknown-new-session", "Makes a new session for an unknown id.";
    WrongPasswordNewSession, "wrong-password-new-session", "Makes a new session for a wrong password.";
    NegativeIdNewSession, "negative-id-new-session", "Takes a negative session id for none.";
    BlankPasswordNewSession, "blank-password-new-session", "Makes a new session for an unknown id and 16 zero bytes.";
    OldClientNewSession, "old-client-new-session", "Makes a new session for a renewal without readOnly.";
    PasswordMeansRenewal, "password-means-renewal", "Takes a ConnectRequest with a password for a renewal, whatever its session id.";
    RenewUnknown, "renew-unknown", "Renews sessions that do not exist by making them.";
    RenewUnknownByPassword, "renew-unknown-by-password", "Renews sessions that do not exist for the password they would have.", "read-only Apache 3.7 and later";
    RenewWhileConnected, "renew-while-connected", "Refuses to renew a session that has a connection.";
    RenewOnce, "renew-once", "Renews a session once.";
    RenewKeepsTimeout, "renew-keeps-timeout", "Shows the timeout asked for, keeps the old one.", "RaftKeeper, zetcd";
    RenewShowsOldTimeout, "renew-shows-old-timeout", "Does not negotiate the timeout again.", "zookeeper-lite, zookeeper-zig";
    RenewNotClamped, "renew-not-clamped", "Grants a renewal whatever timeout it asks for.";
    RenewKeepsLonger, "renew-keeps-longer", "Keeps the later deadline of the two on renewal.", "Apache 3.4";
    RenewDoesNotTouch, "renew-does-not-touch", "Does not count a renewal as life.";
    RenewChangesPassword, "renew-changes-password", "Gives a session another password with each renewal.";
    RenewVersionEchoed, "renew-version-echoed", "Answers a renewal with its protocolVersion.";
    RenewLosesOwner, "renew-loses-owner", "Closes a renewed connection at its first request, as if the session had moved.";
    RenewForksSession, "renew-forks-session", "Renews a copy of the session, so that closing it leaves the original.";
    NoEvictOnRenew, "no-evict-on-renew", "Leaves the old connection open on renewal.", "RaftKeeper, zetcd";
    EvictLazily, "evict-lazily", "Closes the old connection when it next says something.", "zookeeper-zig";
    EvictedServed, "evicted-served", "Carries out a closeSession on a connection it has closed.";
    EvictAfterCheck, "evict-after-check", "Closes the old connection for the right password only.";
    EvictEndsSession, "evict-ends-session", "Ends the session with its old connection.";

    // Refusal.
    ShortPassword, "short-password", "Refuses with a password of 14 bytes.", "zetcd";
    RefusalWithoutPassword, "refusal-without-password", "Refuses with an empty password.", "zookeeper-zig";
    RefusalEchoesId, "refusal-echoes-id", "Refuses with the session id asked for.";
    RefusalNegative, "refusal-negative", "Refuses with version 42, timeout -1 and the session id asked for.", "RaftKeeper";
    RefusalPositive, "refusal-positive", "Refuses with version 42, a positive timeout and session id -1.", "ClickHouse Keeper";
    RefusalSilent, "refusal-silent", "Refuses by closing, without a frame.", "zookeeper-lite";
    RefusalStaysOpen, "refusal-stays-open", "Refuses and leaves the connection open.";
    RefusalEndsSession, "refusal-ends-session", "Ends the session when a wrong password comes.";
    RefusalTouches, "refusal-touches", "Counts a wrong password as life.";
    RefusalLocksOut, "refusal-locks-out", "Refuses every password after three wrong ones.";

    // Expiry.
    EarlyExpiry, "early-expiry", "Expires sessions one tick early.";
    LateExpiry, "late-expiry", "Expires sessions one tick late.";
    UnroundedExpiry, "unrounded-expiry", "Expires sessions at the millisecond, not at the tick.";
    NoExpiry, "no-expiry", "Never expires a session.", "FastRail";
    ExpiryByMinimum, "expiry-by-minimum", "Expires every session by the shortest timeout.";
    ConnectedForever, "connected-forever", "Never expires a session that has a connection.", "zetcd";
    AbandonedForever, "abandoned-forever", "Never expires a session that has no connection.";
    ExpiryLeavesOpen, "expiry-leaves-open", "Leaves the connection of an expired session open.";
    ExpiryAnnounced, "expiry-announced", "Tells a client that its session has expired.";
    PingDoesNotTouch, "ping-does-not-touch", "Counts pings as silence.";
    PingTouchesAll, "ping-touches-all", "Counts a ping as life of every session.";
    AuthTouches, "auth-touches", "Counts auth packets as life.";
    PartialTouches, "partial-touches", "Counts bytes of unfinished frames as life.";
    ResetEndsSession, "reset-ends-session", "Ends the session when its connection is reset.";
    FaultEndsSession, "fault-ends-session", "Ends the session when its connection breaks.";

    // Requests.
    PingUnanswered, "ping-unanswered", "Does not answer pings.", "FastRail";
    PingXidEchoed, "ping-xid-echoed", "Answers a ping with its own xid.", "ClickHouse Keeper, RaftKeeper, zetcd";
    PingXidZero, "ping-xid-zero", "Answers a ping with xid 0.";
    PingZxidOwn, "ping-zxid-own", "Counts the zxids of pings by connection.";
    PingZxidMissing, "ping-zxid-missing", "Answers a ping with zxid -1.", "zetcd, zookeeper-zig";
    PingWithBody, "ping-with-body", "Answers a ping with a body.";
    RequestTrailingRejected, "request-trailing-rejected", "Closes on bytes behind the header of a ping or a closeSession.";
    NegativeXidMangled, "negative-xid-mangled", "Drops the sign of an xid it echoes.";
    RequestCutCloses, "request-cut-closes", "Closes on a read that ends too soon.";
    RequestTrailingCloses, "request-trailing-closes", "Closes on bytes behind a read.";
    XidsMustRise, "xids-must-rise", "Closes on a read whose xid is not above that of the one before.";
    NoCloseReply, "no-close-reply", "Closes on closeSession without a reply.", "ClickHouse Keeper, FastRail, RaftKeeper";
    CloseXidZero, "close-xid-zero", "Answers a closeSession with xid 0.";
    CloseZxidZero, "close-zxid-zero", "Answers a closeSession with zxid 0.";
    CloseStaysOpen, "close-stays-open", "Answers closeSession and leaves the connection open.";
    CloseKeepsSession, "close-keeps-session", "Answers closeSession and keeps the session.";
    CloseEndsOthers, "close-ends-others", "Ends every session when one is closed.";
    EventsLost, "events-lost", "Tells no watcher that anything has changed.";
    EventsLate, "events-late", "Tells a watcher what has changed behind the answer to its own request.";
    UnknownDropped, "unknown-dropped", "Does not answer unknown operations.";
    UnknownClosesSilently, "unknown-closes-silently", "Closes on an unknown operation without a reply.", "zetcd";
    UnknownWrongError, "unknown-wrong-error", "Answers an unknown operation with a marshalling error.";
    UnknownZxid, "unknown-zxid", "Answers an unknown operation with its latest zxid.";
    UnknownStaysOpen, "unknown-stays-open", "Stays open after an unknown operation.";
    UnknownEndsSession, "unknown-ends-session", "Ends the session on an unknown operation.";
    SecondHandshakeServed, "second-handshake-served", "Answers a second ConnectRequest like the first.";

    // Identities.
    AuthUnanswered, "auth-unanswered", "Does not answer auth packets.";
    AuthBehindLost, "auth-behind-lost", "Loses an auth packet that is not the first frame of its read.";
    AuthXidFixed, "auth-xid-fixed", "Answers every auth packet with xid -4.";
    AuthTypeChecked, "auth-type-checked", "Refuses auth packets whose type is not 0.";
    AuthSchemeUnchecked, "auth-scheme-unchecked", "Takes an identity of any scheme.";
    AuthWorldTaken, "auth-world-taken", "Takes the identity world.";
    AuthOthersTaken, "auth-others-taken", "Takes the identities super and x509.";
    AuthEmptyTaken, "auth-empty-taken", "Takes an identity of an empty scheme.";
    AuthNullTaken, "auth-null-taken", "Takes a digest identity without data.";
    AuthCutTaken, "auth-cut-taken", "Takes an auth packet that ends too soon.";
    AuthNegativeStalls, "auth-negative-stalls", "Never answers an auth packet whose scheme has a length below -1.";
    AuthCutEndsSession, "auth-cut-ends-session", "Ends the session on an auth packet that ends too soon.";
    SaslCutTaken, "sasl-cut-taken", "Takes a SASL packet that ends too soon.";
    AuthErrorSilent, "auth-error-silent", "Closes on a bad identity without a reply.";
    AuthErrorStaysOpen, "auth-error-stays-open", "Stays open after a bad identity.";
    AuthErrorEndsSession, "auth-error-ends-session", "Ends the session on a bad identity.";

    // Read-only servers.
    ReadOnlyServesAll, "read-only-serves-all", "Serves clients that want to write, on a read-only server.";
    ReadOnlyCheckedLate, "read-only-checked-late", "Closes a session's old connection before it finds a client unwilling.";
    ReadOnlyWrites, "read-only-writes", "Says that a write is done, on a read-only server.";

    // Four-letter words.
    WordSilent, "word-silent", "Answers a word that is not enabled by closing.", "ClickHouse Keeper";
    WordStaysOpen, "word-stays-open", "Answers a word and leaves the connection open.";
    WordAnyCase, "word-any-case", "Takes a word in capitals.";
    WordOnSession, "word-on-session", "Answers a word in the middle of a conversation.";
}
