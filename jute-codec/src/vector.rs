//! A vector on the wire, or a slice about to go there.

use core::fmt;

use bytes::BufMut;

use crate::Decode;
use crate::DecodeError;
use crate::Encode;
use crate::JuteType;
use crate::Reader;
use crate::Reading;
use crate::codec::length;

/// A jute `vector<T>`, held without allocating.
///
/// A decoded vector keeps the bytes of its items, each of which was checked once; iterating
/// decodes them again and cannot fail. A vector to be sent borrows a slice. Null (count −1) is not
/// the empty vector.
///
/// ```
/// use jute_codec::{Decode, Encode, Ustring, Vector};
///
/// let paths = [Ustring::new("/a"), Ustring::new("/b")];
/// let mut wire = Vec::new();
/// Vector::from(&paths[..]).encode(&mut wire);
/// assert_eq!(wire, b"\0\0\0\x02\0\0\0\x02/a\0\0\0\x02/b");
///
/// let decoded = Vector::<Ustring<'_>>::from_payload(&wire)?;
/// assert_eq!(decoded.len(), 2);
/// assert_eq!(decoded, Vector::from(&paths[..]));
/// # Ok::<(), jute_codec::DecodeError>(())
/// ```
#[derive(Clone, Copy)]
pub struct Vector<'a, T>(Form<'a, T>);

#[derive(Clone, Copy)]
enum Form<'a, T> {
    Null,
    Wire {
        count: usize,
        items: Items<'a>,
        reading: Reading,
    },
    Slice(&'a [T]),
}

/// The bytes of items that have been checked.
#[derive(Clone, Copy)]
enum Items<'a> {
    Bytes(&'a [u8]),
    /// Found to be UTF-8 as a whole.
    Text(&'a str),
}

impl<'a> Items<'a> {
    const fn as_bytes(self) -> &'a [u8] {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Text(text) => text.as_bytes(),
        }
    }
}

impl<'a, T: Decode<'a> + Clone> Vector<'a, T> {
    /// The null vector, count −1 on the wire.
    pub const NULL: Self = Self(Form::Null);

    /// The vector without items.
    pub const EMPTY: Self = Self(Form::Slice(&[]));

    /// Whether it is the null vector.
    #[must_use]
    pub const fn is_null(&self) -> bool {
        matches!(self.0, Form::Null)
    }

    /// How many items there are; the null vector has none.
    #[must_use]
    pub const fn len(&self) -> usize {
        match self.0 {
            Form::Null => 0,
            Form::Wire { count, .. } => count,
            Form::Slice(items) => items.len(),
        }
    }

    /// Whether there are no items, be it null or empty.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The items, in order.
    #[must_use]
    pub fn iter(&self) -> Iter<'a, T> {
        match self.0 {
            Form::Null => Iter(Source::Slice(&[])),
            Form::Wire {
                count,
                items,
                reading,
            } => Iter(match items {
                Items::Bytes(bytes) => Source::Wire {
                    left: count,
                    reader: Reader::with(bytes, reading),
                },
                Items::Text(text) => Source::Text { left: count, text },
            }),
            Form::Slice(items) => Iter(Source::Slice(items)),
        }
    }
}

#[cfg(feature = "arbitrary")]
impl<'a, T: Decode<'a> + Clone> Vector<'a, T> {
    /// As many items as can be read.
    pub(crate) fn of_items(mut reader: Reader<'a>) -> Self {
        let start = reader.rest();
        let (mut count, mut items) = (0, reader.since(start));
        while !reader.is_empty() && T::decode(&mut reader).is_ok() {
            (count, items) = (count + 1, reader.since(start));
        }
        let reading = reader.reading();
        Self(Form::Wire {
            count,
            items: Items::Bytes(items),
            reading,
        })
    }
}

/// The null vector.
impl<T> Default for Vector<'_, T> {
    fn default() -> Self {
        Self(Form::Null)
    }
}

impl<'a, T> From<&'a [T]> for Vector<'a, T> {
    fn from(items: &'a [T]) -> Self {
        Self(Form::Slice(items))
    }
}

impl<'a, T: Decode<'a> + Clone> IntoIterator for &Vector<'a, T> {
    type Item = T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

impl<'a, T: Decode<'a>> Decode<'a> for Vector<'a, T> {
    const TYPE: JuteType = JuteType::Vector(&T::TYPE);
    const MIN_LEN: usize = 4;

    fn decode(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        // An item of no bytes would let a count of two billion loop that often.
        const { assert!(T::MIN_LEN > 0, "a vector item takes at least one byte") };
        let Some(count) = reader.count(T::MIN_LEN)? else {
            return Ok(Self(Form::Null));
        };
        Ok(Self(Form::Wire {
            count,
            items: Self::check(count, reader)?,
            reading: reader.reading(),
        }))
    }
}

impl<'a, T: Decode<'a>> Vector<'a, T> {
    #[inline]
    fn check(count: usize, reader: &mut Reader<'a>) -> Result<Items<'a>, DecodeError> {
        if T::TEXTUAL
            && let Some(text) = reader.take_text::<T>(count)
        {
            return Ok(Items::Text(text));
        }
        let start = reader.rest();
        for _ in 0..count {
            T::decode(reader)?;
        }
        Ok(Items::Bytes(reader.since(start)))
    }
}

impl<'a, T: Encode> Encode for Vector<'a, T> {
    fn encoded_len(&self) -> usize {
        4 + match self.0 {
            Form::Null => 0,
            Form::Wire { items, .. } => items.as_bytes().len(),
            Form::Slice(items) => items.iter().map(Encode::encoded_len).sum(),
        }
    }

    fn encode(&self, out: &mut impl BufMut) {
        match self.0 {
            Form::Null => out.put_i32(-1),
            Form::Wire { count, items, .. } => {
                out.put_i32(length(count));
                out.put_slice(items.as_bytes());
            }
            Form::Slice(items) => {
                out.put_i32(length(items.len()));
                items.iter().for_each(|item| item.encode(out));
            }
        }
    }
}

impl<'a, T: Decode<'a> + Clone + PartialEq> PartialEq for Vector<'a, T> {
    fn eq(&self, other: &Self) -> bool {
        self.is_null() == other.is_null()
            && self.len() == other.len()
            && self.iter().eq(other.iter())
    }
}

impl<'a, T: Decode<'a> + Clone + Eq> Eq for Vector<'a, T> {}

impl<'a, T: Decode<'a> + Clone + fmt::Debug> fmt::Debug for Vector<'a, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_null() {
            f.write_str("null")
        } else {
            f.debug_list().entries(self.iter()).finish()
        }
    }
}

/// The items of a [`Vector`].
#[derive(Clone, Debug)]
pub struct Iter<'a, T>(Source<'a, T>);

#[derive(Clone, Debug)]
enum Source<'a, T> {
    Wire { left: usize, reader: Reader<'a> },
    Text { left: usize, text: &'a str },
    Slice(&'a [T]),
}

impl<'a, T: Decode<'a> + Clone> Iterator for Iter<'a, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        match &mut self.0 {
            Source::Slice(items) => {
                let (first, rest) = items.split_first()?;
                *items = rest;
                Some(first.clone())
            }
            Source::Wire { left, reader } => {
                *left = left.checked_sub(1)?;
                // Each item was read once when the vector was: this cannot fail.
                T::decode(reader).ok()
            }
            Source::Text { left, text } => {
                *left = left.checked_sub(1)?;
                T::decode_text(text)
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = match &self.0 {
            Source::Wire { left, .. } | Source::Text { left, .. } => *left,
            Source::Slice(items) => items.len(),
        };
        (left, Some(left))
    }
}

impl<'a, T: Decode<'a> + Clone> ExactSizeIterator for Iter<'a, T> {}
