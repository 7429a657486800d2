//! Who is called besides DynamoDB.
//!
//! - [`connect`]: Amazon Connect; [`pace`]: turns under its request rate
//! - [`carrier`]: the carrier lookup; [`fetch`]: whoever else is asked over HTTPS
//! - [`metrics`]: what happened, for CloudWatch

pub mod carrier;
pub mod connect;
pub mod fetch;
pub mod metrics;
pub mod pace;
