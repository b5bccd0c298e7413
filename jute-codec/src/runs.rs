//! Values that have been checked, cut once more: text many at a time.

use core::hint;

use crate::Decode;
use crate::cursor::Cursor;
use crate::text;

/// The most textual values that are checked to be UTF-8 at once: what is looked at in vain if the
/// first of them is not.
const LONGEST: usize = 16;

/// Cuts the values of a vector that is not text as a whole.
///
/// Textual ones are cut out of runs that are: up to a value with an int that is not ASCII, such as
/// the length of a long name, and up to one that is not UTF-8. Those are cut by themselves.
#[derive(Clone, Debug)]
pub(crate) struct Runs<'a> {
    /// Where the run starts.
    cursor: Cursor<'a>,
    /// How long it is.
    length: usize,
    /// What of it has not been cut.
    text: &'a str,
}

impl<'a> Runs<'a> {
    #[inline(always)]
    pub(crate) const fn new(cursor: Cursor<'a>) -> Self {
        Self {
            cursor,
            length: 0,
            text: "",
        }
    }

    /// Cuts what [`Decode::cut`] does.
    #[inline(always)]
    pub(crate) fn cut<T: Decode<'a>>(&mut self) -> Option<T> {
        if !T::TEXTUAL {
            return T::cut(&mut self.cursor);
        }
        let mut text = self.text;
        if let Some(value) = T::cut_text(&mut text) {
            self.text = text;
            return Some(value);
        }
        hint::cold_path();
        // Given away and taken back: what is referred to would not be kept in registers, whatever
        // else it is a part of.
        let (runs, value) = self.clone().cut_behind();
        *self = runs;
        value
    }

    /// Cuts what is behind the run.
    #[inline(never)]
    fn cut_behind<T: Decode<'a>>(mut self) -> (Self, Option<T>) {
        let run = self.start_run::<T>();
        let mut text = run;
        if let Some(value) = T::cut_text(&mut text) {
            (self.length, self.text) = (run.len(), text);
            return (self, Some(value));
        }
        (self.length, self.text) = (0, "");
        let value = T::cut(&mut self.cursor);
        (self, value)
    }

    /// The next run, which starts behind what has been cut.
    fn start_run<T: Decode<'a>>(&mut self) -> &'a str {
        let cut = self.length - self.text.len();
        let rest = self.cursor.rest.get(cut..).unwrap_or_default();
        let mut behind = rest;
        for _ in 0..LONGEST {
            let (mut next, mut ints) = (behind, 0);
            if T::skip_text(&mut next, &mut ints).is_none() || !text::are_ascii(ints) {
                break;
            }
            behind = next;
        }
        self.cursor.rest = rest;
        text::leading(self.cursor.until(behind).unwrap_or_default())
    }
}
