//! The channels offered before the form is shown.

use super::*;

#[track_caller]
fn check_callback_shown(change: impl FnOnce(&mut Case), shown: bool) {
    let case = Case::with(change);
    let channels = channels(&case.request.caller, &case.facts.switches, None, &case.policy);
    let others = [Channel::Chat, Channel::CallIn];
    let expected: Vec<_> = shown.then_some(Channel::Callback).into_iter().chain(others).collect();
    assert_eq!(channels, expected);
}

#[test]
fn the_callback_is_not_shown_to_those_who_would_not_get_it() {
    check_callback_shown(|_| {}, true);
    check_callback_shown(Case::ask_as_guest, false);
    check_callback_shown(|case| case.mark(NetworkMark::Anonymous), false);
    check_callback_shown(|case| case.mark(NetworkMark::BadReputation), false);
    check_callback_shown(|case| _ = case.policy.served_address_countries.insert(country("NZ")), false);
    check_callback_shown(|case| case.facts.switches.all = true, false);
    check_callback_shown(|case| _ = case.facts.switches.countries.insert(country("US")), false);
    check_callback_shown(
        |case| {
            case.facts.switches.countries.insert(country("US"));
            case.policy.served_countries.insert(country("CA"));
        },
        true,
    );
}

#[test]
fn the_callback_is_not_shown_to_anybody_while_a_budget_is_spent_for_everybody() {
    let case = plain();
    let shown = channels(&case.request.caller, &case.facts.switches, Some(Budget::CallsPerDay), &case.policy);
    assert_eq!(shown, [Channel::Chat, Channel::CallIn]);
    let switches = &case.facts.switches;
    let verdict = at_once(&case.request, switches, Some(Budget::CallsPerDay), &case.policy);
    check_verdict(&verdict, Certainty::Sure, &["sure: budget-spent calls-per-day"]);
}

#[test]
fn the_callback_is_shown_where_the_rule_does_not_count() {
    for mode in [Mode::Shadow, Mode::Off] {
        check_callback_shown(
            |case| {
                case.ask_as_guest();
                case.mode(Code::Guest, mode);
            },
            true,
        );
    }
    check_callback_shown(
        |case| {
            case.ask_as_guest();
            case.policy.guests = Guests::Allow;
        },
        true,
    );
}

#[test]
fn the_other_channels_keep_their_order() {
    let mut case = plain();
    case.policy.channels = vec![Channel::CallIn, Channel::Chat];
    let shown = channels(&case.request.caller, &case.facts.switches, None, &case.policy);
    assert_eq!(shown, [Channel::Callback, Channel::CallIn, Channel::Chat]);
}

proptest! {
    #[test]
    fn where_the_callback_is_shown_only_the_number_can_redirect_at_once(case in cases()) {
        let shown = channels(&case.request.caller, &case.facts.switches, None, &case.policy);
        if shown.contains(&Channel::Callback) {
            let enforced = case.at_once().findings.into_iter().filter(|f| f.standing == Standing::Enforced);
            let mut redirecting = enforced.filter(|finding| finding.certainty > Certainty::Noted);
            prop_assert!(redirecting.all(|finding| finding.code == Code::CountryMismatch));
        }
    }
}
