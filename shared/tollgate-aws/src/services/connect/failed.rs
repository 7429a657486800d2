//! What an error of StartOutboundVoiceContact says about the call: refused, not placed for now, or nobody knows.

use aws_sdk_connect::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_connect::operation::start_outbound_voice_contact::StartOutboundVoiceContactError as StartError;
use tollgate::state::Failure;

use super::Started;

/// What an error says about the call, given whether the request was handed to a connection before it.
pub(super) fn told<R: std::fmt::Debug + Send + Sync + 'static>(
    error: &SdkError<StartError, R>,
    transmitted: bool,
) -> Started {
    let unknown = |code: &str| Started::Unknown { code: code.to_owned() };
    match error {
        SdkError::ConstructionFailure(_) => Started::Refused(Failure::InvalidRequest),
        // Credentials that cannot be had, or not in time: whoever asks next may have them.
        SdkError::DispatchFailure(_) | SdkError::TimeoutError(_) if !transmitted => Started::Busy,
        SdkError::TimeoutError(_) => unknown("timeout"),
        SdkError::DispatchFailure(_) if never_connected(error) => Started::Busy,
        SdkError::DispatchFailure(_) => unknown("dispatch-failure"),
        SdkError::ResponseError(_) => unknown("response-error"),
        SdkError::ServiceError(service) => match service.err() {
            StartError::DestinationNotAllowedException(_) => Started::Refused(Failure::DestinationNotAllowed),
            StartError::OutboundContactNotPermittedException(_) => Started::Refused(Failure::NotPermitted),
            StartError::InvalidParameterException(_) | StartError::InvalidRequestException(_) => {
                Started::Refused(Failure::InvalidRequest)
            }
            StartError::ResourceNotFoundException(_) => Started::Refused(Failure::ResourceNotFound),
            StartError::LimitExceededException(_) => Started::Busy,
            other => told_by_code(other.code().unwrap_or("unknown")),
        },
        _ => unknown("other"),
    }
}

/// Whether nobody took the connection: then nothing was sent, which is proof.
fn never_connected(error: &(dyn std::error::Error + 'static)) -> bool {
    let refused = |error: &std::io::Error| error.kind() == std::io::ErrorKind::ConnectionRefused;
    std::iter::successors(Some(error), |error| error.source())
        .any(|error| error.downcast_ref::<std::io::Error>().is_some_and(refused))
}

/// Errors that Connect's model does not list, by their code.
fn told_by_code(code: &str) -> Started {
    match code {
        "TooManyRequestsException" | "ThrottlingException" | "Throttling" | "RequestLimitExceeded" => {
            Started::Busy
        }
        // Connect looked no further than at who asks, and whoever asks next has new credentials.
        "ExpiredTokenException" | "ExpiredToken" => Started::Busy,
        "AccessDeniedException"
        | "UnrecognizedClientException"
        | "InvalidSignatureException"
        | "MissingAuthenticationTokenException" => Started::Refused(Failure::AccessDenied),
        // InternalServiceException is one: it may come after the call was placed.
        code => Started::Unknown { code: code.to_owned() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_proof_that_no_call_was_placed_allows_another_try() {
        assert_eq!(told_by_code("TooManyRequestsException"), Started::Busy);
        assert_eq!(told_by_code("ExpiredTokenException"), Started::Busy);
        assert_eq!(told_by_code("AccessDeniedException"), Started::Refused(Failure::AccessDenied));
        for code in ["InternalServiceException", "ServiceUnavailable", "unknown"] {
            assert_eq!(told_by_code(code), Started::Unknown { code: code.to_owned() });
        }
    }
}
