//! The byte encoding of structured inputs: a version, then steps to taste.
//!
//! It is the bodies' own, and what a number means does not change, so that an input means the same
//! for ever. What is missing at the end of an input reads as zeros.

/// Has `body` take the steps of an input of version 1, and holds that memory follows the length of the
/// input.
pub(crate) fn in_measure(data: &[u8], body: impl FnOnce(&mut Steps<'_>)) {
    let Some(mut steps) = Steps::of_version(1, data) else {
        return;
    };
    let memory = allocation_counter::measure(|| body(&mut steps));
    let bound = 64 * 1024 + 4096 * data.len() as u64;
    assert!(memory.bytes_max <= bound, "{memory:?} for {}", data.len());
}

/// An input being read.
pub(crate) struct Steps<'a>(&'a [u8]);

impl<'a> Steps<'a> {
    /// The steps behind the version byte; `None` if they are of another version.
    pub(crate) fn of_version(version: u8, data: &'a [u8]) -> Option<Self> {
        let (first, rest) = data.split_first()?;
        (*first == version).then_some(Self(rest))
    }

    /// Whether nothing is left.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One byte.
    pub(crate) fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else {
            return 0;
        };
        self.0 = rest;
        *first
    }

    /// Two bytes, big-endian.
    pub(crate) fn short(&mut self) -> u16 {
        u16::from_be_bytes([self.byte(), self.byte()])
    }

    /// As many bytes as the next one says, or what is left.
    pub(crate) fn bytes(&mut self) -> &'a [u8] {
        let length = usize::from(self.byte()).min(self.0.len());
        let (bytes, rest) = self.0.split_at(length);
        self.0 = rest;
        bytes
    }
}
