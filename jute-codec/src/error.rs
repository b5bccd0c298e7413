//! What can be wrong with bytes: every error says what, in which record and field, and where.

use core::fmt;

use crate::OpCode;

/// Why a record could not be decoded.
///
/// The error is `Copy`, allocates nothing and compares by value, so that a test can assert on it.
/// `record` and `field` name the innermost jute class and field that was being read. Bytes after
/// the last field have no `field`; both are empty if a primitive was read outside of any record.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct DecodeError {
    /// What is wrong.
    pub kind: DecodeErrorKind,
    /// Byte at which the offending bytes start, counted from the start of the payload. For a
    /// buffer that is cut short this is its first byte, behind the length that could be read.
    pub offset: usize,
    /// The jute class being read, such as `ConnectRequest`.
    pub record: &'static str,
    /// The jute field being read, such as `passwd`.
    pub field: &'static str,
}

/// The ways in which bytes can fail to be a jute value.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// The payload ends inside a value.
    UnexpectedEnd {
        /// Bytes the value needs.
        needed: usize,
        /// Bytes that are left.
        available: usize,
    },
    /// A length below −1; −1 is null.
    NegativeLength(i32),
    /// A vector count below −1; −1 is null.
    NegativeCount(i32),
    /// More items than the bytes left could hold, refused before any of them is read.
    CountOverBytes {
        /// Items the vector claims.
        count: u32,
        /// Bytes that are left.
        available: usize,
    },
    /// A boolean that is neither 0 nor 1.
    InvalidBoolean(u8),
    /// A `ustring` whose bytes are not UTF-8.
    InvalidUtf8 {
        /// Bytes of the string that are valid.
        valid_up_to: usize,
    },
    /// Bytes that no field of the record accounts for.
    TrailingBytes(usize),
    /// An operation that has no place in a multi, or not in one with those before it.
    UnexpectedOperation(OpCode),
}

impl DecodeError {
    pub(crate) const fn new(kind: DecodeErrorKind, offset: usize) -> Self {
        Self {
            kind,
            offset,
            record: "",
            field: "",
        }
    }

    /// Names the field that was being read, unless a record further in has done so already.
    #[must_use]
    pub fn in_field(mut self, record: &'static str, field: &'static str) -> Self {
        if self.record.is_empty() {
            self.record = record;
            self.field = field;
        }
        self
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.record, self.field) {
            ("", _) => write!(f, "at byte {}: {}", self.offset, self.kind),
            (record, "") => write!(f, "{record} at byte {}: {}", self.offset, self.kind),
            (record, field) => write!(f, "{record}.{field} at byte {}: {}", self.offset, self.kind),
        }
    }
}

impl fmt::Display for DecodeErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::UnexpectedEnd { needed, available } => {
                write!(f, "needs {}, has {available}", Plural(needed, "byte"))
            }
            Self::NegativeLength(length) => write!(f, "length {length} is below -1 (null)"),
            Self::NegativeCount(count) => write!(f, "count {count} is below -1 (null)"),
            Self::CountOverBytes { count, available } => {
                write!(
                    f,
                    "{} cannot fit into {}",
                    Plural(count as usize, "item"),
                    Plural(available, "byte")
                )
            }
            Self::InvalidBoolean(byte) => write!(f, "boolean {byte:#04x} is neither 0 nor 1"),
            Self::InvalidUtf8 { valid_up_to } => {
                write!(f, "text is not UTF-8 after {}", Plural(valid_up_to, "byte"))
            }
            Self::TrailingBytes(count) => {
                write!(f, "{} after the last field", Plural(count, "byte"))
            }
            Self::UnexpectedOperation(op) => match op.name() {
                Some(name) => write!(f, "{name} has no place in this multi"),
                None => write!(f, "operation {} has no place in a multi", op.0),
            },
        }
    }
}

impl core::error::Error for DecodeError {}

/// Why a stream of bytes cannot be cut into frames any further.
///
/// The error is final: a [`Framer`](crate::Framer) that has met it repeats it for ever, since
/// nothing after a bad length can be trusted to start a frame.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct FrameError {
    /// What is wrong with the length.
    pub kind: FrameErrorKind,
    /// Byte of the stream at which the four length bytes start.
    pub offset: u64,
}

/// The ways in which a frame length can be refused.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum FrameErrorKind {
    /// The length is below zero.
    NegativeLength(i32),
    /// The length is over the limit.
    LengthOverLimit {
        /// Length the frame claims.
        length: u32,
        /// The longest payload allowed, [`Limits::frame`](crate::Limits::frame).
        limit: u32,
    },
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "frame length at byte {} of the stream: ", self.offset)?;
        match self.kind {
            FrameErrorKind::NegativeLength(length) => write!(f, "{length} is below zero"),
            FrameErrorKind::LengthOverLimit { length, limit } => {
                write!(
                    f,
                    "{length} is over the limit of {}",
                    Plural(limit as usize, "byte")
                )
            }
        }
    }
}

impl core::error::Error for FrameError {}

/// A count and its noun: `1 byte`, `2 bytes`.
struct Plural(usize, &'static str);

impl fmt::Display for Plural {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {}{}",
            self.0,
            self.1,
            if self.0 == 1 { "" } else { "s" }
        )
    }
}
