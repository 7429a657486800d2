//! screening
fn main() {}
