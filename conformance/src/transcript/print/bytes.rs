//! Bytes as text, hex and repetitions.

use std::fmt;
use std::fmt::Write;

use crate::transcript::BytesExpr;
use crate::transcript::BytesPiece;

/// Longest run of one byte that is spelt out in hex.
const LONGEST_HEX_RUN: usize = 4;

/// Longest run of one character that is spelt out in text.
const LONGEST_TEXT_RUN: usize = 16;

/// When bytes are written as text.
#[derive(Clone, Copy, Debug)]
pub(super) enum Text {
    /// If all of a literal is text.
    Whole,
    /// Also if so many bytes in line are, or more.
    Stretches(usize),
}

pub(super) fn write(f: &mut fmt::Formatter<'_>, expr: &BytesExpr, text: Text) -> fmt::Result {
    let mut pieces = Pieces { f, first: true };
    for piece in &expr.0 {
        match piece {
            BytesPiece::Literal(bytes) => literal(&mut pieces, bytes, text)?,
            BytesPiece::Int(number) => write!(pieces.next()?, "int({number})")?,
            BytesPiece::Long(number) => write!(pieces.next()?, "long({number})")?,
            BytesPiece::Password(number) => write!(pieces.next()?, "password({number})")?,
            BytesPiece::Symbol { name, from, to } => {
                let f = pieces.next()?;
                write!(f, "@{name}")?;
                if from.is_some() || to.is_some() {
                    f.write_str("[")?;
                    from.map_or(Ok(()), |from| write!(f, "{from}"))?;
                    f.write_str("..")?;
                    to.map_or(Ok(()), |to| write!(f, "{to}"))?;
                    f.write_str("]")?;
                }
            }
        }
    }
    if pieces.first {
        f.write_str("\"\"")?;
    }
    Ok(())
}

/// What puts the dots between pieces.
struct Pieces<'f, 'g> {
    f: &'f mut fmt::Formatter<'g>,
    first: bool,
}

impl<'g> Pieces<'_, 'g> {
    fn next(&mut self) -> Result<&mut fmt::Formatter<'g>, fmt::Error> {
        if !self.first {
            self.f.write_str(".")?;
        }
        self.first = false;
        Ok(self.f)
    }
}

fn literal(pieces: &mut Pieces<'_, '_>, bytes: &[u8], text: Text) -> fmt::Result {
    let least = match text {
        _ if is_text(bytes) => Some(1),
        Text::Whole => None,
        Text::Stretches(least) => Some(least),
    };
    let mut rest = bytes;
    while !rest.is_empty() {
        let (plain, run, after) = up_to_run(rest, least.is_some());
        stretches(pieces, plain, least)?;
        if let Some(byte) = run.first() {
            let f = pieces.next()?;
            match least {
                Some(_) if is_plain(*byte) => quoted(f, run.get(..1).unwrap_or_default())?,
                _ => write!(f, "{byte:02x}")?,
            }
            write!(f, "*{}", run.len())?;
        }
        rest = after;
    }
    Ok(())
}

/// What comes before the first long run of one byte, the run, and what comes after.
fn up_to_run(bytes: &[u8], text: bool) -> (&[u8], &[u8], &[u8]) {
    let mut start = 0;
    for run in bytes.chunk_by(|left, right| left == right) {
        let longest = match run.first() {
            Some(byte) if text && is_plain(*byte) => LONGEST_TEXT_RUN,
            _ => LONGEST_HEX_RUN,
        };
        if run.len() > longest {
            let (plain, rest) = bytes.split_at(start);
            let (run, after) = rest.split_at(run.len());
            return (plain, run, after);
        }
        start += run.len();
    }
    (bytes, &[], &[])
}

/// Bytes without long runs: text where there is enough of it, hex elsewhere.
fn stretches(pieces: &mut Pieces<'_, '_>, bytes: &[u8], least: Option<usize>) -> fmt::Result {
    let Some(least) = least else {
        return hex(pieces, bytes);
    };
    let mut start = 0;
    let mut at = 0;
    for (is_text, length) in kinds(bytes) {
        let (from, to) = (at, at + length);
        at = to;
        if is_text && length >= least {
            hex(pieces, bytes.get(start..from).unwrap_or_default())?;
            quoted(pieces.next()?, bytes.get(from..to).unwrap_or_default())?;
            start = to;
        }
    }
    hex(pieces, bytes.get(start..).unwrap_or_default())
}

/// Lengths of the stretches of text and of other bytes, in turn.
fn kinds(bytes: &[u8]) -> Vec<(bool, usize)> {
    let mut kinds: Vec<(bool, usize)> = Vec::new();
    let mut push = |is_text, length| match kinds.last_mut() {
        Some((last, so_far)) if *last == is_text => *so_far += length,
        _ => kinds.push((is_text, length)),
    };
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            push(is_shown(c), c.len_utf8());
        }
        if !chunk.invalid().is_empty() {
            push(false, chunk.invalid().len());
        }
    }
    kinds
}

fn is_text(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| text.chars().all(is_shown))
}

/// Whether a character can stand in text for all to see. Marks that join, reverse or hide their
/// neighbours cannot.
fn is_shown(c: char) -> bool {
    match u8::try_from(c) {
        Ok(byte) if byte.is_ascii() => is_plain(byte),
        _ => c.is_alphanumeric(),
    }
}

const fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t')
}

fn hex(pieces: &mut Pieces<'_, '_>, bytes: &[u8]) -> fmt::Result {
    if bytes.is_empty() {
        return Ok(());
    }
    let f = pieces.next()?;
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

/// Text, of which only what quotes itself has to be escaped.
fn quoted(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    f.write_str("\"")?;
    for c in std::str::from_utf8(bytes).unwrap_or_default().chars() {
        match c {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            c => f.write_char(c)?,
        }
    }
    f.write_str("\"")
}
