//! A stand-in for Amazon Connect: it places calls that ring, are answered, reach an agent and end, tells of it by
//! contact events, and fails on request.
//!
//! The calls are a state machine without I/O (`calls`, `contact`); `http` is the face that the real SDK talks to.
//! Whoever drives it takes the events that are [`Connect::due`], delivers them, and waits until
//! [`Connect::next_due`] or [`Connect::changed`].

mod calls;
mod contact;
mod events;
mod faults;
mod http;
mod journal;
mod order;
mod records;
mod refusal;
mod search;
mod state;

#[cfg(test)]
mod sdk_tests;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::Notify;
use tollgate_aws::clock::Clock;

pub use calls::Call;
pub use contact::CallPlan;
pub use events::EventKind;
pub use faults::{EventFault, StartFault, Which};
pub use http::router;
pub use order::{Order, RingTime};
pub use refusal::Refusal;
pub use state::StartAnswer;

use calls::Calls;
use faults::Faults;
use journal::{Entry, Journal};
use state::State;

/// The stand-in. Clones are the same one.
#[derive(Debug, Clone)]
pub struct Connect {
    state: Arc<Mutex<State>>,
    changed: Arc<Notify>,
    clock: Clock,
}

impl Connect {
    /// A Connect that has placed no call yet; numbers behave by `plan` unless they have one of their own.
    #[must_use]
    pub fn new(clock: Clock, plan: CallPlan) -> Self {
        let seed = clock.now().as_millisecond();
        let (calls, faults) = (Calls::default(), Faults::default());
        let (plans, plans_by_request) = (HashMap::new(), HashMap::new());
        let ring_time = RingTime::default();
        let state = State {
            calls,
            faults,
            plan,
            plans,
            plans_by_request,
            ring_time,
            lines_broken: false,
            journal: None,
            seed,
        };
        Self { state: Arc::new(Mutex::new(state)), changed: Arc::new(Notify::new()), clock }
    }

    /// A Connect that keeps its calls in the file at `path` and goes on with those that are in it. Their events of
    /// the last day are told (again).
    ///
    /// # Errors
    ///
    /// If the file cannot be read or written, or is no journal of calls.
    pub fn open(clock: Clock, plan: CallPlan, path: &Path) -> io::Result<Self> {
        let (journal, entries) = Journal::open(path)?;
        let connect = Self::new(clock, plan);
        let now = connect.clock.now();
        let mut state = connect.state();
        for entry in entries {
            match entry {
                Entry::Placed(contact) => state.calls.add(*contact),
                Entry::Stopped { contact_id, at } => state.calls.stop(&contact_id, at),
                Entry::Transferred { contact_id, at, to } => state.calls.transfer(&contact_id, at, *to),
            }
        }
        state.calls.forget_old_events(now);
        state.journal = Some(journal);
        drop(state);
        Ok(connect)
    }

    /// Gives one number, in E.164 form, a plan of its own for all calls to come.
    pub fn plan_for(&self, number: &str, plan: CallPlan) {
        self.state().plans.insert(number.to_owned(), plan);
    }

    /// Gives the call of one request, by the order's attribute `requestId`, a plan of its own; it outranks the number's.
    pub fn plan_for_request(&self, request_id: &str, plan: CallPlan) {
        self.state().plans_by_request.insert(request_id.to_owned(), plan);
    }

    /// From now on an instance that takes it of these calls how long they ring.
    pub fn take_ring_time(&self, ring_time: RingTime) {
        self.state().ring_time = ring_time;
    }

    /// From now on no call reaches a phone, or each does.
    pub fn break_lines(&self, broken: bool) {
        self.state().lines_broken = broken;
    }

    /// Queues a fault for the next order to call.
    pub fn fail_next(&self, fault: StartFault) {
        self.state().faults.fail_next(fault);
    }

    /// Lets every order to call fail that meets no queued fault, until told otherwise.
    pub fn fail_all(&self, fault: Option<StartFault>) {
        self.state().faults.fail_all(fault);
    }

    /// Queues a fault for coming events.
    pub fn disturb(&self, fault: EventFault) {
        self.state().faults.disturb(fault);
    }

    /// Takes back all faults that have not happened yet.
    pub fn heal(&self) {
        self.state().faults = Faults::default();
    }

    /// StartOutboundVoiceContact.
    #[must_use]
    pub fn start(&self, order: &Order) -> StartAnswer {
        let now = self.clock.now();
        let mut state = self.state();
        let fault = state.faults.next_start();
        if let Some(mask) = fault.filter(|fault| !fault.places_the_call()).map(StartFault::mask) {
            return mask.into();
        }
        let answer = match order.validate(state.ring_time).and_then(|()| state.place(order, now)) {
            Ok(contact_id) => fault.map_or(StartAnswer::Placed(contact_id), |fault| fault.mask().into()),
            Err(refusal) => StartAnswer::Refused(refusal),
        };
        self.changed.notify_one();
        answer
    }

    /// StopContact: ends a call that lives.
    ///
    /// # Errors
    ///
    /// If no such call lives.
    pub fn stop(&self, instance_id: &str, contact_id: &str) -> Result<(), Refusal> {
        let now = self.clock.now();
        let mut state = self.state();
        let contact = state.calls.find(instance_id, contact_id).filter(|contact| contact.is_live(now));
        let contact_id = contact.ok_or_else(Refusal::contact_not_found)?.id.clone();
        state.record(|| Entry::Stopped { contact_id: contact_id.clone(), at: now })?;
        state.calls.stop(&contact_id, now);
        self.changed.notify_one();
        Ok(())
    }

    /// An agent hands a call on, and the customer talks on for so long in another contact, whose id is given back. To
    /// witnesses it is still one call.
    ///
    /// # Errors
    ///
    /// If no such call lives.
    pub fn transfer(&self, contact_id: &str, talk_seconds: u32) -> Result<String, Refusal> {
        let leg = self.state().transfer(contact_id, talk_seconds, self.clock.now())?;
        self.changed.notify_one();
        Ok(leg)
    }

    /// The contact events, as EventBridge delivers them, that are due by `now` and were not taken yet, in order of
    /// time. They are handed out once.
    #[must_use]
    pub fn due(&self, now: Timestamp) -> Vec<Value> {
        let mut state = self.state();
        let State { calls, faults, .. } = &mut *state;
        calls.due(now, faults)
    }

    /// When the next event is due; `None` if nothing will happen until another call is placed.
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        self.state().calls.next_due()
    }

    /// Waits until a call is placed or stopped, which may bring the next event nearer. For one waiter.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }

    /// All calls that were ever placed, oldest first.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.state().calls.seen(self.clock.now())
    }

    /// The call with this contact id, if it was placed.
    #[must_use]
    pub fn call(&self, contact_id: &str) -> Option<Call> {
        self.state().calls.one(contact_id, self.clock.now())
    }

    /// How many calls to this number live now.
    #[must_use]
    pub fn live(&self, number: &str) -> usize {
        self.state().calls.live(number, self.clock.now())
    }

    /// The most calls to this number that ever lived at the same moment: the witness that nobody was called twice
    /// at once.
    #[must_use]
    pub fn max_live_at_once(&self, number: &str) -> usize {
        self.max_live_at_once_if(number, |_| true)
    }

    /// The same, where of the contacts that a call was transferred to only these count.
    #[must_use]
    pub fn max_live_at_once_if(&self, number: &str, counts: impl Fn(&str) -> bool) -> usize {
        self.state().calls.max_live_at_once(number, &counts)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in here can panic halfway through a change, so the state of a poisoned lock is sound.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
