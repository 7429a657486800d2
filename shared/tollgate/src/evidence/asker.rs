//! The past of one asker, a line or an account: which numbers were called at its wish, and what that came to.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::{Call, CameTo, DAY, WEEK};
use crate::number::{NumberRange, PhoneNumber};
use crate::policy::Policy;
use crate::record::MarkKind;
use crate::text::CarrierName;

/// An address with which so many numbers talked well, and ripened, is an office's or a carrier's gateway: many share it.
const NUMBERS_OF_MANY: u64 = 8;

/// The past of one asker.
#[derive(Debug)]
pub struct AskerPast<'a> {
    calls: &'a [Call],
    policy: &'a Policy,
    now: Timestamp,
    /// The numbers of its good calls, each with the end of the first.
    good: BTreeMap<&'a PhoneNumber, Timestamp>,
}

impl<'a> AskerPast<'a> {
    /// The past that these calls make, the newest first.
    #[must_use]
    pub fn new(calls: &'a [Call], policy: &'a Policy, now: Timestamp) -> Self {
        let good = calls.iter().filter(|call| call.for_asker(policy) == CameTo::Good);
        let good = good.map(|call| (&call.number, call.ended_at(now))).collect();
        Self { calls, policy, now, good }
    }

    /// The numbers, other than `asked`, that were called in vain within a day, and never well; the end of the last.
    ///
    /// A short talk is waste only beside another one with another number: people hang up on their own voicemail, pranksters
    /// do it again.
    #[must_use]
    pub fn wasted(&self, asked: &PhoneNumber) -> (BTreeSet<&'a PhoneNumber>, Option<Timestamp>) {
        let of_late = || self.calls.iter().filter(|call| call.is_within(DAY, self.now));
        let short: BTreeSet<_> = of_late()
            .filter(|call| call.unmarked(self.policy) == CameTo::Short)
            .map(|call| &call.number)
            .collect();
        let in_vain = |call: &&Call| match call.for_asker(self.policy) {
            CameTo::Wasted | CameTo::Marked => true,
            CameTo::Short => short.len() > 1,
            CameTo::Live | CameTo::Good | CameTo::Neither => false,
        };
        let wasted = || {
            of_late()
                .filter(in_vain)
                .filter(|call| &call.number != asked && !self.good.contains_key(&call.number))
        };
        let last = wasted().map(|call| call.ended_at(self.now)).max();
        (wasted().map(|call| &call.number).collect(), last)
    }

    /// The numbers, other than `asked`, to which a call lives.
    #[must_use]
    pub fn live(&self, asked: &PhoneNumber) -> BTreeSet<&'a PhoneNumber> {
        let live = self.calls.iter().filter(|call| call.end.is_none() && &call.number != asked);
        live.map(|call| &call.number).collect()
    }

    /// How many numbers have talked well with it.
    #[must_use]
    pub fn numbers_gone_well(&self) -> u64 {
        self.good.len() as u64
    }

    /// How many numbers have talked well with it, at least so long ago.
    #[must_use]
    pub fn numbers_gone_well_since(&self, age: SignedDuration) -> u64 {
        self.good.values().filter(|ended_at| self.now.duration_since(**ended_at) >= age).count() as u64
    }

    /// How many numbers other than `asked` were called within `span`.
    #[must_use]
    pub fn numbers_called(&self, asked: &PhoneNumber, span: SignedDuration) -> u64 {
        self.called(asked, span).count() as u64
    }

    /// How many of them are in this range.
    #[must_use]
    pub fn numbers_called_in(&self, range: &NumberRange, asked: &PhoneNumber, span: SignedDuration) -> u64 {
        self.called(asked, span).filter(|number| &number.range() == range).count() as u64
    }

    /// Of how many countries they are, that of `asked` included.
    #[must_use]
    pub fn countries_called(&self, asked: &PhoneNumber, span: SignedDuration) -> u64 {
        let countries: BTreeSet<_> =
            self.called(asked, span).chain([asked]).filter_map(PhoneNumber::country).collect();
        countries.len() as u64
    }

    fn called<'b>(
        &self,
        asked: &'b PhoneNumber,
        span: SignedDuration,
    ) -> impl Iterator<Item = &'a PhoneNumber> + use<'a, 'b> {
        let now = self.now;
        let called = self.calls.iter().filter(move |call| call.is_within(span, now) && &call.number != asked);
        called.map(|call| &call.number).collect::<BTreeSet<_>>().into_iter()
    }

    /// How many of its calls were marked within a week. A wrong person is a slip; the second one, for another number within a
    /// month, is a mark.
    #[must_use]
    pub fn marks(&self) -> u64 {
        let spam = self.calls.iter().filter(|call| call.was_marked_within(WEEK, self.now));
        let spam = spam.filter(|call| call.for_asker(self.policy) == CameTo::Marked).count() as u64;
        let wrong =
            self.calls.iter().filter(|call| call.mark.is_some_and(|mark| mark.kind == MarkKind::WrongPerson));
        let wrong: BTreeSet<_> = wrong.map(|call| &call.number).collect();
        spam + (wrong.len() as u64).saturating_sub(1)
    }

    /// How many of its calls of the week went well.
    #[must_use]
    pub fn calls_gone_well(&self) -> u64 {
        let week = self.calls.iter().filter(|call| call.is_within(WEEK, self.now));
        week.filter(|call| call.for_asker(self.policy) == CameTo::Good).count() as u64
    }

    /// Whether more of its calls were marked than the good ones excuse.
    #[must_use]
    pub fn is_marked(&self, tolerance: crate::policy::Tolerance) -> Option<(u64, u64)> {
        let (marks, allowed) = (self.marks(), tolerance.allowed(self.calls_gone_well()));
        (marks > allowed).then_some((marks, allowed))
    }

    /// Whether many share it: what one of them did says little of the others.
    #[must_use]
    pub fn is_of_many(&self) -> bool {
        self.numbers_gone_well_since(self.policy.proof.ripe_after()) >= NUMBERS_OF_MANY
    }

    /// Whether a call of its to this number was marked as spam within a week.
    #[must_use]
    pub fn is_marked_with(&self, number: &PhoneNumber) -> bool {
        let mut calls = self.calls.iter().filter(|call| call.was_marked_within(WEEK, self.now));
        calls.any(|call| &call.number == number && call.for_asker(self.policy) == CameTo::Marked)
    }

    /// When the newest call was dialed.
    #[must_use]
    pub fn last_dialed_at(&self) -> Option<Timestamp> {
        self.calls.iter().map(|call| call.dialed_at).max()
    }

    /// When the first good call to this number ended.
    #[must_use]
    pub fn talked_with(&self, number: &PhoneNumber) -> Option<Timestamp> {
        self.good.get(number).copied()
    }

    /// How many numbers had a good call with it that is ripe and went elsewhere: outside the range, and outside the carrier if
    /// that one is `doubted`.
    #[must_use]
    pub fn ripe_elsewhere(&self, range: &NumberRange, doubted: Option<&CarrierName>) -> u64 {
        let ripe = self.calls.iter().filter(|call| call.is_ripe(self.policy, self.now));
        let doubted = doubted.map(CarrierName::key);
        let elsewhere = ripe.filter(|call| {
            let carrier = call.carrier.as_ref().map(CarrierName::key);
            &call.number.range() != range && (doubted.is_none() || carrier != doubted)
        });
        let numbers: BTreeSet<_> = elsewhere.map(|call| &call.number).collect();
        numbers.len() as u64
    }

    /// All its calls, the newest first.
    #[must_use]
    pub fn calls(&self) -> &'a [Call] {
        self.calls
    }
}
