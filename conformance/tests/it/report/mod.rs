//! Reports, read back.

#[cfg(feature = "cli")]
mod cli;
mod golden;
mod junit;
mod page;
mod runs;
mod sarif;
pub(crate) mod stream;
mod tap;
mod words;
