//! Stories: what Tollgate does, told in its own words, on the real handlers and a real DynamoDB engine. Each story has a
//! world of its own, with a clock that moves only when the story says so; so all run side by side, and none depends on
//! how fast this machine is.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a story that cannot go on has failed"
)]
#![allow(dead_code)]

mod bad_input;
mod bad_items;
mod bad_records;
mod carrier_lookup;
mod destinations;
mod forgeries;
mod idempotency;
mod kinds;
mod networks;
mod policies;
mod silence;
mod world;
