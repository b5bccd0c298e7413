//! How long is waited for.

use std::time::Duration;

use crate::player;

/// The flags about how long things may take.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Pace {
    /// How long a step waits for an answer, in milliseconds.
    #[arg(
        long,
        value_name = "MS",
        default_value_t = TIMEOUT,
        value_parser = clap::value_parser!(u64).range(1..=86_400_000),
        help_heading = HEADING
    )]
    timeout: u64,
    /// By how much this machine or the server is slower than usual: all that is waited for may take
    /// so many times as long.
    #[arg(long, value_name = "F", default_value_t = 1.0, value_parser = factor, help_heading = HEADING)]
    slow_factor: f64,
}

/// The heading of these flags.
pub(super) const HEADING: &str = "Timing";

/// How long a step waits unless it is told otherwise, in milliseconds.
const TIMEOUT: u64 = 2000;

impl Pace {
    /// Sets how long the player waits.
    pub(super) fn set(&self, player: &mut player::Config) {
        let patience = Duration::from_millis(self.timeout);
        player.patience = patience.mul_f64(self.slow_factor);
        player.slack = player.patience.saturating_sub(patience);
    }

    /// The flags that say the same, each after a blank.
    pub(super) fn flags(&self) -> String {
        let mut flags = String::new();
        if self.timeout != TIMEOUT {
            flags += &format!(" --timeout {}", self.timeout);
        }
        if self.slow_factor > 1.0 {
            flags += &format!(" --slow-factor {}", self.slow_factor);
        }
        flags
    }
}

/// How many times as long things may take.
fn factor(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(factor) if (1.0..=1000.0).contains(&factor) => Ok(factor),
        _ => Err("it should be a number from 1 to 1000".to_owned()),
    }
}
