//! Strict or lenient, as a value.

/// How faithfully bytes have to keep to the schema.
///
/// [`STRICT`](Self::STRICT) is for judging: whatever Apache would never send is an error.
/// [`JAVA`](Self::JAVA) takes what Apache's own `BinaryInputArchive` takes, which is what a
/// server has to do with the clients there are. It is a value, not a cargo feature: one process
/// may need both, and no dependency can loosen another's parser.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct Reading {
    /// Takes any non-zero byte for `true` (`BinaryInputArchive.readBool`).
    pub nonzero_is_true: bool,
    /// Takes a `ustring` that is not UTF-8, as [`Ustring`](crate::Ustring) bytes (Java replaces them by U+FFFD;
    /// this keeps them, so that they can be passed on unharmed).
    pub any_text: bool,
    /// Takes a vector count below −1 for an empty vector (`BinaryInputArchive.BinaryIndex.done`).
    pub negative_count_is_empty: bool,
    /// Ignores bytes after the last field of a record.
    pub trailing_bytes: bool,
}

impl Reading {
    /// Nothing is forgiven.
    pub const STRICT: Self = Self {
        nonzero_is_true: false,
        any_text: false,
        negative_count_is_empty: false,
        trailing_bytes: false,
    };

    /// What Apache's Java reads.
    pub const JAVA: Self = Self {
        nonzero_is_true: true,
        any_text: true,
        negative_count_is_empty: true,
        trailing_bytes: true,
    };
}

/// A [`Reading`] in a byte: readers and vectors carry it about, and four `bool`s are copied, and
/// told from an enum's tag, one by one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Leniency(u8);

impl Leniency {
    const NONZERO_IS_TRUE: u8 = 1;
    const ANY_TEXT: u8 = 2;
    const NEGATIVE_COUNT_IS_EMPTY: u8 = 4;
    const TRAILING_BYTES: u8 = 8;

    pub(crate) const fn of(reading: Reading) -> Self {
        let mut flags = 0;
        if reading.nonzero_is_true {
            flags |= Self::NONZERO_IS_TRUE;
        }
        if reading.any_text {
            flags |= Self::ANY_TEXT;
        }
        if reading.negative_count_is_empty {
            flags |= Self::NEGATIVE_COUNT_IS_EMPTY;
        }
        if reading.trailing_bytes {
            flags |= Self::TRAILING_BYTES;
        }
        Self(flags)
    }

    pub(crate) const fn reading(self) -> Reading {
        Reading {
            nonzero_is_true: self.nonzero_is_true(),
            any_text: self.any_text(),
            negative_count_is_empty: self.negative_count_is_empty(),
            trailing_bytes: self.trailing_bytes(),
        }
    }

    pub(crate) const fn nonzero_is_true(self) -> bool {
        self.0 & Self::NONZERO_IS_TRUE != 0
    }

    pub(crate) const fn any_text(self) -> bool {
        self.0 & Self::ANY_TEXT != 0
    }

    pub(crate) const fn negative_count_is_empty(self) -> bool {
        self.0 & Self::NEGATIVE_COUNT_IS_EMPTY != 0
    }

    pub(crate) const fn trailing_bytes(self) -> bool {
        self.0 & Self::TRAILING_BYTES != 0
    }
}
