//! See `zk_fuzz::canary`.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| zk_fuzz::canary(data));
