//! Does nothing: cargo reads build-dependencies only beside a build script.

fn main() {}
