//! What agents mark calls as, once they have talked on them.

use serde::Deserialize;

use super::Share;

/// An agent who talked on a fraudulent call may mark it as spam.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operator {
    /// The share of the fraudulent calls that reached an agent.
    pub marks_share: Share,
    /// How long after the end of the call.
    pub marks_after_minutes: u32,
}

/// How the calls of a traffic that reached an agent are marked.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize)]
#[serde(try_from = "MarksKeys")]
pub struct Marks {
    /// The share that is marked as spam.
    pub spam: Share,
    /// The share that is marked as having reached somebody who had asked for nothing.
    pub wrong_person: Share,
    /// How long after the end of the call.
    pub after_minutes: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MarksKeys {
    #[serde(default)]
    spam: Share,
    #[serde(default)]
    wrong_person: Share,
    after_minutes: u32,
}

impl TryFrom<MarksKeys> for Marks {
    type Error = &'static str;

    fn try_from(MarksKeys { spam, wrong_person, after_minutes }: MarksKeys) -> Result<Self, Self::Error> {
        // A call has one mark at most.
        if spam.get() + wrong_person.get() > 1.0 {
            return Err("marks: the shares come to more than 1");
        }
        Ok(Self { spam, wrong_person, after_minutes })
    }
}

impl From<Operator> for Marks {
    fn from(operator: Operator) -> Self {
        Self {
            spam: operator.marks_share,
            wrong_person: Share::default(),
            after_minutes: operator.marks_after_minutes,
        }
    }
}
