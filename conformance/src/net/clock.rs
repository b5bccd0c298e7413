//! The machine's monotonic clock, as the engines count time.

use std::time::Duration;

use crate::Instant;

/// Counts milliseconds since it was started.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    origin: tokio::time::Instant,
}

impl Clock {
    /// Starts at zero.
    #[must_use]
    pub fn start() -> Self {
        Self {
            origin: tokio::time::Instant::now(),
        }
    }

    /// Milliseconds since the start, whole ones.
    #[must_use]
    pub fn now(&self) -> Instant {
        Instant::ZERO + self.origin.elapsed()
    }

    /// When the machine's clock will say `at`.
    #[must_use]
    pub fn when(&self, at: Instant) -> tokio::time::Instant {
        let far = Duration::from_secs(86_400 * 365);
        self.origin + Duration::from_millis(at.as_millis()).min(far)
    }
}

/// Milliseconds for a server to make its session ids from, so that two that are started one after
/// the other make different ones.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the network shell")]
pub fn start_millis() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| {
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    })
}
