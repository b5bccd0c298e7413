//! Scripts played to a server, as often as is asked for.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::Mutex;
use tokio::task::JoinSet;

use crate::cli::Exit;
use crate::cli::count::percent;
use crate::cli::replay::BAD;
use crate::cli::replay::DIM;
use crate::cli::replay::GOOD;
use crate::cli::replay::ODD;
use crate::cli::say;
use crate::judge;
use crate::judge::Options;
use crate::judge::Subject;
use crate::net::Played;
use crate::player;
use crate::player::Failure;
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

/// Plays scripts, and tells in their order what came of each.
///
/// # Errors
/// Says what is in the way of playing one at all.
pub(super) async fn all(plays: Vec<Play>, options: &Options, times: usize) -> Result<Exit, String> {
    // Mostly they wait, as the client did that was recorded.
    let mut running = JoinSet::new();
    let mut outcomes = BTreeMap::new();
    let mut plays = plays.into_iter().enumerate();
    let turns = Arc::new(Mutex::new(()));
    loop {
        while running.len() < AT_ONCE
            && let Some((index, (subject, script))) = plays.next()
        {
            let options = options.clone();
            let turns = Arc::clone(&turns);
            running.spawn(async move {
                let _turn = if presents_an_id_of_its_own(&script) {
                    Some(turns.lock().await)
                } else {
                    None
                };
                let played = replay(&subject, &script, &options, times).await;
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
    /// What ended it before it was played as often as it should be.
    trouble: Option<Trouble>,
}

async fn replay(
    subject: &Subject,
    script: &Arc<Script>,
    options: &Options,
    times: usize,
) -> Result<Replayed, String> {
    let bindings = judge::probe(subject, options).await?;
    let mut replayed = Replayed::default();
    for _ in 0..times {
        let script = Arc::clone(script);
        let mut played = judge::play(subject.clone(), script, bindings.clone(), options).await;
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

/// Says how a script came out; of a difference, what was going on.
fn show(script: &Script, replayed: &Replayed, times: usize) -> Exit {
    let Replayed {
        good,
        bad,
        first,
        trouble,
    } = replayed;
    let played = good + bad;
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
    let (mark, style, exit) = match (bad, trouble) {
        (0, None) => ("✓", GOOD, Exit::Fine),
        (0, Some(_)) => ("~", ODD, Exit::Untested),
        _ => ("✗", BAD, Exit::Unexpected),
    };
    say(format_args!("{style}{mark}{style:#} {}{rate}", script.name));
    if let Some((failure, played)) = first {
        show_failure(script, failure, played);
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
