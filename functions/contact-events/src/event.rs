//! Contact events as Amazon Connect sends them, made into the few that we act on. Connect adds types and fields, and its
//! own documentation spells keys in two ways; so keys are compared without regard to case, and what is not needed is not
//! looked at.

use jiff::Timestamp;
use serde_json::Value;
use tollgate::outcome::{CallEnd, DisconnectReason};
use tollgate::text::ContactId;

/// An event that we act on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactEvent {
    /// The contact that began the call.
    pub contact_id: ContactId,
    /// What was heard.
    pub heard: Heard,
}

/// What was heard of a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// `DISCONNECTED` or `COMPLETED`, whichever comes first. It tells when the callee answered and when an agent joined, so the
    /// events of these moments are not needed.
    Ended {
        /// The end.
        end: CallEnd,
        /// Why, if the event says so; Connect documents that for campaigns only.
        reason: Option<DisconnectReason>,
    },
    /// `INITIATED` of a contact that the call was transferred to.
    LegBegan(ContactId),
    /// The end of a contact that the call was transferred to.
    LegEnded {
        /// That contact.
        leg: ContactId,
        /// When.
        at: Timestamp,
        /// When an agent joined it.
        agent_at: Option<Timestamp>,
    },
}

/// How a contact begins that the customer, or somebody who was brought to him, goes on in after the first one: an agent
/// or a flow transfers him, or an agent calls somebody else to join.
const LEGS: [&str; 3] = ["TRANSFER", "QUEUE_TRANSFER", "EXTERNAL_OUTBOUND"];

/// An event that means nothing to us, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignored(pub &'static str);

/// Reads an event.
///
/// # Errors
/// When it means nothing to us.
pub fn read(event: &Value) -> Result<ContactEvent, Ignored> {
    let detail = field(event, "detail").ok_or(Ignored("no detail"))?;
    let text = |name| field(detail, name).and_then(Value::as_str);
    let contact_id =
        text("contactId").and_then(|id| ContactId::parse(id).ok()).ok_or(Ignored("no contact id"))?;
    // A contact that follows another names the first one of all.
    let first = text("initialContactId").filter(|initial| *initial != contact_id.as_str());
    let begun = |methods: &[&str]| {
        text("initiationMethod").is_none_or(|method| methods.iter().any(|m| m.eq_ignore_ascii_case(method)))
    };
    if first.is_none() && !begun(&["API"]) {
        return Err(Ignored("not begun by an API call"));
    }
    if first.is_some() && !begun(&LEGS) {
        return Err(Ignored("follows another contact, and is no transfer of it"));
    }
    let at = |name| text(name).and_then(moment);
    let sent_at = field(event, "time").and_then(Value::as_str).and_then(moment);
    let agent_at = || {
        let agent = field(detail, "agentInfo")?;
        field(agent, "connectedToAgentTimestamp").and_then(Value::as_str).and_then(moment)
    };
    let kind = text("eventType").ok_or(Ignored("no event type"))?.to_ascii_uppercase();
    let ended_at = || at("disconnectTimestamp").or(sent_at).ok_or(Ignored("no time"));
    if let Some(first) = first {
        let first = ContactId::parse(first).map_err(|_| Ignored("no contact id"))?;
        let heard = match kind.as_str() {
            "INITIATED" => Heard::LegBegan(contact_id),
            "DISCONNECTED" | "COMPLETED" => {
                Heard::LegEnded { leg: contact_id, at: ended_at()?, agent_at: agent_at() }
            }
            _ => return Err(Ignored("an event type that we do not act on")),
        };
        return Ok(ContactEvent { contact_id: first, heard });
    }
    let heard = match kind.as_str() {
        "DISCONNECTED" | "COMPLETED" => {
            let reason = text("disconnectReason").and_then(DisconnectReason::read);
            let answered_at = at("connectedToSystemTimestamp");
            let end = CallEnd { ended_at: ended_at()?, answered_at, agent_at: agent_at(), excuse: None };
            Heard::Ended { end: end.because(reason), reason }
        }
        _ => return Err(Ignored("an event type that we do not act on")),
    };
    Ok(ContactEvent { contact_id, heard })
}

/// A field by its name, without regard to case.
fn field<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    object.as_object()?.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// A moment. Connect writes the first millisecond of 1970 for what has not happened.
fn moment(text: &str) -> Option<Timestamp> {
    text.parse::<Timestamp>().ok().filter(|moment| moment.as_second() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use tollgate::outcome::Outcome;

    fn disconnected() -> Value {
        json!({
            "source": "aws.connect", "time": "2026-11-22T10:05:00Z",
            "detail": {
                "eventType": "DISCONNECTED", "contactId": "c-1", "channel": "VOICE", "initiationMethod": "API",
                "connectedToSystemTimestamp": "2026-11-22T10:00:10.000Z",
                "disconnectTimestamp": "2026-11-22T10:04:59.000Z",
                "agentInfo": { "connectedToAgentTimestamp": "2026-11-22T10:00:20.000Z" },
                "somethingNew": { "a": [1, 2] }
            }
        })
    }

    #[test]
    fn the_end_of_a_call_tells_its_whole_course() {
        let ContactEvent { contact_id, heard: Heard::Ended { end, .. } } = read(&disconnected()).unwrap()
        else {
            panic!("not an end")
        };
        assert_eq!(contact_id.as_str(), "c-1");
        assert_eq!(end.answered_seconds(), 289);
        assert_eq!(end.agent_at, "2026-11-22T10:00:20Z".parse().ok());
    }

    #[test]
    fn keys_may_be_spelled_either_way() {
        let pascal = json!({
            "Time": "2026-11-22T10:05:00Z",
            "Detail": { "EventType": "Disconnected", "ContactId": "c-1", "InitiationMethod": "Api",
                        "AgentInfo": { "ConnectedToAgentTimestamp": "2026-11-22T10:00:20.000Z" } }
        });
        let Heard::Ended { end, .. } = read(&pascal).unwrap().heard else { panic!("not an end") };
        assert_eq!(end.ended_at, "2026-11-22T10:05:00Z".parse::<Timestamp>().unwrap());
        assert!(end.agent_at.is_some());
    }

    #[test]
    fn what_has_not_happened_has_no_moment() {
        let mut event = disconnected();
        event["detail"]["connectedToSystemTimestamp"] = json!("1970-01-01T00:00:00.001Z");
        let Heard::Ended { end, .. } = read(&event).unwrap().heard else { panic!("not an end") };
        assert_eq!(end.answered_at, None);
    }

    #[test]
    fn a_contact_that_a_call_was_transferred_to_is_a_leg_of_the_call() {
        for (kind, begins) in [("INITIATED", true), ("DISCONNECTED", false), ("COMPLETED", false)] {
            for method in ["TRANSFER", "queue_transfer", "EXTERNAL_OUTBOUND"] {
                let mut event = disconnected();
                event["detail"]["initiationMethod"] = json!(method);
                event["detail"]["initialContactId"] = json!("c-0");
                event["detail"]["eventType"] = json!(kind);
                let ContactEvent { contact_id, heard } = read(&event).unwrap();
                assert_eq!(contact_id.as_str(), "c-0");
                match heard {
                    Heard::LegBegan(leg) => assert!(begins && leg.as_str() == "c-1"),
                    Heard::LegEnded { leg, at, agent_at } => {
                        assert!(!begins && leg.as_str() == "c-1" && agent_at.is_some());
                        assert_eq!(at, "2026-11-22T10:04:59Z".parse::<Timestamp>().unwrap());
                    }
                    other => panic!("{other:?}"),
                }
            }
        }
    }

    #[test]
    fn a_reason_is_taken_from_the_event_if_it_is_there() {
        let mut event = disconnected();
        let end = |event: &Value| match read(event).unwrap().heard {
            Heard::Ended { end, reason } => (end.outcome(), reason),
            other => panic!("{other:?}"),
        };
        assert_eq!(end(&event), (Outcome::Talked, None));
        event["detail"]["connectedToSystemTimestamp"] = json!(null);
        event["detail"]["agentInfo"] = json!(null);
        assert_eq!(end(&event), (Outcome::Unanswered, None));
        event["detail"]["disconnectReason"] = json!("TELECOM_PROBLEM");
        assert_eq!(end(&event), (Outcome::TelecomProblem, Some(DisconnectReason::TelecomProblem)));
    }

    #[test]
    fn what_means_nothing_to_us_is_ignored_with_a_reason() {
        let with = |field: &str, value: Value| {
            let mut event = disconnected();
            event["detail"][field] = value;
            read(&event).unwrap_err()
        };
        assert_eq!(with("initiationMethod", json!("INBOUND")), Ignored("not begun by an API call"));
        assert_eq!(
            with("initialContactId", json!("c-0")),
            Ignored("follows another contact, and is no transfer of it")
        );
        assert_eq!(with("eventType", json!("QUEUED")), Ignored("an event type that we do not act on"));
        assert_eq!(with("eventType", json!("SOMETHING_NEW")), Ignored("an event type that we do not act on"));
        assert_eq!(with("contactId", json!("")), Ignored("no contact id"));
        for event in [json!(null), json!([]), json!({"detail": 7}), json!({"detail": []})] {
            assert!(read(&event).is_err());
        }
    }
}
