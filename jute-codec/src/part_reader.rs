//! The parts of a multi, one after the other.

use core::iter::FusedIterator;
use core::marker::PhantomData;

use crate::Decode;
use crate::DecodeError;
use crate::DecodeErrorKind;
use crate::MultiHeader;
use crate::Part;
use crate::Reader;
use crate::multi::goes_with;

/// Reads the parts of a multi one by one, in a single pass.
///
/// A [`Multi`](crate::Multi) checks all of its parts before the first one is looked at, so that iterating cannot
/// fail; each is read twice. Here each is read once, in less than half the instructions, and what
/// comes first may turn out to be the start of something broken: the error that says so is the last
/// item.
///
/// ```
/// use jute_codec::{OpCode, Operation, PartReader, Reader, RequestHeader};
///
/// # let payload = b"\0\0\0\x07\0\0\0\x0e\0\0\0\x02\0\xff\xff\xff\xff\0\0\0\x02/a\0\0\0\x03\
/// # \xff\xff\xff\xff\x01\xff\xff\xff\xff";
/// # use jute_codec::Decode;
/// let mut reader = Reader::new(payload);
/// let header = RequestHeader::decode(&mut reader)?;
/// assert_eq!(header.op, OpCode::MULTI);
///
/// let mut parts = PartReader::<Operation<'_>>::new(reader);
/// for part in &mut parts {
///     let (header, operation) = part?;
///     assert_eq!(header.op, OpCode::DELETE);
/// }
/// assert!(parts.end().is_some());
/// parts.reader().finish()?;
/// # Ok::<(), jute_codec::DecodeError>(())
/// ```
#[derive(Clone, Debug)]
pub struct PartReader<'a, T> {
    reader: Reader<'a>,
    kind: Option<bool>,
    end: Option<MultiHeader>,
    failed: bool,
    parts: PhantomData<T>,
}

impl<'a, T: Part<'a>> PartReader<'a, T> {
    /// Reads a multi that starts where `reader` is.
    #[must_use]
    #[inline]
    pub const fn new(reader: Reader<'a>) -> Self {
        Self {
            reader,
            kind: None,
            end: None,
            failed: false,
            parts: PhantomData,
        }
    }

    /// The header at the end, once that has been reached.
    #[must_use]
    #[inline]
    pub const fn end(&self) -> Option<MultiHeader> {
        self.end
    }

    /// What is behind the parts read so far.
    #[must_use]
    #[inline]
    pub const fn reader(&self) -> &Reader<'a> {
        &self.reader
    }

    /// What is wrong with a part.
    #[cold]
    #[inline(never)]
    fn explain(mut reader: Reader<'a>) -> DecodeError {
        let offset = reader.offset();
        let header = match MultiHeader::decode(&mut reader) {
            Ok(header) => header,
            Err(error) => return error,
        };
        match T::decode_body(header.op, &mut reader) {
            Ok(_) => {
                let kind = DecodeErrorKind::UnexpectedOperation(header.op);
                DecodeError::new(kind, offset).in_field("MultiHeader", "type")
            }
            Err(error) => error,
        }
    }
}

impl<'a, T: Part<'a>> Iterator for PartReader<'a, T> {
    type Item = Result<(MultiHeader, T), DecodeError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.end.is_some() || self.failed {
            return None;
        }
        let mut cursor = self.reader.cursor;
        if let Some(header) = MultiHeader::cut(&mut cursor) {
            if header.done {
                self.reader.cursor = cursor;
                self.end = Some(header);
                return None;
            }
            if let Some(part) = T::cut_body(header.op, &mut cursor)
                && goes_with::<T>(header.op, &mut self.kind).is_some()
            {
                self.reader.cursor = cursor;
                return Some(Ok((header, part)));
            }
        }
        self.failed = true;
        Some(Err(Self::explain(self.reader.clone())))
    }
}

impl<'a, T: Part<'a>> FusedIterator for PartReader<'a, T> {}
