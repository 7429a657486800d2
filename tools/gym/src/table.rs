//! The figures as a table for people: the guards of a scenario beside each other, and what Tollgate's rules did to each
//! traffic.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::budgets::Used;
use crate::fate::{CameTo, Fate};
use crate::figures::{Figures, Part, People, keeping, reported};
use crate::scenario::Scenario;
use crate::traffic::Asked;

/// The guards of a scenario, a row each.
#[must_use]
pub fn guards(scenario: &Scenario, figures: &[Figures]) -> String {
    let mut text = format!("{}: {}\n", scenario.name, scenario.about);
    let _ = writeln!(
        text,
        "  {:<20} {:>22} {:>8} {:>9} {:>9} | {:>9} {:>8} {:>10} {:>8} {:>10}",
        "guard",
        "fraud dialed",
        "share",
        "minutes",
        "last",
        "honest",
        "served",
        "redirected",
        "refused",
        "duplicate"
    );
    for Figures { guard, traffic, fraud, honest, .. } in figures {
        let sum = |of: fn(&crate::figures::TrafficFigures) -> u64| {
            traffic.iter().filter(|traffic| !traffic.fraud).map(of).sum::<u64>()
        };
        let _ = writeln!(
            text,
            "  {guard:<20} {:>22} {:>8} {:>9} {:>9} | {:>9} {:>8} {:>10} {:>8} {:>10}",
            format!("{} of {}", fraud.dialed, fraud.requested),
            percent(fraud.dialed_share),
            fraud.billed_minutes,
            fraud.last_dial_minute.map_or_else(|| "-".to_owned(), |minute| minute.to_string()),
            honest.requested,
            percent(honest.served_share),
            honest.redirected,
            sum(|traffic| traffic.refused),
            sum(|traffic| traffic.duplicate),
        );
    }
    text
}

/// What Tollgate did to each traffic, and by which findings.
#[must_use]
pub fn rules(scenario: &Scenario, asked: &[Asked], fates: &[Fate], figures: &Figures) -> String {
    let mut text = String::new();
    for (place, traffic) in figures.traffic.iter().enumerate() {
        let all = || reported(scenario, asked, fates).filter(|one| one.asked.traffic == place);
        let _ = writeln!(
            text,
            "  {} ({}): {} requests, {} of them repeated clicks; dialed {}, redirected {}, refused {}, duplicate {}; served {}, turned away {}",
            traffic.label,
            if traffic.fraud { "fraud" } else { "honest" },
            traffic.requested,
            traffic.repeats,
            traffic.dialed,
            traffic.redirected,
            traffic.refused,
            traffic.duplicate,
            traffic.served,
            traffic.turned_away,
        );
        text.extend(traffic.people.as_ref().map(people));
        for (name, came_to) in [("redirected", CameTo::Redirected), ("refused", CameTo::Refused)] {
            let mut codes: BTreeMap<&str, u64> = BTreeMap::new();
            for one in all().filter(|one| one.fate.came_to == came_to) {
                let keeping = keeping(one.fate);
                let keeping = if keeping.is_empty() { vec![one.fate.state] } else { keeping };
                for code in keeping {
                    *codes.entry(code).or_default() += 1;
                }
            }
            let codes: Vec<_> = codes.iter().map(|(code, count)| format!("{code} {count}")).collect();
            if !codes.is_empty() {
                let _ = writeln!(text, "    {name} by {}", codes.join(", "));
            }
        }
    }
    text
}

fn people(people: &People) -> String {
    let part = |part: &Part| match part.served_share {
        Some(share) => format!("{} of {}", percent(share), part.requested),
        None => "nobody".to_owned(),
    };
    format!(
        "    served of those who had talked before {}, of others {}; while there was fraud {} and {}\n",
        part(&people.known),
        part(&people.new),
        part(&people.known_during_fraud),
        part(&people.new_during_fraud),
    )
}

/// How much of the budgets was taken at most.
#[must_use]
pub fn budgets(used: &[Used]) -> String {
    let kept = if used.iter().any(Used::is_exceeded) { "EXCEEDED" } else { "kept" };
    let most: Vec<_> =
        used.iter().map(|used| format!("{} {} of {}", used.budget, used.most, used.max)).collect();
    format!("  budgets {kept}: {}\n", most.join(", "))
}

fn percent(share: f64) -> String {
    format!("{:.2} %", share * 100.0)
}
