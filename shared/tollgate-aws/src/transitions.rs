//! What is written to several tables at once, or not at all: each is one transaction.
//!
//! - [`approval`]: the claim on a number
//! - [`claim`]: the right to dial, and its places in the budgets
//! - [`ending`]: the end of a request, and the release of its number
//! - [`marks`]: what an operator says of a request
//! - [`transaction`]: how they are built and refused

pub mod approval;
pub mod claim;
pub mod ending;
pub mod marks;
pub mod transaction;
