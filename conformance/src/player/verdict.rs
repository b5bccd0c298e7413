//! How a script went.

use std::fmt;

use crate::transcript::EvalError;

/// How a script went.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// As it should; with the names of the outcomes that were not the strict ones.
    Passed {
        /// Tolerated outcomes that came about.
        tolerated: Vec<String>,
    },
    /// Not as it should.
    Failed(Failure),
    /// It could not be found out.
    Untested(Trouble),
}

/// What went wrong.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Failure {
    /// The step, counted from 0.
    pub step: usize,
    /// The line it stands on.
    pub line: usize,
    /// The connection.
    pub connection: String,
    /// The name of the forbidden outcome, if it was one.
    pub outcome: Option<String>,
    /// What was expected, in the transcript's words.
    pub expected: Vec<String>,
    /// What was seen instead.
    pub actual: String,
}

/// Why it could not be found out.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Trouble {
    /// The server did not accept a connection.
    Unreachable {
        /// The connection.
        connection: String,
        /// Whether one of this script had been accepted before.
        before: bool,
    },
    /// The script is not for this server.
    Unsuitable {
        /// Why not.
        reason: String,
    },
    /// The script asks for what cannot be done.
    Script {
        /// The line.
        line: usize,
        /// What is wrong with it.
        error: EvalError,
    },
}

impl Trouble {
    /// Whether no connection was to be had at all.
    #[must_use]
    pub const fn is_no_server(&self) -> bool {
        matches!(self, Self::Unreachable { before: false, .. })
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable {
                connection,
                before: false,
            } => {
                write!(f, "connection {connection} was not accepted")
            }
            Self::Unreachable {
                connection,
                before: true,
            } => {
                write!(
                    f,
                    "connection {connection} was not accepted, though one before it was"
                )
            }
            Self::Unsuitable { reason } => f.write_str(reason),
            Self::Script { line, error } => write!(f, "line {line}: {error}"),
        }
    }
}
