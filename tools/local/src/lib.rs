//! The whole suite on one machine: the real handlers and the real AWS SDK clients on an embedded DynamoDB, stand-ins for
//! Amazon Connect and the carrier lookup, and what lies between functions on AWS: the edge, the stream, the events.
//!
//! - [`engine`]: the embedded DynamoDB; [`stream`], [`filter`]: what Lambda's event source mapping does with its stream
//! - [`connect`], [`carrier`], [`issuer`]: the stand-ins; [`wire`]: how they and the engine are reached, over HTTP or in process
//! - [`edge`]: what API Gateway, AWS WAF and the authorizer do before a function sees a request; [`own`]: which pages may have a
//!   browser send what only this machine is to send
//! - [`stack`]: all of it, started and connected; [`run`]: moved on in real time, for people
//! - [`demo`]: a day to begin with, so that there is something to see
//! - [`measure`]: the Lambda binaries themselves, run against it through a runtime API

pub mod carrier;
pub mod connect;
pub mod counts;
pub mod demo;
pub mod edge;
pub mod engine;
pub mod filter;
pub mod issuer;
pub mod measure;
pub mod own;
pub mod run;
pub mod stack;
pub mod stream;
pub mod wire;
