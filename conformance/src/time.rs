//! The engines' clock: a number of milliseconds, handed in by whoever drives them.

use std::fmt;
use std::ops::Add;
use std::ops::Sub;
use std::time::Duration;

/// A moment on a monotonic clock, in whole milliseconds from an origin the driver picks.
///
/// ZooKeeper's protocol counts in milliseconds and its server rounds expiry up to ticks of
/// them, so an integer says everything, prints exactly and can be typed into a transcript.
/// Arithmetic saturates: a timeout read from the wire can never wrap the clock.
///
/// ```
/// use std::time::Duration;
/// use zk_conformance::Instant;
///
/// let start = Instant::from_millis(4_000);
/// assert_eq!(start + Duration::from_millis(1_500), Instant::from_millis(5_500));
/// assert_eq!(start - Instant::from_millis(9_000), Duration::ZERO);
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Instant(u64);

impl Instant {
    /// The origin of the clock.
    pub const ZERO: Self = Self(0);

    /// The moment `millis` milliseconds after the origin.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the origin.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0
    }
}

impl Add<Duration> for Instant {
    type Output = Self;

    /// The moment `rhs` later; parts of a millisecond are dropped.
    fn add(self, rhs: Duration) -> Self {
        // `Duration::as_millis` divides 128 bits, which shows where time is told for each packet.
        let millis = rhs.as_secs().saturating_mul(1_000);
        let millis = millis.saturating_add(u64::from(rhs.subsec_millis()));
        Self(self.0.saturating_add(millis))
    }
}

impl Sub for Instant {
    type Output = Duration;

    /// Time from `rhs` to `self`; zero if `rhs` is the later one.
    fn sub(self, rhs: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(rhs.0))
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}ms", self.0)
    }
}
