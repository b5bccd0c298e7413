//! How `zkspec` ends: the same codes for ever.

use std::process::ExitCode;

/// Why the program ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Exit {
    /// 0: all as expected.
    Fine,
    /// 1: a result that was not expected.
    Unexpected,
    /// 2: the command line or an input file makes no sense.
    Usage,
    /// 3: it could not be tested: the server is unreachable, fails the sanity case, or died.
    Untested,
    /// 4: nothing was selected.
    NothingSelected,
    /// 130: interrupted.
    Interrupted,
}

impl Exit {
    /// The number.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::Unexpected => 1,
            Self::Usage => 2,
            Self::Untested => 3,
            Self::NothingSelected => 4,
            Self::Interrupted => 130,
        }
    }
}

impl Exit {
    /// Of two ends the first that is not fine.
    #[must_use]
    pub(super) fn or(self, other: Self) -> Self {
        if self == Self::Fine { other } else { self }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// The codes, for the end of the help text.
pub(super) const HELP: &str = "\
Exit codes:
  0    all as expected
  1    a result that was not expected
  2    the command line or an input file makes no sense
  3    could not test: the server is unreachable, fails the sanity case, or died
  4    nothing selected
  130  interrupted";
