//! How far it got, on stderr.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::ProgressBar;
use indicatif::ProgressStyle;

/// A line on stderr, if somebody is looking.
pub(super) struct Progress(ProgressBar);

impl Progress {
    pub(super) fn start() -> Self {
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} {wide_msg}") {
            bar.set_style(style);
        }
        if std::io::stderr().is_terminal() {
            bar.enable_steady_tick(Duration::from_millis(100));
        } else {
            bar.set_draw_target(indicatif::ProgressDrawTarget::hidden());
        }
        Self(bar)
    }

    /// Says how far it got, as far as there is room in the line.
    pub(super) fn tell(&self, message: String) {
        self.0.set_message(message);
    }

    /// Does something while the line is not there.
    pub(super) fn suspend(&self, doing: impl FnOnce()) {
        self.0.suspend(doing);
    }

    /// How long the line has been there.
    pub(super) fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    /// Takes the line away; says how long it was there.
    pub(super) fn finish(self) -> Duration {
        let elapsed = self.0.elapsed();
        self.0.finish_and_clear();
        elapsed
    }
}
