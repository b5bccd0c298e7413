//! Tests of the library through its public surface.

mod expiry;
