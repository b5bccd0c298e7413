//! The one place that cuts bytes: a slice that shrinks from the front.

use core::hint;

use crate::Decode;
use crate::Ustring;
use crate::reading::Leniency;
use crate::text;

/// Cuts values off bytes, and has no word on why it cannot: all that succeeds goes through here.
///
/// What fails is read once more by a [`Reader`](crate::Reader), which says what was wrong. That
/// keeps errors, large and rare, out of the way of values: a multi takes 15 % fewer instructions.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Cursor<'a> {
    pub(crate) rest: &'a [u8],
    pub(crate) leniency: Leniency,
}

/// Each takes a whole value or nothing.
impl<'a> Cursor<'a> {
    /// Whether a value of `length` bytes can follow. A record asks once for the least it takes,
    /// and the compiler sees that its leading fields of fixed length are all there: a `Stat` takes
    /// 1 check, not 11.
    #[inline(always)]
    pub(crate) const fn holds(&self, length: usize) -> Option<()> {
        if self.rest.len() < length {
            return None;
        }
        Some(())
    }

    #[inline(always)]
    pub(crate) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    #[inline(always)]
    pub(crate) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*taken)
    }

    #[inline(always)]
    pub(crate) fn boolean(&mut self) -> Option<bool> {
        let (byte, rest) = self.rest.split_first()?;
        if *byte > 1 && !self.leniency.nonzero_is_true() {
            return None;
        }
        self.rest = rest;
        Some(*byte != 0)
    }

    #[inline(always)]
    pub(crate) fn int(&mut self) -> Option<i32> {
        self.array().map(i32::from_be_bytes)
    }

    #[inline(always)]
    pub(crate) fn long(&mut self) -> Option<i64> {
        self.array().map(i64::from_be_bytes)
    }

    /// `Some(None)` is null.
    #[inline(always)]
    pub(crate) fn buffer(&mut self) -> Option<Option<&'a [u8]>> {
        let (length, rest) = self.rest.split_first_chunk()?;
        let length = i32::from_be_bytes(*length);
        let Ok(count) = usize::try_from(length) else {
            hint::cold_path();
            if length != -1 {
                return None;
            }
            self.rest = rest;
            return Some(None);
        };
        let (bytes, rest) = rest.split_at_checked(count)?;
        self.rest = rest;
        Some(Some(bytes))
    }

    #[inline(always)]
    pub(crate) fn ustring(&mut self) -> Option<Ustring<'a>> {
        let start = self.rest;
        let Some(bytes) = self.buffer()? else {
            return Some(Ustring::NULL);
        };
        if let Ok(text) = core::str::from_utf8(bytes) {
            return Some(Ustring::new(text));
        }
        hint::cold_path();
        if self.leniency.any_text() {
            return Some(Ustring::not_utf8(bytes));
        }
        self.rest = start;
        None
    }

    /// `Some(None)` is null.
    #[inline(always)]
    pub(crate) fn count(&mut self, item_min: usize) -> Option<Option<usize>> {
        let (count, rest) = self.rest.split_first_chunk()?;
        let count = i32::from_be_bytes(*count);
        let items = match usize::try_from(count) {
            Ok(items) if items.saturating_mul(item_min.max(1)) <= rest.len() => {
                self.rest = rest;
                return Some(Some(items));
            }
            Err(_) if count == -1 => None,
            Err(_) if self.leniency.negative_count_is_empty() => Some(0),
            _ => return None,
        };
        hint::cold_path();
        self.rest = rest;
        Some(items)
    }

    /// `count` values of text alone, if all of their bytes together are UTF-8: one check instead of
    /// many. `None` if they have to be looked at one by one.
    #[inline(always)]
    pub(crate) fn text<T: Decode<'a>>(&mut self, count: usize) -> Option<&'a str> {
        let (mut rest, mut ints) = (self.rest, 0);
        for _ in 0..count {
            T::skip_text(&mut rest, &mut ints)?;
        }
        if !text::are_ascii(ints) {
            return None;
        }
        let text = core::str::from_utf8(self.until(rest)?).ok()?;
        self.rest = rest;
        Some(text)
    }

    /// The bytes before those of `rest`, which is behind.
    #[inline(always)]
    pub(crate) fn until(&self, rest: &[u8]) -> Option<&'a [u8]> {
        self.rest.get(..self.rest.len() - rest.len())
    }

    /// The bytes taken since `start` was the rest.
    #[inline(always)]
    pub(crate) fn since(&self, start: &'a [u8]) -> &'a [u8] {
        start
            .get(..start.len() - self.rest.len())
            .unwrap_or_default()
    }
}
