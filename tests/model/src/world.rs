//! The model's world: everything that outlives a step. The tables and Amazon Connect stand here in the smallest form that
//! the protocol can tell apart; the workers under way are kept with the step that each takes next.

use std::cmp::Ordering;
use std::ops::{Index, IndexMut};

use crate::stream::Images;
use crate::worker::{Worker, Workers};

/// One of the two requests for the number, by who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Who {
    /// Ann's request.
    Ann,
    /// Ben's request.
    Ben,
}

impl Who {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::Ann, Self::Ben];

    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Ann => Self::Ben,
            Self::Ben => Self::Ann,
        }
    }
}

/// How often Connect is too busy for a request, at most: bounds the model, not the product.
pub const BUSY_MAX: u8 = 1;

/// The state of a request, as its row in `Requests` tells it (`tollgate::state::State`). A claim is told from an earlier one
/// by its number, as `dialed_at` tells them apart. A duplicate's owner is the other request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Row {
    /// Taken by intake.
    Received,
    /// The other request holds the number.
    Duplicate,
    /// To be dialed.
    Approved,
    /// Claimed for the n-th time, and nothing is known of the call.
    Placing(u8),
    /// Connect was too busy.
    Waiting(u8),
    /// Connect was too busy, and upkeep has called it up.
    Due(u8),
    /// The call's contact is known.
    InCall,
    /// The call's end is known.
    Closed,
    /// Given up after the longest possible call.
    Lost,
    /// No room in a budget.
    Refused,
    /// Withdrawn before the dial.
    Cancelled,
    /// Not dialed before its deadline.
    Expired,
    /// Connect refused the call for good.
    FailedForGood,
    /// Connect was too busy until the deadline.
    FailedBusy,
}

impl Row {
    /// Every state there is.
    pub fn all() -> impl Iterator<Item = Self> {
        let claims =
            (1..=BUSY_MAX + 1).flat_map(|nth| [Self::Placing(nth), Self::Waiting(nth), Self::Due(nth)]);
        let before = [Self::Received, Self::Duplicate, Self::Approved];
        let after = [Self::InCall, Self::Closed, Self::Lost, Self::Refused, Self::Cancelled, Self::Expired];
        before.into_iter().chain(claims).chain(after).chain([Self::FailedForGood, Self::FailedBusy])
    }

    /// Whether the request is over.
    #[must_use]
    pub fn is_ended(self) -> bool {
        use Row::{Cancelled, Closed, Expired, FailedBusy, FailedForGood, Lost, Refused};
        matches!(self, Closed | Lost | Refused | Cancelled | Expired | FailedForGood | FailedBusy)
    }

    /// Whether its places in the budgets are taken.
    #[must_use]
    pub fn keeps_places(self) -> bool {
        matches!(self, Self::Placing(_) | Self::InCall | Self::Closed | Self::Lost | Self::FailedForGood)
    }
}

/// How long ago a request was last claimed for its dial: the moments that upkeep tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Claim {
    /// Its claimer may still act.
    Fresh,
    /// Its claimer is certainly over; a call may live.
    Stale,
    /// The longest possible call is over, too.
    Spent,
}

/// All that there is of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Request {
    /// `Requests`: its state.
    pub row: Row,
    /// `Requests`: whether the visitor has withdrawn it (`cancelled_at`).
    pub cancelled: bool,
    /// `Requests`: whether it is a duplicate for good, which upkeep does not look at any more.
    pub settled: bool,
    /// `Contacts`: whether it is noted whose call the contact is.
    pub request_noted: bool,
    /// `Contacts`: whether the call's end is noted.
    pub end_noted: bool,
    /// Connect: the calls placed so far.
    pub placed: u8,
    /// Connect: those that live.
    pub live: u8,
    /// EventBridge: ends of calls that were not yet delivered.
    pub ends: u8,
    /// The stream: images of its row that were not yet delivered.
    pub images: Images,
    /// The time: whether its deadline has passed.
    pub late: bool,
    /// The time: since its last claim.
    pub claim: Claim,
}

/// The world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct World {
    ann: Request,
    ben: Request,
    /// `Pending`: who holds the number.
    pub holder: Option<Who>,
    /// `Counters`: the places taken in the budget.
    pub taken: u8,
    /// The invocations under way.
    pub workers: Workers,
    /// The faults that may still happen.
    pub faults: u8,
}

impl Index<Who> for World {
    type Output = Request;
    fn index(&self, who: Who) -> &Request {
        match who {
            Who::Ann => &self.ann,
            Who::Ben => &self.ben,
        }
    }
}

impl IndexMut<Who> for World {
    fn index_mut(&mut self, who: Who) -> &mut Request {
        match who {
            Who::Ann => &mut self.ann,
            Who::Ben => &mut self.ben,
        }
    }
}

impl World {
    /// Intake has taken both requests: `tollgate_aws::tables::requests::take`, a conditional put. That one was taken later is told
    /// by its record's being delivered later.
    #[must_use]
    pub fn at_first(faults: u8) -> Self {
        let mut request = Request {
            row: Row::Received,
            cancelled: false,
            settled: false,
            request_noted: false,
            end_noted: false,
            placed: 0,
            live: 0,
            ends: 0,
            images: Images::default(),
            late: false,
            claim: Claim::Fresh,
        };
        request.images.add(Row::Received, false);
        Self { ann: request, ben: request, holder: None, taken: 0, workers: Workers::default(), faults }
    }

    /// Both requests.
    pub fn requests(&self) -> [&Request; 2] {
        [&self.ann, &self.ben]
    }

    /// The same world with a worker gone.
    #[must_use]
    pub fn without(&self, worker: Worker) -> Self {
        let mut world = *self;
        world.workers.remove(worker);
        world
    }

    /// This world or its mirror image, in which each request was asked by the other: one stands for both, since nothing
    /// prefers one request to the other.
    #[must_use]
    pub fn either(self) -> Self {
        match self.ann.cmp(&self.ben) {
            Ordering::Less => self,
            Ordering::Greater => self.mirrored(),
            Ordering::Equal => self.min(self.mirrored()),
        }
    }

    fn mirrored(self) -> Self {
        let holder = self.holder.map(Who::other);
        Self { ann: self.ben, ben: self.ann, holder, workers: self.workers.swapped(), ..self }
    }

    /// Whether all is over: each request has ended, or is a duplicate for good, and nobody holds the number.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.holder.is_none() && self.requests().iter().all(|r| r.row.is_ended() || r.settled)
    }
}
