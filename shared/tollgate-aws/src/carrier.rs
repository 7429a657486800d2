//! The carrier lookup: Amazon Pinpoint's PhoneNumberValidate, or CarrierLookup of AWS End User Messaging, which took over
//! from Pinpoint. Both cost money for each number, so an answer is kept and a day's lookups are bounded.

use aws_config::SdkConfig;
use aws_sdk_pinpoint::types::NumberValidateRequest;
use aws_sdk_pinpointsmsvoicev2::types::PhoneNumberType;
use tollgate::line::{Line, LineFact, LineType};
use tollgate::number::PhoneNumber;
use tollgate::text::CarrierName;

use crate::environment::{self, EnvironmentError};
use crate::error::StoreError;

/// Which service is asked.
#[derive(Debug, Clone)]
pub enum CarrierLookup {
    /// Amazon Pinpoint `PhoneNumberValidate`.
    Pinpoint(aws_sdk_pinpoint::Client),
    /// AWS End User Messaging SMS and voice `CarrierLookup`.
    EndUserMessaging(aws_sdk_pinpointsmsvoicev2::Client),
    /// None.
    Off,
}

/// The service's name, as configured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "documented on `CarrierLookup`")]
pub enum Service {
    Pinpoint,
    EndUserMessaging,
    Off,
}

impl Service {
    /// Reads the service from `CARRIER_LOOKUP`; Pinpoint if it is not set.
    ///
    /// # Errors
    /// When it names no service.
    pub fn from_environment() -> Result<Self, EnvironmentError> {
        let choices = [
            ("pinpoint", Self::Pinpoint),
            ("end-user-messaging", Self::EndUserMessaging),
            ("off", Self::Off),
        ];
        environment::choice("CARRIER_LOOKUP", &choices, Self::Pinpoint)
    }
}

impl CarrierLookup {
    /// Makes the client. Nothing is sent yet.
    #[must_use]
    pub fn new(config: &SdkConfig, service: Service) -> Self {
        match service {
            Service::Pinpoint => Self::Pinpoint(aws_sdk_pinpoint::Client::new(config)),
            Service::EndUserMessaging => {
                Self::EndUserMessaging(aws_sdk_pinpointsmsvoicev2::Client::new(config))
            }
            Service::Off => Self::Off,
        }
    }

    /// Whether there is a service to ask.
    #[must_use]
    pub fn is_on(&self) -> bool {
        !matches!(self, Self::Off)
    }

    /// Looks a number up. That the service fails is a fact, too.
    pub async fn look_up(&self, number: &PhoneNumber) -> LineFact {
        let answer = match self {
            Self::Pinpoint(client) => pinpoint(client, number).await,
            Self::EndUserMessaging(client) => end_user_messaging(client, number).await,
            Self::Off => return LineFact::Unavailable,
        };
        match answer {
            Ok(line) => LineFact::Known(line),
            Err(error) => {
                tracing::warn!(%error, "carrier lookup unavailable");
                LineFact::Unavailable
            }
        }
    }
}

async fn pinpoint(client: &aws_sdk_pinpoint::Client, number: &PhoneNumber) -> Result<Line, StoreError> {
    let request = NumberValidateRequest::builder()
        .phone_number(number.e164())
        .set_iso_country_code(number.country().map(|country| country.as_str().to_owned()))
        .build();
    let output = client.phone_number_validate().number_validate_request(request).send().await;
    let output = output.map_err(StoreError::service("PhoneNumberValidate"))?;
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
) -> Result<Line, StoreError> {
    let output = client.carrier_lookup().phone_number(number.e164()).send().await;
    let output = output.map_err(StoreError::service("CarrierLookup"))?;
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
