//! See `zk_fuzz::differential`.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| zk_fuzz::differential(data));
