//! What flaws make of timeouts, moments and passwords.

use std::time::Duration;

use crate::server::config::Config;
use crate::server::flaw::Flaw;
use crate::server::flaw::Flaws;

/// What a timeout has to keep to, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(in crate::server) struct Bounds {
    pub(in crate::server) min: i32,
    pub(in crate::server) max: i32,
    pub(in crate::server) tick: i32,
}

impl Bounds {
    /// The timeout within the bounds that is closest to `asked`.
    pub(in crate::server) fn clamp(self, asked: i32) -> i32 {
        asked.max(self.min).min(self.max)
    }
}

impl Flaws {
    /// What each flaw of the set in turn makes of a value that is right.
    pub(super) fn bend<T>(self, right: T, bent: impl Fn(T, Flaw) -> T) -> T {
        if self.is_none() {
            return right;
        }
        self.iter().fold(right, bent)
    }

    /// The timeout granted.
    pub(in crate::server) fn granted(
        self,
        right: i32,
        asked: i32,
        bounds: Bounds,
        is_renewal: bool,
    ) -> i32 {
        let Bounds { min, max, tick } = bounds;
        self.bend(right, |granted, flaw| match flaw {
            Flaw::WrongClampMin if asked < min => min.saturating_sub(1),
            Flaw::WrongClampMax if asked > max => max.saturating_add(1),
            Flaw::NoClamp => asked,
            Flaw::NoClampMin if asked < min => asked,
            Flaw::NoClampMax if asked > max => asked,
            Flaw::TimeoutRounded => {
                let ticks = granted.saturating_add(tick - 1) / tick.max(1);
                ticks.saturating_mul(tick)
            }
            Flaw::TimeoutUnsigned if asked < 0 => max,
            Flaw::TimeoutOverflows => bounds.clamp(asked.wrapping_mul(1_000) / 1_000),
            Flaw::TimeoutIgnored => max,
            Flaw::ZeroTimeoutGranted if asked == 0 => 0,
            Flaw::ZeroTimeoutDefault | Flaw::ZeroTimeoutKept if asked == 0 => bounds.clamp(30_000),
            Flaw::RenewNotClamped if is_renewal => asked,
            _ => granted,
        })
    }

    /// The timeout that the session goes by.
    pub(in crate::server) fn kept(self, granted: i32, asked: i32, bounds: Bounds) -> i32 {
        self.bend(granted, |kept, flaw| match flaw {
            Flaw::ZeroTimeoutKept if asked == 0 => 0,
            Flaw::ExpiryByMinimum => bounds.min,
            _ => kept,
        })
    }

    /// The timeout that a renewed session goes by.
    pub(in crate::server) fn renewed(self, new: i32, old: i32) -> i32 {
        self.bend(new, |kept, flaw| match flaw {
            Flaw::RenewKeepsTimeout | Flaw::RenewShowsOldTimeout => old,
            _ => kept,
        })
    }

    /// The timeout that the answer to a renewal has.
    pub(in crate::server) fn shown(self, new: i32, old: i32) -> i32 {
        self.bend(new, |shown, flaw| match flaw {
            Flaw::RenewShowsOldTimeout => old,
            _ => shown,
        })
    }

    /// Whether a renewal counts as life.
    pub(in crate::server) fn renewal_touches(self, new: i32, old: i32) -> bool {
        self.bend(true, |touches, flaw| match flaw {
            Flaw::RenewDoesNotTouch => false,
            Flaw::RenewKeepsLonger => new >= old,
            _ => touches,
        })
    }

    /// The password of a session.
    pub(in crate::server) fn password(self, right: [u8; 16]) -> [u8; 16] {
        self.bend(right, |password, flaw| match flaw {
            Flaw::FixedPassword => *b"correct battery!",
            Flaw::BlankPassword => [0; 16],
            _ => password,
        })
    }

    /// Whether a connection is one too many, with `count` others from its address.
    pub(in crate::server) fn is_over(self, right: bool, count: u32, limit: u32) -> bool {
        self.bend(right, |is_over, flaw| match flaw {
            Flaw::LimitNotEnforced => false,
            Flaw::LimitOneLess => limit > 0 && count.saturating_add(1) >= limit,
            _ => is_over,
        })
    }
}

/// How long sessions are given, and the grain of that.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(in crate::server) struct Lifetimes {
    flaws: Flaws,
    tick: Duration,
}

impl Lifetimes {
    pub(in crate::server) const fn new(config: &Config) -> Self {
        Self {
            flaws: config.flaws,
            tick: config.tick_time,
        }
    }

    /// How far apart the moments of expiry are.
    pub(in crate::server) fn grain(self) -> Duration {
        self.flaws.bend(self.tick, |grain, flaw| match flaw {
            Flaw::UnroundedExpiry => Duration::from_millis(1),
            _ => grain,
        })
    }

    /// How long a session of this timeout is given.
    pub(in crate::server) fn of(self, timeout: Duration) -> Duration {
        self.flaws.bend(timeout, |given, flaw| match flaw {
            Flaw::EarlyExpiry => given.saturating_sub(self.tick),
            Flaw::LateExpiry => given.saturating_add(self.tick),
            Flaw::NoExpiry => Duration::MAX,
            _ => given,
        })
    }

    /// Whether a session that is due is given another timeout.
    pub(in crate::server) fn spares(self, is_connected: bool) -> bool {
        self.flaws.bend(false, |spares, flaw| match flaw {
            Flaw::ConnectedForever => spares || is_connected,
            Flaw::AbandonedForever => spares || !is_connected,
            _ => spares,
        })
    }

    /// Whether no session is ever due.
    pub(in crate::server) const fn are_endless(self) -> bool {
        self.flaws.contains(Flaw::NoExpiry)
    }
}
