//! All calls that were ever placed, and which of their events are due. No input, no output, no clock.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::Value;

use super::contact::Contact;
use super::events::{EventKind, envelope};
use super::faults::{Fate, Faults};

/// EventBridge gives an event up after a day.
const EVENTS_KEPT: SignedDuration = SignedDuration::from_hours(24);

/// A placed call, as a witness sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Call {
    /// The contact id.
    pub contact_id: String,
    /// The attribute `requestId` of the order.
    pub request_id: Option<String>,
    /// The token of the order.
    pub client_token: Option<String>,
    /// All attributes of the order.
    pub attributes: BTreeMap<String, String>,
    /// What the agent was shown: the order's name and description.
    pub shown: (Option<String>, Option<String>),
    /// The number that was called, in E.164 form.
    pub phone_number: String,
    /// When it was placed.
    pub started_at: Timestamp,
    /// When somebody answered; `None` if nobody has.
    pub answered_at: Option<Timestamp>,
    /// When it ended; `None` while it lives.
    pub ended_at: Option<Timestamp>,
    /// When each of its contacts ended, the first and those that it was transferred to, as far as they have.
    pub parts_ended_at: Vec<Timestamp>,
}

impl Call {
    fn seen(calls: &Calls, contact: &Contact, now: Timestamp) -> Self {
        Self {
            contact_id: contact.id.clone(),
            request_id: contact.attributes.get("requestId").cloned(),
            client_token: contact.client_token.clone(),
            attributes: contact.attributes.clone(),
            shown: (contact.name.clone(), contact.description.clone()),
            phone_number: contact.phone_number.clone(),
            started_at: contact.started_at,
            answered_at: contact.timeline().connected.filter(|connected| *connected <= now),
            ended_at: Some(calls.ended(contact)).filter(|ended| *ended <= now),
            parts_ended_at: calls.parts_ended(contact).filter(|ended| *ended <= now).collect(),
        }
    }
}

/// The book of calls.
#[derive(Debug, Default)]
pub(super) struct Calls {
    contacts: Vec<Contact>,
    by_id: HashMap<String, usize>,
    by_number: HashMap<String, Vec<usize>>,
    by_token: HashMap<String, usize>,
    /// The contacts that a call was transferred to, by the one that began it.
    legs: HashMap<String, Vec<usize>>,
    /// Those with events yet to be told.
    untold: BTreeSet<usize>,
}

impl Calls {
    pub(super) fn add(&mut self, contact: Contact) {
        let index = self.contacts.len();
        self.by_id.insert(contact.id.clone(), index);
        match &contact.follows {
            Some(follows) => self.legs.entry(follows.initial.clone()).or_default().push(index),
            None => self.by_number.entry(contact.phone_number.clone()).or_default().push(index),
        }
        if let Some(token) = &contact.client_token {
            self.by_token.insert(token.clone(), index);
        }
        self.untold.insert(index);
        self.contacts.push(contact);
    }

    pub(super) fn stop(&mut self, id: &str, at: Timestamp) {
        let index = self.by_id.get(id);
        if let Some(contact) = index.and_then(|index| self.contacts.get_mut(*index)) {
            contact.stopped_at.get_or_insert(at);
        }
    }

    pub(super) fn transfer(&mut self, id: &str, at: Timestamp, to: Contact) {
        let index = self.by_id.get(id);
        if let Some(contact) = index.and_then(|index| self.contacts.get_mut(*index)) {
            contact.transferred_at.get_or_insert(at);
        }
        self.add(to);
    }

    /// When a call is over, the contacts included that it was transferred to.
    fn ended(&self, contact: &Contact) -> Timestamp {
        self.ended_if(contact, &|_| true)
    }

    fn parts_ended(&self, contact: &Contact) -> impl Iterator<Item = Timestamp> {
        let legs = self.legs.get(&contact.id).into_iter().flatten();
        let legs = legs.filter_map(|index| self.contacts.get(*index));
        std::iter::once(contact.timeline().ended).chain(legs.map(|leg| leg.timeline().ended))
    }

    fn ended_if(&self, contact: &Contact, counts: &dyn Fn(&str) -> bool) -> Timestamp {
        let legs = self.legs.get(&contact.id).into_iter().flatten();
        let legs = legs.filter_map(|index| self.contacts.get(*index)).filter(|leg| counts(&leg.id));
        legs.map(|leg| leg.timeline().ended).fold(contact.timeline().ended, Timestamp::max)
    }

    pub(super) fn get(&self, id: &str) -> Option<&Contact> {
        self.contacts.get(*self.by_id.get(id)?)
    }

    /// Does not tell again what no bus would still deliver.
    pub(super) fn forget_old_events(&mut self, now: Timestamp) {
        let contacts = &self.contacts;
        self.untold.retain(|index| {
            contacts
                .get(*index)
                .is_some_and(|contact| now.duration_since(contact.timeline().completed) <= EVENTS_KEPT)
        });
    }

    pub(super) fn len(&self) -> usize {
        self.contacts.len()
    }

    pub(super) fn all(&self) -> &[Contact] {
        &self.contacts
    }

    pub(super) fn find(&self, instance_id: &str, id: &str) -> Option<&Contact> {
        let contact = self.contacts.get(*self.by_id.get(id)?)?;
        (contact.instance_id == instance_id).then_some(contact)
    }

    /// The call that an earlier order with this token placed, while it lives. After that the token counts for
    /// nothing: AWS no longer says whether a new call is placed then, and once said it is.
    pub(super) fn repeated(&self, token: &str, now: Timestamp) -> Option<&Contact> {
        self.contacts.get(*self.by_token.get(token)?).filter(|contact| contact.is_live(now))
    }

    pub(super) fn seen(&self, now: Timestamp) -> Vec<Call> {
        let calls = self.contacts.iter().filter(|contact| contact.follows.is_none());
        calls.map(|contact| Call::seen(self, contact, now)).collect()
    }

    pub(super) fn one(&self, id: &str, now: Timestamp) -> Option<Call> {
        self.contacts.get(*self.by_id.get(id)?).map(|contact| Call::seen(self, contact, now))
    }

    pub(super) fn live(&self, number: &str, now: Timestamp) -> usize {
        self.to(number).filter(|contact| now < self.ended(contact)).count()
    }

    /// The most calls to this number that ever lived at the same moment. One that ended in the moment of its
    /// start still counts in that moment, unless it was stopped: then it was over before any later one began.
    pub(super) fn max_live_at_once(&self, number: &str, counts: &dyn Fn(&str) -> bool) -> usize {
        let contacts: Vec<_> = self.to(number).collect();
        let lives_beside = |earlier: &Contact, at: Timestamp| {
            let ended = self.ended_if(earlier, counts);
            let is_of_this_moment = at == earlier.started_at && earlier.stopped_at != Some(at);
            earlier.started_at <= at && (at < ended || is_of_this_moment)
        };
        let beside = contacts.iter().enumerate().map(|(place, contact)| {
            let earlier = contacts.iter().take(place);
            1 + earlier.filter(|earlier| lives_beside(earlier, contact.started_at)).count()
        });
        beside.max().unwrap_or(0)
    }

    fn to(&self, number: &str) -> impl Iterator<Item = &Contact> {
        let indexes = self.by_number.get(number).into_iter().flatten();
        indexes.filter_map(|index| self.contacts.get(*index))
    }

    /// When the next event may be told.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        let waiting = self.untold.iter().filter_map(|index| self.contacts.get(*index));
        waiting.flat_map(Contact::untold).map(|(at, _, _)| at).min()
    }

    /// The events that may be told by `now`, in order of time; they are not told again.
    pub(super) fn due(&mut self, now: Timestamp, faults: &mut Faults) -> Vec<Value> {
        self.reorder(now, faults);
        let mut due: Vec<(Timestamp, usize, u8, EventKind)> = Vec::new();
        for index in &self.untold {
            let untold = self.contacts.get(*index).into_iter().flat_map(Contact::untold);
            due.extend(
                untold.filter(|(at, ..)| *at <= now).map(|(at, place, kind)| (at, *index, place, kind)),
            );
        }
        due.sort();
        let mut told = Vec::with_capacity(due.len());
        for (_, index, _, kind) in due {
            let Some(contact) = self.contacts.get_mut(index) else { continue };
            contact.taken.push(kind);
            if contact.untold().next().is_none() {
                self.untold.remove(&index);
            }
            match faults.fate(kind) {
                Fate::Deliver => told.push(envelope(contact, kind)),
                Fate::Lose => {}
                Fate::Repeat => told.extend([envelope(contact, kind), envelope(contact, kind)]),
            }
        }
        told
    }

    fn reorder(&mut self, now: Timestamp, faults: &mut Faults) {
        for index in &self.untold {
            let Some(contact) = self.contacts.get_mut(*index) else { continue };
            let speaks = !contact.reordered && contact.untold().any(|(at, ..)| at <= now);
            let ended = contact.taken.contains(&EventKind::Disconnected);
            if speaks && !ended && faults.next_reorder() {
                contact.reordered = true;
            }
        }
    }
}
