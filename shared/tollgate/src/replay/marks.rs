//! Marks, as they flow back into the rules.

use jiff::Timestamp;

use super::memory::Memory;
use crate::counter::Subject;
use crate::history::{Block, Day, SPREADS_OVER};
use crate::policy::Policy;
use crate::request::CallbackRequest;
use crate::text::CarrierName;

/// A request that was marked as spam.
#[derive(Debug)]
pub(super) struct Marked {
    pub(super) request: CallbackRequest,
    pub(super) carrier: Option<CarrierName>,
    /// When its call ended, if that went well.
    pub(super) good_at: Option<Timestamp>,
}

impl Memory {
    /// Books a mark: one more for its subjects, and one good call less.
    pub(super) fn mark(&mut self, marked: &Marked, policy: &Policy, now: Timestamp) {
        self.spread(&marked.request, policy, now);
        for subject in Subject::all_of(&marked.request, marked.carrier.as_ref()) {
            let counts = !matches!(subject, Subject::Country(_));
            let past = self.past_mut(subject);
            if let Some(good_at) = marked.good_at {
                let tally = past.days.entry(Day::of(good_at)).or_default();
                tally.good = tally.good.saturating_sub(1);
            }
            if counts {
                past.days.entry(Day::of(now)).or_default().marked += 1;
            }
        }
    }

    /// Blocks the numbers that the address asked for of late, unless it must be shared.
    fn spread(&mut self, request: &CallbackRequest, policy: &Policy, now: Timestamp) {
        let address = request.caller.address;
        if !self.past(&Subject::Address(address.line())).spreads_a_mark(policy.marks.address, now) {
            return;
        }
        for number in self.asked_for_since(address, now - SPREADS_OVER) {
            let past = self.past_mut(Subject::Number(number));
            if past.blocked(now).is_none() {
                past.block = Some(Block::after(None, policy.blocks, request.id, now));
            }
        }
    }
}
