//! Proof: an asker has shown by good calls that he is a customer.
//!
//! *The asker's proof* is an account's good call, or one of this line with this very number: never that of an address that many
//! share, nor of a number alone. It holds from the end of the call. It passes what is suspected of his neighbors, and spares
//! him the newcomers' places. *The destination's proof* passes what is suspected of a range or a carrier. It counts ripe calls
//! alone, and only those that went elsewhere, or to this very number from this very asker: what is pumped looks well, too, so a
//! good call never speaks for where it went.
//!
//! Proof is spent. It lets through some calls for each good one, fewer for each wasted one, and a few a day.

use jiff::Timestamp;

use crate::evidence::{Admission, AskerPast, Call, CameTo, DAY, Evidence, REMEMBERED, SharedPast};
use crate::policy::Policy;
use crate::request::CallbackRequest;
use crate::text::CarrierName;

/// How many numbers a line that is one household's has called in the time that is remembered; a line with more is shared, and
/// proves nothing for the one who asks now.
const NUMBERS_OF_A_HOUSEHOLD_MAX: u64 = 4;

/// A network has customers in it if so many of its other lines talked well,
const GOOD_NEIGHBORS_MIN: u64 = 2;
/// and a marked one weighs as much as so many that wasted calls.
const WEIGHT_OF_A_MARK: u64 = 3;

/// What an asker has to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proof {
    /// What he has talked about with this very number before.
    pub pair: Pair,
    /// On what a call of his is let through.
    pub admission: Admission,
    /// With how many numbers outside the range he had a good call that is ripe.
    pub ripe_elsewhere: u64,
}

/// Whether somebody vouches for the asker: an operator by a trust entry, or the identity provider, who has verified that the
/// number is his own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vouched {
    /// Somebody does.
    Yes,
    /// Nobody does.
    No,
}

/// Whether this very asker had a good call with this very number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pair {
    /// Not that is known.
    None,
    /// Yes, too lately for anybody to have marked it.
    Fresh,
    /// Yes, and nobody has marked it.
    Ripe,
}

/// A request, and the evidence of those who had part in it.
struct Asker<'a> {
    request: &'a CallbackRequest,
    evidence: &'a Evidence,
    policy: &'a Policy,
    now: Timestamp,
}

impl Proof {
    /// What the asker has to show at `now`. `doubted` is the number's carrier, if it is not a usual one.
    #[must_use]
    pub fn of(
        request: &CallbackRequest,
        evidence: &Evidence,
        vouched: Vouched,
        doubted: Option<&CarrierName>,
        policy: &Policy,
        now: Timestamp,
    ) -> Self {
        let asker = Asker { request, evidence, policy, now };
        let marked = asker.is_marked();
        let admission = if vouched == Vouched::Yes || (!marked && asker.has_unspent_proof()) {
            Admission::Proven
        } else if asker.lives_among_customers() {
            Admission::Neighbor
        } else {
            Admission::Stranger
        };
        if marked {
            return Self { pair: Pair::None, admission, ripe_elsewhere: 0 };
        }
        Self { pair: asker.pair(), admission, ripe_elsewhere: asker.ripe_elsewhere(doubted) }
    }

    /// Whether the call is let through on proof.
    #[must_use]
    pub fn is_proven(&self) -> bool {
        self.admission == Admission::Proven
    }
}

impl<'a> Asker<'a> {
    fn past(&self, calls: &'a [Call]) -> AskerPast<'a> {
        AskerPast::new(calls, self.policy, self.now)
    }

    /// One mark takes a proof away: an asker who is marked on either side has nothing to show. Of an address that many share, only
    /// a mark on a call to this very number is his.
    fn is_marked(&self) -> bool {
        let (evidence, marks) = (self.evidence, &self.policy.marks);
        let line = self.past(&evidence.line);
        let is_line_marked = if line.is_of_many() {
            line.is_marked_with(&self.request.number)
        } else {
            line.is_marked(marks.address).is_some()
        };
        is_line_marked || self.past(&evidence.account).is_marked(marks.account).is_some()
    }

    fn pair(&self) -> Pair {
        let sides = [&self.evidence.line, &self.evidence.account].into_iter();
        match sides.filter_map(|calls| self.past(calls).talked_with(&self.request.number)).min() {
            None => Pair::None,
            Some(at) if self.now.duration_since(at) >= self.policy.proof.ripe_after() => Pair::Ripe,
            Some(_) => Pair::Fresh,
        }
    }

    fn ripe_elsewhere(&self, doubted: Option<&CarrierName>) -> u64 {
        let range = self.request.number.range();
        let line = self.past(&self.evidence.line);
        let numbers = line.numbers_called(&self.request.number, REMEMBERED);
        let of_line =
            if numbers > NUMBERS_OF_A_HOUSEHOLD_MAX { 0 } else { line.ripe_elsewhere(&range, doubted) };
        self.past(&self.evidence.account).ripe_elsewhere(&range, doubted).max(of_line)
    }

    /// Whether the account's good calls, or the line's with this very number, still let a call through.
    fn has_unspent_proof(&self) -> bool {
        let of_pair = self.evidence.line.iter().filter(|call| call.number == self.request.number);
        self.unspent(self.evidence.account.iter()) > 0 || self.unspent(of_pair) > 0
    }

    /// How many calls these calls of one asker have earned and not spent.
    fn unspent(&self, calls: impl Iterator<Item = &'a Call>) -> u64 {
        let (mut good, mut wasted, mut spent) = (0_u64, 0_u64, 0_u64);
        for call in calls {
            let today = self.now.duration_since(call.dialed_at) < DAY;
            match call.for_asker(self.policy) {
                CameTo::Good => good += 1,
                CameTo::Wasted if today => wasted += 1,
                _ => {}
            }
            spent += u64::from(today && call.admission == Admission::Proven);
        }
        let proof = &self.policy.proof;
        let earned = good.saturating_mul(u64::from(proof.calls_per_good)).saturating_sub(wasted);
        earned.min(u64::from(proof.calls_per_day_max)).saturating_sub(spent)
    }

    /// Whether customers live in the asker's neighborhood: several of its lines talked well, and not more of them misbehave.
    fn lives_among_customers(&self) -> bool {
        let past = SharedPast::new(&self.evidence.neighborhood, self.policy, self.now);
        let good = past.good_lines_since(self.policy.proof.ripe_after());
        let bad = past.wasting_lines() + WEIGHT_OF_A_MARK * past.marked().len() as u64;
        let others = past.good_lines(Some(self.request.caller.address.line())).min(good);
        others >= GOOD_NEIGHBORS_MIN && bad <= 2 * good
    }
}

#[cfg(test)]
mod tests;
