//! Several operations in one request, and their results in one reply.
//!
//! ```text
//! +-------------+------+-------------+------+-     -+-------------+
//! | MultiHeader | body | MultiHeader | body |  ...  | MultiHeader |
//! +-------------+------+-------------+------+-     -+-------------+
//!  type            the record of      or none         done is true
//! ```

use core::fmt;

use crate::Decode;
use crate::DecodeError;
use crate::Encode;
use crate::MultiHeader;
use crate::OpCode;
use crate::PartReader;
use crate::Reader;
use crate::Schema;
use crate::Sink;
use crate::cursor::Cursor;
use crate::dispatch::Body;
use crate::reading::Leniency;

/// A multi of [`Operation`](crate::Operation)s or [`Outcome`](crate::Outcome)s, held without allocating.
///
/// A decoded multi keeps the bytes of its parts, each of which was checked once; iterating decodes
/// them again and cannot fail. The headers are kept as they came, and go out so again. A multi to
/// be sent borrows a slice; [`MultiOf`] sends what an iterator yields.
///
/// ```
/// use jute_codec::{DeleteRequest, Multi, OpCode, Operation, Reading, Request};
///
/// let delete = Operation::Delete(DeleteRequest { path: "/a".into(), version: -1 });
/// let operations = [delete];
/// let request = Request::Multi(Multi::from(&operations[..])).with_xid(7);
/// let mut wire = Vec::new();
/// jute_codec::Encode::encode(&request, &mut wire);
///
/// let (_, read) = Request::from_payload(&wire, Reading::STRICT)?;
/// let Request::Multi(multi) = read else { unreachable!() };
/// for (header, operation) in &multi {
///     assert_eq!((header.op, operation), (OpCode::DELETE, delete));
/// }
/// # Ok::<(), jute_codec::DecodeError>(())
/// ```
#[derive(Clone, Copy)]
pub struct Multi<'a, T>(Form<'a, T>);

#[derive(Clone, Copy)]
enum Form<'a, T> {
    Wire {
        count: usize,
        parts: &'a [u8],
        end: MultiHeader,
        leniency: Leniency,
    },
    Slice(&'a [T]),
}

/// What a [`Multi`] is made of: [`Operation`](crate::Operation) or [`Outcome`](crate::Outcome).
pub trait Part<'a>: Copy + Encode {
    /// The header Apache writes before it.
    fn header(&self) -> MultiHeader;

    /// The record behind a header of `op`, `Some(None)` if there is none; `None` if `op` has no
    /// place in such a multi.
    fn schema(op: OpCode) -> Option<Option<Schema>>;

    /// Reads the body behind a header of `op`; `None` if `op` has no place in such a multi.
    ///
    /// # Errors
    /// As the body's record has them.
    fn decode_body(op: OpCode, reader: &mut Reader<'a>) -> Result<Option<Self>, DecodeError>;

    /// Of which kind an `op` is: all of a multi's are of the same. `None` goes with any.
    fn kind(op: OpCode) -> Option<bool>;

    /// Reads the body behind a header of `op`, or does not and has no word on why.
    #[doc(hidden)]
    fn cut_body(op: OpCode, cursor: &mut Cursor<'a>) -> Option<Self>;

    /// Passes over the body that [`cut_body`](Self::cut_body) would read.
    #[doc(hidden)]
    fn check_body(op: OpCode, cursor: &mut Cursor<'a>) -> Option<()>;
}

impl<'a, T: Part<'a>> Multi<'a, T> {
    /// The multi without parts.
    pub const EMPTY: Self = Self(Form::Slice(&[]));

    /// Reads all parts and the end. Nothing nests: a multi has no place in a multi.
    ///
    /// # Errors
    /// As the parts' records have them, and
    /// [`UnexpectedOperation`](crate::DecodeErrorKind::UnexpectedOperation) on a part that
    /// has no place in it.
    #[inline]
    pub fn decode(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        reader.cut_or_explain(Self::check_all, |reader| {
            for part in PartReader::<T>::new(reader.clone()) {
                part?;
            }
            Ok(Self::EMPTY)
        })
    }

    #[inline]
    fn check_all(cursor: &mut Cursor<'a>) -> Option<Self> {
        let start = cursor.rest;
        let mut kind = None;
        let mut count = 0;
        loop {
            let before = *cursor;
            let header = MultiHeader::cut(cursor)?;
            if header.done {
                return Some(Self(Form::Wire {
                    count,
                    parts: before.since(start),
                    end: header,
                    leniency: cursor.leniency,
                }));
            }
            T::check_body(header.op, cursor)?;
            goes_with::<T>(header.op, &mut kind)?;
            count += 1;
        }
    }

    /// How many parts there are, the end not counted.
    #[must_use]
    pub const fn len(&self) -> usize {
        match self.0 {
            Form::Wire { count, .. } => count,
            Form::Slice(parts) => parts.len(),
        }
    }

    /// Whether there is no part.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The header at the end.
    #[must_use]
    pub const fn end(&self) -> MultiHeader {
        match self.0 {
            Form::Wire { end, .. } => end,
            Form::Slice(_) => MultiHeader::END,
        }
    }

    /// The parts, in order, each with its header.
    #[must_use]
    pub fn iter(&self) -> Parts<'a, T> {
        match self.0 {
            Form::Wire {
                count,
                parts,
                leniency,
                ..
            } => Parts(Source::Wire {
                left: count,
                cursor: Cursor {
                    rest: parts,
                    leniency,
                },
            }),
            Form::Slice(parts) => Parts(Source::Slice(parts)),
        }
    }
}

impl<'a, T> From<&'a [T]> for Multi<'a, T> {
    fn from(parts: &'a [T]) -> Self {
        Self(Form::Slice(parts))
    }
}

impl<'a, T: Part<'a>> IntoIterator for &Multi<'a, T> {
    type Item = (MultiHeader, T);
    type IntoIter = Parts<'a, T>;

    fn into_iter(self) -> Parts<'a, T> {
        self.iter()
    }
}

impl<'a, T: Part<'a>> Body<'a> for Multi<'a, T> {
    const SCHEMA: Option<Schema> = None;

    fn read(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Self::decode(reader)
    }

    fn cut_body(cursor: &mut Cursor<'a>) -> Option<Self> {
        Self::check_all(cursor)
    }

    fn check_body(cursor: &mut Cursor<'a>) -> Option<()> {
        Self::check_all(cursor).map(drop)
    }
}

impl<'a, T: Part<'a>> Encode for Multi<'a, T> {
    fn encoded_len(&self) -> usize {
        match self.0 {
            Form::Wire { parts, end, .. } => parts.len() + end.encoded_len(),
            Form::Slice(parts) => MultiOf(parts.iter().copied()).encoded_len(),
        }
    }

    fn encode(&self, out: &mut impl Sink) {
        match self.0 {
            Form::Wire { parts, end, .. } => {
                out.put_slice(parts);
                end.encode(out);
            }
            Form::Slice(parts) => MultiOf(parts.iter().copied()).encode(out),
        }
    }
}

impl<'a, T: Part<'a> + PartialEq> PartialEq for Multi<'a, T> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.end() == other.end() && self.iter().eq(other.iter())
    }
}

impl<'a, T: Part<'a> + Eq> Eq for Multi<'a, T> {}

impl<'a, T: Part<'a> + fmt::Debug> fmt::Debug for Multi<'a, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// The parts of a [`Multi`], each with its header.
#[derive(Clone, Debug)]
pub struct Parts<'a, T>(Source<'a, T>);

#[derive(Clone, Debug)]
enum Source<'a, T> {
    Wire { left: usize, cursor: Cursor<'a> },
    Slice(&'a [T]),
}

impl<'a, T: Part<'a>> Iterator for Parts<'a, T> {
    type Item = (MultiHeader, T);

    #[inline]
    fn next(&mut self) -> Option<(MultiHeader, T)> {
        match &mut self.0 {
            Source::Slice(parts) => {
                let (first, rest) = parts.split_first()?;
                *parts = rest;
                Some((first.header(), *first))
            }
            Source::Wire { left, cursor } => {
                *left = left.checked_sub(1)?;
                // Each part was read once when the multi was: this cannot fail.
                let header = MultiHeader::cut(cursor)?;
                Some((header, T::cut_body(header.op, cursor)?))
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = match &self.0 {
            Source::Wire { left, .. } => *left,
            Source::Slice(parts) => parts.len(),
        };
        (left, Some(left))
    }
}

impl<'a, T: Part<'a>> ExactSizeIterator for Parts<'a, T> {}

/// Whether an `op` can be in one multi with those before it, which were of a `kind`.
#[inline(always)]
pub(crate) fn goes_with<'a, T: Part<'a>>(op: OpCode, kind: &mut Option<bool>) -> Option<()> {
    match T::kind(op) {
        Some(this) => (*kind.get_or_insert(this) == this).then_some(()),
        None => Some(()),
    }
}

/// A multi of the parts that an iterator yields, to be sent.
///
/// ```
/// use jute_codec::{DeleteRequest, Encode, MultiOf, OpCode, Operation, RequestHeader};
///
/// let paths = ["/a/b", "/a"];
/// let deletes = paths.iter().map(|path| {
///     Operation::Delete(DeleteRequest { path: (*path).into(), version: -1 })
/// });
/// let header = RequestHeader { xid: 7, op: OpCode::MULTI };
/// let mut wire = Vec::new();
/// (header, MultiOf(deletes)).encode(&mut wire);
/// assert_eq!(wire.len(), 8 + (9 + 12) + (9 + 10) + 9);
/// ```
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::exhaustive_structs,
    reason = "an iterator is all there is to it"
)]
pub struct MultiOf<I>(pub I);

impl<'a, I: Clone + IntoIterator<Item: Part<'a>>> Encode for MultiOf<I> {
    fn encoded_len(&self) -> usize {
        let parts = self.0.clone().into_iter();
        let parts: usize = parts.map(|part| (part.header(), part).encoded_len()).sum();
        parts + MultiHeader::END.encoded_len()
    }

    fn encode(&self, out: &mut impl Sink) {
        for part in self.0.clone() {
            (part.header(), part).encode(out);
        }
        MultiHeader::END.encode(out);
    }
}
