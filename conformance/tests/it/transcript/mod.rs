//! Transcripts: text to tree and back.

mod errors;
mod productions;
