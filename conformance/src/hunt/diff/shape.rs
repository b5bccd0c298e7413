//! What differences by chance have in common.

use std::collections::BTreeSet;
use std::sync::Arc;

/// In which ways two servers answer, whatever it is that they say: how many replies come, and
/// whether the connection is closed. A reply that is lost when a connection ends is lost for one
/// reason, whichever request it was for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Shape([BTreeSet<String>; 2]);

impl Shape {
    /// The shape of these answers; `None` if neither server leaves anything to chance.
    pub(super) fn of(answers: [Vec<Arc<str>>; 2]) -> Option<Self> {
        if answers.iter().all(|answers| answers.len() < 2) {
            return None;
        }
        let shapes = answers.map(|answers| answers.iter().map(|it| shape(it)).collect());
        Some(Self(shapes))
    }
}

/// The end of what is said on each connection, and how many replies come before.
fn shape(answer: &str) -> String {
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
        format!("{replies} {}", rest.join(" "))
    });
    let mut connections: Vec<String> = connections.collect();
    connections.sort();
    connections.join("; ")
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
