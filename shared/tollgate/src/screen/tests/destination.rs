//! The destination.

use super::*;

#[test]
fn kill_switches_stop_all_calls_or_those_to_a_country() {
    check(|case| case.facts.switches.all = true, Certainty::Sure, &["sure: kill-switch all"]);
    check(
        |case| _ = case.facts.switches.countries.insert(country("US")),
        Certainty::Sure,
        &["sure: kill-switch country#US"],
    );
    dials(|case| _ = case.facts.switches.countries.insert(country("JM")));
}

#[test]
fn a_number_is_called_only_in_a_served_country_which_its_digits_tell() {
    check(|case| case.ask_for("+18765230123"), Certainty::Sure, &["sure: country-not-served country#JM"]);
    check(|case| case.ask_for("+442070313000"), Certainty::Sure, &["sure: country-not-served country#GB"]);
    dials(|case| case.ask_for_served("+442070313000"));
    check(
        |case| {
            case.policy.served_countries = [country("GB")].into();
            case.policy.default_country = None;
        },
        Certainty::Sure,
        &["sure: country-not-served country#US"],
    );
}

#[test]
fn a_number_of_no_country_is_never_served() {
    check(
        |case| case.ask_for("+881612345678"),
        Certainty::Sure,
        &["sure: country-not-served none", "sure: satellite-number"],
    );
    check(
        |case| case.ask_for("+8823421234"),
        Certainty::Sure,
        &["sure: country-not-served none", "sure: global-network-number"],
    );
    check(
        |case| case.ask_for("+80012345678"),
        Certainty::Sure,
        &["sure: country-not-served none", "suspected: toll-free-number"],
    );
}

/// What a kind of number, in the words of the example table, leads to where it is served.
fn finding_for_kind(said: &str) -> Option<(Certainty, &'static str)> {
    match said {
        "fixedLine" | "mobile" => None,
        "tollFree" => Some((Certainty::Suspected, "suspected: toll-free-number")),
        "premiumRate" => Some((Certainty::Sure, "sure: premium-rate-number")),
        "sharedCost" => Some((Certainty::Sure, "sure: shared-cost-number")),
        "pager" => Some((Certainty::Sure, "sure: pager-number")),
        "voicemail" => Some((Certainty::Sure, "sure: voicemail-number")),
        "personalNumber" => Some((Certainty::Suspected, "suspected: personal-number")),
        "uan" => Some((Certainty::Suspected, "suspected: uan-number")),
        "voip" => Some((Certainty::Suspected, "suspected: voip-number")),
        _ => panic!("the table has a kind that this test does not know: {said}"),
    }
}

#[test]
fn every_kind_of_number_in_every_plan_is_called_or_named_for_what_it_is() {
    let mut numbers = 0;
    for row in EXAMPLES.lines().filter(|row| !row.starts_with('#')) {
        let columns: Vec<_> = row.split('\t').collect();
        let (region, said, e164) = (columns[0], columns[1], columns[2]);
        // Codes that no country has are told apart above.
        if region == "001" {
            continue;
        }
        numbers += 1;
        let verdict = Case::with(|case| case.ask_for_served(e164)).verdict();
        let found: Vec<_> = verdict.findings.iter().map(told).collect();
        let expected = finding_for_kind(said);
        let (certainty, findings) =
            expected.map_or((Certainty::Noted, vec![]), |(certainty, text)| (certainty, vec![text]));
        assert_eq!(
            (verdict.certainty, found),
            (certainty, findings.into_iter().map(str::to_owned).collect()),
            "{row}"
        );
    }
    assert!(numbers > 1_000, "the table holds about 1,100 numbers");
}

#[test]
fn the_middle_of_a_number_tells_what_is_dear_in_north_america() {
    for (e164, found) in [
        ("+12129764141", Some("sure: premium-rate-number")),
        ("+12129584141", Some("sure: premium-rate-number")),
        ("+16139594141", Some("sure: premium-rate-number")),
        ("+18769764141", Some("sure: premium-rate-number")),
        ("+12065551212", Some("sure: premium-rate-number")),
        ("+14165551212", Some("sure: premium-rate-number")),
        ("+12069501022", Some("sure: premium-rate-number")),
        ("+12069111234", Some("sure: premium-rate-number")),
        ("+12064111234", Some("sure: premium-rate-number")),
        ("+18002345678", Some("suspected: toll-free-number")),
        ("+18009764141", Some("suspected: toll-free-number")),
        ("+12065550100", None),
        ("+12065551213", None),
        ("+12069771212", None),
        ("+442079764141", None),
    ] {
        let verdict = Case::with(|case| case.ask_for_served(e164)).verdict();
        let told: Vec<_> = verdict.findings.iter().map(told).collect();
        assert_eq!(told, found.map(str::to_owned).into_iter().collect::<Vec<_>>(), "{e164}");
    }
}
