//! Plays a script over TCP.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::net::Clock;
use crate::net::Late;
#[cfg(feature = "tls")]
use crate::net::Tls;
use crate::net::dial::Dial;
use crate::net::wires::Wires;
use crate::player::Config;
use crate::player::Event;
use crate::player::Player;
use crate::player::Trouble;
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
    /// The named outcomes that came about, in line, and how often.
    pub seen: BTreeMap<String, u32>,
    /// How late this machine and the server were, as far as the script's own connections show.
    pub late: Late,
}

impl Played {
    /// Nothing was played, because the script is not for this server.
    pub(crate) fn unsuitable(reason: String) -> Self {
        Self {
            verdict: Verdict::Untested(Trouble::Unsuitable { reason }),
            log: Vec::new(),
            bindings: Bindings::default(),
            elapsed: Duration::ZERO,
            seen: BTreeMap::new(),
            late: Late::default(),
        }
    }
}

/// Plays `script` against the server at `address`.
pub async fn play(
    address: SocketAddr,
    script: Arc<Script>,
    bindings: Bindings,
    config: Config,
) -> Played {
    play_by(Dial::plain(address), script, bindings, config).await
}

/// Plays `script` against the server at `address`, over TLS.
#[cfg(feature = "tls")]
pub async fn play_tls(
    address: SocketAddr,
    tls: Tls,
    script: Arc<Script>,
    bindings: Bindings,
    config: Config,
) -> Played {
    play_by(Dial::behind(address, tls), script, bindings, config).await
}

async fn play_by(dial: Dial, script: Arc<Script>, bindings: Bindings, config: Config) -> Played {
    let clock = Clock::start();
    let mut player = Player::new(script, bindings, config, clock.now());
    let mut wires = Wires::new(dial);
    wires.run(clock, &mut player).await;
    let late = wires.late();
    wires.finish().await;
    let untold = Verdict::Passed {
        tolerated: Vec::new(),
    };
    Played {
        verdict: player.verdict().cloned().unwrap_or(untold),
        log: player.log().to_vec(),
        bindings: player.bindings().clone(),
        elapsed: clock.now() - crate::Instant::ZERO,
        seen: player.seen(),
        late,
    }
}
