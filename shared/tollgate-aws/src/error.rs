//! What can go wrong with a table or a service: it did not answer, or what is stored cannot be right.
//!
//! A condition that does not hold is not an error; it is an answer, and each operation has a type for its answers.

use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use thiserror::Error;

/// What can go wrong with a table or a service.
#[derive(Debug, Clone, Error)]
pub enum StoreError {
    /// The service did not do what it was asked. Trying again may help.
    #[error("{operation} failed ({code}): {detail}")]
    Service {
        /// What was asked, in its API's word.
        operation: &'static str,
        /// The error's code, or `unreachable`.
        code: String,
        /// The chain of causes. Holds no input.
        detail: String,
    },
    /// An item cannot be read. Trying again does not help; somebody must look at it.
    #[error("item `{key}` in {table} cannot be read: {reason}")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// The item's key, masked if it is a number.
        key: String,
        /// Which attribute, and what is wrong with it.
        reason: String,
    },
}

impl StoreError {
    /// Makes an error of what an SDK call returned.
    pub fn service<E, R>(operation: &'static str) -> impl FnOnce(SdkError<E, R>) -> Self
    where
        E: std::error::Error + ProvideErrorMetadata + 'static,
        R: std::fmt::Debug + 'static,
    {
        move |error| Self::Service {
            operation,
            code: error.as_service_error().and_then(|e| e.code()).unwrap_or("unreachable").to_owned(),
            detail: DisplayErrorContext(&error).to_string().chars().take(300).collect(),
        }
    }

    /// Makes an error of a request that could not even be built: a fault of ours.
    pub fn build(operation: &'static str) -> impl FnOnce(aws_sdk_dynamodb::error::BuildError) -> Self {
        move |error| Self::Service { operation, code: "build".to_owned(), detail: error.to_string() }
    }

    /// What is not begun any more, since the invocation ends before it could be done: it is left to the next one.
    #[must_use]
    pub fn out_of_time(operation: &'static str) -> Self {
        let (code, detail) = ("out-of-time".to_owned(), "left to the next invocation".to_owned());
        Self::Service { operation, code, detail }
    }

    /// Whether trying again could help.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Service { .. })
    }
}
