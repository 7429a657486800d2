//! Both HTTP faces, driven by the real SDK clients.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_pinpoint::types::NumberValidateRequest;
use aws_sdk_pinpointsmsvoicev2::types::PhoneNumberType;
use aws_smithy_http_client::Builder;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::{AsyncSleep, Sleep};
use tollgate::number::PhoneNumber;
use tollgate_aws::services::carrier::{CarrierLookup, LookedUp, Service};

use super::*;

struct World {
    carriers: Carriers,
    pinpoint: aws_sdk_pinpoint::Client,
    voice_v2: aws_sdk_pinpointsmsvoicev2::Client,
}

async fn world() -> World {
    let carriers = Carriers::new();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(axum::serve(listener, router(carriers.clone())).into_future());
    macro_rules! client {
        ($sdk:ident) => {
            $sdk::Client::from_conf(
                $sdk::Config::builder()
                    .behavior_version($sdk::config::BehaviorVersion::latest())
                    .region($sdk::config::Region::new("us-east-1"))
                    .credentials_provider(Credentials::new("local", "local", None, None, "local"))
                    .http_client(Builder::new().build_http())
                    .retry_config(RetryConfig::disabled())
                    .timeout_config(
                        TimeoutConfig::builder().operation_timeout(Duration::from_millis(500)).build(),
                    )
                    .endpoint_url(&endpoint)
                    .build(),
            )
        };
    }
    World { carriers, pinpoint: client!(aws_sdk_pinpoint), voice_v2: client!(aws_sdk_pinpointsmsvoicev2) }
}

fn question(number: &str) -> NumberValidateRequest {
    NumberValidateRequest::builder().phone_number(number).iso_country_code("US").build()
}

#[tokio::test]
async fn both_services_tell_the_same_of_a_line() {
    let world = world().await;
    world.carriers.set("+12065550101", Line::new(LineType::Prepaid, "Carrier B"));
    let table = [
        ("+12065550100", "MOBILE", 0, Some("Carrier A")),
        ("+12065550101", "PREPAID", 5, Some("Carrier B")),
        ("+12065550199", "VOIP", 2, Some("Example VoIP")),
        ("+12065550198", "INVALID", 3, None),
    ];
    for (number, name, code, carrier) in table {
        let answer = world.pinpoint.phone_number_validate().number_validate_request(question(number)).send();
        let told = answer.await.unwrap().number_validate_response.unwrap();
        assert_eq!(told.phone_type.as_deref(), Some(name));
        assert_eq!(told.phone_type_code, Some(code));
        assert_eq!(told.carrier.as_deref(), carrier);
        assert_eq!(told.cleansed_phone_number_e164.is_some(), name != "INVALID");

        let told = world.voice_v2.carrier_lookup().phone_number(number).send().await.unwrap();
        assert_eq!(told.phone_number_type, PhoneNumberType::from(name));
        assert_eq!(told.e164_phone_number, number);
        assert_eq!(told.carrier.as_deref(), carrier);
        assert_eq!(world.carriers.lookups_of(number), 2);
    }
}

#[tokio::test]
async fn failures_are_the_errors_of_each_service() {
    let world = world().await;
    let validate =
        |number| world.pinpoint.phone_number_validate().number_validate_request(question(number)).send();
    let look_up = |number| world.voice_v2.carrier_lookup().phone_number(number).send();
    world.carriers.fail_next(2);
    let error = validate("+12065550100").await.unwrap_err().into_service_error();
    assert!(error.is_internal_server_error_exception(), "{error:?}");
    let error = look_up("+12065550100").await.unwrap_err().into_service_error();
    assert!(error.is_internal_server_exception(), "{error:?}");
    let error = validate("nonsense").await.unwrap_err().into_service_error();
    assert!(error.is_bad_request_exception(), "{error:?}");
    let error = look_up("nonsense").await.unwrap_err().into_service_error();
    assert!(error.is_validation_exception(), "{error:?}");
    assert!(world.carriers.lookups().is_empty());
}

#[tokio::test]
async fn a_hanging_lookup_never_answers() {
    let world = world().await;
    world.carriers.hang(true);
    let error = world.voice_v2.carrier_lookup().phone_number("+12065550100").send().await.unwrap_err();
    assert!(matches!(error, aws_sdk_pinpointsmsvoicev2::error::SdkError::TimeoutError(_)), "{error:?}");
    assert!(world.carriers.lookups().is_empty());
}

/// The SDK's timers: each strikes at once, and how long it was set for is kept.
#[derive(Debug, Clone, Default)]
struct Timers(Arc<Mutex<Vec<Duration>>>);

impl AsyncSleep for Timers {
    fn sleep(&self, duration: Duration) -> Sleep {
        self.0.lock().unwrap().push(duration);
        Sleep::new(std::future::ready(()))
    }
}

#[tokio::test]
async fn nobody_waits_longer_than_two_seconds_for_a_lookup() {
    let carriers = Carriers::new();
    carriers.hang(true);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(axum::serve(listener, router(carriers)).into_future());
    let timers = Timers::default();
    let credentials = Credentials::new("local", "local", None, None, "local");
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(Builder::new().build_http())
        .sleep_impl(timers.clone())
        .retry_config(RetryConfig::disabled())
        .timeout_config(tollgate_aws::environment::timeouts())
        .endpoint_url(&endpoint)
        .build();
    let number = PhoneNumber::parse("+12065550100", None).unwrap();
    for service in [Service::Pinpoint, Service::EndUserMessaging] {
        let lookup = CarrierLookup::new(&config, service);
        assert_eq!(lookup.look_up(&number, jiff::Timestamp::UNIX_EPOCH).await, LookedUp::Failed);
    }
    let timers = timers.0.lock().unwrap();
    assert!(timers.contains(&Duration::from_secs(2)), "{timers:?}");
    let of_other_services = tollgate_aws::environment::timeouts().operation_timeout().unwrap();
    assert!(!timers.contains(&of_other_services), "{timers:?}");
}
