//! Amazon Connect: placing a call, asking what became of one, and stopping one.
//!
//! Every answer to StartOutboundVoiceContact is one of four, since what may follow differs: the call was placed; it was
//! refused for good; it was not placed and may be tried again; or nobody knows. Only proof counts as "not placed":
//! ClientToken does not protect a retry, because after the call has ended the same token may begin a new one.

mod failed;
mod transmitted;

use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_connect::Client;
use aws_sdk_connect::primitives::DateTime;
use aws_sdk_connect::types::{
    Contact, ContactInitiationMethod, SearchContactsMatchType, SearchContactsTimeRange,
    SearchContactsTimeRangeType, SearchCriteria, SearchableContactAttributes,
    SearchableContactAttributesCriteria,
};
use jiff::{SignedDuration, Timestamp};
use tollgate::outcome::{CallEnd, DisconnectReason};
use tollgate::overdue::CallFact;
use tollgate::request::{CallbackRequest, RequestId};
use tollgate::state::Failure;
use tollgate::text::{ContactId, VisitorText};

use crate::environment::{self, EnvironmentError};
use crate::error::StoreError;
use failed::told;
use transmitted::Transmitted;

/// The user-defined contact attribute that holds the request's id. Make it searchable on the instance, so that a call
/// whose contact id was lost can be found again.
pub const REQUEST_ID_ATTRIBUTE: &str = "requestId";

/// How long Connect may take to answer; past it nobody knows whether the call was placed.
const START_TIMEOUT: Duration = Duration::from_secs(8);

/// Amazon Connect, as this suite uses it.
#[derive(Debug, Clone)]
pub struct Connect {
    client: Client,
    setup: Setup,
}

/// Where calls are placed.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The instance.
    pub instance_id: String,
    /// The inbound flow that runs when the callee answers.
    pub contact_flow_id: String,
    /// The queue whose outbound caller id is shown, unless a source number is given.
    pub queue_id: Option<String>,
    /// The number shown to the callee.
    pub source_phone_number: Option<String>,
}

impl Setup {
    /// Reads the setup from the environment.
    ///
    /// # Errors
    /// When a variable is missing. Connect needs a queue or a source number.
    pub fn from_environment() -> Result<Self, EnvironmentError> {
        let source_phone_number = environment::optional("CONNECT_SOURCE_PHONE_NUMBER");
        let queue_id = match &source_phone_number {
            Some(_) => environment::optional("CONNECT_QUEUE_ID"),
            None => Some(environment::required("CONNECT_QUEUE_ID")?),
        };
        Ok(Self {
            instance_id: environment::required("CONNECT_INSTANCE_ID")?,
            contact_flow_id: environment::required("CONNECT_CONTACT_FLOW_ID")?,
            queue_id,
            source_phone_number,
        })
    }
}

/// What Connect made of a call to place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Started {
    /// It was placed.
    Placed(ContactId),
    /// It was refused for good.
    Refused(Failure),
    /// It was not placed: Connect was too busy. It may be tried again.
    Busy,
    /// Nobody knows.
    Unknown {
        /// The error's code or kind, for the log.
        code: String,
    },
}

impl Connect {
    /// Makes the client. Nothing is sent yet.
    #[must_use]
    pub fn new(config: &SdkConfig, setup: Setup) -> Self {
        Self { client: Client::new(config), setup }
    }

    /// Places the call of a request. Sent once: the SDK's own retries are off.
    pub async fn start(&self, request: &CallbackRequest, ring_timeout_seconds: Option<u32>) -> Started {
        // The shared configuration's shorter timeout of an attempt would hold on if it were not set, too.
        let timeouts = TimeoutConfig::builder()
            .operation_timeout(START_TIMEOUT)
            .operation_attempt_timeout(START_TIMEOUT)
            .build();
        let once = aws_sdk_connect::config::Builder::new()
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts);
        let transmitted = Transmitted::default();
        let id = request.id.to_string();
        let sent = self
            .client
            .start_outbound_voice_contact()
            .instance_id(&self.setup.instance_id)
            .contact_flow_id(&self.setup.contact_flow_id)
            .set_queue_id(self.setup.queue_id.clone())
            .set_source_phone_number(self.setup.source_phone_number.clone())
            .destination_phone_number(request.number.e164())
            .client_token(&id)
            .attributes(REQUEST_ID_ATTRIBUTE, &id)
            .set_name(request.name.as_ref().map(|name| name.as_str().to_owned()))
            .set_description(request.topic.as_ref().map(VisitorText::as_str).map(str::to_owned))
            .set_ring_timeout_in_seconds(ring_timeout_seconds.and_then(|seconds| i32::try_from(seconds).ok()))
            .customize()
            .config_override(once)
            .interceptor(transmitted.clone())
            .send()
            .await;
        match sent {
            Ok(output) => match output.contact_id().map(ContactId::parse) {
                Some(Ok(contact_id)) => Started::Placed(contact_id),
                _ => Started::Unknown { code: "no-contact-id".to_owned() },
            },
            Err(error) => {
                let started = told(&error, transmitted.has_begun());
                if started == Started::Busy {
                    let error = StoreError::service("StartOutboundVoiceContact")(error);
                    tracing::warn!(%error, "no call was placed");
                }
                started
            }
        }
    }

    /// Asks what became of a contact.
    pub async fn describe(&self, contact_id: &ContactId) -> CallFact {
        match self.contact(contact_id).await {
            Ok(Some(contact)) => fact(contact_id, &contact),
            Ok(None) => CallFact::NotFound,
            Err(error) => {
                tracing::warn!(%error, "Connect cannot be asked about a contact");
                CallFact::Unavailable
            }
        }
    }

    /// Asks why a contact was disconnected. None if Connect does not say.
    ///
    /// # Errors
    /// When Connect does not answer.
    pub async fn reason(&self, contact_id: &ContactId) -> Result<Option<DisconnectReason>, StoreError> {
        Ok(self.contact(contact_id).await?.as_ref().and_then(reason))
    }

    async fn contact(&self, contact_id: &ContactId) -> Result<Option<Contact>, StoreError> {
        let sent = self
            .client
            .describe_contact()
            .instance_id(&self.setup.instance_id)
            .contact_id(contact_id.as_str())
            .send()
            .await;
        match sent {
            Ok(output) => Ok(output.contact),
            Err(error) if error.as_service_error().is_some_and(|e| e.is_resource_not_found_exception()) => {
                Ok(None)
            }
            Err(error) => Err(StoreError::service("DescribeContact")(error)),
        }
    }

    /// Stops a contact. One that is over already needs no stopping.
    ///
    /// # Errors
    /// When Connect does not answer.
    pub async fn stop(&self, contact_id: &ContactId) -> Result<(), StoreError> {
        let sent = self
            .client
            .stop_contact()
            .instance_id(&self.setup.instance_id)
            .contact_id(contact_id.as_str())
            .send()
            .await;
        match sent {
            Ok(_) => Ok(()),
            Err(error) if error.as_service_error().is_some_and(|e| e.is_contact_not_found_exception()) => {
                Ok(())
            }
            Err(error) => Err(StoreError::service("StopContact")(error)),
        }
    }

    /// Looks for the contact of a request that was dialed at `dialed_at`, by the attribute that the dialer gave it, and
    /// asks what became of it. Connect's search lags behind, so not finding it proves nothing.
    pub async fn find(&self, request_id: RequestId, dialed_at: Timestamp) -> CallFact {
        let Some(query) = self.search(request_id, dialed_at) else { return CallFact::Unavailable };
        match query.send().await {
            Ok(output) => {
                let id = output.contacts().first().and_then(|contact| contact.id());
                match id.map(ContactId::parse) {
                    Some(Ok(contact_id)) => self.describe(&contact_id).await,
                    _ => CallFact::NotFound,
                }
            }
            Err(error) => {
                let error = StoreError::service("SearchContacts")(error);
                tracing::warn!(%error, "Connect cannot be searched for a contact");
                CallFact::Unavailable
            }
        }
    }

    fn search(
        &self,
        request_id: RequestId,
        dialed_at: Timestamp,
    ) -> Option<aws_sdk_connect::operation::search_contacts::builders::SearchContactsFluentBuilder> {
        let margin = SignedDuration::from_mins(5);
        let range = SearchContactsTimeRange::builder()
            .r#type(SearchContactsTimeRangeType::InitiationTimestamp)
            .start_time(DateTime::from_millis((dialed_at - margin).as_millisecond()))
            .end_time(DateTime::from_millis((dialed_at + margin).as_millisecond()))
            .build()
            .ok()?;
        let attribute = SearchableContactAttributesCriteria::builder()
            .key(REQUEST_ID_ATTRIBUTE)
            .values(request_id.to_string())
            .build()
            .ok()?;
        let attributes = SearchableContactAttributes::builder()
            .criteria(attribute)
            .match_type(SearchContactsMatchType::MatchAll)
            .build()
            .ok()?;
        // A contact that the call was transferred to has its attributes, too.
        let criteria = SearchCriteria::builder()
            .searchable_contact_attributes(attributes)
            .initiation_methods(ContactInitiationMethod::Api)
            .build();
        let search = self.client.search_contacts().instance_id(&self.setup.instance_id);
        Some(search.time_range(range).search_criteria(criteria))
    }

    /// The request whose call a contact is, from its attributes. None if it is not one of ours.
    ///
    /// # Errors
    /// When Connect does not answer.
    pub async fn request_of(&self, contact_id: &ContactId) -> Result<Option<RequestId>, StoreError> {
        let sent = self
            .client
            .get_contact_attributes()
            .instance_id(&self.setup.instance_id)
            .initial_contact_id(contact_id.as_str())
            .send()
            .await;
        match sent {
            Ok(output) => {
                let id = output.attributes().and_then(|attributes| attributes.get(REQUEST_ID_ATTRIBUTE));
                Ok(id.and_then(|id| RequestId::parse(id).ok()))
            }
            Err(error) if error.as_service_error().is_some_and(|e| e.is_resource_not_found_exception()) => {
                Ok(None)
            }
            Err(error) => Err(StoreError::service("GetContactAttributes")(error)),
        }
    }
}

fn fact(contact_id: &ContactId, contact: &Contact) -> CallFact {
    let agent = contact.agent_info().and_then(|agent| agent.connected_to_agent_timestamp());
    let agent_at = agent.and_then(moment);
    match contact.disconnect_timestamp().and_then(moment) {
        None => CallFact::Live { contact_id: contact_id.clone(), agent_at },
        Some(ended_at) => {
            let answered_at = contact.connected_to_system_timestamp().and_then(moment);
            let end = CallEnd { ended_at, answered_at, agent_at, excuse: None }.because(reason(contact));
            CallFact::Over(contact_id.clone(), end)
        }
    }
}

fn reason(contact: &Contact) -> Option<DisconnectReason> {
    contact.disconnect_reason().and_then(DisconnectReason::read)
}

/// A moment of Connect's. It writes the first millisecond of 1970 for what has not happened.
fn moment(moment: &DateTime) -> Option<Timestamp> {
    let milliseconds = moment.to_millis().ok()?;
    if milliseconds < 1_000 { None } else { Timestamp::from_millisecond(milliseconds).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_not_happened_has_no_moment() {
        assert_eq!(moment(&DateTime::from_millis(1)), None);
        assert!(moment(&DateTime::from_secs(1_700_000_000)).is_some());
    }
}
