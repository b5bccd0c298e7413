//! Where values go.

use bytes::BufMut;
use bytes::BytesMut;

/// What values can be put into: every [`BufMut`], and what passes bytes on in another way.
pub trait Sink {
    /// Takes bytes.
    fn put_slice(&mut self, bytes: &[u8]);

    /// Takes a jute `int`.
    #[inline]
    fn put_int(&mut self, value: i32) {
        self.put_slice(&value.to_be_bytes());
    }

    /// Takes a jute `long`.
    #[inline]
    fn put_long(&mut self, value: i64) {
        self.put_slice(&value.to_be_bytes());
    }
}

impl<B: BufMut + ?Sized> Sink for B {
    #[inline]
    fn put_slice(&mut self, bytes: &[u8]) {
        BufMut::put_slice(self, bytes);
    }
}

/// Appends all but one slice.
pub(crate) struct Apart<'o, 's> {
    pub(crate) out: &'o mut BytesMut,
    pub(crate) apart: &'s [u8],
    /// Where in the output it belongs, once it has come by.
    pub(crate) at: Option<usize>,
}

impl Sink for Apart<'_, '_> {
    #[inline(always)]
    fn put_slice(&mut self, bytes: &[u8]) {
        if bytes.as_ptr_range() != self.apart.as_ptr_range() || self.at.is_some() {
            self.out.extend_from_slice(bytes);
        } else if !bytes.is_empty() {
            self.at = Some(self.out.len());
        }
    }

    #[inline(always)]
    fn put_int(&mut self, value: i32) {
        self.out.put_i32(value);
    }

    #[inline(always)]
    fn put_long(&mut self, value: i64) {
        self.out.put_i64(value);
    }
}
