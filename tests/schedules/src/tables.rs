//! The tables as they stand, and what the stream says of how they came to, read past the functions: what judges the
//! product must not read with its eyes.

use std::collections::BTreeSet;

use jiff::Timestamp;
use local::engine::Engine;
use local::stack::Stack;
use local::stream::{BatchOutcome, Consumer, Start};
use serde_json::{Value, json};

use crate::violation::{Invariant, Violation};

/// When upkeep asks whether a claim is still needed.
const CLAIM_IS_OLD_MS: i64 = 300_000;
/// The consumer that reads the whole stream.
const JUDGE: &str = "judge";

/// An item as DynamoDB writes it in JSON.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Item(pub(crate) Value);

impl Item {
    /// A text attribute; empty if there is none.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0[name]["S"].as_str().unwrap_or_default()
    }

    /// A number attribute.
    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        self.0[name]["N"].as_str()?.parse().ok()
    }

    /// All number attributes.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = (&str, i64)> {
        let attributes = self.0.as_object().into_iter().flatten();
        attributes.filter_map(|(name, value)| Some((name.as_str(), value["N"].as_str()?.parse().ok()?)))
    }

    fn has_open_leg_of(&self, held: &BTreeSet<String>) -> bool {
        held.iter().any(|leg| self.text(&format!("leg#{leg}")) == "open")
    }

    pub(crate) fn state(&self) -> &str {
        self.text("state")
    }

    /// How far a request has come.
    pub(crate) fn phase(&self) -> u8 {
        match self.state() {
            "received" | "duplicate" => 0,
            "approved" => 1,
            "dialing" => 2,
            "in-call" => 3,
            _ => 4,
        }
    }

    pub(crate) fn holds_claim(&self) -> bool {
        (1..=3).contains(&self.phase())
    }

    /// Whether a call of a request lives, was made, or may have been made.
    pub(crate) fn is_called(&self) -> bool {
        match self.state() {
            "dialing" => self.text("retry").is_empty(),
            state => ["in-call", "closed"].contains(&state),
        }
    }

    /// How long an agent talked, in seconds; none if the call was not answered or no agent joined.
    pub(crate) fn agent_seconds(&self) -> Option<i64> {
        self.number("answered_at")?;
        Some(((self.number("ended_at")? - self.number("agent_at")?) / 1_000).max(0))
    }

    /// The seconds that a request's call is billed, once that is known: none if there was no call or nobody answered, else
    /// the first minute in full.
    pub(crate) fn billed_seconds(&self) -> Option<i64> {
        match (self.state(), self.number("ended_at")) {
            ("failed", _) => Some(0),
            ("closed", Some(ended_at)) => {
                let answered_at = self.number("answered_at").or_else(|| self.number("agent_at"));
                Some(answered_at.map_or(0, |answered_at| ((ended_at - answered_at) / 1_000).max(60)))
            }
            _ => None,
        }
    }

    /// A text inside an attribute that has parts; empty if there is none.
    pub(crate) fn part(&self, name: &str, part: &str) -> &str {
        self.0[name]["M"][part]["S"].as_str().unwrap_or_default()
    }

    /// Whether nothing will happen to a request any more.
    pub(crate) fn is_over(&self) -> bool {
        self.phase() == 4 || (self.state() == "duplicate" && self.0.get("open").is_none())
    }
}

/// Whether upkeep would find something to look at.
pub(crate) fn is_upkeep_due(stack: &Stack, now: Timestamp) -> bool {
    let now = now.as_millisecond();
    let overdue = |request: &Item| request.number("wake_at").is_some_and(|wake_at| wake_at <= now);
    let old = |claim: &Item| claim.number("claimed_at").is_some_and(|since| now - since >= CLAIM_IS_OLD_MS);
    all(&stack.engine, "Requests").iter().any(overdue) || all(&stack.engine, "Pending").iter().any(old)
}

/// How a request ended, for the figures.
pub(crate) fn ending(request: &Item) -> &'static str {
    let endings = ["closed", "refused", "redirected", "cancelled", "expired", "failed", "duplicate"];
    endings.into_iter().find(|ending| *ending == request.state()).unwrap_or("open")
}

/// All items of a table.
pub(crate) fn all(engine: &Engine, table: &str) -> Vec<Item> {
    let answer = engine.operate("Scan", json!({ "TableName": table }).to_string().as_bytes());
    let mut answer: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    let items = answer["Items"].as_array_mut().map(std::mem::take).unwrap_or_default();
    items.into_iter().map(Item).collect()
}

/// Whether a contact stands among those that a call was transferred to, and the rest of the call is not over: the contact that
/// began it, or one of those that are `held`. The number is held until this contact's end, too.
pub(crate) fn is_leg_of_live_call(engine: &Engine, first: &str, leg: &str, held: &BTreeSet<String>) -> bool {
    let contacts = all(engine, "Contacts");
    let Some(call) = contacts.iter().find(|contact| contact.text("contact_id") == first) else {
        return false;
    };
    let leg = format!("leg#{leg}");
    let lives_without = call.number("ended_at").is_none() || call.has_open_leg_of(held);
    !call.text(&leg).is_empty() && lives_without
}

/// Claims whose request does not need them, and requests that need one and have none.
pub(crate) fn claims_at_odds(engine: &Engine) -> Vec<Violation> {
    let requests = all(engine, "Requests");
    let claims = all(engine, "Pending");
    let holder = |number: &str| claims.iter().find(|claim| claim.text("number") == number);
    let without = requests.iter().filter(|request| request.holds_claim()).filter_map(|request| {
        let held = holder(request.text("number")).map_or("nobody", |claim| claim.text("held_by"));
        let (id, state) = (request.text("request_id"), request.state());
        (held != id).then(|| {
            Violation::of(
                Invariant::OneLiveCall,
                format!("{id} is {state}, and its number is held by {held}"),
            )
        })
    });
    let unneeded = claims.iter().filter_map(|claim| {
        let id = claim.text("held_by");
        let holder = requests.iter().find(|request| request.text("request_id") == id);
        let state = holder.map_or("unknown", Item::state);
        (!holder.is_some_and(Item::holds_claim)).then(|| {
            Violation::of(Invariant::NoOrphan, format!("a number is held by {id}, which is {state}"))
        })
    });
    without.chain(unneeded).collect()
}

/// Requests that are called and have no call among the evidence, and calls there whose requests are not called.
pub(crate) fn calls_at_odds(engine: &Engine) -> Vec<Violation> {
    let requests = all(engine, "Requests");
    let calls = all(engine, "Calls");
    let without = requests.iter().filter(|request| request.is_called()).filter_map(|request| {
        let (id, state) = (request.text("request_id"), request.state());
        let kept = calls.iter().any(|call| call.text("request_id") == id);
        let how = format!("{id} is {state}, and its call is not among the evidence");
        (!kept).then(|| Violation::of(Invariant::EvidenceExact, how))
    });
    let unmade = calls.iter().filter_map(|call| {
        let id = call.text("request_id");
        let request = requests.iter().find(|request| request.text("request_id") == id);
        let state = request.map_or("unknown", Item::state);
        let how = format!("a call of {id} is among the evidence, which is {state}");
        (!request.is_some_and(Item::is_called)).then(|| Violation::of(Invariant::EvidenceExact, how))
    });
    without.chain(unmade).collect()
}

/// Everything that was ever written to a request, in the order of the stream: its id, and how it stood then.
pub(crate) type Journal = Vec<(String, Item)>;

/// Begins to read the stream for [`journal`].
pub(crate) fn watch(stack: &Stack) {
    let judge =
        Consumer { name: JUDGE.to_owned(), patterns: vec![], batch_size: 10_000, retry_attempts_max: 0 };
    stack.with_pump(|pump| pump.subscribe(judge, Start::TrimHorizon));
}

/// What the stream tells of all requests.
pub(crate) fn journal(stack: &Stack) -> Journal {
    let mut journal = vec![];
    stack.with_pump(|pump| {
        while let Some(batch) = pump.next_batch(JUDGE).unwrap() {
            for record in batch.event["Records"].as_array().into_iter().flatten() {
                let change = &record["dynamodb"];
                let id = change["Keys"]["request_id"]["S"].as_str().unwrap_or_default().to_owned();
                journal.push((id, Item(change["NewImage"].clone())));
            }
            pump.report(&batch, BatchOutcome::Done).unwrap();
        }
    });
    journal
}
