//! See `zk_fuzz::world`.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| zk_fuzz::world(data));
