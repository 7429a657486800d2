//! What may be wrong with a file.

use std::path::PathBuf;

use tollgate::policy::PolicyError;

/// What is wrong with a file.
#[derive(Debug, thiserror::Error)]
#[error("{}: {wrong}", file.display())]
pub struct FileError {
    /// The file.
    pub file: PathBuf,
    /// What is wrong with it.
    pub wrong: Wrong,
}

/// What is wrong.
#[derive(Debug, thiserror::Error)]
pub enum Wrong {
    /// It cannot be read.
    #[error("cannot be read: {0}")]
    Unreadable(#[from] std::io::Error),
    /// It is not TOML, or a key or its value is not what the format says.
    #[error("{0}")]
    Toml(#[from] toml::de::Error),
    /// It is not JSON, or not an object.
    #[error("is not a JSON object: {0}")]
    Json(#[from] serde_json::Error),
    /// A key does not go with the rest.
    #[error("{key}: {reason}")]
    Key {
        /// The key.
        key: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The policy is refused.
    #[error("policy: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Policy(Vec<PolicyError>),
}
