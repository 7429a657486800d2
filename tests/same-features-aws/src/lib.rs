//! Nothing but its Cargo.toml: `same-features` for the packages that stand on the AWS SDKs.
