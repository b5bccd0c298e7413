//! What productions fail with.

use std::borrow::Cow;

use nom::IResult;
use nom::Parser;
use nom::error::ErrorKind;
use nom::error::ParseError;

use crate::transcript::SyntaxError;
use crate::transcript::syntax;

/// What a production gives.
pub(super) type Parsed<'a, O> = IResult<&'a str, O, Trouble<'a>>;

/// What is wrong with the rest of a line.
#[derive(Clone, Debug)]
pub(super) struct Trouble<'a> {
    at: &'a str,
    expected: Cow<'static, str>,
    nearest: Option<&'static str>,
}

impl<'a> Trouble<'a> {
    pub(super) fn new(at: &'a str, expected: impl Into<Cow<'static, str>>) -> Self {
        Self {
            at,
            expected: expected.into(),
            nearest: None,
        }
    }

    /// The error for `line`, of which `self.at` is the end.
    pub(super) fn in_line(&self, number: usize, line: &str) -> SyntaxError {
        let before = line.len().saturating_sub(self.at.len());
        SyntaxError {
            line: number,
            column: 1 + line.get(..before).unwrap_or(line).chars().count(),
            expected: self.expected.clone().into_owned(),
            found: syntax::found(self.at),
            nearest: self.nearest,
        }
    }
}

impl<'a> ParseError<&'a str> for Trouble<'a> {
    fn from_error_kind(input: &'a str, _kind: ErrorKind) -> Self {
        Self::new(input, "something else")
    }

    fn append(_input: &'a str, _kind: ErrorKind, other: Self) -> Self {
        other
    }

    fn or(self, other: Self) -> Self {
        // What got further knows better; `at` is always the end of the same line.
        if self.at.len() < other.at.len() {
            self
        } else {
            other
        }
    }
}

/// There is no going on from here.
pub(super) fn failure<'a>(
    at: &'a str,
    expected: impl Into<Cow<'static, str>>,
) -> nom::Err<Trouble<'a>> {
    nom::Err::Failure(Trouble::new(at, expected))
}

/// There is no going on from here, and one of `names` was meant.
pub(super) fn unknown<'a>(
    at: &'a str,
    kind: &str,
    names: &[&'static str],
) -> nom::Err<Trouble<'a>> {
    misspelt(at, format!("{kind} ({})", syntax::list(names)), names)
}

/// There is no going on from here, and one of `names` may have been meant.
pub(super) fn misspelt<'a>(
    at: &'a str,
    expected: impl Into<Cow<'static, str>>,
    names: &[&'static str],
) -> nom::Err<Trouble<'a>> {
    nom::Err::Failure(Trouble {
        at,
        expected: expected.into(),
        nearest: syntax::nearest(at, names),
    })
}

/// Names what `production` would have been, if it fails at its first token.
pub(super) fn expect<'a, O>(
    what: &'static str,
    production: impl Parser<&'a str, Output = O, Error = Trouble<'a>>,
) -> impl FnMut(&'a str) -> Parsed<'a, O> {
    expect_word(what, &[], production)
}

/// As [`expect`], where a misspelled word may be at fault.
pub(super) fn expect_word<'a, O>(
    what: &'static str,
    names: &'static [&'static str],
    mut production: impl Parser<&'a str, Output = O, Error = Trouble<'a>>,
) -> impl FnMut(&'a str) -> Parsed<'a, O> {
    move |input| {
        production.parse(input).map_err(|error| match error {
            nom::Err::Error(trouble) if trouble.at.len() == input.len() => {
                nom::Err::Error(Trouble {
                    at: input,
                    expected: Cow::Borrowed(what),
                    nearest: syntax::nearest(input, names),
                })
            }
            other => other,
        })
    }
}

/// As [`expect`], for a production of several tokens that only has a name as a whole.
pub(super) fn expect_whole<'a, O>(
    what: &'static str,
    mut production: impl Parser<&'a str, Output = O, Error = Trouble<'a>>,
) -> impl FnMut(&'a str) -> Parsed<'a, O> {
    move |input| {
        production.parse(input).map_err(|error| match error {
            nom::Err::Error(_) => nom::Err::Error(Trouble::new(input, what)),
            other => other,
        })
    }
}
