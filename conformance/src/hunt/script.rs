//! Scripts made smaller, and how one tells that they fail in the same way.

use std::collections::HashSet;
use std::fmt;
use std::ops::Range;
use std::time::Duration;

use crate::hunt::Shrink;
use crate::player::Failure;
use crate::player::Trouble;
use crate::player::Verdict;
use crate::transcript::Action;
use crate::transcript::Packet;
use crate::transcript::Part;
use crate::transcript::Script;
use crate::transcript::Span;

/// The JSON Schema of what `zkspec min --format json` prints.
pub const MIN_SCHEMA: &str = include_str!("../../schema/min.schema.json");

/// In which way a script fails, numbers left out: session ids and zxids are never the same.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Symptom {
    /// The forbidden outcome, or what was expected.
    expected: String,
    /// What was seen.
    actual: String,
}

impl Symptom {
    /// The symptom of a verdict; `None` if it is no failure.
    #[must_use]
    pub fn of(verdict: &Verdict) -> Option<Self> {
        match verdict {
            Verdict::Failed(failure) => Some(Self::of_failure(failure)),
            Verdict::Untested(Trouble::Unreachable { before: true, .. }) => Some(Self::end()),
            Verdict::Passed { .. } | Verdict::Untested(_) => None,
        }
    }

    /// The symptom of a failure.
    #[must_use]
    pub fn of_failure(failure: &Failure) -> Self {
        match &failure.outcome {
            Some(outcome) => Self {
                expected: outcome.clone(),
                actual: String::new(),
            },
            None => Self {
                expected: without_numbers(&failure.expected.join(" or ")),
                actual: without_numbers(&failure.actual),
            },
        }
    }

    /// That there is no server any more.
    #[must_use]
    pub fn end() -> Self {
        Self {
            expected: "a server".to_owned(),
            actual: "none".to_owned(),
        }
    }
}

impl fmt::Display for Symptom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.actual.as_str() {
            "" => &self.expected,
            actual => actual,
        })
    }
}

/// A text with all numbers and hex strings as `#`.
fn without_numbers(text: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric();
    let mut plain = String::new();
    let mut word = String::new();
    for c in text.chars().chain([' ']) {
        if is_part(c) {
            word.push(c);
            continue;
        }
        let is_number = word.chars().next().is_some_and(|c| c.is_ascii_digit())
            || (word.len() >= 8 && word.chars().all(|c| c.is_ascii_hexdigit()));
        plain += if is_number { "#" } else { &word };
        word.clear();
        plain.push(c);
    }
    plain.trim_end().to_owned()
}

impl Shrink for Script {
    fn parts(&self) -> usize {
        self.steps.len()
    }

    fn without(&self, parts: Range<usize>) -> Option<Self> {
        let mut smaller = self.clone();
        smaller.steps.drain(parts);
        (!smaller.steps.is_empty()).then_some(smaller)
    }

    fn simpler(&self) -> Vec<Self> {
        let mut simpler = self.without_a_connection();
        simpler.extend(self.without_an_exchange());
        for (at, step) in self.steps.iter().enumerate() {
            for action in simpler_actions(&step.action) {
                let mut script = self.clone();
                script.steps[at].action = action;
                simpler.push(script);
            }
        }
        simpler
    }
}

impl Script {
    /// Whether every connection is opened before anything else is done on it.
    #[must_use]
    pub fn opens_first(&self) -> bool {
        let mut opened = HashSet::new();
        self.steps.iter().all(|step| match &step.action {
            Action::Open { connection, .. } => {
                opened.insert(connection.as_str());
                true
            }
            other => on(other).is_none_or(|name| opened.contains(name)),
        })
    }

    /// The same without all that happens on one connection.
    fn without_a_connection(&self) -> Vec<Self> {
        let mut names: Vec<&str> = Vec::new();
        for name in self.steps.iter().filter_map(|step| on(&step.action)) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let without = |name: &&str| {
            let mut smaller = self.clone();
            smaller.steps.retain(|step| on(&step.action) != Some(name));
            smaller
        };
        let all = names.iter().map(without);
        all.filter(|script| !script.steps.is_empty()).collect()
    }

    /// The same without something that is sent and what is seen next on that connection.
    fn without_an_exchange(&self) -> Vec<Self> {
        let sent = self.steps.iter().enumerate();
        let sent = sent.filter(|(_, step)| matches!(step.action, Action::Send { .. }));
        let pairs = sent.filter_map(|(at, step)| {
            let rest = self.steps.iter().enumerate().skip(at + 1);
            let mut seen = rest.filter(|(_, other)| {
                on(&other.action) == on(&step.action)
                    && matches!(other.action, Action::Expect { .. })
            });
            seen.next().map(|(seen, _)| (at, seen))
        });
        let without = |(sent, seen): (usize, usize)| {
            let mut smaller = self.clone();
            smaller.steps.remove(seen);
            smaller.steps.remove(sent);
            smaller
        };
        pairs.map(without).collect()
    }
}

/// The connection of an action.
fn on(action: &Action) -> Option<&str> {
    match action {
        Action::Open { connection, .. }
        | Action::Send { connection, .. }
        | Action::Expect { connection, .. } => Some(connection),
        Action::Shut(name)
        | Action::Close(name)
        | Action::Reset(name)
        | Action::Pause(name)
        | Action::Resume(name) => Some(name),
        Action::Comment(_) | Action::Wait(_) | Action::Mark(_) => None,
    }
}

/// The same with one thing less in it.
fn simpler_actions(action: &Action) -> Vec<Action> {
    match action {
        Action::Send {
            connection,
            packets,
            pieces,
        } => {
            let send = |packets, pieces| Action::Send {
                connection: connection.clone(),
                packets,
                pieces,
            };
            let mut simpler = Vec::new();
            if pieces.is_some() {
                simpler.push(send(packets.clone(), None));
            }
            for at in 0..packets.len() {
                if packets.len() > 1 {
                    let mut fewer = packets.clone();
                    fewer.remove(at);
                    simpler.push(send(fewer, *pieces));
                }
                for packet in simpler_packets(&packets[at]) {
                    let mut other = packets.clone();
                    other[at] = packet;
                    simpler.push(send(other, *pieces));
                }
            }
            simpler
        }
        Action::Wait(Span::Exact(span)) if *span >= SHORTEST => {
            vec![Action::Wait(Span::Exact(*span / 2))]
        }
        _ => Vec::new(),
    }
}

/// Waits are not made shorter than this.
const SHORTEST: Duration = Duration::from_millis(2);

/// The same with a part or a field less.
fn simpler_packets(packet: &Packet) -> Vec<Packet> {
    let Packet::Frame(parts) = packet else {
        return Vec::new();
    };
    let mut simpler = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        if parts.len() > 1 {
            let mut fewer = parts.clone();
            fewer.remove(at);
            simpler.push(Packet::Frame(fewer));
        }
        if let Part::Record { schema, fields } = part {
            for field in 0..fields.len() {
                let mut fewer = fields.clone();
                fewer.remove(field);
                let mut parts = parts.clone();
                parts[at] = Part::Record {
                    schema: *schema,
                    fields: fewer,
                };
                simpler.push(Packet::Frame(parts));
            }
        }
    }
    simpler
}

#[cfg(test)]
mod tests {
    use super::without_numbers;

    #[test]
    fn numbers_are_left_out() {
        let text = "ReplyHeader xid=-2 zxid=0x1f err=OK + bytes 00ff00ff00ff";
        assert_eq!(
            without_numbers(text),
            "ReplyHeader xid=-# zxid=# err=OK + bytes #"
        );
    }
}
