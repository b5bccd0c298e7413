//! The one place that cuts bytes: a slice that shrinks from the front.

use core::mem;

use crate::Decode;
use crate::DecodeError;
use crate::DecodeErrorKind;
use crate::Schema;
use crate::Ustring;

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
    /// Takes a `ustring` that is not UTF-8, as [`Ustring`] bytes (Java replaces them by U+FFFD;
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

/// Reads jute primitives off the front of a payload.
///
/// Every read either takes a whole value or fails and says at which byte; a failed read takes
/// nothing. Buffers and strings are borrowed from the payload.
///
/// ```
/// use jute_codec::Reader;
///
/// let mut reader = Reader::new(&[0, 0, 0, 2, b'h', b'i', 1]);
/// assert_eq!(reader.buffer()?, Some(&b"hi"[..]));
/// assert!(reader.boolean()?);
/// reader.finish()?;
/// # Ok::<(), jute_codec::DecodeError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
    length: usize,
    reading: Reading,
}

impl<'a> Reader<'a> {
    /// Reads `payload` strictly.
    #[must_use]
    pub const fn new(payload: &'a [u8]) -> Self {
        Self::with(payload, Reading::STRICT)
    }

    /// Reads `payload` as `reading` says.
    #[must_use]
    pub const fn with(payload: &'a [u8], reading: Reading) -> Self {
        Self {
            rest: payload,
            length: payload.len(),
            reading,
        }
    }

    /// How faithfully this reader reads.
    #[must_use]
    pub const fn reading(&self) -> Reading {
        self.reading
    }

    /// Position of the next byte, from the start of the payload.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.length - self.rest.len()
    }

    /// The bytes not read yet.
    #[must_use]
    pub const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Whether everything has been read.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Takes the next `count` bytes.
    ///
    /// # Errors
    /// [`DecodeErrorKind::UnexpectedEnd`] if there are fewer.
    #[inline]
    pub fn take(&mut self, count: usize) -> Result<&'a [u8], DecodeError> {
        let Some((taken, rest)) = self.rest.split_at_checked(count) else {
            return Err(self.ends(count));
        };
        self.rest = rest;
        Ok(taken)
    }

    /// Takes the next `N` bytes as an array.
    ///
    /// # Errors
    /// [`DecodeErrorKind::UnexpectedEnd`] if there are fewer.
    #[inline]
    pub fn take_array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let Some((taken, rest)) = self.rest.split_first_chunk::<N>() else {
            return Err(self.ends(N));
        };
        self.rest = rest;
        Ok(*taken)
    }

    /// Reads a jute `boolean`: one byte, 0 or 1.
    ///
    /// # Errors
    /// At the end of the payload, or [`DecodeErrorKind::InvalidBoolean`] on any other byte unless
    /// [`Reading::nonzero_is_true`].
    #[inline]
    pub fn boolean(&mut self) -> Result<bool, DecodeError> {
        let at = self.offset();
        let [byte] = self.take_array()?;
        if byte > 1 && !self.reading.nonzero_is_true {
            return Err(DecodeError::new(DecodeErrorKind::InvalidBoolean(byte), at));
        }
        Ok(byte != 0)
    }

    /// Reads a jute `int`: four bytes, big-endian two's complement.
    ///
    /// # Errors
    /// At the end of the payload.
    #[inline]
    pub fn int(&mut self) -> Result<i32, DecodeError> {
        self.take_array().map(i32::from_be_bytes)
    }

    /// Reads a jute `long`: eight bytes, big-endian two's complement.
    ///
    /// # Errors
    /// At the end of the payload.
    #[inline]
    pub fn long(&mut self) -> Result<i64, DecodeError> {
        self.take_array().map(i64::from_be_bytes)
    }

    /// Reads a jute `buffer`: an int length and that many bytes, or −1 for null.
    ///
    /// # Errors
    /// At the end of the payload, or [`DecodeErrorKind::NegativeLength`] below −1.
    #[inline]
    pub fn buffer(&mut self) -> Result<Option<&'a [u8]>, DecodeError> {
        let Some((length, rest)) = self.rest.split_first_chunk() else {
            return Err(self.ends(4));
        };
        let length = i32::from_be_bytes(*length);
        match usize::try_from(length) {
            Ok(count) => {
                let Some((bytes, rest)) = rest.split_at_checked(count) else {
                    let kind = DecodeErrorKind::UnexpectedEnd {
                        needed: count,
                        available: rest.len(),
                    };
                    return Err(DecodeError::new(kind, self.offset() + 4));
                };
                self.rest = rest;
                Ok(Some(bytes))
            }
            Err(_) if length == -1 => {
                self.rest = rest;
                Ok(None)
            }
            Err(_) => {
                let kind = DecodeErrorKind::NegativeLength(length);
                Err(DecodeError::new(kind, self.offset()))
            }
        }
    }

    /// Reads a jute `ustring`: bytes as a buffer has them, meant to be UTF-8.
    ///
    /// # Errors
    /// As [`buffer`](Self::buffer), and [`DecodeErrorKind::InvalidUtf8`] unless
    /// [`Reading::any_text`].
    #[inline]
    pub fn ustring(&mut self) -> Result<Ustring<'a>, DecodeError> {
        let start = self.rest;
        let Some(bytes) = self.buffer()? else {
            return Ok(Ustring::NULL);
        };
        match core::str::from_utf8(bytes) {
            Ok(text) => Ok(Ustring::new(text)),
            Err(_) if self.reading.any_text => Ok(Ustring::not_utf8(bytes)),
            Err(error) => {
                self.rest = start;
                let kind = DecodeErrorKind::InvalidUtf8 {
                    valid_up_to: error.valid_up_to(),
                };
                Err(DecodeError::new(kind, self.offset()))
            }
        }
    }

    /// Reads the count of a jute `vector` whose items take `item_min` bytes or more each; `None`
    /// is the null vector.
    ///
    /// # Errors
    /// At the end of the payload; [`DecodeErrorKind::CountOverBytes`], without looking at a single
    /// item, if that many cannot follow; [`DecodeErrorKind::NegativeCount`] below −1 unless
    /// [`Reading::negative_count_is_empty`].
    #[inline]
    pub fn count(&mut self, item_min: usize) -> Result<Option<usize>, DecodeError> {
        let start = self.rest;
        let count = self.int()?;
        let kind = match u32::try_from(count) {
            Ok(items) if items as usize <= self.rest.len() / item_min.max(1) => {
                return Ok(Some(items as usize));
            }
            Ok(items) => DecodeErrorKind::CountOverBytes {
                count: items,
                available: self.rest.len(),
            },
            Err(_) if count == -1 => return Ok(None),
            Err(_) if self.reading.negative_count_is_empty => return Ok(Some(0)),
            Err(_) => DecodeErrorKind::NegativeCount(count),
        };
        self.rest = start;
        Err(DecodeError::new(kind, self.offset()))
    }

    /// Checks that the payload has been read to its end.
    ///
    /// # Errors
    /// [`DecodeErrorKind::TrailingBytes`] unless [`Reading::trailing_bytes`].
    pub fn finish(&self) -> Result<(), DecodeError> {
        if self.rest.is_empty() || self.reading.trailing_bytes {
            return Ok(());
        }
        Err(DecodeError::new(
            DecodeErrorKind::TrailingBytes(self.rest.len()),
            self.offset(),
        ))
    }

    /// Takes `count` values of text alone, if all of their bytes together are UTF-8: one check
    /// instead of many. `None`, and nothing taken, if they have to be looked at one by one.
    #[inline]
    pub(crate) fn take_text<T: Decode<'a>>(&mut self, count: usize) -> Option<&'a str> {
        let mut rest = self.rest;
        for _ in 0..count {
            T::skip_text(&mut rest)?;
        }
        let start = mem::replace(&mut self.rest, rest);
        let text = core::str::from_utf8(self.since(start)).ok();
        if text.is_none() {
            self.rest = start;
        }
        text
    }

    /// The bytes read since `start` was the rest.
    pub(crate) fn since(&self, start: &'a [u8]) -> &'a [u8] {
        start
            .get(..start.len() - self.rest.len())
            .unwrap_or_default()
    }

    /// Checks that a record of integers is all there, once for all of them: the compiler then sees
    /// that each of the reads succeeds (a `Stat`: 11 checks to 1). Records with other fields check
    /// them one by one.
    #[inline(always)]
    pub(crate) fn expect_integers(
        &self,
        schema: &Schema,
        length: usize,
    ) -> Result<(), DecodeError> {
        let available = self.rest.len();
        if !schema.is_integers() || available >= length {
            return Ok(());
        }
        let (field, needed, start) = schema.first_cut(available);
        let kind = DecodeErrorKind::UnexpectedEnd {
            needed,
            available: available - start,
        };
        Err(DecodeError::new(kind, self.offset() + start).in_field(schema.name, field))
    }

    #[cold]
    fn ends(&self, needed: usize) -> DecodeError {
        let kind = DecodeErrorKind::UnexpectedEnd {
            needed,
            available: self.rest.len(),
        };
        DecodeError::new(kind, self.offset())
    }
}
