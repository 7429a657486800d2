//! What Tollgate stores and calls: the only crate that knows the AWS SDKs. One file per table, transition or service.
//!
//! - [`tables`]: one file per table, with all that is read and written of it alone
//! - [`transitions`]: what is written to several tables at once, or not at all
//! - [`services`]: who else is called: Connect, the carrier lookup, CloudWatch
//! - [`gather`]: all facts for screening in one parallel round trip
//! - [`scan`]: tables read in parts, for what is stored of a person
//! - [`batch`]: the records of a stream
//! - [`clock`], [`environment`], [`error`], [`item`]

pub mod batch;
pub mod clock;
pub mod environment;
pub mod error;
pub mod gather;
pub mod item;
pub mod scan;
pub mod services;
pub mod tables;
pub mod transitions;
