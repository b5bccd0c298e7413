//! Scripts whose outcome is decided by a race in the server.
//!
//! The header `race 20` has a script played twenty times. What is sent on several connections
//! without anything seen in between goes out at one moment, so the server has to decide who is
//! first. Each time comes out as it may, and how often is what there is to tell: no single time is a
//! verdict, unless it comes out as it must not.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::judge::Options;
use crate::judge::Subject;
use crate::judge::run::play_once;
use crate::net::Played;
use crate::player::Verdict;
use crate::transcript::Bindings;
use crate::transcript::Script;

/// Most times a script may be played.
const MOST: u32 = 1000;

/// How often the header `race` of a script wants it played; once, without one.
///
/// # Errors
/// If it is no number from 2 to 1000.
pub fn times(script: &Script) -> Result<u32, String> {
    let Some(text) = script.header("race") else {
        return Ok(1);
    };
    let times = text.parse().ok().filter(|times| (2..=MOST).contains(times));
    times.ok_or_else(|| format!("race {text:?} is no number from 2 to {MOST}"))
}

/// Plays a script as often as it wants, one time after the other. The first time that comes out as
/// it must not is the one that is told of.
pub(super) async fn play(
    subject: Subject,
    script: Arc<Script>,
    bindings: Bindings,
    options: &Options,
    times: u32,
) -> Played {
    let mut options = options.clone();
    // Silence takes its time each time, and which outcome it is taken for is no verdict.
    options.player.grace = Duration::ZERO;
    let once = || {
        let (subject, script) = (subject.clone(), Arc::clone(&script));
        play_once(subject, script, bindings.clone(), &options)
    };
    let mut whole = once().await;
    let mut seen = BTreeMap::new();
    add(&mut seen, &whole);
    for _ in 1..times {
        if !matches!(whole.verdict, Verdict::Passed { .. }) {
            break;
        }
        let played = once().await;
        add(&mut seen, &played);
        whole = Played {
            elapsed: whole.elapsed + played.elapsed,
            late: whole.late.max(played.late),
            ..played
        };
    }
    // Which of several fine outcomes came about is no verdict.
    if let Verdict::Passed { tolerated } = &mut whole.verdict {
        tolerated.clear();
    }
    whole.seen = seen;
    whole
}

fn add(seen: &mut BTreeMap<String, u32>, played: &Played) {
    for (outcome, times) in &played.seen {
        *seen.entry(outcome.clone()).or_default() += times;
    }
}
