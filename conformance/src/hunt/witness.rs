//! What was found, as a transcript.

use crate::capture::Side;
use crate::driver::Act;
use crate::driver::Config;
use crate::driver::Sequence;
use crate::hunt::Run;
use crate::player::End;
use crate::player::Happening;
use crate::recording::Connection;
use crate::recording::Event;
use crate::recording::Recording;
use crate::recording::Style;
use crate::recording::What;
use crate::transcript::Action;
use crate::transcript::Header;
use crate::transcript::Script;
use crate::transcript::Seen;
use crate::transcript::Step;
use crate::transcript::Within;

/// A run as a script that plays the same again, and expects the same: `zkspec replay` says how often
/// that comes out. What was done is said in its header `sequence`, what came of it in `answers`.
#[must_use]
pub fn witness(name: &str, sequence: &Sequence, run: &Run) -> Script {
    let mut script = recording(run).to_script(name, Style::Raced);
    if sequence.steps().any(|step| step.symbol.act == Act::Linger) {
        be_patient(&mut script.steps);
    }
    for step in &mut script.steps {
        if let Action::Expect { outcomes, .. } = &mut step.action {
            let seen = outcomes.iter_mut().flat_map(|outcome| &mut outcome.seen);
            for observation in seen {
                // FIN or RST is a race wherever bytes are unread.
                if matches!(observation.what, Seen::Fin | Seen::Rst) {
                    observation.what = Seen::Closed;
                }
            }
        }
    }
    let answers: Vec<&str> = run.answers.iter().map(AsRef::as_ref).collect();
    for (key, text) in [
        (SEQUENCE, sequence.to_string()),
        (ANSWERS, answers.join(" | ")),
    ] {
        let key = key.to_owned();
        script.headers.push(Header { key, text });
    }
    script
}

/// Whether a script is a witness: it expects what came, so that it passes where the find comes up
/// again, and fails on a sound server.
#[must_use]
pub fn is_witness(script: &Script) -> bool {
    let has = |key| script.header(key).is_some();
    has(SEQUENCE) && has(ANSWERS)
}

/// The header that says what was done.
const SEQUENCE: &str = "sequence";
/// The header that says what came of it.
const ANSWERS: &str = "answers";

/// Has the end of a connection awaited for as long as the client lingered.
fn be_patient(steps: &mut Vec<Step>) {
    let is_end = |step: &Step| match &step.action {
        Action::Expect { outcomes, .. } => outcomes.iter().any(|outcome| {
            let mut seen = outcome.seen.iter();
            seen.any(|observation| matches!(observation.what, Seen::Fin | Seen::Rst))
        }),
        _ => false,
    };
    let Some(at) = steps.iter().rposition(is_end) else {
        return;
    };
    let mark = "lingering".to_owned();
    let longest = i64::try_from(Config::LINGER.as_millis()).unwrap_or(i64::MAX);
    if let Some(Action::Expect { outcomes, .. }) = steps.get_mut(at).map(|step| &mut step.action) {
        for observation in outcomes.iter_mut().flat_map(|outcome| &mut outcome.seen) {
            observation.within = Some(Within {
                from: None,
                to: Some(longest.into()),
                mark: mark.clone(),
            });
        }
    }
    steps.insert(at, Step::new(Action::Mark(mark)));
}

/// A run as a recording.
#[must_use]
pub fn recording(run: &Run) -> Recording {
    let mut recording = Recording::default();
    let mut at = std::time::Duration::ZERO;
    for event in &run.log {
        if let Happening::Waited(span) = event.what {
            // The next event comes so much later.
            at += span;
            continue;
        }
        let known = recording
            .connections
            .iter()
            .position(|known| known.name == capital(&event.connection));
        let connection = known.unwrap_or_else(|| {
            recording.connections.push(connection(&event.connection));
            recording.connections.len() - 1
        });
        let what = match &event.what {
            Happening::Opened => What::Open,
            Happening::Refused => What::Refused,
            Happening::Sent(bytes) => What::Data(Side::Client, bytes.clone().into()),
            Happening::Received(bytes) => What::Data(Side::Server, bytes.clone().into()),
            Happening::Ended(End::Fin) => What::Fin(Side::Server),
            Happening::Ended(End::Rst) => What::Rst(Side::Server),
            Happening::Shut => What::Shut,
            Happening::Quiet(span) => What::Quiet(*span),
            Happening::Closed => What::Fin(Side::Client),
            Happening::Reset => What::Rst(Side::Client),
            Happening::Paused | Happening::Resumed | Happening::Waited(_) => continue,
        };
        recording.events.push(Event {
            at,
            packet: recording.events.len() as u64 + 1,
            connection,
            what,
        });
    }
    recording
}

fn connection(name: &str) -> Connection {
    let nowhere = std::net::SocketAddr::from(([0, 0, 0, 0], 0));
    Connection {
        name: capital(name),
        client: nowhere,
        server: nowhere,
        from_start: true,
    }
}

/// `A` for `a1`, `A2` for `a2`.
fn capital(name: &str) -> String {
    let name = name.to_uppercase();
    match name.strip_suffix('1') {
        Some(letter) if letter.len() == 1 => letter.to_owned(),
        _ => name,
    }
}
