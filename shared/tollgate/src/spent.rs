//! What is spent for everybody: an hour's or a day's calls, or the day's dollars. Visitors are told so, since it is nobody's
//! verdict: from the next full quarter of an hour on, so that nobody can tell whose call was the last, and until it is over, or until
//! the next quarter after calls that ended have given some back.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::budget::{Budget, Used};

const QUARTER_HOUR_SECONDS: i64 = 900;

/// Upkeep says each minute that it still holds. What was last said so long ago is not believed: better to offer a call that
/// will not be made than to offer none for as long as upkeep is away.
const BELIEVED_FOR: SignedDuration = SignedDuration::from_mins(5);

/// A budget that is spent for everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spent {
    /// The budget; of several the one that lasts longest.
    pub budget: Budget,
    /// From when on visitors are told.
    pub from: Timestamp,
    /// When its window ends.
    pub until: Timestamp,
    /// When it was last seen so.
    pub seen_at: Timestamp,
}

impl Spent {
    /// What is spent at `now`, if anything, by how much of the budgets is taken. `before` is what was known of it: who is told
    /// already stays told, to the next quarter at least, since the moment at which something is given back is that of a call's end.
    #[must_use]
    pub fn seen(used: &[Used], before: Option<&Self>, now: Timestamp) -> Option<Self> {
        let told = [Budget::CallsPerHour, Budget::CallsPerDay, Budget::CostPerDay];
        let spent = used.iter().filter(|used| told.contains(&used.take.budget) && used.is_spent());
        let Some(longest) = spent.max_by_key(|used| used.window.ends_at()) else {
            let told = before.filter(|before| before.told(now).is_some())?;
            return Some(Self { until: told.until.min(next_quarter(now)), seen_at: now, ..*told });
        };
        let told_before = before.filter(|before| now < before.until);
        Some(Self {
            budget: longest.take.budget,
            from: told_before.map_or_else(|| next_quarter(now), |before| before.from),
            until: longest.window.ends_at(),
            seen_at: now,
        })
    }

    /// The budget, if visitors are told at `now`.
    #[must_use]
    pub fn told(&self, now: Timestamp) -> Option<Budget> {
        let is_told = self.from <= now && now < self.until;
        (is_told && now.duration_since(self.seen_at) < BELIEVED_FOR).then_some(self.budget)
    }
}

/// The next full quarter of an hour.
fn next_quarter(now: Timestamp) -> Timestamp {
    let quarter = now.as_second().div_euclid(QUARTER_HOUR_SECONDS) + 1;
    Timestamp::from_second(quarter * QUARTER_HOUR_SECONDS).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::shared_rows;
    use crate::policy::Policy;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_790_640_000 + second).unwrap()
    }

    /// The shared budgets at `now`, of which `taken` are taken of this one.
    fn used(budget: Budget, taken: u64, now: Timestamp) -> Vec<Used> {
        let rows = shared_rows(&Policy::default(), 250_000, now);
        let used = |row: crate::budget::Row| {
            let taken = move |take: crate::budget::Take| if take.budget == budget { taken } else { 0 };
            row.takes.into_iter().map(move |take| Used { take, window: row.window, taken: taken(take) })
        };
        rows.into_iter().flat_map(used).collect()
    }

    #[test]
    fn it_is_told_from_the_next_quarter_of_an_hour_on_until_the_window_ends() {
        let spent = Spent::seen(&used(Budget::CallsPerHour, 1_200, at(60)), None, at(60)).unwrap();
        assert_eq!((spent.from, spent.until), (at(900), at(3_600)));
        let told = |seconds| Spent { seen_at: at(seconds), ..spent }.told(at(seconds)).is_some();
        assert_eq!([60, 899, 900, 3_599, 3_600].map(told), [false, false, true, true, false]);
    }

    #[test]
    fn the_hour_that_is_told_as_spent_passes_into_a_day_without_a_gap() {
        let hour = Spent::seen(&used(Budget::CallsPerHour, 1_200, at(60)), None, at(60)).unwrap();
        let day = Spent::seen(&used(Budget::CallsPerDay, 5_000, at(1_000)), Some(&hour), at(1_000)).unwrap();
        assert_eq!((day.budget, day.from, day.until), (Budget::CallsPerDay, hour.from, at(86_400)));
    }

    #[test]
    fn dollars_are_spent_when_no_other_call_can_be_paid() {
        let left_for_one = 1_250_000_000 - 250_000;
        assert_eq!(Spent::seen(&used(Budget::CostPerDay, left_for_one, at(0)), None, at(0)), None);
        assert!(Spent::seen(&used(Budget::CostPerDay, left_for_one + 1, at(0)), None, at(0)).is_some());
    }

    #[test]
    fn what_is_given_back_is_told_at_the_next_quarter_of_an_hour() {
        let spent =
            |second| Spent::seen(&used(Budget::CostPerDay, 1_250_000_000, at(second)), None, at(second));
        let given_back = |before: &Spent, second| {
            Spent::seen(&used(Budget::CostPerDay, 0, at(second)), Some(before), at(second))
        };
        let told = Spent { seen_at: at(1_000), ..spent(60).unwrap() };
        let first = given_back(&told, 1_060).unwrap();
        assert_eq!((first.told(at(1_119)), first.until), (Some(Budget::CostPerDay), at(1_800)));
        let last =
            given_back(&first, 1_780).or_else(|| given_back(&Spent { seen_at: at(1_720), ..first }, 1_780));
        assert_eq!(last.unwrap().told(at(1_799)), Some(Budget::CostPerDay));
        assert_eq!((last.unwrap().told(at(1_800)), given_back(&last.unwrap(), 1_800)), (None, None));
        assert_eq!(given_back(&spent(60).unwrap(), 120), None, "nobody was told yet");
        let again = Spent::seen(&used(Budget::CostPerDay, 1_250_000_000, at(1_100)), Some(&first), at(1_100));
        assert_eq!((again.unwrap().from, again.unwrap().until), (at(900), at(86_400)));
    }

    #[test]
    fn a_full_minute_a_country_or_a_siege_is_not_everybodys() {
        assert_eq!(Spent::seen(&used(Budget::CallsPerMinute, 60, at(0)), None, at(0)), None);
    }

    #[test]
    fn what_upkeep_has_not_confirmed_for_five_minutes_is_not_believed() {
        let spent = Spent::seen(&used(Budget::CallsPerDay, 5_000, at(840)), None, at(840)).unwrap();
        assert_eq!(spent.told(at(1_139)), Some(Budget::CallsPerDay));
        assert_eq!(spent.told(at(1_140)), None);
    }
}
