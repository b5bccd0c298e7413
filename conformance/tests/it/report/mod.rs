//! Reports, read back.

#[cfg(feature = "cli")]
mod cli;
mod golden;
mod junit;
mod page;
mod runs;
mod sarif;
mod stream;
mod tap;
mod words;
