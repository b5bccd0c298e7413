//! The written specification: numbered clauses, and what each of them rests on.
//!
//! The texts are `spec/*.md`, one file a group, made to be read as they are. A clause is a heading
//! of the third rank with its id, a paragraph or more that begin with its level, and a list of
//! where it comes from:
//!
//! ```text
//! ### PING-2
//!
//! **SHOULD** A ping is answered with `xid` -2 whatever `xid` it had.
//!
//! - source: `FinalRequestProcessor.processRequest`
//! - versions: 3.4.14 to 3.9.5
//! - observed: 3.4.14 3.8.0 3.9.5 NIO, 3.9.5 Netty
//! - relied on by: the Java client, `ClientCnxn.SendThread.readResponse`
//! ```
//!
//! Text under headings of the first and second rank explains and is not part of any clause.

mod hold;
mod parse;
mod plain;

use std::fmt;

use serde::Deserialize;
use serde::Serialize;

use crate::judge::Level;

pub use self::hold::Fault;

/// The files of the specification, in the order in which they are read.
const FILES: &[(&str, &str)] = &[
    ("frame", include_str!("../../../spec/frame.md")),
    ("jute", include_str!("../../../spec/jute.md")),
    ("connect", include_str!("../../../spec/connect.md")),
    ("renew", include_str!("../../../spec/renew.md")),
    ("expire", include_str!("../../../spec/expire.md")),
    ("ping", include_str!("../../../spec/ping.md")),
    ("close", include_str!("../../../spec/close.md")),
    ("header", include_str!("../../../spec/header.md")),
    ("auth", include_str!("../../../spec/auth.md")),
    ("word", include_str!("../../../spec/word.md")),
    ("ro", include_str!("../../../spec/ro.md")),
    ("limit", include_str!("../../../spec/limit.md")),
];

/// The clauses, in order, with unique ids.
#[derive(Clone, Debug, Default)]
pub struct Specification {
    clauses: Vec<Clause>,
}

/// One rule, or one fact.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Clause {
    /// The group in capitals, a dash and a number: for ever.
    pub id: String,
    /// How much it matters.
    pub level: Level,
    /// What it says, without markup.
    pub text: String,
    /// Where in Apache's source it is, as `Class.member`.
    pub source: Vec<String>,
    /// The releases of Apache's server for which it was found to hold.
    pub versions: String,
    /// On which servers it was seen.
    pub observed: String,
    /// Which client counts on it, if that is known.
    pub relied_on_by: Option<String>,
    /// Which server is known to do something else.
    pub differs: Option<String>,
    /// Why no case judges it, if none does.
    pub no_case: Option<String>,
}

/// What is wrong with a file of clauses.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{file}.md:{line}: {problem}")]
#[non_exhaustive]
pub struct SpecificationError {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there, and what would be right.
    pub problem: String,
}

/// The words of a clause that a case quotes.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[expect(
    clippy::exhaustive_structs,
    reason = "an id and a quote is what a citation is"
)]
pub struct Citation {
    /// The id of the clause.
    pub id: String,
    /// Its words, or some of them.
    pub quote: String,
}

impl Specification {
    /// The specification that comes with the crate.
    ///
    /// # Errors
    /// Never, as the crate's own tests hold.
    pub fn embedded() -> Result<Self, SpecificationError> {
        Self::parse(FILES.iter().copied())
    }

    /// Reads clauses from named texts.
    ///
    /// # Errors
    /// If a clause is incomplete, in the wrong file, or there twice.
    pub fn parse<'a>(
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, SpecificationError> {
        parse::clauses(files).map(|clauses| Self { clauses })
    }

    /// The clauses, in order.
    #[must_use]
    pub fn clauses(&self) -> &[Clause] {
        &self.clauses
    }

    /// The clause with this id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Clause> {
        self.clauses
            .iter()
            .find(|clause| clause.id.eq_ignore_ascii_case(id))
    }
}

impl Clause {
    /// The group it is in: the id up to its dash, in small letters.
    #[must_use]
    pub fn group(&self) -> String {
        let (group, _) = self.id.rsplit_once('-').unwrap_or((&self.id, ""));
        group.to_ascii_lowercase()
    }

    /// Where it is written, from the folder of the specification.
    #[must_use]
    pub fn place(&self) -> String {
        format!("{}.md#{}", self.group(), self.id.to_ascii_lowercase())
    }
}

impl Citation {
    /// Reads `ID words of the clause`.
    ///
    /// # Errors
    /// If there is no id, or nothing is quoted.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (id, quote) = text.split_once(' ').unwrap_or((text, ""));
        if !parse::is_id(id) {
            return Err(format!(
                "{id:?} is no id of a clause, such as CONNECT-4: write \"clause ID words of it\""
            ));
        }
        let quote = quote.trim();
        if quote.is_empty() {
            return Err(format!("nothing of {id} is quoted"));
        }
        Ok(Self {
            id: id.to_owned(),
            quote: quote.to_owned(),
        })
    }
}

impl fmt::Display for Citation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.id, self.quote)
    }
}
