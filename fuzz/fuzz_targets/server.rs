//! See `zk_fuzz::server`.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| zk_fuzz::server(data));
