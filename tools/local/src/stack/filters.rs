//! The functions on the stream, with the filters that the template gives them: each takes only records of a state that it
//! moves on, or in which it has Connect stop a call; and writes upon none what it takes itself.

use crate::filter::{Pattern, PatternError};
use crate::stream::Consumer;

/// A function on the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// Takes new requests.
    Screening,
    /// Takes approved requests, those that are called up after Connect was too busy, and live calls that were withdrawn.
    Dialing,
}

impl Function {
    /// Both.
    pub const ON_STREAM: [Self; 2] = [Self::Screening, Self::Dialing];

    /// The function's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Screening => "screening",
            Self::Dialing => "dialing",
        }
    }

    /// Its filter patterns: a record is taken if it matches one.
    #[must_use]
    pub fn patterns(self) -> &'static [&'static str] {
        match self {
            Self::Screening => &[r#"{"dynamodb":{"NewImage":{"state":{"S":["received"]}}}}"#],
            Self::Dialing => &[
                r#"{"dynamodb":{"NewImage":{"state":{"S":["approved"]}}}}"#,
                r#"{"dynamodb":{"NewImage":{"state":{"S":["dialing"]},"retry":{"S":["due"]}}}}"#,
                r#"{"dynamodb":{"NewImage":{"state":{"S":["in-call"]},"cancelled_at":{"N":[{"exists":true}]}}}}"#,
            ],
        }
    }
}

/// A function as a consumer of the stream.
///
/// # Errors
/// When a pattern cannot be read.
pub fn consumer(function: Function) -> Result<Consumer, PatternError> {
    let patterns = function.patterns().iter().map(|pattern| Pattern::parse(pattern));
    Ok(Consumer {
        name: function.name().to_owned(),
        patterns: patterns.collect::<Result<_, _>>()?,
        batch_size: 10,
        retry_attempts_max: 5,
    })
}
