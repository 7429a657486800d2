//! The state of the stand-in, and how an order becomes a call in it.

use std::collections::HashMap;

use jiff::Timestamp;

use super::calls::Calls;
use super::contact::{CallPlan, Contact, Follows};
use super::events::identifier;
use super::faults::{Faults, Mask};
use super::journal::{Entry, Journal};
use super::order::{Order, RingTime};
use super::refusal::Refusal;

/// What there is behind the lock.
#[derive(Debug)]
pub(super) struct State {
    pub(super) calls: Calls,
    pub(super) faults: Faults,
    pub(super) plan: CallPlan,
    pub(super) plans: HashMap<String, CallPlan>,
    pub(super) plans_by_request: HashMap<String, CallPlan>,
    pub(super) ring_time: RingTime,
    /// Whether no call reaches a phone.
    pub(super) lines_broken: bool,
    pub(super) journal: Option<Journal>,
    /// What contact ids are derived from, besides their order: ids of an earlier run must not come again.
    pub(super) seed: i64,
}

/// The answer to an order to call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StartAnswer {
    /// The call is placed (or lives since an earlier order); this is its contact id.
    Placed(String),
    /// An error. Whether a call was placed it does not tell.
    Refused(Refusal),
    /// None, however long one waits.
    Silence,
}

impl State {
    /// Places a call, or finds the one that an earlier order with the same token placed.
    pub(super) fn place(&mut self, order: &Order, now: Timestamp) -> Result<String, Refusal> {
        let repeated = order.client_token.as_ref().and_then(|token| self.calls.repeated(token, now));
        if let Some(contact) = repeated {
            return Ok(contact.id.clone());
        }
        let number = &order.destination_phone_number;
        let contact = Contact {
            id: identifier((self.seed, self.calls.len())),
            instance_id: order.instance_id.clone(),
            phone_number: number.clone(),
            source_phone_number: order.source_phone_number.clone(),
            client_token: order.client_token.clone(),
            attributes: order.attributes.clone().unwrap_or_default(),
            name: order.name.clone(),
            description: order.description.clone(),
            ring_timeout_seconds: order.ring_timeout_seconds(),
            started_at: now,
            plan: self.plan_of(order),
            stopped_at: None,
            transferred_at: None,
            follows: None,
            lines_broken: self.lines_broken,
            taken: Vec::new(),
            reordered: false,
        };
        self.record(|| Entry::Placed(Box::new(contact.clone())))?;
        let id = contact.id.clone();
        self.calls.add(contact);
        Ok(id)
    }

    /// Hands a call that lives on to another contact, in which an agent talks for so long.
    pub(super) fn transfer(
        &mut self,
        id: &str,
        talk_seconds: u32,
        now: Timestamp,
    ) -> Result<String, Refusal> {
        let contact = self.calls.get(id).filter(|contact| contact.is_live(now));
        let contact = contact.ok_or_else(Refusal::contact_not_found)?;
        let initial = contact.follows.as_ref().map_or(id, |follows| &follows.initial).to_owned();
        let to = Contact {
            id: identifier((self.seed, self.calls.len())),
            client_token: None,
            started_at: now,
            plan: CallPlan { ring_seconds: 0, talk_seconds, answered: true, agent: true },
            follows: Some(Follows { initial, previous: id.to_owned() }),
            taken: Vec::new(),
            reordered: false,
            ..contact.clone()
        };
        let leg = to.id.clone();
        self.record(|| Entry::Transferred { contact_id: id.to_owned(), at: now, to: Box::new(to.clone()) })?;
        self.calls.transfer(id, now, to);
        Ok(leg)
    }

    /// The request's plan, or else the number's, or else that of all.
    fn plan_of(&self, order: &Order) -> CallPlan {
        let request_id = order.attributes.as_ref().and_then(|attributes| attributes.get("requestId"));
        let own = request_id.and_then(|request_id| self.plans_by_request.get(request_id));
        own.or_else(|| self.plans.get(&order.destination_phone_number)).copied().unwrap_or(self.plan)
    }

    /// What cannot be recorded does not happen.
    pub(super) fn record(&mut self, entry: impl FnOnce() -> Entry) -> Result<(), Refusal> {
        let Some(journal) = &mut self.journal else { return Ok(()) };
        journal.append(&entry()).map_err(|error| {
            tracing::error!(%error, "cannot write the journal of calls");
            Refusal::internal()
        })
    }
}

impl From<Mask> for StartAnswer {
    fn from(mask: Mask) -> Self {
        match mask {
            Mask::Refuse(refusal) => Self::Refused(refusal),
            Mask::Silence => Self::Silence,
        }
    }
}
