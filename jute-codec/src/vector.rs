//! A vector on the wire, or a slice about to go there.

use core::fmt;
use core::hint;

use crate::Decode;
use crate::DecodeError;
use crate::Encode;
use crate::JuteType;
use crate::Reader;
use crate::Sink;
use crate::codec::length;
use crate::cursor::Cursor;
use crate::reading::Leniency;
use crate::runs::Runs;

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
    /// The bytes of items that have been checked.
    Wire {
        count: usize,
        items: &'a [u8],
        leniency: Leniency,
    },
    /// Items that have been found to be text as a whole.
    Text { count: usize, items: &'a str },
    /// Items to be sent, or null.
    Slice(Option<&'a [T]>),
}

impl<'a, T: Decode<'a> + Clone> Vector<'a, T> {
    /// The null vector, count −1 on the wire.
    pub const NULL: Self = Self(Form::Slice(None));

    /// The vector without items.
    pub const EMPTY: Self = Self(Form::Slice(Some(&[])));

    /// Whether it is the null vector.
    #[must_use]
    pub const fn is_null(&self) -> bool {
        matches!(self.0, Form::Slice(None))
    }

    /// How many items there are; the null vector has none.
    #[must_use]
    pub const fn len(&self) -> usize {
        match self.0 {
            Form::Wire { count, .. } | Form::Text { count, .. } => count,
            Form::Slice(Some(items)) => items.len(),
            Form::Slice(None) => 0,
        }
    }

    /// Whether there are no items, be it null or empty.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The items, in order.
    #[must_use]
    #[inline]
    pub fn iter(&self) -> Iter<'a, T> {
        Iter(match self.0 {
            Form::Wire {
                count,
                items,
                leniency,
            } => {
                let rest = items;
                Source::Wire {
                    left: count,
                    items: Runs::new(Cursor { rest, leniency }),
                }
            }
            Form::Text { count, items } => Source::Text {
                left: count,
                text: items,
            },
            Form::Slice(items) => Source::Slice(items.unwrap_or_default()),
        })
    }
}

#[cfg(feature = "arbitrary")]
impl<'a, T: Decode<'a> + Clone> Vector<'a, T> {
    /// As many items as can be read.
    pub(crate) fn of_items(mut reader: Reader<'a>) -> Self {
        let start = reader.rest();
        let (mut count, mut items) = (0, reader.cursor.since(start));
        while !reader.is_empty() && T::decode(&mut reader).is_ok() {
            (count, items) = (count + 1, reader.cursor.since(start));
        }
        Self(Form::Wire {
            count,
            items,
            leniency: reader.cursor.leniency,
        })
    }
}

/// The null vector.
impl<T> Default for Vector<'_, T> {
    fn default() -> Self {
        Self(Form::Slice(None))
    }
}

impl<'a, T> From<&'a [T]> for Vector<'a, T> {
    fn from(items: &'a [T]) -> Self {
        Self(Form::Slice(Some(items)))
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

    #[inline]
    fn decode(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        reader.cut_or_explain(Self::cut, |reader| {
            for _ in 0..reader.count(T::MIN_LEN)?.unwrap_or_default() {
                T::decode(reader)?;
            }
            Ok(Self::default())
        })
    }

    #[inline(always)]
    fn cut(cursor: &mut Cursor<'a>) -> Option<Self> {
        // An item of no bytes would let a count of two billion loop that often.
        const { assert!(T::MIN_LEN > 0, "a vector item takes at least one byte") };
        let Some(count) = cursor.count(T::MIN_LEN)? else {
            hint::cold_path();
            return Some(Self(Form::Slice(None)));
        };
        if !T::TEXTUAL {
            return Self::one_by_one(count, cursor);
        }
        match cursor.text::<T>(count) {
            Some(items) => Some(Self(Form::Text { count, items })),
            None => {
                hint::cold_path();
                Self::one_by_one(count, cursor)
            }
        }
    }

    #[inline(always)]
    fn check(cursor: &mut Cursor<'a>) -> Option<()> {
        for _ in 0..cursor.count(T::MIN_LEN)?.unwrap_or_default() {
            T::check(cursor)?;
        }
        Some(())
    }
}

impl<'a, T: Decode<'a>> Vector<'a, T> {
    #[inline(always)]
    fn one_by_one(count: usize, cursor: &mut Cursor<'a>) -> Option<Self> {
        let start = cursor.rest;
        for _ in 0..count {
            T::check(cursor)?;
        }
        Some(Self(Form::Wire {
            count,
            items: cursor.since(start),
            leniency: cursor.leniency,
        }))
    }
}

impl<'a, T: Encode> Encode for Vector<'a, T> {
    fn encoded_len(&self) -> usize {
        4 + match self.0 {
            Form::Wire { items, .. } => items.len(),
            Form::Text { items, .. } => items.len(),
            Form::Slice(Some(items)) => items.iter().map(Encode::encoded_len).sum(),
            Form::Slice(None) => 0,
        }
    }

    fn encode(&self, out: &mut impl Sink) {
        match self.0 {
            Form::Wire { count, items, .. } => {
                out.put_int(length(count));
                out.put_slice(items);
            }
            Form::Text { count, items } => {
                out.put_int(length(count));
                out.put_slice(items.as_bytes());
            }
            Form::Slice(Some(items)) => {
                out.put_int(length(items.len()));
                items.iter().for_each(|item| item.encode(out));
            }
            Form::Slice(None) => out.put_int(-1),
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
    Wire { left: usize, items: Runs<'a> },
    Text { left: usize, text: &'a str },
    Slice(&'a [T]),
}

impl<'a, T: Decode<'a> + Clone> Iterator for Iter<'a, T> {
    type Item = T;

    // What was read once, when the vector was, can be read again.
    #[inline(always)]
    fn next(&mut self) -> Option<T> {
        match &mut self.0 {
            Source::Slice(items) => {
                let (first, rest) = items.split_first()?;
                *items = rest;
                Some(first.clone())
            }
            Source::Wire { left, items } => {
                *left = left.checked_sub(1)?;
                items.cut()
            }
            Source::Text { left, text } => {
                let item = T::cut_text(text)?;
                *left = left.saturating_sub(1);
                Some(item)
            }
        }
    }

    /// Asks once, not for each item, what they are read from.
    #[inline(always)]
    fn fold<B, F: FnMut(B, T) -> B>(self, mut folded: B, mut f: F) -> B {
        match self.0 {
            Source::Slice(items) => items.iter().cloned().fold(folded, f),
            Source::Wire { left, mut items } => {
                for _ in 0..left {
                    let Some(item) = items.cut() else {
                        break;
                    };
                    folded = f(folded, item);
                }
                folded
            }
            Source::Text { mut text, .. } => {
                while let Some(item) = T::cut_text(&mut text) {
                    folded = f(folded, item);
                }
                folded
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
