//! Transcripts: text to tree and back.

mod errors;
mod identity;
mod productions;
mod trees;
