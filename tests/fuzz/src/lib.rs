//! Every parser of foreign bytes, held to its properties on any bytes. A target is a function `check` that takes bytes and
//! asserts what must hold of them, whatever they are. README.md says what each one asserts, and how to run them.
//!
//! - what visitors send: [`phone_number`], [`request_body`], [`request_event`]
//! - what operators send: [`network`], [`entry`], [`list_file`], [`policy`], [`review_request`], [`page_token`]
//! - what AWS sends: [`stream_batch`], [`contact_event`]
//! - what the tables hold: [`request_item`], [`list_item`], [`fact_items`], [`setting_items`]
//! - `shape`: foreign bytes made into documents; `facts`: a request with any facts; `tables`: a DynamoDB that answers as a target says; `api`: events for the
//!   two APIs
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a target says that something holds by panicking where it does not"
)]

mod api;
pub mod contact_event;
pub mod entry;
pub mod fact_items;
mod facts;
pub mod list_file;
pub mod list_item;
pub mod network;
pub mod page_token;
pub mod phone_number;
pub mod policy;
pub mod request_body;
pub mod request_event;
pub mod request_item;
pub mod review_request;
pub mod setting_items;
mod shape;
pub mod stream_batch;
mod tables;

/// A target: takes any bytes, and panics if a property does not hold of them.
pub type Target = fn(&[u8]);

/// Every target by its name, which is also that of its file, its corpus and its libFuzzer binary.
pub const TARGETS: [(&str, Target); 15] = [
    ("contact_event", contact_event::check),
    ("entry", entry::check),
    ("fact_items", fact_items::check),
    ("list_file", list_file::check),
    ("list_item", list_item::check),
    ("network", network::check),
    ("page_token", page_token::check),
    ("phone_number", phone_number::check),
    ("policy", policy::check),
    ("request_body", request_body::check),
    ("request_event", request_event::check),
    ("request_item", request_item::check),
    ("review_request", review_request::check),
    ("setting_items", setting_items::check),
    ("stream_batch", stream_batch::check),
];
