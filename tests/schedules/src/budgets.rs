//! Budgets and places: what each row of the counters holds is what the requests' steps took and gave back, one by one in the
//! order of the stream, and never more than there is.

use std::collections::{BTreeMap, BTreeSet};

use local::counts::{self, Count};

use crate::policies::{
    FEW_NEWCOMERS, GOOD_CALL_SECONDS, NEWCOMERS_WINDOW_SECONDS, Rules, TIGHT_CALLS_PER_HOUR,
    TIGHT_CALLS_PER_RANGE, TIGHT_MICRO_USD,
};
use crate::scenario::RANGE;
use crate::tables::{Item, Journal};
use crate::violation::{Invariant, Violation, Violations};

/// The cost of a minute, in millionths of a dollar: five cents.
const MINUTE_MICRO_USD: i64 = 50_000;
/// The estimated cost of a call: five minutes.
const CALL_MICRO_USD: i64 = 5 * MINUTE_MICRO_USD;
/// What a newcomer's good call gives back: its own place, and two more.
const GIVEN_BY_A_GOOD_CALL: i64 = 3;
const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;

/// What a request's step did to the rows of its claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// It was claimed for the dial.
    Claimed,
    /// Connect proved that it placed no call.
    GivenBack,
    /// Its call ended, and an agent had talked for long enough.
    WentWell,
    /// Its call ended after so many seconds, or proved not to have been placed, after none.
    Settled { seconds: i64 },
}

/// A step, as the stream tells it.
struct Change<'a> {
    item: &'a Item,
    step: Step,
    /// The moment of the claim, in milliseconds.
    dialed_at: i64,
}

/// A count in a row: the row's subject and window, and the attribute.
type Booked = (String, String, String);

/// Rows that hold something else than was taken of them, or held too much at a time.
pub(crate) fn taken(rules: Rules, journal: &Journal, counters: &[Item]) -> Violations {
    let mut found = vec![];
    let mut taken = BTreeMap::<Booked, i64>::new();
    for change in changes(journal) {
        for (count, amount) in change.amounts() {
            let most = change.most(rules, &count);
            let now = taken.entry(count.clone()).or_default();
            *now += amount;
            if count.2 == "micro_usd" && *now < 0 {
                found.push(violation(&count, format!("{now} are taken")));
            }
            if change.step == Step::Claimed && most.is_some_and(|most| *now > most) {
                found.push(violation(&count, format!("{now} are taken, of {most:?}")));
            }
        }
    }
    let mut booked = BTreeMap::<Booked, i64>::new();
    for row in counters.iter().filter(|row| row.text("subject").starts_with("budget#")) {
        for (attribute, number) in row.numbers().filter(|(name, _)| !["expires_at", "lookups"].contains(name))
        {
            let Count { subject, window, name, number } =
                counts::count(row.text("subject"), row.text("window"), attribute, number);
            booked.insert((subject, window, name), number);
        }
    }
    let counts: BTreeSet<_> =
        taken.keys().chain(booked.keys()).filter(|count| !is_forgotten(count, &taken)).collect();
    for count in counts {
        let [booked, taken] = [&booked, &taken].map(|counts| counts.get(count).copied().unwrap_or(0));
        if booked != taken {
            found.push(violation(count, format!("{booked} are booked, and {taken} were taken")));
        }
    }
    found
}

/// Whether later calls have made the shared item forget a window: nobody asks for it any more.
fn is_forgotten((subject, window, name): &Booked, taken: &BTreeMap<Booked, i64>) -> bool {
    let asked_for = match subject.as_str() {
        "budget#total" => 5,
        "budget#newcomers" => 3,
        _ => return false,
    };
    let parts = |window: &str| {
        let (length, start) = window.split_once('@')?;
        Some((length.parse::<i64>().ok()?, start.parse::<i64>().ok()?))
    };
    let Some((length, start)) = parts(window).filter(|(length, _)| *length < DAY) else { return false };
    let starts = taken.keys().filter(|(of, _, named)| of == subject && named == name);
    let starts = starts.filter_map(|(_, window, _)| parts(window)).filter(|(of, _)| *of == length);
    starts.map(|(_, start)| start).max().is_some_and(|last| last - start >= asked_for * length)
}

fn violation((subject, window, attribute): &Booked, how: String) -> Violation {
    Violation::of(Invariant::BudgetExact, format!("{attribute} of {subject} in {window}: {how}"))
}

fn changes(journal: &Journal) -> Vec<Change<'_>> {
    let mut last: BTreeMap<&str, &Item> = BTreeMap::new();
    let mut changes = vec![];
    for (id, item) in journal {
        let before = last.insert(id, item).filter(|before| before.is_called());
        let claimed_before = before.and_then(|before| before.number("dialed_at"));
        let claimed = item.number("dialed_at").filter(|_| item.state() == "dialing" && item.is_called());
        if let Some(dialed_at) = claimed.filter(|_| claimed != claimed_before) {
            changes.push(Change { item, step: Step::Claimed, dialed_at });
        }
        let Some(dialed_at) = claimed_before else { continue };
        if item.text("retry") == "waiting" {
            changes.push(Change { item, step: Step::GivenBack, dialed_at });
        }
        let talked = item.agent_seconds().unwrap_or(0);
        if item.state() == "closed"
            && before.is_some_and(|before| before.phase() < 4)
            && talked >= GOOD_CALL_SECONDS
        {
            changes.push(Change { item, step: Step::WentWell, dialed_at });
        }
        let ends = before.is_some_and(|before| before.phase() < 4);
        if let Some(seconds) = item.billed_seconds().filter(|_| ends) {
            changes.push(Change { item, step: Step::Settled { seconds }, dialed_at });
        }
    }
    changes
}

impl Change<'_> {
    /// What it adds to which counts.
    fn amounts(&self) -> Vec<(Booked, i64)> {
        let second = self.dialed_at / 1_000;
        let (calls, places) = match self.step {
            Step::Claimed => (1, 1),
            Step::GivenBack => (-1, -1),
            Step::WentWell => (0, -GIVEN_BY_A_GOOD_CALL),
            Step::Settled { .. } => (0, 0),
        };
        let micro_usd = match self.step {
            // Rounded up.
            Step::Settled { seconds } => (MINUTE_MICRO_USD * seconds + 59) / 60 - CALL_MICRO_USD,
            _ => calls * CALL_MICRO_USD,
        };
        let (newcomers, strangers) = match self.item.part("terms", "admission") {
            "proven" => (0, 0),
            "stranger" => (places, places),
            _neighbor => (places, 0),
        };
        let of_range = format!("budget#range#{RANGE}");
        [
            ("budget#total", 60, "calls", calls),
            ("budget#total", HOUR, "calls", calls),
            ("budget#total", DAY, "calls", calls),
            ("budget#total", DAY, "micro_usd", micro_usd),
            ("budget#country#US", DAY, "calls", calls),
            (&of_range, DAY, "calls", calls),
            (&of_range, DAY, "newcomers", newcomers),
            ("budget#newcomers", NEWCOMERS_WINDOW_SECONDS, "newcomers", newcomers),
            ("budget#newcomers", NEWCOMERS_WINDOW_SECONDS, "strangers", strangers),
        ]
        .into_iter()
        .map(|(subject, seconds, attribute, amount)| {
            let window = format!("{seconds}@{}", second - second.rem_euclid(seconds));
            ((subject.to_owned(), window, attribute.to_owned()), amount)
        })
        .collect()
    }

    /// How much there may be of a count, where that is little.
    fn most(&self, rules: Rules, (subject, window, attribute): &Booked) -> Option<i64> {
        let (newcomers, strangers) = FEW_NEWCOMERS;
        let is_long = |seconds: i64| window.starts_with(&format!("{seconds}@"));
        Some(match (subject.as_str(), attribute.as_str(), rules) {
            ("budget#total", "calls", Rules::TightMinute) if is_long(60) => 1,
            ("budget#total", "calls", Rules::TightHour) if is_long(HOUR) => TIGHT_CALLS_PER_HOUR.into(),
            ("budget#newcomers", "newcomers", Rules::FewNewcomers) if self.is_newcomer() => newcomers.into(),
            ("budget#newcomers", "strangers", Rules::FewNewcomers) if self.is_newcomer() => strangers.into(),
            ("budget#total", "micro_usd", Rules::TightCost) => TIGHT_MICRO_USD,
            (range, "calls", Rules::TightRange) if range.ends_with(RANGE) => TIGHT_CALLS_PER_RANGE.into(),
            _ => return None,
        })
    }

    fn is_newcomer(&self) -> bool {
        self.item.part("terms", "admission") != "proven"
    }
}

/// The places of approvals in the counts of what is held: those of requests that ended before a call are given back.
pub(crate) fn approvals(journal: &Journal, counters: &[Item]) -> Violations {
    let mut last: BTreeMap<&str, &Item> = BTreeMap::new();
    let mut taken = BTreeMap::<String, i64>::new();
    for (id, item) in journal {
        let before = last.insert(id, item);
        let uncalled = ["refused", "redirected", "cancelled", "expired", "failed"].contains(&item.state());
        let change = if item.state() == "approved" && before.is_some_and(|before| before.phase() == 0) {
            1
        } else if uncalled && before.is_some_and(Item::holds_claim) {
            -1
        } else {
            continue;
        };
        // Whatever carrier is known is not the customers' own.
        let carrier = Some(item.part("line", "carrier")).filter(|carrier| !carrier.is_empty());
        let carrier = carrier.map(|carrier| format!("carrier#{}", carrier.to_lowercase()));
        for subject in [Some(format!("range#{RANGE}")), carrier].into_iter().flatten() {
            *taken.entry(subject).or_default() += change;
        }
    }
    let mut booked = BTreeMap::<String, i64>::new();
    for row in counters {
        if let Some(approved) = row.number("approved") {
            *booked.entry(row.text("subject").to_owned()).or_default() += approved;
        }
    }
    let subjects: BTreeSet<_> = taken.keys().chain(booked.keys()).collect();
    let odd = subjects.into_iter().filter_map(|subject| {
        let [booked, taken] = [&booked, &taken].map(|counts| counts.get(subject).copied().unwrap_or(0));
        let how = format!("{booked} places are taken for {subject} by {taken} approvals");
        (booked != taken).then(|| Violation::of(Invariant::NoOrphan, how))
    });
    odd.collect()
}

/// A request is counted once for each subject that asked for it.
pub(crate) fn counted_twice(counters: &[Item]) -> Violations {
    let mut found = vec![];
    for row in counters {
        let asks: Vec<_> =
            row.0["asks"]["L"].as_array().into_iter().flatten().map(ToString::to_string).collect();
        let distinct: BTreeSet<_> = asks.iter().collect();
        if distinct.len() < asks.len() {
            let how = format!("{} counts a request twice", row.text("subject"));
            found.push(Violation::of(Invariant::BudgetExact, how));
        }
    }
    found
}
