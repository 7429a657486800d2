//! What a dial takes, on the terms of its approval.

use super::*;

fn number(text: &str) -> PhoneNumber {
    PhoneNumber::parse(text, None).unwrap()
}

/// The start of a UTC day.
fn now() -> Timestamp {
    Timestamp::from_second(20_000 * 86_400).unwrap()
}

fn terms(admission: Admission) -> Terms {
    Terms { admission, range_calls_per_day_max: 90, ..Terms::unwritten(&Policy::default()) }
}

/// What a dial takes of each budget: how much, of how much.
fn taken(admission: Admission) -> Vec<(Budget, u64, u64)> {
    let rows = rows(&number("+12065550100"), &terms(admission), &Policy::default(), now());
    rows.iter().flat_map(|row| &row.takes).map(|take| (take.budget, take.amount, take.max)).collect()
}

#[test]
fn each_budget_has_a_name_and_what_costs_money_is_counted_apart() {
    let named = [
        (Budget::CallsPerMinute, "calls-per-minute", "calls"),
        (Budget::CallsPerHour, "calls-per-hour", "calls"),
        (Budget::CallsPerDay, "calls-per-day", "calls"),
        (Budget::CallsPerCountryPerDay, "calls-per-country-per-day", "calls"),
        (Budget::CallsPerRangePerDay, "calls-per-range-per-day", "calls"),
        (Budget::NewcomersPerRangePerDay, "newcomers-per-range-per-day", "newcomers"),
        (Budget::Newcomers, "newcomers", "newcomers"),
        (Budget::Strangers, "strangers", "strangers"),
        (Budget::FurtherNumbersPerDay, "further-numbers-per-day", "calls"),
        (Budget::LookupsPerDay, "lookups-per-day", "lookups"),
        (Budget::LookupsPerAddressPerDay, "lookups-per-address-per-day", "lookups"),
        (Budget::CostPerDay, "cost-per-day", "micro_usd"),
    ];
    for (budget, name, attribute) in named {
        assert_eq!((budget.as_str(), budget.attribute()), (name, attribute));
    }
}

#[test]
fn who_has_proved_himself_may_take_all_of_every_budget_and_holds_no_newcomers_place() {
    assert_eq!(
        taken(Admission::Proven),
        [
            (Budget::CallsPerMinute, 1, 60),
            (Budget::CallsPerHour, 1, 1_200),
            (Budget::CallsPerDay, 1, 5_000),
            (Budget::CostPerDay, 250_000, 1_250_000_000),
            (Budget::CallsPerCountryPerDay, 1, 5_000),
            (Budget::CallsPerRangePerDay, 1, 90),
        ]
    );
}

#[test]
fn newcomers_leave_a_part_of_each_budget_and_share_places() {
    assert_eq!(
        taken(Admission::Neighbor),
        [
            (Budget::CallsPerMinute, 1, 51),
            (Budget::CallsPerHour, 1, 1_020),
            (Budget::CallsPerDay, 1, 4_250),
            (Budget::CostPerDay, 250_000, 1_062_500_000),
            (Budget::CallsPerCountryPerDay, 1, 4_250),
            (Budget::CallsPerRangePerDay, 1, 90),
            (Budget::NewcomersPerRangePerDay, 1, 60),
            (Budget::Newcomers, 1, 190),
        ]
    );
}

#[test]
fn strangers_leave_more_of_the_day_and_share_fewer_places() {
    assert_eq!(
        taken(Admission::Stranger),
        [
            (Budget::CallsPerMinute, 1, 51),
            (Budget::CallsPerHour, 1, 1_020),
            (Budget::CallsPerDay, 1, 3_500),
            (Budget::CostPerDay, 250_000, 875_000_000),
            (Budget::CallsPerCountryPerDay, 1, 3_500),
            (Budget::CallsPerRangePerDay, 1, 90),
            (Budget::NewcomersPerRangePerDay, 1, 60),
            (Budget::Newcomers, 1, 190),
            (Budget::Strangers, 1, 130),
        ]
    );
}

#[test]
fn further_numbers_share_a_part_of_the_days_calls_half_of_it_at_once() {
    let policy = Policy::default();
    let further = |terms: &Terms, policy: &Policy, seconds| {
        let rows =
            rows(&number("+12065550100"), terms, policy, now() + jiff::SignedDuration::from_secs(seconds));
        let row = rows.into_iter().find(|row| row.pot == Pot::FurtherNumbers)?;
        assert_eq!(row.window, Window::at(now(), 86_400));
        row.takes.first().map(|take| (take.budget, take.amount, take.max))
    };
    let taken = |max| Some((Budget::FurtherNumbersPerDay, 1, max));
    for admission in [Admission::Proven, Admission::Neighbor, Admission::Stranger] {
        let terms = Terms { further: true, ..terms(admission) };
        assert_eq!(further(&terms, &policy, 0), taken(100), "of 5,000 calls 4 in a hundred, half at once");
        assert_eq!(further(&terms, &policy, 43_200), taken(150));
        assert_eq!(further(&terms, &policy, 86_399), taken(199));
        assert_eq!(further(&Terms { further: false, ..terms }, &policy, 0), None);
    }
    let terms = Terms { further: true, ..terms(Admission::Proven) };
    let of = |calls_per_day_max, further_numbers_percent| {
        let budgets = Budgets { calls_per_day_max, further_numbers_percent, ..policy.budgets.clone() };
        further(&terms, &Policy { budgets, ..policy.clone() }, 0)
    };
    assert_eq!(of(1, 1), taken(1), "a share is never nothing where there is something");
    assert_eq!(of(5_000, 0), taken(0));
    assert_eq!(of(5_000, 100), taken(2_500));
}

#[test]
fn the_smallest_budget_still_lets_a_newcomer_through() {
    let mut policy = Policy::default();
    policy.budgets.calls_per_day_max = 1;
    let rows = rows(&number("+12065550100"), &terms(Admission::Stranger), &policy, now());
    let day = rows.iter().flat_map(|row| &row.takes).find(|take| take.budget == Budget::CallsPerDay).unwrap();
    assert_eq!(day.max, 1);
}

#[test]
fn a_newcomers_call_that_went_well_gives_its_place_back_and_two_more() {
    let (dialed_at, number) = (now(), number("+12065550100"));
    let earned = |admission| {
        let earned = earned(&number, &terms(admission), dialed_at).into_iter();
        earned
            .map(|earned| (earned.pot, earned.window.key(), earned.budgets, earned.places))
            .collect::<Vec<_>>()
    };
    let row = |pot: Pot, window: &str, budgets| (pot, window.to_owned(), budgets, 3);
    let of_range = || {
        let window = "86400@1728000000";
        row(Pot::Range("+1206555".to_owned()), window, vec![Budget::NewcomersPerRangePerDay])
    };
    let window = "1800@1728000000";
    assert_eq!(earned(Admission::Proven), []);
    assert_eq!(
        earned(Admission::Neighbor),
        [row(Pot::Newcomers, window, vec![Budget::Newcomers]), of_range()]
    );
    assert_eq!(
        earned(Admission::Stranger),
        [row(Pot::Newcomers, window, vec![Budget::Newcomers, Budget::Strangers]), of_range()]
    );
}

#[test]
fn what_a_call_earns_goes_where_its_dial_took_whatever_the_policy_says_by_then() {
    let terms = Terms { newcomers_window_seconds: 600, ..terms(Admission::Stranger) };
    let number = number("+12065550100");
    let rows = rows(&number, &terms, &Policy::default(), now());
    for earned in earned(&number, &terms, now()) {
        let row = rows.iter().find(|row| row.pot == earned.pot && row.window == earned.window).unwrap();
        let taken: Vec<_> = row.takes.iter().map(|take| take.budget).collect();
        assert!(earned.budgets.iter().all(|budget| taken.contains(budget)), "{earned:?}");
    }
}

#[test]
fn the_longest_matching_prefix_prices_a_call() {
    let policy = Policy::parse(
        r#"{"budgets": {"usd_per_minute": {"+1": 0.01, "+1876": 0.3, "+44": 2}, "estimated_call_minutes": 1}}"#,
    )
    .unwrap();
    assert_eq!(cost(&number("+12065550100"), &policy.budgets), 10_000);
    assert_eq!(cost(&number("+18765230123"), &policy.budgets), 300_000);
    assert_eq!(cost(&number("+493012345678"), &policy.budgets), 50_000);
}

/// How many lookups one address may have on the day, and how many all of them by now.
fn lookups(admission: Admission, hour: i64) -> Vec<u64> {
    let (asker, now) =
        (Network::parse("203.0.113.9").unwrap(), now() + jiff::SignedDuration::from_hours(hour));
    let rows = lookup_rows(asker, admission, &Policy::default(), now);
    rows.iter().flat_map(|row| &row.takes).map(|take| take.max).collect()
}

#[test]
fn no_address_has_more_than_a_share_of_the_lookups_and_some_are_kept_for_later_hours() {
    assert_eq!(lookups(Admission::Proven, 0), [5_000, 200]);
    assert_eq!(lookups(Admission::Stranger, 0), [2_125, 200]);
    assert_eq!(lookups(Admission::Stranger, 12), [3_187, 200]);
    assert_eq!(lookups(Admission::Neighbor, 23), [4_160, 200]);
}

/// Takes a lookup if every row has room.
fn look_up(
    taken: &mut std::collections::BTreeMap<Pot, u64>,
    asker: &str,
    admission: Admission,
    policy: &Policy,
) -> bool {
    let rows = lookup_rows(Network::parse(asker).unwrap(), admission, policy, now());
    let has_room = rows.iter().all(|row| {
        let taken = taken.get(&row.pot).copied().unwrap_or(0);
        row.takes.iter().all(|take| taken + take.amount <= take.max)
    });
    if has_room {
        rows.into_iter().for_each(|row| *taken.entry(row.pot).or_default() += 1);
    }
    has_room
}

#[test]
fn whoever_burns_lookups_burns_his_own_share() {
    let mut policy = Policy::default();
    policy.line.lookups_per_day_max = 100;
    let mut taken = std::collections::BTreeMap::new();
    let mut look_up = |asker: &str, admission| look_up(&mut taken, asker, admission, &policy);
    let burnt = (0..50).filter(|_| look_up("203.0.113.9", Admission::Stranger)).count();
    assert_eq!(burnt, 4);
    assert!(look_up("198.51.100.7", Admission::Stranger), "there are some for his neighbor");
    // Many addresses burn what newcomers have by that hour, and nothing of what is kept for customers.
    let burnt = (0..200).filter(|n| look_up(&format!("198.18.{n}.1"), Admission::Stranger)).count();
    assert_eq!(burnt, 42 - 5);
    assert!(look_up("198.51.100.8", Admission::Proven));
}
