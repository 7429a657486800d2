//! Keys of the first release that are gone. A policy that was stored with them is read without them; one that is saved now is told
//! what took the place of each.

use serde_json::{Map, Value};

use super::PolicyError;
use crate::verdict::Code;

/// A key that is gone.
pub(super) struct Retired {
    /// The part of the policy that it stood in.
    part: &'static str,
    key: &'static str,
    /// What took its place.
    pub(super) instead: &'static str,
}

const fn gone(part: &'static str, key: &'static str, instead: &'static str) -> Retired {
    Retired { part, key, instead }
}

/// All of them.
const RETIRED: [Retired; 9] = [
    gone(
        "limits",
        "per_block",
        "gone: requests are limited by address and account alone; waste.block and marks.block judge a network by its lines",
    ),
    gone(
        "limits",
        "per_range",
        "gone: see held.per_range_max and held.per_range_of_usual_carrier_max, which count only calls that have not \
         proved themselves",
    ),
    gone(
        "limits",
        "per_carrier",
        "gone: see held.per_carrier_max, which counts only calls that have not proved themselves",
    ),
    gone("limits", "per_country", "gone: see budgets.calls_per_country_per_day_max"),
    gone("limits", "growth_percent", "gone: see budgets.range_best_day_percent"),
    gone(
        "limits",
        "large_carrier_percent",
        "gone: see held.usual_carrier_share_percent and held.usual_carrier_good_min",
    ),
    gone(
        "waste",
        "number",
        "gone: a number's calls are limited by limits.per_number, and wasted ones fall on who asked",
    ),
    gone("waste", "carrier", "gone: see held.per_carrier_max and marks.carrier"),
    gone(
        "waste",
        "country",
        "gone: see newcomers and budgets.reserve_percent, which bound what newcomers can waste",
    ),
];

impl Retired {
    /// The key as a path with dots.
    pub(super) fn field(&self) -> String {
        format!("{}.{}", self.part, self.key)
    }

    fn part<'a>(&self, policy: &'a mut Value) -> Option<&'a mut Map<String, Value>> {
        policy.as_object_mut()?.get_mut(self.part)?.as_object_mut()
    }
}

/// The keys that a policy document has and that are gone.
pub(super) fn of(policy: &Value) -> impl Iterator<Item = &'static Retired> {
    let has =
        |retired: &&Retired| policy.get(retired.part).is_some_and(|part| part.get(retired.key).is_some());
    RETIRED.iter().filter(has)
}

/// The modes of rules that a policy document has and that are gone.
pub(super) fn rules_of(policy: &Value) -> impl Iterator<Item = PolicyError> {
    let rules = policy.get("rules").and_then(Value::as_object).into_iter().flat_map(Map::keys);
    rules.filter(|name| is_retired(name)).map(|name| PolicyError {
        field: format!("rules.{name}"),
        reason: "gone: no rule has this code any more".to_owned(),
    })
}

fn is_retired(name: &str) -> bool {
    Code::parse(name).is_some_and(Code::is_retired)
}

/// Leaves out of a policy document what is gone. Where anything is, the first release wrote it, and with it for how long to let it
/// ring, chosen or not; it said so with every call, which instances may refuse.
pub(super) fn leave_out(policy: &mut Value) {
    let is_of_first_release = of(policy).next().is_some();
    if let Some(dial) = policy.get_mut("dial").and_then(Value::as_object_mut)
        && is_of_first_release
    {
        dial.remove("ring_timeout_seconds");
    }
    for retired in &RETIRED {
        if let Some(part) = retired.part(policy) {
            part.remove(retired.key);
        }
    }
    if let Some(rules) = policy.get_mut("rules").and_then(Value::as_object_mut) {
        rules.retain(|name, _| !is_retired(name));
    }
}

#[cfg(test)]
mod tests;
