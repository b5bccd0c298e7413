//! The words of answers: what the driver says of what came of a moment, taken apart.

use std::collections::BTreeSet;
use std::sync::Arc;

/// A word of an answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Word<'a> {
    text: &'a str,
    /// Whether it is about a reply that was told of before it, such as its length.
    is_detail: bool,
}

/// A word, or the kind of detail that it is.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Kind {
    Detail(String),
    Word(String),
}

/// What is said of one connection.
struct Part<'a> {
    /// Its letter and a colon, where an answer tells which it is.
    name: &'a str,
    words: Vec<&'a str>,
}

/// What two answers do not have in common: in which way servers differ, whatever else was said.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Contrast([Vec<Kind>; 2]);

impl Contrast {
    /// What is different about two answers to the same moment. What is said of other connections
    /// matters only if what is said of its own is the same.
    pub(crate) fn of(answers: [&str; 2]) -> Self {
        let own = answers.map(|answer| parts(answer).take(1).flat_map(told).collect());
        let Self(rest) = Self::between(own);
        if rest.iter().any(|words| !words.is_empty()) {
            return Self(rest);
        }
        Self::between(answers.map(|answer| parts(answer).flat_map(told).collect()))
    }

    /// What is left without what both begin and end with.
    fn between([mut one, mut other]: [Vec<Word<'_>>; 2]) -> Self {
        while one.last().is_some() && one.last() == other.last() {
            one.pop();
            other.pop();
        }
        let pairs = one.iter().zip(&other);
        let same = pairs.take_while(|(one, other)| one == other).count();
        one.drain(..same);
        other.drain(..same);
        Self([one, other].map(|words| words.into_iter().map(Word::kind).collect()))
    }

    /// The details that it consists of; `None` if there is more to it. Whatever comes after is the
    /// same as if the servers had not differed.
    pub(crate) fn details(&self) -> Option<BTreeSet<String>> {
        let words = self.0.iter().flatten();
        let details = words.map(|word| match word {
            Kind::Detail(text) => Some(text.clone()),
            Kind::Word(_) => None,
        });
        let details: Option<BTreeSet<String>> = details.collect();
        details.filter(|details| !details.is_empty())
    }
}

/// An answer without some details.
pub(crate) fn without(answer: &Arc<str>, details: &BTreeSet<String>) -> Arc<str> {
    if details.is_empty() {
        return Arc::clone(answer);
    }
    let is_left = |word: &Word<'_>| match word.kind() {
        Kind::Detail(detail) => !details.contains(&detail),
        Kind::Word(_) => true,
    };
    let parts = parts(answer).map(|part| {
        let name = part.name;
        let words = told(part).into_iter().filter(is_left);
        let words: Vec<&str> = words.map(|word| word.text).collect();
        format!("{name}{}", words.join(", "))
    });
    parts.collect::<Vec<_>>().join("; ").into()
}

/// In which way a server answers, whatever it says: how many replies come on each connection and how
/// it ends; and how many replies in all.
pub(crate) fn shape(answer: &str) -> (String, usize) {
    let mut all = 0;
    let connections = parts(answer).map(|part| {
        let replies = part.words.iter().filter(|word| begins_reply(word)).count();
        all += replies;
        let rest = part.words.iter().copied().filter(|word| is_mere(word));
        format!("{replies} {}", rest.collect::<Vec<_>>().join(" "))
    });
    let mut connections: Vec<String> = connections.collect();
    connections.sort();
    (connections.join("; "), all)
}

fn parts(answer: &str) -> impl Iterator<Item = Part<'_>> {
    answer.split("; ").map(|part| {
        let is_name = |name: &&str| matches!(name.as_bytes(), [b'a'..=b'z', b':', b' ']);
        let name = part.get(..3).filter(is_name).unwrap_or_default();
        let words = part[name.len()..].split(", ").collect();
        Part { name, words }
    })
}

/// The words of a part, whichever connection it is about.
fn told(part: Part<'_>) -> Vec<Word<'_>> {
    let words = part.words.into_iter().enumerate();
    let words = words.map(|(place, text)| Word {
        text,
        is_detail: place > 0 && !begins_reply(text) && !is_mere(text),
    });
    words.collect()
}

impl Word<'_> {
    fn kind(self) -> Kind {
        if self.is_detail {
            Kind::Detail(without_numbers(self.text))
        } else {
            Kind::Word(self.text.to_owned())
        }
    }
}

/// Whether a word stands for itself.
fn is_mere(word: &str) -> bool {
    let mere = [
        "closed",
        "silent",
        "stays open",
        "cut",
        "open",
        "-",
        "flood",
        "no frame",
    ];
    mere.contains(&word)
}

/// Whether a word is the first of a reply, and not what is said about it.
fn begins_reply(word: &str) -> bool {
    let firsts = [
        "ok", "pong", "error", "refused", "new", "same", "earlier", "session", "text",
    ];
    let first = word.split(' ').next();
    first.is_some_and(|first| firsts.contains(&first))
}

/// A word with `N` for each number.
fn without_numbers(word: &str) -> String {
    let words = word.split(' ').map(|word| {
        let digits = word.strip_prefix('-').unwrap_or(word);
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if is_number { "N" } else { word }
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_has_no_part_in_a_shape() {
        assert_eq!(
            shape("ok, 4 bytes, closed"),
            shape("new session, timeout 4000, closed")
        );
        assert_eq!(shape("a: closed; b: pong"), shape("a: ok; b: closed"));
        assert_ne!(shape("pong, pong"), shape("pong"));
        assert_ne!(shape("ok, closed"), shape("ok, stays open"));
    }

    #[test]
    fn a_contrast_is_what_is_not_the_same() {
        let of = |one, other| Contrast::of([one, other]);
        assert_eq!(of("pong, closed", "pong, silent"), of("closed", "silent"));
        assert_eq!(
            of("ok, closed; b: pong", "closed"),
            of("ok, closed", "closed")
        );
        assert_eq!(
            of("same session; a: closed", "same session"),
            of("ok; b: closed", "ok")
        );
        assert_ne!(of("pong, closed", "pong, silent"), of("pong", "silent"));
        assert_ne!(of("error -6", "error -5"), of("error -6", "error -4"));
        assert_eq!(
            of("new session, timeout 5", "new session, timeout 6"),
            of("same session, timeout 7", "same session, timeout 80")
        );
    }

    #[test]
    fn details_are_what_nothing_follows_from() {
        let details = |one, other| Contrast::of([one, other]).details();
        let some = |words: &[&str]| Some(words.iter().map(|it| (*it).to_owned()).collect());
        assert_eq!(
            details("new session, timeout 4000", "new session, timeout 10000"),
            some(&["timeout N"])
        );
        assert_eq!(details("pong, no zxid", "pong"), some(&["no zxid"]));
        assert_eq!(
            details("refused, with an id, closed", "refused, closed"),
            some(&["with an id"])
        );
        for (one, other) in [
            ("closed", "silent"),
            ("new session", "same session"),
            ("pong", "pong, pong"),
            ("7 bytes", "8 bytes"),
            ("pong", "pong"),
        ] {
            assert_eq!(details(one, other), None, "{one} / {other}");
        }
    }

    #[test]
    fn details_can_be_left_out() {
        let details = BTreeSet::from(["timeout N".to_owned(), "no zxid".to_owned()]);
        for (answer, rest) in [
            ("new session, timeout 4000", "new session"),
            (
                "b: same session, timeout 9; a: closed",
                "b: same session; a: closed",
            ),
            ("pong, no zxid; b: pong, no zxid", "pong; b: pong"),
            ("timeout 5", "timeout 5"),
            ("text a; b", "text a; b"),
        ] {
            assert_eq!(&*without(&answer.into(), &details), rest);
        }
    }
}
