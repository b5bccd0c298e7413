//! What differences in what comes of several things at once have in common.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::driver::Act;
use crate::driver::Knob;
use crate::driver::Sequence;
use crate::driver::Step;

/// In which ways servers answer what is done at once, whatever it is that they say: how many replies
/// come, and whether the connection is closed. A reply that is lost when a connection ends is lost
/// for one reason, whichever request it was for; but for a closeSession, which ends it by itself.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Shape {
    /// Of both servers.
    answers: BTreeSet<String>,
    /// Whether the second server says more than the first.
    is_second_wordier: bool,
    is_goodbye: bool,
}

impl Shape {
    /// The shape of the answers to the last moment of a sequence, and how often each came; `None` if
    /// it has one step only.
    pub(super) fn of(sequence: &Sequence, answers: &[Vec<(Arc<str>, usize)>; 2]) -> Option<Self> {
        let moment = sequence.0.last()?;
        let is_cut_short = |step: &Step| {
            let mut twists = step.twists.iter();
            twists.any(|twist| matches!(twist.knob, Knob::Half | Knob::Reset))
        };
        if moment.0.len() < 2 && !moment.0.iter().any(is_cut_short) {
            return None;
        }
        let all = answers.iter().flatten();
        let [first, second] = answers.each_ref().map(|answers| wordiness(answers));
        let mut steps = moment.0.iter();
        Some(Self {
            answers: all.map(|(said, _)| shape(said).0).collect(),
            is_second_wordier: second > first,
            is_goodbye: steps.any(|step| step.symbol.act == Act::Close),
        })
    }
}

/// How many replies come in a thousand runs.
fn wordiness(answers: &[(Arc<str>, usize)]) -> usize {
    let runs: usize = answers.iter().map(|(_, count)| count).sum();
    let replies = answers.iter().map(|(said, count)| shape(said).1 * count);
    replies.sum::<usize>() * 1000 / runs.max(1)
}

/// The end of what is said on each connection, and how many replies come before; and how many in all.
fn shape(answer: &str) -> (String, usize) {
    let mut all = 0;
    let connections = answer.split("; ").map(|said| {
        let said = match said.split_once(": ") {
            Some((_, said)) => said,
            None => said,
        };
        let mut replies = 0;
        let mut rest = Vec::new();
        for word in said.split(", ") {
            match word {
                "closed" | "silent" | "stays open" | "cut" | "open" | "-" => rest.push(word),
                word if begins_reply(word) => replies += 1,
                _ => {}
            }
        }
        all += replies;
        format!("{replies} {}", rest.join(" "))
    });
    let mut connections: Vec<String> = connections.collect();
    connections.sort();
    (connections.join("; "), all)
}

/// Whether a word is the first of a reply, and not what is said about it.
fn begins_reply(word: &str) -> bool {
    let firsts = [
        "ok", "pong", "error", "refused", "new", "same", "earlier", "session", "text",
    ];
    let first = word.split(' ').next();
    first.is_some_and(|first| firsts.contains(&first))
}

#[cfg(test)]
mod tests {
    use super::shape;

    #[test]
    fn what_is_said_does_not_matter() {
        assert_eq!(
            shape("ok, 4 bytes, closed"),
            shape("new session, timeout 4000, closed")
        );
        assert_eq!(shape("a: closed; b: pong"), shape("a: ok; b: closed"));
        assert_ne!(shape("pong, pong"), shape("pong"));
        assert_ne!(shape("ok, closed"), shape("ok, stays open"));
    }
}
