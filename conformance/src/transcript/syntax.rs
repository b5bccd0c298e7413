//! What is wrong with a text, and where.

use thiserror::Error;

/// Longest stretch of a text that an error repeats, in characters.
const LONGEST_FOUND: usize = 32;

/// How many names an error lists before it says `...`.
const NAMES_LISTED: usize = 8;

/// The first thing in a text that is not a transcript.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("line {line}, column {column}: expected {expected}, found {found}{}", hint(*.nearest))]
pub struct SyntaxError {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// What could have stood there.
    pub expected: String,
    /// What stands there.
    pub found: String,
    /// The name that was probably meant.
    pub nearest: Option<&'static str>,
}

fn hint(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!("; did you mean \"{name}\"?"))
}

/// The token at the front of `rest`, as an error shows it.
pub(super) fn found(rest: &str) -> String {
    let token = token(rest);
    if token.is_empty() {
        "the end of the line".to_owned()
    } else {
        format!("\"{}\"", token.escape_debug())
    }
}

/// Names in line, the first few of them.
pub(super) fn list(names: &[&str]) -> String {
    let mut list = names.get(..NAMES_LISTED).unwrap_or(names).join(", ");
    if names.len() > NAMES_LISTED {
        list.push_str(", ...");
    }
    list
}

/// The one of `names` that the token at the front of `rest` is a misspelling of.
pub(super) fn nearest(rest: &str, names: &[&'static str]) -> Option<&'static str> {
    let token = token(rest).to_lowercase();
    let allowed = 1 + token.chars().count() / 4;
    names
        .iter()
        .map(|name| (distance(&token, &name.to_lowercase()), *name))
        .filter(|(distance, name)| *distance <= allowed && *distance < name.len())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

fn token(rest: &str) -> &str {
    let in_word = |c: char| c.is_alphanumeric() || "_-/$@\\".contains(c);
    let mut end = 0;
    for (at, c) in rest.char_indices().take(LONGEST_FOUND) {
        if at > 0 && !in_word(c) {
            break;
        }
        end = at + c.len_utf8();
        if !in_word(c) {
            break;
        }
    }
    rest.get(..end).unwrap_or_default()
}

/// Edits between two words: a letter put in, left out, or changed.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (done, l) in left.chars().enumerate() {
        let mut diagonal = done;
        let mut last = done + 1;
        for (cell, r) in row.iter_mut().skip(1).zip(&right) {
            let above = *cell;
            *cell = (diagonal + usize::from(l != *r))
                .min(above + 1)
                .min(last + 1);
            diagonal = above;
            last = *cell;
        }
        if let Some(first) = row.first_mut() {
            *first = done + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}
