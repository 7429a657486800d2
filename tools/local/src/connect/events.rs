//! Contact events, as EventBridge delivers them: no phone number of the customer, no attributes.

use std::hash::{DefaultHasher, Hash, Hasher};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::contact::Contact;

const ACCOUNT: &str = "111122223333";
const REGION: &str = "us-east-1";

/// The contact events that an outbound call causes, in the order in which they happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EventKind {
    /// The call was placed.
    Initiated,
    /// The customer answered.
    ConnectedToSystem,
    /// The customer was put into a queue.
    Queued,
    /// An agent took the call.
    ConnectedToAgent,
    /// The call is over, or never came about.
    Disconnected,
    /// The agent is done with it, too.
    Completed,
}

/// The event as EventBridge would deliver it; `at` is when it happened.
pub(super) fn envelope(contact: &Contact, kind: EventKind) -> Value {
    let timeline = contact.timeline();
    let at = match kind {
        EventKind::Initiated => contact.started_at,
        EventKind::ConnectedToSystem | EventKind::Queued => timeline.connected.unwrap_or(timeline.ended),
        EventKind::ConnectedToAgent => timeline.agent.unwrap_or(timeline.ended),
        EventKind::Disconnected => timeline.ended,
        EventKind::Completed => timeline.completed,
    };
    json!({
        "version": "0",
        "id": identifier((&contact.id, kind)),
        "detail-type": "Amazon Connect Contact Event",
        "source": "aws.connect",
        "account": ACCOUNT,
        "time": at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "region": REGION,
        "resources": [contact_arn(contact), instance_arn(contact)],
        "detail": detail(contact, kind),
    })
}

fn detail(contact: &Contact, kind: EventKind) -> Value {
    let timeline = contact.timeline();
    let mut tags = Map::from_iter([("aws:connect:instanceId".to_owned(), json!(contact.instance_id))]);
    if let Some(ours) = &contact.source_phone_number {
        tags.insert("aws:connect:systemEndpoint".to_owned(), json!(ours));
    }
    let mut detail = json!({
        "eventType": kind,
        "contactId": contact.id,
        "channel": "VOICE",
        "instanceArn": instance_arn(contact),
        "initiationMethod": contact.initiation_method(),
        "initiationTimestamp": milliseconds(contact.started_at),
        "tags": tags,
        "segmentAttributes": {},
    });
    let mut add = |key: &str, value: Value| {
        if let Some(detail) = detail.as_object_mut() {
            detail.insert(key.to_owned(), value);
        }
    };
    if let Some(follows) = &contact.follows {
        add("initialContactId", json!(follows.initial));
        add("previousContactId", json!(follows.previous));
    }
    if let Some(connected) = timeline.connected.filter(|_| kind >= EventKind::ConnectedToSystem) {
        add("connectedToSystemTimestamp", json!(milliseconds(connected)));
        if kind >= EventKind::Queued {
            let queue = format!("{}/queue/{}", instance_arn(contact), identifier("queue"));
            let enqueued = milliseconds(connected);
            add(
                "queueInfo",
                json!({"queueArn": queue, "queueType": "STANDARD", "enqueueTimestamp": enqueued}),
            );
        }
    }
    if let Some(connected) = timeline.agent.filter(|_| kind >= EventKind::ConnectedToAgent) {
        let agent = format!("{}/agent/{}", instance_arn(contact), identifier("agent"));
        let connected = milliseconds(connected);
        add(
            "agentInfo",
            json!({"agentArn": agent, "connectedToAgentTimestamp": connected, "hierarchyGroups": {}}),
        );
    }
    if kind >= EventKind::Disconnected {
        add("disconnectTimestamp", json!(milliseconds(timeline.ended)));
    }
    detail
}

pub(super) fn instance_arn(contact: &Contact) -> String {
    format!("arn:aws:connect:{REGION}:{ACCOUNT}:instance/{}", contact.instance_id)
}

pub(super) fn contact_arn(contact: &Contact) -> String {
    format!("{}/contact/{}", instance_arn(contact), contact.id)
}

fn milliseconds(at: Timestamp) -> String {
    format!("{at:.3}")
}

/// The identifier of a thing, in the form of a random UUID, but always the same for the same thing.
pub(super) fn identifier(of: impl Hash) -> String {
    let half = |salt: u8| {
        let mut hasher = DefaultHasher::new();
        (salt, &of).hash(&mut hasher);
        hasher.finish()
    };
    let (high, low) = (half(0), half(1));
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        0x8000 | ((low >> 48) & 0x3fff),
        low & 0xffff_ffff_ffff,
    )
}
