//! x
pub mod engine;
pub mod filter;
pub mod stream;
pub mod carrier;
pub mod connect;
