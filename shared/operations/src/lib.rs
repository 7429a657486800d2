//! What operators do, once for every face: the JSON API (`functions/review`) and the pages (`functions/console`) read what
//! was sent, call one operation here, and show what came of it. So a change is allowed, recorded and made in the same way
//! whichever door it came by.
//!
//! - [`operator`]: who acts, in which role, and what that role may do
//! - [`entries`], [`marks`], [`blocks`], [`policy`], [`switches`]: what operators change; each change is recorded first
//! - [`proposals`]: what might be denied, and what is decided on it
//! - [`people`]: all that is stored of one person, to be shown or erased
//! - [`replay`]: what a draft of the policy would have made of the requests of late
//! - [`csv`]: what they take with them; [`moment`]: the moments that they tell
//! - [`refused`]: why something was not done
//!
//! What is only read, and shown as it is stored, both faces read from `tollgate-aws` themselves.

pub mod blocks;
pub mod csv;
pub mod entries;
pub mod marks;
pub mod moment;
pub mod operator;
pub mod people;
pub mod policy;
pub mod proposals;
pub mod refused;
pub mod replay;
pub mod switches;

mod change;
