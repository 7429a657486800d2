//! All functions in one binary, which is built and linked once. The `Handler` of the template tells it which of them to
//! be; what that one may do is still told by its own role.

use lambda_runtime::Error;

/// A Lambda function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// The door.
    Intake,
    /// What decides.
    Screening,
    /// What has Connect call.
    Dialing,
    /// What Connect tells of calls.
    ContactEvents,
    /// The operators' API.
    Review,
    /// The operators' console, behind its sign-in.
    Console,
    /// What looks every minute for what was lost.
    Upkeep,
}

/// There is no such function.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no function {named:?}: the handler is one of {}", Function::ALL.map(Function::name).join(", "))]
pub struct Unknown {
    named: String,
}

impl Function {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Intake,
        Self::Screening,
        Self::Dialing,
        Self::ContactEvents,
        Self::Review,
        Self::Console,
        Self::Upkeep,
    ];

    /// Its name: the template's `Handler`, and its crate.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Intake => "intake",
            Self::Screening => "screening",
            Self::Dialing => "dialing",
            Self::ContactEvents => "contact-events",
            Self::Review => "review",
            Self::Console => "console",
            Self::Upkeep => "upkeep",
        }
    }

    /// The function of this name.
    ///
    /// # Errors
    /// When there is none.
    pub fn named(name: &str) -> Result<Self, Unknown> {
        let found = Self::ALL.into_iter().find(|function| function.name() == name);
        found.ok_or_else(|| Unknown { named: name.to_owned() })
    }

    /// Runs it until Lambda ends the process.
    ///
    /// # Errors
    /// When a variable is missing or wrong, or the runtime fails.
    pub async fn run(self) -> Result<(), Error> {
        match self {
            Self::Intake => intake::run().await,
            Self::Screening => screening::run().await,
            Self::Dialing => dialing::run().await,
            Self::ContactEvents => contact_events::run().await,
            Self::Review => review::run().await,
            Self::Console => console::run().await,
            Self::Upkeep => upkeep::run().await,
        }
    }
}

#[cfg(test)]
mod tests;
