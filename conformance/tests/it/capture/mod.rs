//! Reading packet captures: the file formats, the headers, the streams, and hostile files.
#![allow(
    clippy::unwrap_used,
    reason = "a test and what builds its input fail by panicking"
)]

mod build;
mod files;
mod headers;
mod hostile;
mod streams;
mod trouble;
