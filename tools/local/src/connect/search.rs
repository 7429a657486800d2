//! SearchContacts, as far as Tollgate asks. A criterion that is not known is refused: to ignore it would be to find
//! what was not asked for.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Connect;
use super::contact::Contact;
use super::records::{epoch_seconds, summary};
use super::refusal::Refusal;

const PAGE_MAX: usize = 100;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Search {
    instance_id: String,
    time_range: TimeRange,
    #[serde(default)]
    search_criteria: Criteria,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TimeRange {
    r#type: TimeType,
    start_time: f64,
    end_time: f64,
}

#[derive(Debug, Deserialize)]
enum TimeType {
    #[serde(rename = "INITIATION_TIMESTAMP")]
    Initiation,
    #[serde(rename = "ENQUEUE_TIMESTAMP")]
    Enqueue,
    #[serde(rename = "CONNECTED_TO_AGENT_TIMESTAMP")]
    ConnectedToAgent,
    #[serde(rename = "DISCONNECT_TIMESTAMP")]
    Disconnect,
    #[serde(rename = "SCHEDULED_TIMESTAMP")]
    Scheduled,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct Criteria {
    channels: Vec<String>,
    initiation_methods: Vec<String>,
    searchable_contact_attributes: Option<Attributes>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Attributes {
    criteria: Vec<Attribute>,
    #[serde(default)]
    match_type: MatchType,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Attribute {
    key: String,
    values: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
enum MatchType {
    #[default]
    #[serde(rename = "MATCH_ALL", alias = "MATCH_EXACT")]
    All,
    #[serde(rename = "MATCH_ANY")]
    Any,
    #[serde(rename = "MATCH_NONE")]
    None,
}

impl Connect {
    /// SearchContacts: the answer's body.
    pub(super) fn search(&self, search: &Search) -> Result<Value, Refusal> {
        let now = self.clock.now();
        let skip = match &search.next_token {
            Some(token) => token.parse().map_err(|_| Refusal::invalid_parameter("NextToken is not valid"))?,
            None => 0_usize,
        };
        let size = search.max_results.unwrap_or(PAGE_MAX);
        if !(1..=PAGE_MAX).contains(&size) || search.time_range.start_time > search.time_range.end_time {
            return Err(Refusal::invalid_parameter("MaxResults or TimeRange is not valid"));
        }
        let state = self.state();
        let found: Vec<_> = state.calls.all().iter().filter(|contact| search.finds(contact, now)).collect();
        let page: Vec<_> = found.iter().skip(skip).take(size).map(|contact| summary(contact, now)).collect();
        let next = skip.saturating_add(size);
        let next_token = (next < found.len()).then(|| next.to_string());
        Ok(json!({"Contacts": page, "TotalCount": found.len(), "NextToken": next_token}))
    }
}

impl Search {
    fn finds(&self, contact: &Contact, now: Timestamp) -> bool {
        let criteria = &self.search_criteria;
        let among =
            |values: &[String], value: &str| values.is_empty() || values.iter().any(|one| one == value);
        contact.instance_id == self.instance_id
            && self.time_range.holds(contact, now)
            && among(&criteria.channels, "VOICE")
            && among(&criteria.initiation_methods, contact.initiation_method())
            && criteria.searchable_contact_attributes.as_ref().is_none_or(|wanted| wanted.hold(contact))
    }
}

impl TimeRange {
    fn holds(&self, contact: &Contact, now: Timestamp) -> bool {
        let timeline = contact.timeline();
        let at = match self.r#type {
            TimeType::Initiation => Some(contact.started_at),
            TimeType::Enqueue => timeline.connected,
            TimeType::ConnectedToAgent => timeline.agent,
            TimeType::Disconnect => Some(timeline.ended),
            TimeType::Scheduled => None,
        };
        at.filter(|at| *at <= now)
            .is_some_and(|at| (self.start_time..=self.end_time).contains(&epoch_seconds(at)))
    }
}

impl Attributes {
    fn hold(&self, contact: &Contact) -> bool {
        let holds = |wanted: &Attribute| {
            contact.attributes.get(&wanted.key).is_some_and(|value| wanted.values.contains(value))
        };
        match self.match_type {
            MatchType::All => self.criteria.iter().all(holds),
            MatchType::Any => self.criteria.iter().any(holds),
            MatchType::None => !self.criteria.iter().any(holds),
        }
    }
}
