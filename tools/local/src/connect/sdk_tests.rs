//! The HTTP face, driven by the real SDK client.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_sdk_connect::config::retry::RetryConfig;
use aws_sdk_connect::config::timeout::TimeoutConfig;
use aws_sdk_connect::config::{BehaviorVersion, Region};
use aws_sdk_connect::error::ProvideErrorMetadata;
use aws_sdk_connect::operation::search_contacts::SearchContactsOutput;
use aws_sdk_connect::operation::start_outbound_voice_contact::builders::StartOutboundVoiceContactFluentBuilder;
use aws_sdk_connect::types::{
    ContactInitiationMethod, SearchContactsMatchType, SearchContactsTimeRange, SearchContactsTimeRangeType,
    SearchCriteria, SearchableContactAttributes, SearchableContactAttributesCriteria,
};
use aws_sdk_connect::{Client, primitives::DateTime};
use aws_smithy_http_client::Builder;
use jiff::SignedDuration;
use tollgate::network::Address;
use tollgate::number::PhoneNumber;
use tollgate::request::{CallbackRequest, Caller, RequestId, Whereabouts};
use tollgate_aws::clock::ManualClock;
use tollgate_aws::services::connect::{Setup, Started};

use super::*;

const NUMBER: &str = "+12065550100";

struct World {
    connect: Connect,
    clock: ManualClock,
    client: Client,
    endpoint: String,
}

async fn world() -> World {
    let clock = ManualClock::at("2026-11-22T10:00:00Z".parse().unwrap());
    let connect = Connect::new(Clock::Manual(clock.clone()), CallPlan::default());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(axum::serve(listener, router(connect.clone())).into_future());
    let config = aws_sdk_connect::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "local"))
        .http_client(Builder::new().build_http())
        .retry_config(RetryConfig::disabled())
        .timeout_config(TimeoutConfig::builder().operation_timeout(Duration::from_millis(500)).build())
        .endpoint_url(&endpoint)
        .build();
    World { connect, clock, client: Client::from_conf(config), endpoint }
}

impl World {
    fn start(&self, token: &str) -> StartOutboundVoiceContactFluentBuilder {
        self.client
            .start_outbound_voice_contact()
            .destination_phone_number(NUMBER)
            .contact_flow_id("flow")
            .instance_id("instance")
            .source_phone_number("+12065550000")
            .client_token(token)
            .ring_timeout_in_seconds(30)
            .traffic_type(aws_sdk_connect::types::TrafficType::Campaign)
            .attributes("requestId", token)
    }

    async fn place(&self, token: &str) -> String {
        self.start(token).send().await.unwrap().contact_id.unwrap()
    }

    async fn search(&self, attributes: SearchableContactAttributes) -> SearchContactsOutput {
        let now = self.clock.now().as_second();
        let range = SearchContactsTimeRange::builder()
            .r#type(SearchContactsTimeRangeType::InitiationTimestamp)
            .start_time(DateTime::from_secs(now - 3600))
            .end_time(DateTime::from_secs(now))
            .build()
            .unwrap();
        let criteria = SearchCriteria::builder().searchable_contact_attributes(attributes).build();
        let search = self.client.search_contacts().instance_id("instance").time_range(range);
        search.search_criteria(criteria).send().await.unwrap()
    }
}

#[tokio::test]
async fn a_call_is_placed_described_and_stopped() {
    let world = world().await;
    let contact = world.place("a").await;
    assert_eq!(world.place("a").await, contact);
    let describe = || world.client.describe_contact().instance_id("instance").contact_id(&contact);

    world.clock.advance(SignedDuration::from_millis(4500));
    let seen = describe().send().await.unwrap().contact.unwrap();
    assert_eq!(seen.id.as_ref(), Some(&contact));
    assert_eq!(seen.initiation_method, Some(ContactInitiationMethod::Api));
    assert_eq!(seen.customer_endpoint.unwrap().address.as_deref(), Some(NUMBER));
    assert_eq!(seen.attributes.unwrap()["requestId"], "a");
    let began = seen.initiation_timestamp.unwrap().secs();
    assert_eq!(seen.connected_to_system_timestamp.unwrap().secs() - began, 3);
    assert_eq!(seen.agent_info.unwrap().connected_to_agent_timestamp.unwrap().secs() - began, 4);
    assert!(seen.disconnect_timestamp.is_none() && seen.disconnect_reason.is_none());

    let stop = || world.client.stop_contact().instance_id("instance").contact_id(&contact).send();
    stop().await.unwrap();
    assert!(stop().await.unwrap_err().into_service_error().is_contact_not_found_exception());
    let seen = describe().send().await.unwrap().contact.unwrap();
    assert_eq!(seen.disconnect_timestamp.unwrap().to_millis().unwrap() - began * 1000, 4500);
    assert_eq!(seen.disconnect_reason.as_deref(), Some("OTHER"));
}

#[tokio::test]
async fn an_unknown_contact_is_not_found() {
    let world = world().await;
    let contact = world.place("a").await;
    let attributes = |instance: &str, contact: &str| {
        world.client.get_contact_attributes().instance_id(instance).initial_contact_id(contact).send()
    };
    assert_eq!(attributes("instance", &contact).await.unwrap().attributes.unwrap()["requestId"], "a");
    for (instance, contact) in [("instance", "nobody"), ("elsewhere", contact.as_str())] {
        let error = attributes(instance, contact).await.unwrap_err().into_service_error();
        assert!(error.is_resource_not_found_exception(), "{error:?}");
    }
    let describe = world.client.describe_contact().instance_id("instance").contact_id("nobody");
    assert!(describe.send().await.unwrap_err().into_service_error().is_resource_not_found_exception());
}

#[tokio::test]
async fn contacts_are_found_by_their_attributes() {
    let world = world().await;
    let (first, second) = (world.place("a").await, world.place("b").await);
    let wanted = |matching: SearchContactsMatchType| {
        let one =
            SearchableContactAttributesCriteria::builder().key("requestId").values("a").build().unwrap();
        SearchableContactAttributes::builder().criteria(one).match_type(matching).build().unwrap()
    };
    for (matching, expected) in
        [(SearchContactsMatchType::MatchAll, &first), (SearchContactsMatchType::MatchNone, &second)]
    {
        let found = world.search(wanted(matching)).await;
        assert_eq!(found.total_count, Some(1));
        assert_eq!(found.contacts()[0].id.as_ref(), Some(expected));
    }
    world.clock.advance(SignedDuration::from_hours(2));
    assert!(world.search(wanted(SearchContactsMatchType::MatchAll)).await.contacts().is_empty());
}

#[tokio::test]
async fn faults_reach_the_client_as_aws_would_send_them() {
    let world = world().await;
    let table = [
        (StartFault::Throttle, "TooManyRequestsException", 429),
        (StartFault::LimitExceeded, "LimitExceededException", 429),
        (StartFault::DestinationNotAllowed, "DestinationNotAllowedException", 403),
        (StartFault::OutboundContactNotPermitted, "OutboundContactNotPermittedException", 403),
        (StartFault::InvalidParameter, "InvalidParameterException", 400),
        (StartFault::InternalError, "InternalServiceException", 500),
        (StartFault::InternalErrorAfterPlacing, "InternalServiceException", 500),
    ];
    for (fault, code, status) in table {
        world.connect.fail_next(fault);
        let error = world.start("a").send().await.unwrap_err();
        assert_eq!(error.raw_response().unwrap().status().as_u16(), status, "{fault:?}");
        let error = error.into_service_error();
        assert_eq!((error.code(), error.message().is_some()), (Some(code), true), "{fault:?}");
    }
    assert_eq!(world.connect.calls().len(), 1);
}

#[tokio::test]
async fn a_silent_connect_may_still_have_placed_the_call() {
    let world = world().await;
    for (fault, placed) in [(StartFault::Hang, 0), (StartFault::HangAfterPlacing, 1)] {
        world.connect.fail_next(fault);
        let error = world.start("a").send().await.unwrap_err();
        assert!(matches!(error, aws_sdk_connect::error::SdkError::TimeoutError(_)), "{error:?}");
        assert_eq!(world.connect.calls().len(), placed);
    }
}

#[tokio::test]
async fn an_order_that_aws_would_not_accept_is_an_invalid_parameter() {
    let world = world().await;
    for order in [
        world.start("a").ring_timeout_in_seconds(61),
        world.start("a").destination_phone_number("2065550100"),
        world.start("a").attributes("not a key", "x"),
        world.start("a").set_source_phone_number(None),
    ] {
        assert!(order.send().await.unwrap_err().into_service_error().is_invalid_parameter_exception());
    }
    assert!(world.connect.calls().is_empty());
}

async fn post_fault(endpoint: &str, body: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(endpoint.trim_start_matches("http://")).await.unwrap();
    let head = format!(
        "POST /_faults HTTP/1.1\r\nhost: local\r\nconnection: close\r\ncontent-length: {}\r\n",
        body.len()
    );
    stream.write_all(format!("{head}\r\n{body}").as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn a_person_can_ask_for_faults_by_json() {
    let world = world().await;
    for fault in
        [r#"{"start": "throttle"}"#, r#"{"event": "lose"}"#, r#"{"event": "repeat", "kind": "QUEUED"}"#]
    {
        let answer = post_fault(&world.endpoint, fault).await;
        assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
    }
    for nonsense in ["{}", r#"{"start": "explode"}"#, "no json"] {
        let answer = post_fault(&world.endpoint, nonsense).await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    }
    let error = world.start("a").send().await.unwrap_err().into_service_error();
    assert_eq!(error.code(), Some("TooManyRequestsException"));
    world.place("a").await;
    world.clock.advance(SignedDuration::from_secs(3));
    let events = world.connect.due(world.clock.now());
    let kinds: Vec<_> = events.iter().map(|event| event["detail"]["eventType"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["CONNECTED_TO_SYSTEM", "QUEUED", "QUEUED"]);
}

/// A port that nobody listens at: it was given by the system a moment ago, and given back.
async fn closed_port() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

/// What the product makes of an order to Connect at this endpoint, by whoever has credentials from there.
async fn ordered(endpoint: &str, credentials: impl ProvideCredentials + 'static) -> Started {
    let config = aws_config::SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(Builder::new().build_http())
        .endpoint_url(endpoint)
        .build();
    let setup = Setup {
        instance_id: "instance".to_owned(),
        contact_flow_id: "flow".to_owned(),
        queue_id: Some("queue".to_owned()),
        source_phone_number: None,
    };
    let request = CallbackRequest {
        id: RequestId::from_random([7; 16]),
        received_at: jiff::Timestamp::UNIX_EPOCH,
        deadline: jiff::Timestamp::UNIX_EPOCH,
        number: PhoneNumber::parse(NUMBER, None).unwrap(),
        name: None,
        topic: None,
        caller: Caller {
            address: Address::parse("192.0.2.10").unwrap(),
            country: Whereabouts::Untold,
            asn: None,
            marks: BTreeSet::new(),
            account: None,
        },
    };
    tollgate_aws::services::connect::Connect::new(&config, setup).start(&request, None).await
}

fn known() -> Credentials {
    Credentials::new("local", "local", None, None, "local")
}

#[tokio::test]
async fn a_connection_that_nobody_takes_is_proof_that_no_call_was_placed() {
    assert_eq!(ordered(&closed_port().await, known()).await, Started::Busy);
}

/// Credentials that cannot be had.
#[derive(Debug)]
struct Missing;

impl ProvideCredentials for Missing {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready(Err(CredentialsError::not_loaded("nobody has any")))
    }
}

#[tokio::test]
async fn credentials_that_cannot_be_had_are_proof_that_no_call_was_placed() {
    let world = world().await;
    assert_eq!(ordered(&world.endpoint, Missing).await, Started::Busy);
    assert_eq!(world.connect.calls(), []);
    assert!(matches!(ordered(&world.endpoint, known()).await, Started::Placed(_)));
}

#[tokio::test]
async fn what_fails_once_the_order_is_on_its_way_proves_nothing() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            drop(stream);
        }
    });
    assert!(matches!(ordered(&endpoint, known()).await, Started::Unknown { .. }));
}
