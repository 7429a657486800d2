//! The gym: attack scenarios, played against the whole suite (the real handlers, the embedded DynamoDB, stand-ins for
//! Amazon Connect and the carrier lookup) under a clock that is moved by hand, and against simpler guards; and the figures
//! of what was dialed.
//!
//! - [`scenario`]: what is played, read from a file; [`traffic`]: its requests, drawn from its seed
//! - [`player`]: plays them against Tollgate; [`baselines`]: against the simpler guards; [`fate`]: what a request came to
//! - [`budgets`]: whether the calls stayed within the policy's budgets, counted anew
//! - [`figures`]: what is reported; [`table`], [`trace`]: for people to read

pub mod baselines;
pub mod budgets;
pub mod fate;
pub mod figures;
pub mod player;
pub mod scenario;
pub mod table;
pub mod trace;
pub mod traffic;
