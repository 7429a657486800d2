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
mod world;
mod round_trips;
mod watch;
mod request_units;
mod recorded_events;
mod tidy;
