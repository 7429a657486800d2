//! An exhaustive model of Tollgate's protocol: claim, dial, rendezvous, upkeep and cancel, for two requests for one number.
//! Everything that can happen is tried, in every order, with crashes between any two steps, lost and repeated deliveries,
//! lost answers and time that passes at any moment; what is found is in README.md, and `cargo test -p model` finds it again.
//!
//! [`world`] is all that outlives a step, [`worker`] the invocations under way. A step stands for one transaction or one
//! call of the real code, whose file each module names. What is decided there is decided here by the same code: [`rules`]
//! asks `tollgate::state` and `tollgate::overdue`. [`invariants`] is what must hold; [`design`] lists designs that lack a
//! part of Tollgate's, which must break.
//!
//! The search is our own: a set of worlds and where each was reached from are some fifty lines. A model checker's crate
//! would do that much and no more for us, since actors, networks and a browser are not needed here, and "from every world
//! an end can be reached" is a question that the one at hand, stateright, does not answer soundly on cycles.

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
