//! `stream_batch` under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::stream_batch::check(bytes));
