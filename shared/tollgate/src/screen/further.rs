//! Further numbers: an asker who talked well about one number asks for another. At home it is now and then somebody else's phone.
//! When many known lines do it on one day, they may be spending proof that they were made for, and pumped calls look well
//! until somebody marks them. So an asker has a few further numbers called freely, and all calls beyond that share a small
//! part of the day's.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::Case;
use crate::counter::Ask;
use crate::evidence::{AskerPast, Call, DAY, SharedPast};
use crate::facts::AskCount;
use crate::proof::Pair;

/// So many numbers a day for each that talked well a day ago or earlier.
const NUMBERS_PER_OLD_NUMBER: u64 = 2;

/// An address of a /24 in which so many others talked well is one of a carrier's, or of a town's: who asks from there today may be
/// another than yesterday.
const OTHER_LINES_OF_A_POOL: u64 = 2;

impl Case<'_> {
    /// Whether the number is a further one of an asker who is known for others, beyond what he has shown.
    pub(super) fn asks_for_a_further_number(&self) -> bool {
        let (evidence, asking) = (&self.facts.evidence, &self.facts.asking);
        let vouched = self.listed.is_trusted() || self.request.is_for_verified_own_number();
        !vouched
            && self.proof.pair == Pair::None
            && ((!self.is_of_a_pool() && self.goes_beyond(&evidence.line, Some(&asking.address)))
                || self.goes_beyond(&evidence.account, asking.account.as_ref()))
    }

    /// Whether an asker who has something to show had more other numbers called than he has shown: within the time in which calls
    /// ripen as many as are ripe, within a day twice as many as talked well before that. What he asked for a moment ago counts,
    /// too: it may be about to be called.
    fn goes_beyond(&self, calls: &[Call], asked: Option<&AskCount>) -> bool {
        let (past, ripe_after) =
            (AskerPast::new(calls, self.policy, self.now), self.policy.proof.ripe_after());
        let is_over = |ask: &&Ask| self.facts.over.as_ref().is_some_and(|over| over.contains(&ask.id));
        let asks = asked.into_iter().flat_map(|asked| asked.this.pending.iter().chain(&asked.last.pending));
        let asks: Vec<_> = asks.filter(|ask| !is_over(ask)).map(|ask| ask.number.as_str()).collect();
        let others = |span: SignedDuration| {
            let called = calls.iter().filter(|call| call.is_within(span, self.now));
            let all = called.map(|call| call.number.e164()).chain(asks.iter().copied());
            all.filter(|number| *number != self.request.number.e164()).collect::<BTreeSet<_>>().len() as u64
        };
        let ripe = past.numbers_gone_well_since(ripe_after);
        let of_a_day = NUMBERS_PER_OLD_NUMBER * past.numbers_gone_well_since(DAY).max(1);
        // Whom nobody knows is a newcomer, and an address that many share is nobody's.
        ripe > 0 && !past.is_of_many() && (others(ripe_after) >= ripe || others(DAY) >= of_a_day)
    }

    fn is_of_a_pool(&self) -> bool {
        let address = self.request.caller.address;
        let network = SharedPast::new(&self.facts.evidence.network, self.policy, self.now);
        address.as_ip().is_ipv4() && network.good_lines(Some(address.line())) >= OTHER_LINES_OF_A_POOL
    }
}
