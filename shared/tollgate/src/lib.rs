//! What Tollgate decides. Pure: no AWS, no HTTP, no async runtime, no clock, no environment.
//!
//! Read in the order a request travels:
//!
//! - [`number`], [`country`], [`network`], [`text`]: the words a request is made of, parsed once at the door
//! - [`request`]: what was asked, by whom; [`state`]: how far it has come; [`record`]: both, as kept
//! - [`entry`]: deny and trust list entries, and the keys under which a request may be listed
//! - [`counter`]: who is counted, over which window; [`mod@line`]: what a carrier lookup tells
//! - [`evidence`]: the calls that a request's subjects had part in, and what each came to; [`proof`]: what an asker has to show
//!   of them; [`usual`]: which carriers the deployment's customers have
//! - [`policy`]: every number an operator may turn; [`switches`]: the kill switches
//! - [`facts`] in, [`verdict`] out: [`screen`] decides
//! - [`budget`]: the places that a dial takes; [`outcome`]: how a call ended and what it teaches; [`spent`]: what is
//!   spent for everybody
//! - [`digest`]: what requests came to by the hour and what they have in common, for operators' eyes
//! - [`proposals`]: what operators might deny, with the evidence and whom it would hit
//! - [`shares`]: whether one range or one network stands out among the calls of late
//! - [`replay`]: what would have become of recorded requests under another policy
//! - [`overdue`]: what upkeep does with a request that nothing has moved for too long
//! - [`reply`]: what the requester sees, with no place for a reason
//! - [`person`]: whom an operator names to see or erase what is stored of him

pub mod budget;
pub mod counter;
pub mod country;
pub mod decision;
pub mod digest;
pub mod entry;
pub mod evidence;
pub mod facts;
pub mod line;
pub mod network;
pub mod number;
pub mod outcome;
pub mod overdue;
pub mod person;
pub mod policy;
pub mod proof;
pub mod proposals;
pub mod record;
pub mod replay;
pub mod reply;
pub mod request;
pub mod screen;
pub mod shares;
pub mod spent;
pub mod state;
pub mod switches;
pub mod text;
pub mod usual;
pub mod verdict;
