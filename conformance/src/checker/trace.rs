//! A way through the states, as a transcript that any server of the same settings can be played.

use std::collections::BTreeMap;

use crate::checker::Found;
use crate::checker::Move;
use crate::checker::Scene;
use crate::checker::State;
use crate::checker::Step;
use crate::checker::scene::HALF;
use crate::recording::Recording;
use crate::recording::Style;
use crate::server::Mode;
use crate::server::Phase;
use crate::server::Requests;
use crate::server::Trigger;
use crate::transcript::Action;
use crate::transcript::Header;
use crate::transcript::Packet;
use crate::transcript::Script;
use crate::transcript::Seen;
use crate::transcript::Span;

/// A trace for each move of the tables that was seen and can be shown to a server: that of the first
/// search that has one.
#[must_use]
pub fn traces<'a>(searches: impl IntoIterator<Item = &'a Found>) -> BTreeMap<Step, Script> {
    let mut traces = BTreeMap::new();
    for found in searches {
        for step in found.steps.keys() {
            if !traces.contains_key(step) {
                traces.extend(found.trace(step).map(|trace| (*step, trace)));
            }
        }
    }
    traces
}

/// The first states of a scene, which are enough to see in all of them together every move of the
/// tables, and every goal.
pub const FIRST_STATES: usize = 8_000;

impl Found {
    /// What goes over the wire on a way, as seen by the server.
    #[must_use]
    pub fn recording(&self, path: &[Move]) -> Recording {
        let (recording, _) = State::first(&self.scene).record(path);
        recording
    }

    /// The way to a move of the tables as a transcript. There is none if nothing is to be seen of
    /// it on the wire, or if it takes more than one server that just runs: two of them, a restart,
    /// or one that is slow to answer a read.
    ///
    /// Waits are a tenth shorter than here. Here they are whole ticks, and what happens at the
    /// very moment at which a session's timeout runs out finds it alive, as a session lives until
    /// the tick is over; where ticks fall elsewhere nobody knows. With a tenth less, what has three
    /// ticks to live here is still alive at the third and gone at the fourth, on any server whose
    /// ticks are shorter than half of these.
    #[must_use]
    pub fn trace(&self, step: &Step) -> Option<Script> {
        let path = self.steps.get(step)?;
        let restarts = path.iter().any(|next| matches!(next, Move::Restart(_)));
        let (recording, steps) = State::first(&self.scene).record(path);
        if restarts
            || self.scene.servers.len() > 1
            || recording.events.is_empty()
            || !steps.contains(step)
        {
            return None;
        }
        let mut script = recording.to_script(&step.slug(), Style::Playable);
        script
            .steps
            .iter_mut()
            .for_each(|step| generalize(&mut step.action));
        if matches!(step, Step::Server(Phase::Greeting, Trigger::Read, _)) {
            let mut actions = script.steps.iter_mut().map(|step| &mut step.action);
            // As a whole it would be read at once.
            if let Some(pieces) = actions.find_map(|action| match action {
                Action::Send { pieces, .. } => Some(pieces),
                _ => None,
            }) {
                *pieces = Some(HALF);
            }
        }
        let mut head = |key: &str, text: String| {
            let key = key.to_owned();
            script.headers.push(Header { key, text });
        };
        head("shows", step.to_string());
        let setting = self.scene.setting(step);
        if !setting.is_empty() {
            head("server", setting);
        }
        Some(script)
    }
}

impl Scene {
    /// What a server has to be like for the scene to be played to it.
    fn setting(&self, step: &Step) -> String {
        let Some(server) = self.servers.first() else {
            return String::new();
        };
        let mut words = Vec::new();
        words.extend(match server.mode {
            Mode::ReadWrite => None,
            Mode::ReadOnly => Some("mode=readOnly".to_owned()),
            Mode::ReadOnlyNoNew => Some("mode=readOnlyNoNew".to_owned()),
        });
        if server.requests == Requests::Delegate {
            words.push("data=yes".to_owned());
        }
        if matches!(step, Step::Server(_, Trigger::Silence, _))
            && let Some(silence) = server.sessionless_timeout
        {
            words.push(format!("sessionlessCnxnTimeout={}", silence.as_millis()));
        }
        words.join(" ")
    }
}

/// Makes of what is so here what is so everywhere.
fn generalize(action: &mut Action) {
    match action {
        Action::Wait(Span::Exact(time)) => *time = *time * 9 / 10,
        Action::Expect { outcomes, .. } => {
            let seen = outcomes.iter_mut().flat_map(|outcome| &mut outcome.seen);
            for observation in seen {
                // What a four-letter word says.
                if let Seen::Packet(Packet::Raw(text)) = &mut observation.what {
                    *text = None;
                }
            }
        }
        _ => {}
    }
}
