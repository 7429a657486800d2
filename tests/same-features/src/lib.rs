//! Nothing but its Cargo.toml: whoever depends on it compiles the dependencies with the same features as everybody else,
//! so that `cargo run -p local`, `cargo test --workspace` and the rest share them. `.ci/same-features` looks after it.
