//! The package's tests through its public interface, in one binary.

mod client;
mod diagram;
