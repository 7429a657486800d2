//! Who acts, in which role, and what that role may do.

use tollgate::text::Author;

use crate::refused::Refused;

/// Somebody who has been let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    /// The name under which changes are recorded.
    pub author: Author,
    /// What he may do.
    pub role: Role,
}

/// What an operator is let in as; each may what the one before may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Looks, at masked numbers and addresses.
    Viewer,
    /// Sees in full, marks, keeps the lists, lifts blocks and sets kill switches.
    Supervisor,
    /// Saves the policy, and shows and erases what is stored of a person, too.
    Admin,
}

/// What there is to be allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// To look, at masked numbers and addresses.
    Look,
    /// To see numbers and addresses in full.
    SeeInFull,
    /// To mark requests.
    Mark,
    /// To put entries on the lists and take them off.
    KeepLists,
    /// To forgive a subject's calls.
    LiftBlocks,
    /// To set the kill switches.
    SetKillSwitches,
    /// To save the policy.
    SavePolicy,
    /// To see all that is stored of a person, with what he wrote.
    ExportPeople,
    /// To erase what is stored of a person.
    ErasePeople,
}

/// Whether a role may do something. This is the one place that says so.
#[must_use]
pub fn may(role: Role, operation: Operation) -> bool {
    role >= least(operation)
}

/// The least role that may do something.
#[must_use]
pub fn least(operation: Operation) -> Role {
    match operation {
        Operation::Look => Role::Viewer,
        Operation::SeeInFull
        | Operation::Mark
        | Operation::KeepLists
        | Operation::LiftBlocks
        | Operation::SetKillSwitches => Role::Supervisor,
        Operation::SavePolicy | Operation::ExportPeople | Operation::ErasePeople => Role::Admin,
    }
}

impl Operation {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Look,
        Self::SeeInFull,
        Self::Mark,
        Self::KeepLists,
        Self::LiftBlocks,
        Self::SetKillSwitches,
        Self::SavePolicy,
        Self::ExportPeople,
        Self::ErasePeople,
    ];
}

impl Operator {
    /// Whether he may do something.
    #[must_use]
    pub fn may(&self, operation: Operation) -> bool {
        may(self.role, operation)
    }

    /// Stops somebody whose role is not enough.
    ///
    /// # Errors
    /// When it is not; the error names the role that would be.
    pub fn must_be_allowed(&self, operation: Operation) -> Result<(), Refused> {
        if self.may(operation) { Ok(()) } else { Err(Refused::NotAllowed { least: least(operation) }) }
    }
}

impl Role {
    /// All of them, the least first.
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Supervisor, Self::Admin];

    /// The role's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Supervisor => "supervisor",
            Self::Admin => "admin",
        }
    }

    /// Reads a role's name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_may_what_stands_here_and_no_more() {
        use Operation::{ErasePeople, ExportPeople};
        use Operation::{KeepLists, LiftBlocks, Look, Mark, SavePolicy, SeeInFull, SetKillSwitches};
        for (operation, viewer, supervisor) in [
            (Look, true, true),
            (SeeInFull, false, true),
            (Mark, false, true),
            (KeepLists, false, true),
            (LiftBlocks, false, true),
            (SetKillSwitches, false, true),
            (SavePolicy, false, false),
            (ExportPeople, false, false),
            (ErasePeople, false, false),
        ] {
            let allowed = Role::ALL.map(|role| may(role, operation));
            assert_eq!(allowed, [viewer, supervisor, true], "{operation:?}");
        }
    }

    #[test]
    fn roles_read_back_from_their_names() {
        assert_eq!(Role::ALL.map(|role| Role::parse(role.as_str())), Role::ALL.map(Some));
        for text in ["", "Admin", "root", "admin "] {
            assert_eq!(Role::parse(text), None, "{text}");
        }
    }
}
