//! Contacts as DescribeContact and SearchContacts show them: only what has happened by now, times in epoch seconds.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::contact::Contact;
use super::events::{contact_arn, identifier};

/// The `Contact` of DescribeContact.
pub(super) fn record(contact: &Contact, now: Timestamp) -> Value {
    let mut record = summary(contact, now);
    let timeline = contact.timeline();
    record.insert("Attributes".to_owned(), json!(contact.attributes));
    record.insert(
        "CustomerEndpoint".to_owned(),
        json!({"Type": "TELEPHONE_NUMBER", "Address": contact.phone_number}),
    );
    if let Some(connected) = timeline.connected.filter(|at| *at <= now) {
        record.insert("ConnectedToSystemTimestamp".to_owned(), seconds(connected));
    }
    if timeline.ended <= now {
        record.insert("DisconnectReason".to_owned(), json!(timeline.reason));
    }
    Value::Object(record)
}

/// One of the `Contacts` of SearchContacts.
pub(super) fn summary(contact: &Contact, now: Timestamp) -> Map<String, Value> {
    let timeline = contact.timeline();
    let mut summary = Map::from_iter([
        ("Arn".to_owned(), json!(contact_arn(contact))),
        ("Id".to_owned(), json!(contact.id)),
        ("InitiationMethod".to_owned(), json!(contact.initiation_method())),
        ("Channel".to_owned(), json!("VOICE")),
        ("InitiationTimestamp".to_owned(), seconds(contact.started_at)),
    ]);
    if let Some(follows) = &contact.follows {
        summary.insert("InitialContactId".to_owned(), json!(follows.initial));
        summary.insert("PreviousContactId".to_owned(), json!(follows.previous));
    }
    if let Some(enqueued) = timeline.connected.filter(|at| *at <= now) {
        let queue = json!({"Id": identifier("queue"), "EnqueueTimestamp": seconds(enqueued)});
        summary.insert("QueueInfo".to_owned(), queue);
    }
    if let Some(connected) = timeline.agent.filter(|at| *at <= now) {
        let agent = json!({"Id": identifier("agent"), "ConnectedToAgentTimestamp": seconds(connected)});
        summary.insert("AgentInfo".to_owned(), agent);
    }
    if timeline.ended <= now {
        summary.insert("DisconnectTimestamp".to_owned(), seconds(timeline.ended));
    }
    summary
}

fn seconds(at: Timestamp) -> Value {
    json!(epoch_seconds(at))
}

/// Seconds since 1970, as restJson1 writes a time.
pub(super) fn epoch_seconds(at: Timestamp) -> f64 {
    at.as_duration().as_secs_f64()
}
