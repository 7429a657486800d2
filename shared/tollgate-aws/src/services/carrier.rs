//! The carrier lookup: CarrierLookup of AWS End User Messaging, or Amazon Pinpoint's PhoneNumberValidate, which AWS says lives on
//! though Pinpoint's support has ended. Both cost money for each number, so an answer is kept and a day's lookups are bounded.

mod breaker;

use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_pinpoint::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_pinpoint::types::NumberValidateRequest;
use aws_sdk_pinpointsmsvoicev2::types::PhoneNumberType;
use jiff::Timestamp;
use tollgate::line::{Line, LineType};
use tollgate::number::PhoneNumber;
use tollgate::text::CarrierName;

use self::breaker::Breaker;
use crate::environment::{self, EnvironmentError};
use crate::error::StoreError;

/// How long a lookup may take, all tries together. People wait for what it decides.
const PATIENCE: Duration = Duration::from_secs(2);

/// The carrier lookup.
#[derive(Debug)]
pub struct CarrierLookup {
    client: Client,
    breaker: Breaker,
}

/// Which service is asked.
#[derive(Debug)]
enum Client {
    /// Amazon Pinpoint `PhoneNumberValidate`.
    Pinpoint(aws_sdk_pinpoint::Client),
    /// AWS End User Messaging SMS and voice `CarrierLookup`.
    EndUserMessaging(aws_sdk_pinpointsmsvoicev2::Client),
    /// None.
    Off,
}

/// What a lookup came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LookedUp {
    /// The service told.
    Told(Line),
    /// It did not want to answer for this number.
    NotTold,
    /// It did not answer.
    Failed,
}

/// The service's name, as configured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "documented on `Client`")]
pub enum Service {
    Pinpoint,
    EndUserMessaging,
    Off,
}

impl Service {
    /// Reads the service from `CARRIER_LOOKUP`; End User Messaging if it is not set.
    ///
    /// # Errors
    /// When it names no service.
    pub fn from_environment() -> Result<Self, EnvironmentError> {
        let choices = [
            ("pinpoint", Self::Pinpoint),
            ("end-user-messaging", Self::EndUserMessaging),
            ("off", Self::Off),
        ];
        environment::choice("CARRIER_LOOKUP", &choices, Self::EndUserMessaging)
    }
}

impl CarrierLookup {
    /// Makes the client. Nothing is sent yet.
    #[must_use]
    pub fn new(config: &SdkConfig, service: Service) -> Self {
        let timeouts =
            TimeoutConfig::builder().operation_timeout(PATIENCE).operation_attempt_timeout(PATIENCE);
        let config = config.clone().into_builder().timeout_config(timeouts.build()).build();
        let client = match service {
            Service::Pinpoint => Client::Pinpoint(aws_sdk_pinpoint::Client::new(&config)),
            Service::EndUserMessaging => {
                Client::EndUserMessaging(aws_sdk_pinpointsmsvoicev2::Client::new(&config))
            }
            Service::Off => Client::Off,
        };
        Self { client, breaker: Breaker::default() }
    }

    /// Whether there is a service to ask.
    #[must_use]
    pub fn is_on(&self) -> bool {
        !matches!(self.client, Client::Off)
    }

    /// Whether the service is left alone at `now`, since it has not answered of late.
    #[must_use]
    pub fn is_resting(&self, now: Timestamp) -> bool {
        self.breaker.is_open(now)
    }

    /// Looks a number up. That the service fails is a fact, too.
    pub async fn look_up(&self, number: &PhoneNumber, now: Timestamp) -> LookedUp {
        let answer = match &self.client {
            Client::Pinpoint(client) => pinpoint(client, number).await,
            Client::EndUserMessaging(client) => end_user_messaging(client, number).await,
            Client::Off => return LookedUp::Failed,
        };
        let (looked_up, error) = match answer {
            Ok(line) => (LookedUp::Told(line), None),
            Err(Silence::OfNumber(error)) => (LookedUp::NotTold, Some(error)),
            Err(Silence::OfService(error)) => (LookedUp::Failed, Some(error)),
        };
        match looked_up {
            // Whoever asks for odd numbers must not be able to keep the service from being asked for others.
            LookedUp::Told(_) | LookedUp::NotTold => self.breaker.answered(),
            LookedUp::Failed => self.breaker.failed(now),
        }
        if let Some(error) = error {
            tracing::warn!(%error, "carrier lookup unavailable");
        }
        looked_up
    }
}

/// Why nothing was told.
enum Silence {
    /// The service answers, but not for this number.
    OfNumber(StoreError),
    /// It does not answer, or asks to be left alone.
    OfService(StoreError),
}

/// What an error of the SDK says of the service.
fn silence<E>(operation: &'static str) -> impl FnOnce(SdkError<E>) -> Silence
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    move |error| {
        let is_of_number = is_of_number(error.code());
        let error = StoreError::service(operation)(error);
        if is_of_number { Silence::OfNumber(error) } else { Silence::OfService(error) }
    }
}

/// Whether an error of this code finds fault with the number alone. Whatever else a service refuses, access and rate included, it
/// refuses for every number; its status does not tell, since End User Messaging answers all of them with 400.
fn is_of_number(code: Option<&str>) -> bool {
    matches!(code, Some("ValidationException" | "BadRequestException"))
}

async fn pinpoint(client: &aws_sdk_pinpoint::Client, number: &PhoneNumber) -> Result<Line, Silence> {
    let request = NumberValidateRequest::builder()
        .phone_number(number.e164())
        .set_iso_country_code(number.country().map(|country| country.as_str().to_owned()))
        .build();
    let output = client.phone_number_validate().number_validate_request(request).send().await;
    let output = output.map_err(silence("PhoneNumberValidate"))?;
    let answer = output.number_validate_response();
    // An answer without a type is as good as none that fits.
    let line_type = answer.and_then(|answer| answer.phone_type()).map_or(LineType::Other, pinpoint_type);
    Ok(Line { line_type, carrier: carrier(answer.and_then(|answer| answer.carrier())) })
}

fn pinpoint_type(text: &str) -> LineType {
    match text {
        "MOBILE" => LineType::Mobile,
        "LANDLINE" => LineType::Landline,
        "VOIP" => LineType::Voip,
        "PREPAID" => LineType::Prepaid,
        "INVALID" => LineType::Invalid,
        _ => LineType::Other,
    }
}

async fn end_user_messaging(
    client: &aws_sdk_pinpointsmsvoicev2::Client,
    number: &PhoneNumber,
) -> Result<Line, Silence> {
    let output = client.carrier_lookup().phone_number(number.e164()).send().await;
    let output = output.map_err(silence("CarrierLookup"))?;
    let line_type = match output.phone_number_type() {
        PhoneNumberType::Mobile => LineType::Mobile,
        PhoneNumberType::Landline => LineType::Landline,
        PhoneNumberType::Voip => LineType::Voip,
        PhoneNumberType::Prepaid => LineType::Prepaid,
        PhoneNumberType::Invalid => LineType::Invalid,
        _ => LineType::Other,
    };
    Ok(Line { line_type, carrier: carrier(output.carrier()) })
}

/// A name that cannot be kept (empty, endless, with control characters) is no name.
fn carrier(name: Option<&str>) -> Option<CarrierName> {
    name.and_then(|name| CarrierName::parse(name).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_that_lets_nobody_in_or_is_too_busy_has_failed_and_one_that_dislikes_a_number_has_not() {
        for code in
            ["AccessDeniedException", "ThrottlingException", "ExpiredTokenException", "ForbiddenException"]
        {
            assert!(!is_of_number(Some(code)), "{code}");
        }
        assert!(!is_of_number(None));
        for code in ["ValidationException", "BadRequestException"] {
            assert!(is_of_number(Some(code)), "{code}");
        }
    }
}
