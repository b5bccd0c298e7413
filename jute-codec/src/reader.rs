//! Reads primitives, and says what is wrong with those that cannot be read.

use crate::DecodeError;
use crate::DecodeErrorKind;
use crate::Reading;
use crate::Ustring;
use crate::cursor::Cursor;
use crate::reading::Leniency;

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
    pub(crate) cursor: Cursor<'a>,
    pub(crate) length: usize,
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
            cursor: Cursor {
                rest: payload,
                leniency: Leniency::of(reading),
            },
            length: payload.len(),
        }
    }

    /// Reads the `rest` of a payload of `length` bytes.
    #[inline]
    pub(crate) const fn within(rest: &'a [u8], length: usize, leniency: Leniency) -> Self {
        let cursor = Cursor { rest, leniency };
        Self { cursor, length }
    }

    /// Takes what `cut` takes. If that is nothing, `explain` has the same bytes to say why.
    #[inline(always)]
    pub(crate) fn cut_or_explain<T>(
        &mut self,
        cut: impl FnOnce(&mut Cursor<'a>) -> Option<T>,
        explain: impl FnOnce(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<T, DecodeError> {
        let mut cursor = self.cursor;
        if let Some(value) = cut(&mut cursor) {
            self.cursor = cursor;
            return Ok(value);
        }
        explained(self.rest(), self.length, self.cursor.leniency, explain)
    }

    /// How faithfully this reader reads.
    #[must_use]
    pub const fn reading(&self) -> Reading {
        self.cursor.leniency.reading()
    }

    /// Position of the next byte, from the start of the payload.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.length - self.cursor.rest.len()
    }

    /// The bytes not read yet.
    #[must_use]
    pub const fn rest(&self) -> &'a [u8] {
        self.cursor.rest
    }

    /// Whether everything has been read.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.cursor.rest.is_empty()
    }

    /// Takes the next `count` bytes.
    ///
    /// # Errors
    /// [`DecodeErrorKind::UnexpectedEnd`] if there are fewer.
    #[inline]
    pub fn take(&mut self, count: usize) -> Result<&'a [u8], DecodeError> {
        self.cursor.take(count).ok_or_else(|| self.ends(count))
    }

    /// Takes the next `N` bytes as an array.
    ///
    /// # Errors
    /// [`DecodeErrorKind::UnexpectedEnd`] if there are fewer.
    #[inline]
    pub fn take_array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        self.cursor.array().ok_or_else(|| self.ends(N))
    }

    /// Reads a jute `boolean`: one byte, 0 or 1.
    ///
    /// # Errors
    /// At the end of the payload, or [`DecodeErrorKind::InvalidBoolean`] on any other byte unless
    /// [`Reading::nonzero_is_true`].
    #[inline]
    pub fn boolean(&mut self) -> Result<bool, DecodeError> {
        self.cursor.boolean().ok_or_else(|| self.no_boolean())
    }

    /// Reads a jute `int`: four bytes, big-endian two's complement.
    ///
    /// # Errors
    /// At the end of the payload.
    #[inline]
    pub fn int(&mut self) -> Result<i32, DecodeError> {
        self.cursor.int().ok_or_else(|| self.ends(4))
    }

    /// Reads a jute `long`: eight bytes, big-endian two's complement.
    ///
    /// # Errors
    /// At the end of the payload.
    #[inline]
    pub fn long(&mut self) -> Result<i64, DecodeError> {
        self.cursor.long().ok_or_else(|| self.ends(8))
    }

    /// Reads a jute `buffer`: an int length and that many bytes, or −1 for null.
    ///
    /// # Errors
    /// At the end of the payload, or [`DecodeErrorKind::NegativeLength`] below −1.
    #[inline]
    pub fn buffer(&mut self) -> Result<Option<&'a [u8]>, DecodeError> {
        self.cursor.buffer().ok_or_else(|| self.no_buffer())
    }

    /// Reads a jute `ustring`: bytes as a buffer has them, meant to be UTF-8.
    ///
    /// # Errors
    /// As [`buffer`](Self::buffer), and [`DecodeErrorKind::InvalidUtf8`] unless
    /// [`Reading::any_text`].
    #[inline]
    pub fn ustring(&mut self) -> Result<Ustring<'a>, DecodeError> {
        self.cursor.ustring().ok_or_else(|| self.no_ustring())
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
        self.cursor.count(item_min).ok_or_else(|| self.no_count())
    }

    /// Checks that the payload has been read to its end.
    ///
    /// # Errors
    /// [`DecodeErrorKind::TrailingBytes`] unless [`Reading::trailing_bytes`].
    #[inline]
    pub fn finish(&self) -> Result<(), DecodeError> {
        if self.is_empty() || self.cursor.leniency.trailing_bytes() {
            return Ok(());
        }
        let kind = DecodeErrorKind::TrailingBytes(self.rest().len());
        Err(DecodeError::new(kind, self.offset()))
    }
}

/// Has its arguments one by one: a reader that is referred to from here, however rarely, would be
/// kept in memory and not in registers.
#[cold]
#[inline(never)]
fn explained<'a, T>(
    rest: &'a [u8],
    length: usize,
    leniency: Leniency,
    explain: impl FnOnce(&mut Reader<'a>) -> Result<T, DecodeError>,
) -> Result<T, DecodeError> {
    explain(&mut Reader::within(rest, length, leniency))
}

/// Why there is no such value here.
impl Reader<'_> {
    #[cold]
    fn ends(&self, needed: usize) -> DecodeError {
        let available = self.rest().len();
        let kind = DecodeErrorKind::UnexpectedEnd { needed, available };
        DecodeError::new(kind, self.offset())
    }

    #[cold]
    fn no_boolean(&self) -> DecodeError {
        match self.rest().first() {
            Some(byte) => DecodeError::new(DecodeErrorKind::InvalidBoolean(*byte), self.offset()),
            None => self.ends(1),
        }
    }

    #[cold]
    fn no_buffer(&self) -> DecodeError {
        let mut after = self.clone();
        let Some(length) = after.cursor.int() else {
            return self.ends(4);
        };
        match usize::try_from(length) {
            Ok(count) => after.ends(count),
            Err(_) => DecodeError::new(DecodeErrorKind::NegativeLength(length), self.offset()),
        }
    }

    #[cold]
    fn no_ustring(&self) -> DecodeError {
        match self.clone().buffer() {
            Ok(bytes) => {
                let text = core::str::from_utf8(bytes.unwrap_or_default());
                let valid_up_to = text.err().map_or(0, |error| error.valid_up_to());
                let kind = DecodeErrorKind::InvalidUtf8 { valid_up_to };
                DecodeError::new(kind, self.offset())
            }
            Err(error) => error,
        }
    }

    #[cold]
    fn no_count(&self) -> DecodeError {
        let mut after = self.clone();
        let Some(count) = after.cursor.int() else {
            return self.ends(4);
        };
        let kind = match u32::try_from(count) {
            Ok(count) => DecodeErrorKind::CountOverBytes {
                count,
                available: after.rest().len(),
            },
            Err(_) => DecodeErrorKind::NegativeCount(count),
        };
        DecodeError::new(kind, self.offset())
    }
}
