//! Tests of the codec through its public surface.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

#[macro_use]
mod list;

mod bombs;
mod framing;
mod hostile;
mod known_answers;
mod learner;
mod lists_of_text;
mod message;
mod multi;
mod readable;
mod round_trip;
mod scenarios;
#[cfg(feature = "serde")]
mod serial;
#[cfg(feature = "arbitrary")]
mod structured;
mod texts;
mod words;
mod zero_copy;
