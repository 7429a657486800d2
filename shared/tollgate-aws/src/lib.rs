//! What Tollgate stores and calls: the only crate that knows the AWS SDKs. One file per table, service or transaction.
//!
//! - [`tables`]: the DynamoDB client and the tables' names; [`schema`]: the tables as plain data
//! - one table each: [`requests`], [`pending`], [`deny_list`], [`counters`], [`contacts`], [`numbers`], [`settings`],
//!   [`changes`], [`calls`], [`erasures`], [`sessions`]; [`decisions`]: what was decided on proposals, an item of the settings' table
//! - [`gather`]: all facts for screening in one parallel round trip
//! - transactions over several tables: [`approval`] (the claim on a number), [`claim`] (the right to dial, and its places
//!   in the budgets), [`ending`] (the end of a request and the release of its number), [`marks`] (what an operator says of a request)
//! - [`scan`]: tables read in parts, for what is stored of a person
//! - services: [`connect`], [`carrier`]; [`fetch`]: whoever else is asked over HTTPS; [`pace`]: turns under Connect's request rate
//! - [`batch`]: stream records, one by one; [`metrics`]: what happened, for CloudWatch
//! - [`clock`], [`environment`], [`error`], [`item`]

pub mod approval;
pub mod batch;
pub mod calls;
pub mod carrier;
pub mod changes;
pub mod claim;
pub mod clock;
pub mod connect;
pub mod contacts;
pub mod counters;
pub mod decisions;
pub mod deny_list;
pub mod ending;
pub mod environment;
pub mod erasures;
pub mod error;
pub mod fetch;
pub mod gather;
pub mod item;
pub mod marks;
pub mod metrics;
pub mod numbers;
pub mod pace;
pub mod pending;
pub mod requests;
pub mod scan;
pub mod schema;
pub mod sessions;
pub mod settings;
pub mod tables;
pub mod transaction;
