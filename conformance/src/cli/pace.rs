//! How long is waited for.

use std::time::Duration;

use crate::player;

/// The flags about how long things may take.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Pace {
    /// How long a step waits for an answer, in milliseconds.
    #[arg(long, value_name = "MS", default_value_t = 2000, help_heading = HEADING)]
    timeout: u64,
    /// By how much this machine or the server is slower than usual: all that is waited for may take
    /// so many times as long.
    #[arg(long, value_name = "F", default_value_t = 1.0, value_parser = factor, help_heading = HEADING)]
    slow_factor: f64,
}

/// The heading of these flags.
pub(super) const HEADING: &str = "Timing";

impl Pace {
    /// Sets how long the player waits.
    pub(super) fn set(&self, player: &mut player::Config) {
        let patience = Duration::from_millis(self.timeout);
        player.patience = patience.mul_f64(self.slow_factor);
        player.slack = player.patience.saturating_sub(patience);
    }
}

/// How many times as long things may take.
fn factor(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(factor) if (1.0..=1000.0).contains(&factor) => Ok(factor),
        _ => Err("it should be a number from 1 to 1000".to_owned()),
    }
}
