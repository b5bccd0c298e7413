//! The package's tests through its public interface, in one binary.

mod diagram;
