//! Plays a script over TCP.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::net::Clock;
use crate::net::wires::Wires;
use crate::player::Config;
use crate::player::Event;
use crate::player::Player;
use crate::player::Verdict;
use crate::transcript::Bindings;
use crate::transcript::Script;

/// How a script went, and all that was done and seen.
#[derive(Clone, Debug)]
pub struct Played {
    /// How it went.
    pub verdict: Verdict,
    /// What was done and seen.
    pub log: Vec<Event>,
    /// What the names of the script stand for.
    pub bindings: Bindings,
    /// How long it took.
    pub elapsed: Duration,
}

/// Plays `script` against the server at `address`.
pub async fn play(
    address: SocketAddr,
    script: Arc<Script>,
    bindings: Bindings,
    config: Config,
) -> Played {
    let clock = Clock::start();
    let mut player = Player::new(script, bindings, config, clock.now());
    let mut wires = Wires::new(address);
    wires.run(clock, &mut player).await;
    wires.finish().await;
    let untold = Verdict::Passed {
        tolerated: Vec::new(),
    };
    Played {
        verdict: player.verdict().cloned().unwrap_or(untold),
        log: player.log().to_vec(),
        bindings: player.bindings().clone(),
        elapsed: clock.now() - crate::Instant::ZERO,
    }
}
