//! What a server can do wrong on purpose, so that the judge can be judged.
//!
//! The honest code stays legible, and a flaw is one of three things to it. A step that is left out
//! is an `if` around the step. A value that comes out wrong is passed through a method of
//! [`Flaws`], which gets what is right and gives what a server with these flaws makes of it
//! (`values`, `handshake`, `replies`); without flaws that is the same. Anything else is
//! `mischief`: at a few points the server asks whether a flaw takes over, and goes on if none
//! does.

mod handshake;
mod mischief;
mod replies;
mod table;
mod values;

use std::fmt;

pub use self::table::Flaw;

pub(super) use self::mischief::Memory;
pub(super) use self::values::Bounds;
pub(super) use self::values::Lifetimes;

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A set of flaws.
#[derive(Clone, Copy, Default, Eq, Hash, PartialEq)]
pub struct Flaws([u64; 3]);

impl Flaws {
    /// None: the server is as right as it gets.
    pub const NONE: Self = Self([0; 3]);

    /// The set with `flaw` in it, too.
    ///
    /// ```
    /// use zk_conformance::server::Flaw;
    /// use zk_conformance::server::Flaws;
    ///
    /// let flaws = Flaws::NONE.with(Flaw::NoCloseReply);
    /// assert!(flaws.contains(Flaw::NoCloseReply));
    /// ```
    #[must_use]
    pub const fn with(self, flaw: Flaw) -> Self {
        let (word, bit) = place(flaw);
        let Self(mut words) = self;
        words[word] |= bit;
        Self(words)
    }

    /// Whether `flaw` is in the set.
    #[must_use]
    pub const fn contains(self, flaw: Flaw) -> bool {
        let (word, bit) = place(flaw);
        self.0[word] & bit != 0
    }

    /// Whether there is no flaw in the set.
    #[must_use]
    pub const fn is_none(self) -> bool {
        let [a, b, c] = self.0;
        a | b | c == 0
    }

    /// The flaws in the set, in the order of the table.
    pub fn iter(self) -> impl Iterator<Item = Flaw> {
        let all = Flaw::ALL.iter().copied();
        all.filter(move |&flaw| self.contains(flaw))
    }
}

/// The word of a set that a flaw is in, and its bit there.
const fn place(flaw: Flaw) -> (usize, u64) {
    (flaw as usize / 64, 1 << (flaw as usize % 64))
}

impl FromIterator<Flaw> for Flaws {
    fn from_iter<I: IntoIterator<Item = Flaw>>(flaws: I) -> Self {
        flaws.into_iter().fold(Self::NONE, Self::with)
    }
}

impl fmt::Debug for Flaws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// A bit for each.
const _: () = assert!(Flaw::ALL.len() <= 3 * 64);
