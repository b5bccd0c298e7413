//! Several operations in one request, and their results in one reply.
//!
//! ```text
//! +-------------+------+-------------+------+-     -+-------------+
//! | MultiHeader | body | MultiHeader | body |  ...  | MultiHeader |
//! +-------------+------+-------------+------+-     -+-------------+
//!  type            the record of      or none         done is true
//! ```

use core::fmt;

use bytes::BufMut;

use crate::Decode;
use crate::DecodeError;
use crate::DecodeErrorKind;
use crate::Encode;
use crate::MultiHeader;
use crate::OpCode;
use crate::Reader;
use crate::Reading;
use crate::Schema;
use crate::dispatch::Body;

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
        reading: Reading,
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

    /// Whether both can be in one multi.
    fn goes_with(&self, other: &Self) -> bool;
}

impl<'a, T: Part<'a>> Multi<'a, T> {
    /// The multi without parts.
    pub const EMPTY: Self = Self(Form::Slice(&[]));

    /// Reads all parts and the end. Nothing nests: a multi has no place in a multi.
    ///
    /// # Errors
    /// As the parts' records have them, and [`DecodeErrorKind::UnexpectedOperation`] on a part that
    /// has no place in it.
    pub fn decode(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let start = reader.rest();
        let mut first = None;
        let mut count = 0;
        loop {
            let before = reader.clone();
            let header = MultiHeader::decode(reader)?;
            if header.done {
                return Ok(Self(Form::Wire {
                    count,
                    parts: before.since(start),
                    end: header,
                    reading: reader.reading(),
                }));
            }
            let part = T::decode_body(header.op, reader)?;
            let first = *first.get_or_insert(part);
            match (part, first) {
                (Some(part), Some(first)) if part.goes_with(&first) => count += 1,
                _ => {
                    let kind = DecodeErrorKind::UnexpectedOperation(header.op);
                    let error = DecodeError::new(kind, before.offset());
                    return Err(error.in_field("MultiHeader", "type"));
                }
            }
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
                reading,
                ..
            } => Parts(Source::Wire {
                left: count,
                reader: Reader::with(parts, reading),
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
}

impl<'a, T: Part<'a>> Encode for Multi<'a, T> {
    fn encoded_len(&self) -> usize {
        match self.0 {
            Form::Wire { parts, end, .. } => parts.len() + end.encoded_len(),
            Form::Slice(parts) => MultiOf(parts.iter().copied()).encoded_len(),
        }
    }

    fn encode(&self, out: &mut impl BufMut) {
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
    Wire { left: usize, reader: Reader<'a> },
    Slice(&'a [T]),
}

impl<'a, T: Part<'a>> Iterator for Parts<'a, T> {
    type Item = (MultiHeader, T);

    fn next(&mut self) -> Option<(MultiHeader, T)> {
        match &mut self.0 {
            Source::Slice(parts) => {
                let (first, rest) = parts.split_first()?;
                *parts = rest;
                Some((first.header(), *first))
            }
            Source::Wire { left, reader } => {
                *left = left.checked_sub(1)?;
                // Each part was read once when the multi was: this cannot fail.
                let header = MultiHeader::decode(reader).ok()?;
                let part = T::decode_body(header.op, reader).ok().flatten()?;
                Some((header, part))
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

    fn encode(&self, out: &mut impl BufMut) {
        for part in self.0.clone() {
            (part.header(), part).encode(out);
        }
        MultiHeader::END.encode(out);
    }
}
