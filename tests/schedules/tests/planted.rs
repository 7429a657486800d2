//! Faults planted in the product are found: each by the invariant that it breaks. Rare ones are looked for near a seed that
//! is known to find them.
#![expect(clippy::panic, reason = "a fault that is not found is a failure")]

use schedules::{Invariant, Planted, Theme, check};

/// Runs schedules until one breaks the invariant; gives its seed.
#[track_caller]
fn found(planted: Planted, theme: Theme, invariants: &[Invariant], seeds: std::ops::Range<u64>) -> u64 {
    let breaks = |seed: &u64| {
        let outcome = check(*seed, theme, Some(planted));
        outcome.violations.iter().any(|violation| invariants.contains(&violation.invariant))
    };
    let seed = seeds.clone().find(breaks);
    let seed = seed.unwrap_or_else(|| panic!("{planted:?} is not found in {seeds:?}"));
    println!("{planted:?}: seed {seed}");
    seed
}

#[test]
fn without_the_claims_condition_a_request_is_called_twice() {
    found(Planted::UnconditionalClaim, Theme::Anything, &[Invariant::OneCallPerRequest], 0..100);
}

#[test]
fn without_the_claims_condition_two_calls_live() {
    found(Planted::UnconditionalClaim, Theme::Anything, &[Invariant::OneLiveCall], 50..150);
}

#[test]
fn a_release_that_does_not_ask_who_holds_the_number_is_found() {
    found(Planted::UnownedRelease, Theme::LongCalls, &[Invariant::NoOrphan, Invariant::OneLiveCall], 0..60);
}

#[test]
fn an_end_that_is_heard_too_early_and_forgotten_is_found() {
    found(Planted::UnreadEnd, Theme::EndOfCall, &[Invariant::NoOrphan], 0..400);
}

#[test]
fn an_end_that_does_not_ask_for_the_legs_of_its_call_is_found() {
    found(Planted::UnreadLegs, Theme::Transfers, &[Invariant::OneLiveCall], 0..100);
}

#[test]
fn a_budget_that_is_taken_outside_the_claim_is_found() {
    found(Planted::BudgetOutsideTheClaim, Theme::Anything, &[Invariant::BudgetExact], 0..100);
}

#[test]
fn an_ask_that_is_counted_again_is_found() {
    found(Planted::AskCountedAgain, Theme::Anything, &[Invariant::BudgetExact], 0..100);
}

#[test]
fn a_place_that_is_taken_without_asking_for_room_is_found() {
    found(Planted::UnboundedNewcomers, Theme::Anything, &[Invariant::BudgetExact], 0..400);
}

#[test]
fn an_end_that_earns_without_ending_its_request_is_found() {
    found(Planted::EarnedApart, Theme::Anything, &[Invariant::BudgetExact], 0..200);
}

#[test]
fn an_end_that_settles_without_ending_its_request_is_found() {
    found(Planted::SettledApart, Theme::Anything, &[Invariant::BudgetExact], 0..300);
}

#[test]
fn a_newcomers_place_that_a_busy_connect_does_not_give_back_is_found() {
    found(Planted::BusyKeepsPlace, Theme::Anything, &[Invariant::BudgetExact], 0..100);
}

#[test]
fn a_call_that_a_busy_connect_leaves_among_the_evidence_is_found() {
    found(Planted::BusyKeepsCall, Theme::Anything, &[Invariant::EvidenceExact], 0..100);
}

#[test]
fn a_ranges_place_that_is_not_given_back_is_found() {
    found(Planted::RangePlaceKept, Theme::Anything, &[Invariant::NoOrphan], 0..100);
}

#[test]
fn a_call_that_is_kept_outside_the_claim_is_found() {
    found(Planted::CallOutsideTheClaim, Theme::Anything, &[Invariant::EvidenceExact], 0..100);
}

#[test]
fn an_end_that_is_not_kept_with_its_call_is_found() {
    found(Planted::EndNotKept, Theme::Anything, &[Invariant::EvidenceExact], 0..100);
}

#[test]
fn a_mark_that_is_not_kept_with_its_call_is_found() {
    found(Planted::MarkNotKept, Theme::Anything, &[Invariant::EvidenceExact], 0..200);
}
