//! dialing
fn main() {}
