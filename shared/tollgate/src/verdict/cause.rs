//! What holds requests back, in the few words that operators watch. A code tells which rule it was; a cause tells whose doing it
//! is, and so what to do: too much at once, calls wasted, marks, or what others did nearby.

use super::Code;

/// What of the past holds a request back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// Its asker, or all who ask for its number, ask for too much.
    Limits,
    /// Its asker's calls were wasted.
    Waste,
    /// Operators marked calls of its asker, or to its number.
    Marks,
    /// What others of its network, range or carrier did, or that nothing is known of these yet. Customers may be among those
    /// who are turned away.
    Neighbors,
}

impl Cause {
    /// Every cause.
    pub const ALL: [Self; 4] = [Self::Limits, Self::Waste, Self::Marks, Self::Neighbors];

    /// The cause as counted.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Limits => "limits",
            Self::Waste => "waste",
            Self::Marks => "marks",
            Self::Neighbors => "neighbors",
        }
    }

    /// The cause behind a code; none where it is not the past: a list, the number's kind, its line, a country, a budget.
    #[must_use]
    pub fn of(code: Code) -> Option<Self> {
        Some(match code {
            Code::TooManyFromAddress
            | Code::TooManyFromAccount
            | Code::TooManyToNumber
            | Code::TooManyToOwnNumber
            | Code::TooManyNumbersFromAddress
            | Code::TooManyNumbersOfARangeFromAddress
            | Code::TooManyCountriesFromAddress
            | Code::TooManyNumbersFromAccount
            | Code::TooManyAddressesToNumber => Self::Limits,
            Code::TooMuchWasteFromAddress | Code::TooMuchWasteFromAccount => Self::Waste,
            Code::MarkedAddress | Code::MarkedAccount | Code::MarkedNumber => Self::Marks,
            Code::TooManyToRange
            | Code::TooManyToCarrier
            | Code::TooMuchWasteFromBlock
            | Code::TooMuchWasteInRange
            | Code::MarkedBlock
            | Code::MarkedRange
            | Code::MarkedCarrier => Self::Neighbors,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_about_the_past_has_a_cause_and_no_other_has() {
        for code in Code::ALL.iter().copied().filter(|code| !code.is_retired()) {
            let about_the_past = ["too-many-", "too-much-waste-", "marked-"]
                .iter()
                .any(|words| code.as_str().starts_with(words));
            assert_eq!(Cause::of(code).is_some(), about_the_past, "{}", code.as_str());
        }
    }
}
