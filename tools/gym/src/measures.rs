//! The figures one by one, each with the direction in which it is better: what seeds are compared by, and what a play is held to.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::figures::{Figures, Part, People, TrafficFigures, share};

/// One figure of one play.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    /// Of whom.
    pub of: Whose,
    /// Its name.
    pub figure: &'static str,
    /// When it is better.
    pub better: Better,
    /// The figure; none of nobody.
    pub value: Option<f64>,
}

/// Whose figure it is. In a file, a label, or `all fraud` and `all honest`, which no label can be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Whose {
    /// Of one traffic.
    Traffic(String),
    /// Of all fraud.
    Fraud,
    /// Of all honest people.
    Honest,
}

const ALL_FRAUD: &str = "all fraud";
const ALL_HONEST: &str = "all honest";

/// When a figure is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// The less, the better.
    Less,
    /// The more, the better.
    More,
    /// It says nothing by itself.
    Neither,
}

impl Better {
    /// The worst of these.
    #[must_use]
    pub fn worst(self, values: impl Iterator<Item = f64>) -> Option<f64> {
        match self {
            Self::Less => values.reduce(f64::max),
            Self::More => values.reduce(f64::min),
            Self::Neither => None,
        }
    }
}

/// Every figure of a play.
#[must_use]
pub fn of(figures: &Figures) -> Vec<Measure> {
    let mut all: Vec<_> = figures.traffic.iter().flat_map(of_traffic).collect();
    let (fraud, honest) = (&figures.fraud, &figures.honest);
    let one = |of: &Whose, figure, better, value| Measure { of: of.clone(), figure, better, value };
    if figures.traffic.iter().any(|traffic| traffic.fraud) {
        all.extend([
            count(&Whose::Fraud, "requested", Better::Neither, fraud.requested),
            count(&Whose::Fraud, "dialed", Better::Less, fraud.dialed),
            one(&Whose::Fraud, "dialed_share", Better::Less, Some(fraud.dialed_share)),
            count(&Whose::Fraud, "billed_minutes", Better::Less, fraud.billed_minutes),
        ]);
    }
    if figures.traffic.iter().any(|traffic| !traffic.fraud) {
        let refused = figures.traffic.iter().filter(|traffic| !traffic.fraud);
        all.extend([
            count(&Whose::Honest, "requested", Better::Neither, honest.requested),
            one(&Whose::Honest, "served_share", Better::More, Some(honest.served_share)),
            count(&Whose::Honest, "redirected", Better::Less, honest.redirected),
            count(&Whose::Honest, "refused", Better::Less, refused.map(|traffic| traffic.refused).sum()),
        ]);
        all.extend(of_people(&Whose::Honest, &honest.people));
    }
    all
}

fn of_traffic(traffic: &TrafficFigures) -> Vec<Measure> {
    let of = Whose::Traffic(traffic.label.clone());
    let requested = traffic.served + traffic.turned_away;
    let mut all = vec![count(&of, "requested", Better::Neither, requested)];
    if let Some(people) = &traffic.people {
        let served = share(traffic.served, requested);
        all.extend([
            count(&of, "served", Better::Neither, traffic.served),
            Measure { of: of.clone(), figure: "served_share", better: Better::More, value: served },
            count(&of, "turned_away", Better::Less, traffic.turned_away),
            count(&of, "refused", Better::Less, traffic.refused),
            count(&of, "duplicate", Better::Neither, traffic.duplicate),
        ]);
        all.extend(of_people(&of, people));
    } else {
        let dialed = Some(traffic.dialed_share);
        all.extend([
            count(&of, "dialed", Better::Less, traffic.dialed),
            Measure { of: of.clone(), figure: "dialed_share", better: Better::Less, value: dialed },
            count(&of, "billed_minutes", Better::Less, traffic.billed_minutes),
            count(&of, "duplicate", Better::Neither, traffic.duplicate),
        ]);
    }
    all
}

fn of_people<'a>(of: &'a Whose, people: &People) -> impl Iterator<Item = Measure> + use<'a> {
    let parts = [
        ("known_served_share", people.known),
        ("new_served_share", people.new),
        ("known_during_fraud_served_share", people.known_during_fraud),
        ("new_during_fraud_served_share", people.new_during_fraud),
    ];
    let share = |(figure, part): (_, Part)| Measure {
        of: of.clone(),
        figure,
        better: Better::More,
        value: part.served_share,
    };
    parts.into_iter().map(share)
}

#[expect(clippy::cast_precision_loss, reason = "counts of requests are far below 2^52")]
fn count(of: &Whose, figure: &'static str, better: Better, count: u64) -> Measure {
    Measure { of: of.clone(), figure, better, value: Some(count as f64) }
}

impl fmt::Display for Whose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Traffic(label) => label,
            Self::Fraud => ALL_FRAUD,
            Self::Honest => ALL_HONEST,
        })
    }
}

impl From<String> for Whose {
    fn from(text: String) -> Self {
        match text.as_str() {
            ALL_FRAUD => Self::Fraud,
            ALL_HONEST => Self::Honest,
            _ => Self::Traffic(text),
        }
    }
}

impl From<Whose> for String {
    fn from(whose: Whose) -> Self {
        whose.to_string()
    }
}
