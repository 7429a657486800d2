//! The errors that Connect answers with.

/// An error answer: its HTTP status, its AWS error code, and a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The code, for instance `LimitExceededException`.
    pub code: &'static str,
    /// What is wrong, for people.
    pub message: String,
}

impl Refusal {
    pub(super) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    pub(super) fn invalid_parameter(message: impl Into<String>) -> Self {
        Self::new(400, "InvalidParameterException", message)
    }

    pub(super) fn invalid_request(message: impl Into<String>) -> Self {
        Self::new(400, "InvalidRequestException", message)
    }

    pub(super) fn not_found() -> Self {
        Self::new(404, "ResourceNotFoundException", "The specified resource was not found.")
    }

    /// StopContact has an error of its own for a contact that is not, or is no more.
    pub(super) fn contact_not_found() -> Self {
        Self::new(410, "ContactNotFoundException", "The contact with the specified ID does not exist.")
    }

    pub(super) fn internal() -> Self {
        Self::new(500, "InternalServiceException", "Request processing failed due to an internal failure.")
    }
}
