//! Between which bounds a server keeps timeouts, by what it granted.

use std::time::Duration;

/// What the timeouts granted so far say about the least and the greatest that are granted.
#[derive(Clone, Debug)]
pub(super) struct Bounds {
    least: (i32, i32),
    greatest: (i32, i32),
    /// What the ids of new sessions have in common until the server is started again: all but the
    /// lower 16 bits, which count.
    run: Option<i64>,
    /// When the latest timeout was granted.
    at: Duration,
    /// Whether the server may have been started again since the latest new session.
    is_doubtful: bool,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            least: (i32::MIN, i32::MAX),
            greatest: (i32::MIN, i32::MAX),
            run: None,
            at: Duration::ZERO,
            is_doubtful: false,
        }
    }
}

impl Bounds {
    /// Takes in what was granted for what was asked; what is wrong with it, if no server that was
    /// set up once grants this. `gone` is when the server may last have been started again.
    pub(super) fn granted(
        &mut self,
        asked: i32,
        granted: i32,
        new_session: Option<i64>,
        at: Duration,
        gone: Option<Duration>,
    ) -> Option<String> {
        let run = new_session.map(|session_id| session_id >> 16);
        match (run, self.run) {
            (Some(run), Some(known)) if run == known => self.is_doubtful = false,
            (Some(_), Some(_)) => *self = Self::default(),
            _ => self.is_doubtful |= gone.is_some_and(|gone| gone >= self.at),
        }
        self.run = run.or(self.run);
        self.at = at;
        if self.narrow(asked, granted) {
            return None;
        }
        if self.is_doubtful {
            *self = Self {
                run: self.run,
                at,
                ..Self::default()
            };
            self.narrow(asked, granted);
            return None;
        }
        let (_, least) = self.least;
        let (greatest, _) = self.greatest;
        Some(format!(
            "timeOut is {granted} for {asked}, but {least} was not too little and {greatest} not \
             too much"
        ))
    }

    /// Whether the timeout fits what is known, which it then adds to.
    fn narrow(&mut self, asked: i32, granted: i32) -> bool {
        let within = |(low, high): (i32, i32), from: i32, to: i32| (low.max(from), high.min(to));
        let (least, greatest) = if granted > asked {
            (
                within(self.least, granted, granted),
                within(self.greatest, granted, i32::MAX),
            )
        } else if granted < asked {
            (
                within(self.least, i32::MIN, granted),
                within(self.greatest, granted, granted),
            )
        } else {
            (
                within(self.least, i32::MIN, granted),
                within(self.greatest, granted, i32::MAX),
            )
        };
        let fits = least.0 <= least.1 && greatest.0 <= greatest.1;
        if fits {
            (self.least, self.greatest) = (least, greatest);
        }
        fits
    }
}
