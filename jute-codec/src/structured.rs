//! Values made of fuzzers' bytes: the feature `arbitrary`.

use arbitrary::Arbitrary;
use arbitrary::Result;
use arbitrary::Unstructured;

use crate::Decode;
use crate::Reader;
use crate::Ustring;
use crate::Vector;

impl<'a> Arbitrary<'a> for Ustring<'a> {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let bytes: Option<&[u8]> = u.arbitrary()?;
        Ok(bytes.map_or(Self::NULL, Self::from_bytes))
    }
}

/// Null, or as many items as the bytes at hand are the encoding of.
impl<'a, T: Decode<'a> + Clone> Arbitrary<'a> for Vector<'a, T> {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let bytes: Option<&[u8]> = u.arbitrary()?;
        Ok(bytes.map_or(Self::NULL, |bytes| Self::of_items(Reader::new(bytes))))
    }
}

/// A code: one with a name as often as any other.
pub(crate) fn code(named: &[i32], u: &mut Unstructured<'_>) -> Result<i32> {
    if u.arbitrary()? {
        u.choose(named).copied()
    } else {
        u.arbitrary()
    }
}
