//! model
pub mod contact_events;
pub mod design;
pub mod dialing;
mod graph;
pub mod invariants;
pub mod model;
pub mod moves;
mod reduce;
pub mod rules;
pub mod screening;
pub mod search;
pub mod stream;
pub mod upkeep;
pub mod worker;
pub mod world;
