//! The gym: attack scenarios, played against the whole suite (the real handlers, the embedded DynamoDB, stand-ins for
//! Amazon Connect and the carrier lookup) under a clock that is moved by hand, and against simpler guards; and the figures
//! of what was dialed.
//!
//! - [`scenario`]: what is played, read from a file; [`traffic`]: its requests, drawn from its seed
//! - [`guard`]: one play; [`player`]: against Tollgate; [`rules`]: against its rules alone, in memory;
//!   [`baselines`]: against the simpler guards; [`fate`]: what a request came to
//! - [`threads`]: many plays side by side
//! - [`budgets`]: whether the calls stayed within the policy's budgets, counted anew
//! - [`figures`]: what is reported; [`measures`]: one by one; [`seeds`]: over several seeds; [`held`]: what a play is held to
//! - [`table`], [`trace`]: for people to read

pub mod baselines;
pub mod budgets;
pub mod fate;
pub mod figures;
pub mod guard;
pub mod held;
pub mod measures;
pub mod player;
pub mod rules;
pub mod scenario;
pub mod seeds;
pub mod table;
pub mod threads;
pub mod trace;
pub mod traffic;
