//! The designs that are explored: Tollgate's own, and others that lack one part of it. Each of those is known to break,
//! and how it breaks says what the part is for.

/// A design of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Design {
    /// Tollgate as it is.
    Tollgate,
    /// `dialing` is entered without the condition that the request is as the dialer saw it.
    NoClaim,
    /// Upkeep never asks Connect and gives nothing up: the end of a call is known from its event alone.
    EventsAlone,
    /// As `EventsAlone`, and an end that is heard before the contact is noted is forgotten.
    NoTombstone,
    /// A new request takes the number over whose holder's lease (the claimer's time) has passed.
    TakeOverByRequest,
    /// Another dialer takes a claimed request over whose lease has passed.
    TakeOverByDialer,
    /// Upkeep takes it as proof that Connect does not find the call, once the claimer is over.
    NotFoundIsProof,
    /// The number is let go in a write of its own after the request's end, whoever holds it.
    ReleaseUnchecked,
    /// The budget is counted in a write of its own before the request becomes `dialing`.
    CountedApart,
    /// When nobody knows whether the call was placed, the dialer asks again with the same token.
    Redial,
}

impl Design {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Tollgate,
        Self::NoClaim,
        Self::EventsAlone,
        Self::NoTombstone,
        Self::TakeOverByRequest,
        Self::TakeOverByDialer,
        Self::NotFoundIsProof,
        Self::ReleaseUnchecked,
        Self::CountedApart,
        Self::Redial,
    ];
}
