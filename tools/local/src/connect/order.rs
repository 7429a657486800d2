//! What StartOutboundVoiceContact is asked, and what of it AWS would not accept.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::refusal::Refusal;

const RING_TIMEOUT_SECONDS_DEFAULT: u32 = 60;
const ATTRIBUTES_BYTES_MAX: usize = 32_768;

/// The request body of StartOutboundVoiceContact, as far as the stand-in looks at it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Order {
    /// The number to call.
    pub destination_phone_number: String,
    /// The flow that runs when the customer answers.
    pub contact_flow_id: String,
    /// The Connect instance.
    pub instance_id: String,
    /// The token that makes a repeated order the same order, while its call lives.
    pub client_token: Option<String>,
    /// The number that the customer sees.
    pub source_phone_number: Option<String>,
    /// The queue that the number is taken from, if none is given.
    pub queue_id: Option<String>,
    /// The attributes of the contact.
    pub attributes: Option<BTreeMap<String, String>>,
    /// How long to let it ring.
    pub ring_timeout_in_seconds: Option<i64>,
    /// `GENERAL` if it is not said.
    pub traffic_type: Option<String>,
    /// Shown to the agent.
    pub name: Option<String>,
    /// Shown to the agent.
    pub description: Option<String>,
}

/// Of which calls an instance takes it how long they ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RingTime {
    /// Of campaigns' alone, as a published trial found it.
    #[default]
    OfCampaigns,
    /// Of every call, as AWS's page reads and the first release took it.
    OfEveryCall,
}

impl Order {
    pub(super) fn ring_timeout_seconds(&self) -> u32 {
        self.ring_timeout_in_seconds
            .and_then(|seconds| u32::try_from(seconds).ok())
            .unwrap_or(RING_TIMEOUT_SECONDS_DEFAULT)
    }

    /// Refuses what AWS documents as invalid.
    pub(super) fn validate(&self, ring_time: RingTime) -> Result<(), Refusal> {
        let attributes = self.attributes.iter().flatten();
        let bytes: usize = attributes.clone().map(|(key, value)| key.len() + value.len()).sum();
        let checks = [
            (is_e164(&self.destination_phone_number), "DestinationPhoneNumber is not in E.164 format"),
            (within(&self.contact_flow_id, 1, 500), "ContactFlowId must have 1 to 500 characters"),
            (within(&self.instance_id, 1, 100), "InstanceId must have 1 to 100 characters"),
            (at_most(self.client_token.as_ref(), 500), "ClientToken must have at most 500 characters"),
            (at_most(self.name.as_ref(), 1024), "Name must have at most 1024 characters"),
            (at_most(self.description.as_ref(), 4096), "Description must have at most 4096 characters"),
            (
                self.source_phone_number.is_some() || self.queue_id.is_some(),
                "SourcePhoneNumber or QueueId must be given",
            ),
            (
                self.source_phone_number.as_deref().is_none_or(is_e164),
                "SourcePhoneNumber is not in E.164 format",
            ),
            (
                self.ring_timeout_in_seconds.is_none_or(|seconds| (15..=60).contains(&seconds)),
                "RingTimeoutInSeconds must be between 15 and 60",
            ),
            (
                self.ring_timeout_in_seconds.is_none()
                    || self.traffic_type.as_deref() == Some("CAMPAIGN")
                    || ring_time == RingTime::OfEveryCall,
                "RingTimeoutInSeconds is taken for campaigns alone",
            ),
            (
                attributes.clone().all(|(key, _)| is_attribute_key(key)),
                "Attribute keys can include only alphanumeric, dash, and underscore characters",
            ),
            (bytes <= ATTRIBUTES_BYTES_MAX, "Attributes must have at most 32768 bytes"),
        ];
        match checks.iter().find(|(holds, _)| !holds) {
            Some((_, complaint)) => Err(Refusal::invalid_parameter(*complaint)),
            None => Ok(()),
        }
    }
}

fn is_e164(number: &str) -> bool {
    number.strip_prefix('+').is_some_and(|digits| {
        digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0')
            && (2..=15).contains(&digits.len())
    })
}

fn is_attribute_key(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

fn within(text: &str, min: usize, max: usize) -> bool {
    (min..=max).contains(&text.chars().count())
}

fn at_most(text: Option<&String>, max: usize) -> bool {
    text.is_none_or(|text| within(text, 0, max))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Order {
        Order {
            destination_phone_number: "+12065550100".to_owned(),
            contact_flow_id: "flow".to_owned(),
            instance_id: "instance".to_owned(),
            source_phone_number: Some("+12065550000".to_owned()),
            ..Order::default()
        }
    }

    #[track_caller]
    fn check(change: impl FnOnce(&mut Order), accepted: bool) {
        let mut order = good();
        change(&mut order);
        assert_eq!(
            order.validate(RingTime::default()).is_ok(),
            accepted,
            "{:?}",
            order.validate(RingTime::default())
        );
    }

    #[test]
    fn a_destination_is_an_e164_number() {
        check(|_| (), true);
        for bad in ["", "2065550100", "+", "+0123456", "+1", "+1 206 555", "+1234567890123456", "+١٢٣"] {
            check(|order| order.destination_phone_number = bad.to_owned(), false);
        }
    }

    #[test]
    fn it_rings_between_15_and_60_seconds() {
        for (seconds, accepted) in [(14, false), (15, true), (60, true), (61, false), (-1, false)] {
            let campaign = Some("CAMPAIGN".to_owned());
            check(
                |order| (order.ring_timeout_in_seconds, order.traffic_type) = (Some(seconds), campaign),
                accepted,
            );
        }
        assert_eq!(good().ring_timeout_seconds(), 60);
    }

    /// So a published trial on a real instance found it; AWS's page does not say.
    #[test]
    fn only_a_campaign_says_how_long_it_rings() {
        for traffic in [None, Some("GENERAL".to_owned())] {
            check(|order| (order.ring_timeout_in_seconds, order.traffic_type) = (Some(30), traffic), false);
        }
    }

    #[test]
    fn a_source_number_or_a_queue_is_needed() {
        check(|order| order.source_phone_number = None, false);
        check(|order| (order.source_phone_number, order.queue_id) = (None, Some("queue".to_owned())), true);
        check(|order| order.source_phone_number = Some("anonymous".to_owned()), false);
    }

    #[test]
    fn attributes_have_plain_keys_and_a_limited_size() {
        let one = |key: &str, bytes: usize| Some(BTreeMap::from([(key.to_owned(), "x".repeat(bytes))]));
        check(|order| order.attributes = one("request-Id_1", 10), true);
        check(|order| order.attributes = one("request id", 10), false);
        check(|order| order.attributes = one("", 10), false);
        check(|order| order.attributes = one("key", 32_765), true);
        check(|order| order.attributes = one("key", 32_766), false);
    }

    #[test]
    fn names_and_tokens_have_a_limited_length() {
        check(|order| order.client_token = Some("x".repeat(500)), true);
        check(|order| order.client_token = Some("x".repeat(501)), false);
        check(|order| order.contact_flow_id = String::new(), false);
        check(|order| order.instance_id = "x".repeat(101), false);
    }
}
