//! See `zk_fuzz::capture`.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| zk_fuzz::capture(data));
