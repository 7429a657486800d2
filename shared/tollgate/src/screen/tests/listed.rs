//! The lists.

use super::*;

#[test]
fn whatever_is_deny_listed_is_refused_and_named_as_far_as_a_log_may_name_it() {
    for (key, subject) in [
        ("number#+12065550100", "number#+1206*******"),
        ("prefix#+1", "prefix#+1"),
        ("prefix#+1206", "prefix#+1206"),
        ("prefix#+12065550100", "prefix#+1206*******"),
        ("country#US", "country#US"),
        ("net#203.0.113.9", "net#203.0.x.x/32"),
        ("net#203.0.113.0/24", "net#203.0.x.x/24"),
        ("address-country#US", "address-country#US"),
        ("asn#64500", "asn#64500"),
        ("account#ada", "account#ada"),
    ] {
        let finding = format!("sure: deny-listed {subject}");
        check(|case| case.list(Effect::Deny, key), Certainty::Sure, &[finding.as_str()]);
    }
}

#[test]
fn where_an_address_is_said_to_be_earns_no_trust() {
    for key in ["asn#64500", "address-country#US"] {
        check(
            |case| {
                case.list(Effect::Trust, key);
                case.ask_as_guest();
            },
            Certainty::Suspected,
            &["suspected: guest"],
        );
    }
}

#[test]
fn an_expired_listing_holds_no_more() {
    let listed = |effect, key: &'static str, seconds| {
        move |case: &mut Case| {
            case.list_until(effect, key, Some(case.now + SignedDuration::from_secs(seconds)));
        }
    };
    let deny = "sure: deny-listed account#ada";
    check(listed(Effect::Deny, "account#ada", 1), Certainty::Sure, &[deny]);
    dials(listed(Effect::Deny, "account#ada", 0));
    dials(listed(Effect::Deny, "account#ada", -86_400));
    check(listed(Effect::Trust, "account#ada", 1), Certainty::Noted, &["noted: trusted account#ada"]);
    check(
        |case| {
            listed(Effect::Trust, "country#US", 0)(case);
            listed(Effect::Deny, "account#ada", 1)(case);
        },
        Certainty::Sure,
        &[deny],
    );
}

#[test]
fn of_all_listed_carriers_only_the_numbers_own_counts() {
    let listed = |effect| {
        move |case: &mut Case| {
            case.list(effect, "carrier#Example Mobile");
            case.list(effect, "carrier#Example Rare");
        }
    };
    dials(listed(Effect::Deny));
    dials(listed(Effect::Trust));
    dials(|case| {
        listed(Effect::Deny)(case);
        case.line(LineType::Mobile, Some("Example Wireless"));
    });
    dials(|case| {
        listed(Effect::Deny)(case);
        case.line(LineType::Mobile, None);
    });
    check(
        |case| {
            listed(Effect::Deny)(case);
            case.facts.line = LineFact::Unavailable;
        },
        Certainty::Suspected,
        &["suspected: line-unavailable"],
    );
    check(
        |case| {
            listed(Effect::Deny)(case);
            case.line(LineType::Mobile, Some("EXAMPLE RARE"));
        },
        Certainty::Sure,
        &["sure: deny-listed carrier#example rare"],
    );
    check(
        |case| {
            case.list(Effect::Deny, "carrier#Example  Rare");
            case.line(LineType::Mobile, Some("Example Rare"));
        },
        Certainty::Sure,
        &["sure: deny-listed carrier#example  rare"],
    );
    check(
        |case| {
            listed(Effect::Trust)(case);
            case.line(LineType::Voip, Some("Example Rare"));
        },
        Certainty::Noted,
        &["noted: trusted carrier#example rare", "suspected: voip-line (waived)"],
    );
}

#[test]
fn trust_outranks_denial_and_both_are_recorded() {
    check(
        |case| {
            case.list(Effect::Deny, "prefix#+1206");
            case.list(Effect::Trust, "account#ada");
        },
        Certainty::Noted,
        &["noted: trusted account#ada", "sure: deny-listed prefix#+1206 (waived)"],
    );
}

#[test]
fn trust_stops_at_the_kill_switches_and_the_served_countries() {
    check(
        |case| {
            case.list(Effect::Trust, "account#ada");
            case.facts.switches.all = true;
        },
        Certainty::Sure,
        &["sure: kill-switch all", "noted: trusted account#ada"],
    );
    check(
        |case| {
            case.list(Effect::Trust, "account#ada");
            case.ask_for("+18765230123");
        },
        Certainty::Sure,
        &["sure: country-not-served country#JM", "noted: trusted account#ada"],
    );
}

#[test]
fn trust_waives_every_other_finding() {
    for trouble in troubles() {
        let verdict = Case::with(|case| {
            trouble(case);
            case.list(Effect::Trust, "net#203.0.113.0/24");
        })
        .verdict();
        for finding in verdict.findings {
            let holds = !finding.code.has_mode() || finding.code == Code::CountryNotServed;
            let expected = if holds { Standing::Enforced } else { Standing::Waived };
            assert_eq!(finding.standing, expected, "{}", told(&finding));
        }
    }
}
