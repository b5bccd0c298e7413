//! Lines, and how one is read whole.

use nom::Parser;
use nom::combinator::cut;
use nom::combinator::eof;
use nom::sequence::terminated;

use super::trouble::Trouble;
use super::trouble::expect;
use crate::transcript::SyntaxError;

/// The lines that are not blank, with a look at the next one.
pub(super) struct Lines<'a> {
    rest: Option<&'a str>,
    number: usize,
}

impl<'a> Lines<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self {
            rest: Some(text),
            number: 0,
        }
    }

    pub(super) fn next_if(&mut self, fits: impl Fn(&Line<'a>) -> bool) -> Option<Line<'a>> {
        loop {
            let rest = self.rest?;
            let (text, rest) = match rest.split_once('\n') {
                Some((text, rest)) => (text, Some(rest)),
                None => (rest, None),
            };
            let line = Line {
                number: self.number + 1,
                text: text.trim_end_matches([' ', '\t', '\r']),
            };
            let blank = line.text.is_empty();
            if !blank && !fits(&line) {
                return None;
            }
            self.rest = rest;
            self.number += 1;
            if !blank {
                return Some(line);
            }
        }
    }

    pub(super) fn ends(&self, expected: &str) -> SyntaxError {
        SyntaxError {
            line: self.number + 1,
            column: 1,
            expected: expected.to_owned(),
            found: "the end of the text".to_owned(),
            nearest: None,
        }
    }
}

#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    pub(super) number: usize,
    text: &'a str,
}

impl<'a> Line<'a> {
    pub(super) fn start(&self) -> &'a str {
        self.text.trim_start_matches([' ', '\t'])
    }

    pub(super) fn is_comment(&self) -> bool {
        self.start().starts_with('#')
    }

    pub(super) fn starts<O>(
        &self,
        mut with: impl Parser<&'a str, Output = O, Error = Trouble<'a>>,
    ) -> bool {
        with.parse(self.start()).is_ok()
    }

    /// Reads the whole line as one production.
    pub(super) fn read<O>(
        &self,
        production: impl Parser<&'a str, Output = O, Error = Trouble<'a>>,
    ) -> Result<O, SyntaxError> {
        let whole =
            terminated(production, cut(expect("the end of the line", eof))).parse(self.start());
        match whole {
            Ok((_, output)) => Ok(output),
            Err(nom::Err::Error(trouble) | nom::Err::Failure(trouble)) => Err(self.wrong(&trouble)),
            Err(nom::Err::Incomplete(_)) => Err(self.wrong(&Trouble::new("", "more text"))),
        }
    }

    pub(super) fn wrong(&self, trouble: &Trouble<'a>) -> SyntaxError {
        trouble.in_line(self.number, self.text)
    }
}
