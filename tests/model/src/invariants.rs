//! What must hold, by the names that ARCHITECTURE.md gives: in every state, and between a state and the next one.

use crate::model::Model;
use crate::worker;
use crate::world::{Row, Who, World};

/// An invariant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Invariant {
    /// At no time are two calls to the number live.
    OneLiveCall,
    /// No request is called twice.
    OneCallPerRequest,
    /// The number is held by exactly the request whose state says so. With a third request, a breach of this is one of
    /// `one-live-call`.
    ClaimHeld,
    /// No phase moves backwards, and nothing follows an end.
    Monotone,
    /// The places taken are those of the calls that were made or may have been made, and never more than there are.
    BudgetExact,
    /// A request ends without a call for a reason alone.
    NoLoss,
    /// Once faults stop, every request reaches an end, and the number is let go.
    NoOrphan,
}

impl Invariant {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::OneLiveCall,
        Self::OneCallPerRequest,
        Self::ClaimHeld,
        Self::Monotone,
        Self::BudgetExact,
        Self::NoLoss,
        Self::NoOrphan,
    ];

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OneLiveCall => "one-live-call",
            Self::OneCallPerRequest => "one-call-per-request",
            Self::ClaimHeld => "claim-held",
            Self::Monotone => "monotone",
            Self::BudgetExact => "budget-exact",
            Self::NoLoss => "no-loss",
            Self::NoOrphan => "no-orphan",
        }
    }
}

/// What a step broke that led from one world to the next. `no-orphan` is judged when all worlds are known.
pub fn broken<'a>(
    model: &'a Model,
    before: &'a World,
    world: &'a World,
) -> impl Iterator<Item = Invariant> + 'a {
    let holds = move |invariant| match invariant {
        Invariant::OneLiveCall => world.requests().iter().map(|r| r.live).sum::<u8>() <= 1,
        Invariant::OneCallPerRequest => world.requests().iter().all(|r| r.placed <= 1),
        Invariant::ClaimHeld => Who::BOTH.into_iter().all(|who| is_held_as_needed(world, who)),
        Invariant::Monotone => Who::BOTH.into_iter().all(|who| {
            let (before, after) = (before[who].row, world[who].row);
            before == after || (!before.is_ended() && model.rules.phase(before) <= model.rules.phase(after))
        }),
        Invariant::BudgetExact => is_budget_exact(model, world),
        Invariant::NoLoss => Who::BOTH.into_iter().all(|who| has_reason(model, before, world, who)),
        Invariant::NoOrphan => true,
    };
    Invariant::ALL.into_iter().filter(move |invariant| !holds(*invariant))
}

fn is_held_as_needed(world: &World, who: Who) -> bool {
    use Row::{Approved, Due, InCall, Placing, Waiting};
    let needs = matches!(world[who].row, Approved | Placing(_) | Waiting(_) | Due(_) | InCall);
    // Where the release is a write of its own, the claim may outlive its request for as long as a worker is at it.
    let releasing = || world.workers.iter().any(|w| w.who == who && w.at == worker::At::Releasing);
    match world.holder == Some(who) {
        true => needs || releasing(),
        false => !needs,
    }
}

fn is_budget_exact(model: &Model, world: &World) -> bool {
    let kept = world.requests().iter().filter(|r| r.row.keeps_places()).count();
    let taken = usize::from(world.taken);
    // Where the count is a write of its own, it may stand alone for as long as its worker is under way.
    let counting = world.workers.iter().any(|w| w.at.is_counting());
    taken <= usize::from(model.places) && (kept == taken || (counting && kept < taken))
}

fn has_reason(model: &Model, before: &World, world: &World, who: Who) -> bool {
    let request = world[who];
    if request.row.is_ended() && request.row == before[who].row {
        return true;
    }
    let other = world[who.other()].row;
    match request.row {
        Row::Expired | Row::FailedBusy => request.late,
        Row::Cancelled => request.cancelled,
        Row::Refused => model.places < 2,
        Row::Duplicate if request.settled => {
            // A request in a call can become nothing but closed or lost, both of which are reasons.
            let made = matches!(other, Row::InCall | Row::Closed | Row::Lost | Row::FailedForGood);
            request.late || request.cancelled || made
        }
        _ => true,
    }
}
