//! Tree to text, in the one canonical form.

mod bytes;
mod value;

use std::fmt;
use std::fmt::Display;
use std::time::Duration;

use self::bytes::Text;
use super::Action;
use super::Grade;
use super::Header;
use super::Observation;
use super::Outcome;
use super::Packet;
use super::Part;
use super::Script;
use super::Seen;
use super::Span;
use super::Step;
use super::Transcript;
use super::Within;

/// Text in the middle of other bytes is only believed to be text if it is this long.
const SOME_TEXT: Text = Text::Stretches(4);

/// Header keys longer than this are not waited for.
const WIDEST_KEY: usize = 16;

impl Display for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for text in &self.comments {
            comment(f, text)?;
            writeln!(f)?;
        }
        for (index, script) in self.scripts.iter().enumerate() {
            if index > 0 || !self.comments.is_empty() {
                writeln!(f)?;
            }
            script.fmt(f)?;
        }
        Ok(())
    }
}

impl Display for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys = self.headers.iter().map(|header| header.key.len());
        let width = keys
            .filter(|length| *length <= WIDEST_KEY)
            .fold("script".len(), usize::max);
        writeln!(f, "{:width$} {}", "script", self.name)?;
        for Header { key, text } in &self.headers {
            match (key.as_str(), text.as_str()) {
                ("#", text) => comment(f, text)?,
                (key, "") => f.write_str(key)?,
                (key, text) => write!(f, "{key:width$} {text}")?,
            }
            writeln!(f)?;
        }
        writeln!(f, "----")?;
        self.steps.iter().try_for_each(|step| writeln!(f, "{step}"))
    }
}

fn comment(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_str(if text.is_empty() { "#" } else { "# " })?;
    f.write_str(text)
}

impl Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.action.fmt(f)
    }
}

impl Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Comment(text) => comment(f, text),
            Self::Open {
                connection,
                refused,
            } => write!(
                f,
                "{connection} open{}",
                if *refused { " refused" } else { "" }
            ),
            Self::Send {
                connection,
                packets,
                pieces,
            } => {
                write!(f, "{connection} > ")?;
                joined(f, packets, " & ")?;
                match pieces {
                    Some(pieces) => write!(f, " | pieces {pieces}"),
                    None => Ok(()),
                }
            }
            Self::Expect {
                connection,
                outcomes,
            } => match outcomes.as_slice() {
                [only] if only.name.is_empty() => {
                    write!(f, "{connection} < ")?;
                    joined(f, &only.seen, ", ")
                }
                outcomes => {
                    write!(f, "{connection} expect")?;
                    outcomes
                        .iter()
                        .try_for_each(|outcome| write!(f, "\n  {outcome}"))
                }
            },
            Self::Shut(connection) => write!(f, "{connection} shut"),
            Self::Close(connection) => write!(f, "{connection} close"),
            Self::Reset(connection) => write!(f, "{connection} reset"),
            Self::Pause(connection) => write!(f, "{connection} pause"),
            Self::Resume(connection) => write!(f, "{connection} resume"),
            Self::Wait(span) => write!(f, "wait {span}"),
            Self::Mark(mark) => write!(f, "mark {mark}"),
        }
    }
}

impl Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: ", self.grade, self.name)?;
        joined(f, &self.seen, ", ")
    }
}

impl Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Strict => "strict",
            Self::Tolerated => "tolerated",
            Self::Forbidden => "forbidden",
        })
    }
}

impl Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(exact) => duration(f, *exact),
            Self::Millis(millis) => millis.fmt(f),
        }
    }
}

impl Display for Observation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.what.fmt(f)?;
        match &self.within {
            Some(within) => write!(f, " {within}"),
            None => Ok(()),
        }
    }
}

impl Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Packet(packet) => packet.fmt(f),
            Self::Many(times, packet) => write!(f, "{times} times {packet}"),
            Self::Fin => f.write_str("fin"),
            Self::Rst => f.write_str("rst"),
            Self::Closed => f.write_str("closed"),
            Self::Quiet(span) => write!(f, "quiet {span}"),
        }
    }
}

impl Display for Within {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("within ")?;
        value::range(f, self.from.as_ref(), self.to.as_ref(), false)?;
        write!(f, " of {}", self.mark)
    }
}

impl Display for Packet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Frame(parts) if parts.is_empty() => f.write_str("bytes \"\""),
            Self::Frame(parts) => joined(f, parts, " + "),
            Self::Raw(None) => f.write_str("raw *"),
            Self::Text(pattern) => {
                f.write_str("text ")?;
                bytes::write(f, pattern, SOME_TEXT)
            }
            Self::Raw(Some(expr)) => {
                f.write_str("raw ")?;
                bytes::write(f, expr, SOME_TEXT)
            }
        }
    }
}

impl Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Record { schema, fields } => {
                f.write_str(schema.name)?;
                for (name, term) in fields {
                    write!(f, " {name}=")?;
                    value::term(f, term, value::Type::of(schema, name))?;
                }
                Ok(())
            }
            Self::Bytes(expr) => {
                f.write_str("bytes ")?;
                bytes::write(f, expr, SOME_TEXT)
            }
            Self::Rest => f.write_str("*"),
        }
    }
}

fn joined(f: &mut fmt::Formatter<'_>, items: &[impl Display], between: &str) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            f.write_str(between)?;
        }
        item.fmt(f)?;
    }
    Ok(())
}

/// A second or more in seconds, less in milliseconds, exact in either case.
fn duration(f: &mut fmt::Formatter<'_>, duration: Duration) -> fmt::Result {
    let nanos = duration.subsec_nanos();
    let (whole, fraction, places, unit) = match duration.as_secs() {
        0 => (u64::from(nanos / 1_000_000), nanos % 1_000_000, 6, "ms"),
        secs => (secs, nanos, 9, "s"),
    };
    write!(f, "{whole}")?;
    if fraction > 0 {
        let digits = format!("{fraction:0places$}");
        write!(f, ".{}", digits.trim_end_matches('0'))?;
    }
    f.write_str(unit)
}
