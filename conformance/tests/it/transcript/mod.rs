//! Transcripts: text to tree and back.

mod describe;
mod errors;
mod hostile;
mod identity;
mod productions;
mod trees;
