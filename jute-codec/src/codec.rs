//! The two traits every jute type has, and the six primitives.

use crate::DecodeError;
use crate::JuteType;
use crate::Reader;
use crate::Reading;
use crate::Sink;
use crate::Ustring;
use crate::cursor::Cursor;
use crate::text;

/// A type that can be read off the wire, borrowing what it can from the payload.
///
/// Decoding allocates nothing and copies no byte of a buffer or string.
pub trait Decode<'a>: Sized {
    /// How the schema spells this type.
    const TYPE: JuteType;

    /// The fewest bytes any encoding of this type takes: what refuses a vector count in O(1).
    const MIN_LEN: usize;

    /// Reads one value off the front of `reader`.
    ///
    /// # Errors
    /// Says what is wrong, in which record and field, at which byte.
    fn decode(reader: &mut Reader<'a>) -> Result<Self, DecodeError>;

    /// Reads one value, or does not and has no word on why. All that succeeds goes this way.
    #[doc(hidden)]
    #[inline]
    fn cut(cursor: &mut Cursor<'a>) -> Option<Self> {
        let mut reader = Reader::within(cursor.rest, cursor.rest.len(), cursor.leniency);
        let value = Self::decode(&mut reader).ok()?;
        *cursor = reader.cursor;
        Some(value)
    }

    /// Passes over one value that [`cut`](Self::cut) would read. What is read later is only checked
    /// now: that text is UTF-8 is found out faster than it is made a `str`.
    #[doc(hidden)]
    #[inline(always)]
    fn check(cursor: &mut Cursor<'a>) -> Option<()> {
        Self::cut(cursor).map(drop)
    }

    /// Whether a value is nothing but ints and text, so that a vector of them can be checked to be
    /// UTF-8 as a whole: a check for each name of 15 bytes takes 120 instructions, one for all of
    /// them takes 8 a name.
    ///
    /// Holds if each int consists of ASCII bytes, as lengths under 128 do. Those stand at both ends
    /// of every text, so no character can reach across.
    #[doc(hidden)]
    const TEXTUAL: bool = false;

    /// Passes over a textual value without checking its text, and adds its ints' bits to `ints`.
    #[doc(hidden)]
    fn skip_text(_rest: &mut &'a [u8], _ints: &mut u32) -> Option<()> {
        None
    }

    /// Reads a textual value off the front of text, where [`skip_text`](Self::skip_text) has been.
    #[doc(hidden)]
    fn cut_text(_rest: &mut &'a str) -> Option<Self> {
        None
    }

    /// Reads `payload` strictly, as one value and nothing else.
    ///
    /// # Errors
    /// As [`decode`](Self::decode), and if bytes are left over.
    #[inline]
    fn from_payload(payload: &'a [u8]) -> Result<Self, DecodeError> {
        Self::from_payload_with(payload, Reading::STRICT)
    }

    /// Reads `payload` as `reading` says, as one value and, unless it forgives that, nothing else.
    ///
    /// # Errors
    /// As [`decode`](Self::decode), and if bytes are left over that are not forgiven.
    #[inline]
    fn from_payload_with(payload: &'a [u8], reading: Reading) -> Result<Self, DecodeError> {
        let mut reader = Reader::with(payload, reading);
        let value = Self::decode(&mut reader)?;
        reader.finish().map_err(|error| match Self::TYPE {
            JuteType::Record(schema) => error.in_field(schema.name, ""),
            _ => error,
        })?;
        Ok(value)
    }
}

/// A type that can be put on the wire.
///
/// Encoding cannot fail. It writes once, and the exact length is known first. A buffer, string or
/// vector over [`i32::MAX`] has no jute encoding; no frame limit lets one get that far.
pub trait Encode {
    /// Exactly how many bytes [`encode`](Self::encode) appends.
    fn encoded_len(&self) -> usize;

    /// Puts the value into `out`, which has to have room, as [`BufMut`](bytes::BufMut) has it.
    fn encode(&self, out: &mut impl Sink);
}

impl<T: Encode + ?Sized> Encode for &T {
    fn encoded_len(&self) -> usize {
        (**self).encoded_len()
    }

    fn encode(&self, out: &mut impl Sink) {
        (**self).encode(out);
    }
}

/// One value behind another: how a packet is a header and a body.
impl<A: Encode, B: Encode> Encode for (A, B) {
    #[inline]
    fn encoded_len(&self) -> usize {
        self.0.encoded_len() + self.1.encoded_len()
    }

    #[inline]
    fn encode(&self, out: &mut impl Sink) {
        self.0.encode(out);
        self.1.encode(out);
    }
}

/// Bytes that go out as they are, such as a body encoded before or one broken on purpose.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "bytes are all there is to it")]
pub struct Raw<'a>(pub &'a [u8]);

impl Encode for Raw<'_> {
    fn encoded_len(&self) -> usize {
        self.0.len()
    }

    fn encode(&self, out: &mut impl Sink) {
        out.put_slice(self.0);
    }
}

macro_rules! fixed_primitive {
    ($rust:ty, $jute:ident, $read:ident, $len:literal, $put:expr) => {
        impl<'a> Decode<'a> for $rust {
            const TYPE: JuteType = JuteType::$jute;
            const MIN_LEN: usize = $len;

            #[inline]
            fn decode(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
                reader.$read()
            }

            #[inline(always)]
            fn cut(cursor: &mut Cursor<'a>) -> Option<Self> {
                cursor.$read()
            }
        }

        impl Encode for $rust {
            #[inline]
            fn encoded_len(&self) -> usize {
                $len
            }

            #[inline]
            fn encode(&self, out: &mut impl Sink) {
                $put(out, *self);
            }
        }
    };
}

fixed_primitive!(bool, Boolean, boolean, 1, |out: &mut _, value| {
    Sink::put_slice(out, &[u8::from(value)])
});
fixed_primitive!(i32, Int, int, 4, Sink::put_int);
fixed_primitive!(i64, Long, long, 8, Sink::put_long);

/// A boolean at the very end of a record that old peers leave out: `None` if the payload ends
/// before it. The connect records' `readOnly` is the only one.
impl<'a> Decode<'a> for Option<bool> {
    const TYPE: JuteType = JuteType::Boolean;
    const MIN_LEN: usize = 0;

    #[inline]
    fn decode(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        if reader.is_empty() {
            Ok(None)
        } else {
            reader.boolean().map(Some)
        }
    }

    #[inline(always)]
    fn cut(cursor: &mut Cursor<'a>) -> Option<Self> {
        if cursor.rest.is_empty() {
            Some(None)
        } else {
            cursor.boolean().map(Some)
        }
    }
}

impl Encode for Option<bool> {
    #[inline]
    fn encoded_len(&self) -> usize {
        usize::from(self.is_some())
    }

    #[inline]
    fn encode(&self, out: &mut impl Sink) {
        if let Some(value) = self {
            value.encode(out);
        }
    }
}

/// A jute `buffer`; `None` is null, which is not empty.
impl<'a> Decode<'a> for Option<&'a [u8]> {
    const TYPE: JuteType = JuteType::Buffer;
    const MIN_LEN: usize = 4;

    #[inline]
    fn decode(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        reader.buffer()
    }

    #[inline(always)]
    fn cut(cursor: &mut Cursor<'a>) -> Option<Self> {
        cursor.buffer()
    }
}

impl Encode for Option<&[u8]> {
    #[inline]
    fn encoded_len(&self) -> usize {
        4 + self.map_or(0, <[u8]>::len)
    }

    #[inline(always)]
    fn encode(&self, out: &mut impl Sink) {
        match self {
            None => out.put_int(-1),
            Some(bytes) => {
                out.put_int(length(bytes.len()));
                out.put_slice(bytes);
            }
        }
    }
}

impl<'a> Decode<'a> for Ustring<'a> {
    const TYPE: JuteType = JuteType::Ustring;
    const MIN_LEN: usize = 4;

    #[inline]
    fn decode(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        reader.ustring()
    }

    #[inline(always)]
    fn cut(cursor: &mut Cursor<'a>) -> Option<Self> {
        cursor.ustring()
    }

    #[inline(always)]
    fn check(cursor: &mut Cursor<'a>) -> Option<()> {
        let bytes = cursor.buffer()?.unwrap_or_default();
        (cursor.leniency.any_text() || text::is_utf8(bytes)).then_some(())
    }

    const TEXTUAL: bool = true;

    #[inline(always)]
    fn skip_text(rest: &mut &'a [u8], ints: &mut u32) -> Option<()> {
        text::skip_string(rest, ints)
    }

    #[inline(always)]
    fn cut_text(rest: &mut &'a str) -> Option<Self> {
        text::string(rest).map(Ustring::new)
    }
}

impl Encode for Ustring<'_> {
    #[inline]
    fn encoded_len(&self) -> usize {
        self.as_bytes().encoded_len()
    }

    #[inline]
    fn encode(&self, out: &mut impl Sink) {
        self.as_bytes().encode(out);
    }
}

/// A length or count as the wire has it. One that is too long for it is so in vain, whatever is put
/// here: no frame can hold it, and [`put_frame`](crate::put_frame)'s own length says so.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "told above")]
pub(crate) fn length(count: usize) -> i32 {
    debug_assert!(
        i32::try_from(count).is_ok(),
        "{count} is over the longest jute value"
    );
    (count as u32).cast_signed()
}
