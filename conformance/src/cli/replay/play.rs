//! Scripts played to a server, as often as is asked for.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::task::JoinSet;

use crate::cli::Exit;
use crate::cli::count::percent;
use crate::cli::process::Managed;
use crate::cli::replay::BAD;
use crate::cli::replay::DIM;
use crate::cli::replay::GOOD;
use crate::cli::replay::ODD;
use crate::cli::say;
use crate::judge;
use crate::judge::Ended;
use crate::judge::Guard;
use crate::judge::Options;
use crate::judge::Subject;
use crate::net::Played;
use crate::player;
use crate::player::Failure;
use crate::player::Happening;
use crate::player::Trouble;
use crate::player::Verdict;
use crate::transcript::Action;
use crate::transcript::IntExpr;
use crate::transcript::IntName;
use crate::transcript::Packet;
use crate::transcript::Part;
use crate::transcript::Script;
use crate::transcript::Term;
use crate::transcript::Value;

/// A script, and the server it is played to.
pub(super) type Play = (Subject, Arc<Script>);

/// Scripts played at a time.
const AT_ONCE: usize = 16;
/// How long it takes at most until it is known that a server has come to its end.
const LAST_WORDS: Duration = Duration::from_millis(200);
/// How long a server is given for it that has closed a connection, as it should.
const GRACE: Duration = Duration::from_millis(50);

/// Plays scripts, and tells in their order what came of each. A server that is ours has them one
/// at a time, and is started again when it has come to its end: so it is known by what.
///
/// # Errors
/// Says what is in the way of playing one at all.
pub(super) async fn all(
    plays: Vec<Play>,
    options: &Options,
    times: usize,
    managed: Option<Arc<Managed>>,
) -> Result<Exit, String> {
    let at_once = if managed.is_some() { 1 } else { AT_ONCE };
    // Mostly they wait, as the client did that was recorded.
    let mut running = JoinSet::new();
    let mut outcomes = BTreeMap::new();
    let mut plays = plays.into_iter().enumerate();
    let turns = Arc::new(Mutex::new(()));
    loop {
        while running.len() < at_once
            && let Some((index, (subject, script))) = plays.next()
        {
            let options = options.clone();
            let turns = Arc::clone(&turns);
            let managed = managed.clone();
            running.spawn(async move {
                let _turn = if presents_an_id_of_its_own(&script) {
                    Some(turns.lock().await)
                } else {
                    None
                };
                let managed = managed.as_deref();
                let played = replay(&subject, &script, &options, times, managed).await;
                (index, script, played)
            });
        }
        let Some(ended) = running.join_next().await else {
            break;
        };
        let (index, script, played) =
            ended.map_err(|_| "it was cut off by a fault of zkspec itself".to_owned())?;
        outcomes.insert(index, (script, played?));
    }
    let told = outcomes
        .values()
        .map(|(script, played)| show(script, played, times));
    Ok(told.fold(Exit::Fine, Exit::or))
}

/// Whether a script presents a session id that no server gave it. Another may present the same, and
/// Apache closes the one connection because of the other; so these take turns.
pub(in crate::cli) fn presents_an_id_of_its_own(script: &Script) -> bool {
    let is_number = |term: &Term| match term {
        Term::Is(Value::Int(IntExpr(atoms))) => atoms
            .iter()
            .all(|atom| matches!(atom.of, IntName::Number(number) if number != 0)),
        _ => false,
    };
    let packets = script.steps.iter().flat_map(|step| match &step.action {
        Action::Send { packets, .. } => packets.as_slice(),
        _ => &[],
    });
    let mut parts = packets.flat_map(|packet| match packet {
        Packet::Frame(parts) => parts.as_slice(),
        Packet::Raw(_) | Packet::Text(_) => &[],
    });
    parts.any(|part| match part {
        Part::Record { schema, fields } => {
            schema.name == "ConnectRequest"
                && fields
                    .iter()
                    .any(|(name, term)| *name == "sessionId" && is_number(term))
        }
        Part::Bytes(_) | Part::Rest => false,
    })
}

/// What came of playing a script.
#[derive(Default)]
struct Replayed {
    good: usize,
    bad: usize,
    /// The first time it did not come out as it should.
    first: Option<(Failure, Played)>,
    /// How often the server came to its end by it, and how it did the first time.
    ends: usize,
    end: Option<Ended>,
    /// What ended it before it was played as often as it should be.
    trouble: Option<Trouble>,
}

impl Replayed {
    const fn times(&self) -> usize {
        self.good + self.bad
    }
}

async fn replay(
    subject: &Subject,
    script: &Arc<Script>,
    options: &Options,
    times: usize,
    managed: Option<&Managed>,
) -> Result<Replayed, String> {
    let bindings = judge::probe(subject, options).await?;
    let mut replayed = Replayed::default();
    // Nothing was played to it since it was started.
    let mut is_fresh = true;
    while replayed.times() < times {
        let script = Arc::clone(script);
        let mut played = judge::play(subject.clone(), script, bindings.clone(), options).await;
        let was_fresh = std::mem::replace(&mut is_fresh, false);
        let is_last = replayed.times() + 1 == times;
        if let Some(managed) = managed
            && let Some(ended) = managed.ended(patience(&played, is_last)).await
        {
            managed.restart().await?;
            is_fresh = true;
            replayed.ends += 1;
            replayed.end.get_or_insert(ended);
            if let Verdict::Untested(trouble @ Trouble::Unreachable { .. }) = &played.verdict {
                // Where nobody was met, it was what was played before.
                replayed.bad += usize::from(was_fresh || !trouble.is_no_server());
                continue;
            }
        }
        let passed = Verdict::Passed {
            tolerated: Vec::new(),
        };
        match std::mem::replace(&mut played.verdict, passed) {
            Verdict::Passed { .. } => replayed.good += 1,
            Verdict::Failed(failure) => {
                replayed.bad += 1;
                replayed.first.get_or_insert((failure, played));
            }
            Verdict::Untested(trouble) => {
                replayed.trouble = Some(trouble);
                break;
            }
        }
    }
    Ok(replayed)
}

/// How long a server is given to come to its end by what was played.
fn patience(played: &Played, is_last: bool) -> Duration {
    let mut done = played.log.iter().map(|event| &event.what);
    match played.verdict {
        Verdict::Passed { .. } if is_last => LAST_WORDS,
        Verdict::Passed { .. } if done.any(|it| matches!(it, Happening::Ended(_))) => GRACE,
        Verdict::Passed { .. } => Duration::ZERO,
        Verdict::Failed(_) | Verdict::Untested(_) => LAST_WORDS,
    }
}

/// Says how a script came out; of a difference, what was going on.
fn show(script: &Script, replayed: &Replayed, times: usize) -> Exit {
    let Replayed {
        good,
        bad,
        first,
        ends,
        end,
        trouble,
    } = replayed;
    let played = replayed.times();
    // What a case should come out as is in it; of anything else, what is recorded.
    let rate = if times == 1 || played == 0 {
        String::new()
    } else if script.header("level").is_some() {
        format!(
            "  failed {bad} of {played} times ({})",
            percent(*bad, played)
        )
    } else {
        format!("  {good} of {played} as recorded")
    };
    let (mark, style, exit) = match (bad + ends, trouble) {
        (0, None) => ("✓", GOOD, Exit::Fine),
        (0, Some(_)) => ("~", ODD, Exit::Untested),
        _ => ("✗", BAD, Exit::Unexpected),
    };
    say(format_args!("{style}{mark}{style:#} {}{rate}", script.name));
    if let Some((failure, played)) = first {
        show_failure(script, failure, played);
    }
    if let Some(Ended { how, log }) = end {
        let often = match times {
            1 => String::new(),
            _ => format!(" {ends} of {played} times"),
        };
        say(format_args!(
            "  the server ended{often}, {how}; it printed:"
        ));
        for line in log {
            say(format_args!("{DIM}    {line}{DIM:#}"));
        }
    }
    if let Some(trouble) = trouble {
        say(format_args!("  could not be played: {trouble}"));
    }
    exit
}

fn show_failure(script: &Script, failure: &Failure, played: &Played) {
    for (index, step) in script.steps.iter().enumerate() {
        if index + 4 > failure.step && index <= failure.step + 1 {
            let mark = if index == failure.step { ">>" } else { "  " };
            let text = step.to_string().replace('\n', "\n     ");
            say(format_args!("  {mark} {text}"));
        }
    }
    let expected = failure.expected.join(" or ");
    say(format_args!("  expected  {expected}"));
    say(format_args!("  actual    {}", failure.actual));
    say(format_args!("{DIM}  what went over the wire:{DIM:#}"));
    for line in player::wire_log(&played.log) {
        say(format_args!("{DIM}    {line}{DIM:#}"));
    }
}
