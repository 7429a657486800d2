//! Why an operation was not done.

use thiserror::Error;
use tollgate::entry::Effect;
use tollgate_aws::error::StoreError;

use crate::operator::Role;

/// Why an operation was not done.
#[derive(Debug, Error)]
pub enum Refused {
    /// The operator's role is not enough.
    #[error("a {} may do this", least.as_str())]
    NotAllowed {
        /// The least role that is.
        least: Role,
    },
    /// There is no such request.
    #[error("there is no request with this id")]
    NoSuchRequest,
    /// There is no such entry.
    #[error("this entry is not listed, or does not hold any more")]
    NotListed,
    /// The list says the opposite of the entry.
    #[error("it is on the list as {} already", effect.as_str())]
    ListedAs {
        /// What the list says.
        effect: Effect,
    },
    /// There is nothing to forgive.
    #[error("nothing is held against this subject")]
    NothingHeld,
    /// A live request cannot be marked.
    #[error("a request is marked once it has ended")]
    NotEnded,
    /// Somebody else marked it first.
    #[error("somebody marked it meanwhile; read the request again")]
    MarkedMeanwhile,
    /// Somebody else saved the policy first.
    #[error("the policy has another version by now; read it again")]
    VersionStale,
    /// More was asked for than is read within one answer.
    #[error("there are more than {requests_max} requests since; choose a shorter time")]
    TooManyRequests {
        /// The most that are read.
        requests_max: usize,
    },
    /// A table did not answer, or holds what cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}
