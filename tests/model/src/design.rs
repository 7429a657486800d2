//! The designs that are explored: Tollgate's own, and others that lack one part of it. Each of those is known to break,
//! and how it breaks says what the part is for.

/// A design of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Design {
    /// Tollgate as it is.
    Tollgate,
    /// Tollgate, where Connect never tells upkeep anything: a call that nothing is heard of is given up in the end.
    MuteConnect,
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
    /// Its name in the table of what was explored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tollgate => "Tollgate",
            Self::MuteConnect => "Tollgate, and Connect never tells upkeep anything",
            Self::NoClaim => "no condition on `approved -> dialing`",
            Self::EventsAlone => "upkeep neither asks Connect nor gives up",
            Self::NoTombstone => "the same, and an end that is heard too early is forgotten",
            Self::TakeOverByRequest => "a request takes over a number whose lease has passed",
            Self::TakeOverByDialer => "a dialer takes over a request whose lease has passed",
            Self::NotFoundIsProof => "upkeep takes \"not found\" for proof",
            Self::ReleaseUnchecked => "the release is a write of its own, its owner unchecked",
            Self::CountedApart => "the budget is counted before the transition",
            Self::Redial => "an unknown answer is followed by another call, same token",
        }
    }
}
