//! Modes.

use super::*;

#[test]
fn a_rule_in_shadow_mode_is_recorded_and_does_not_count() {
    let anonymous_guest = |mode| {
        move |case: &mut Case| {
            case.ask_as_guest();
            case.mark(NetworkMark::Anonymous);
            case.mode(Code::Guest, mode);
        }
    };
    check(
        anonymous_guest(Mode::Shadow),
        Certainty::Suspected,
        &["suspected: anonymous-network", "suspected: guest (shadow)"],
    );
    check(
        anonymous_guest(Mode::Enforce),
        Certainty::Suspected,
        &["suspected: anonymous-network", "suspected: guest"],
    );
    check(anonymous_guest(Mode::Off), Certainty::Suspected, &["suspected: anonymous-network"]);
    check(
        |case| {
            case.list(Effect::Deny, "account#ada");
            case.mode(Code::DenyListed, Mode::Shadow);
        },
        Certainty::Noted,
        &["sure: deny-listed account#ada (shadow)"],
    );
}

#[test]
fn a_shadowed_finding_is_shadow_even_where_trust_would_waive_it() {
    check(
        |case| {
            case.mark(NetworkMark::Anonymous);
            case.mode(Code::AnonymousNetwork, Mode::Shadow);
            case.list(Effect::Trust, "account#ada");
        },
        Certainty::Noted,
        &["noted: trusted account#ada", "suspected: anonymous-network (shadow)"],
    );
}

#[test]
fn kill_switches_and_trust_have_no_mode() {
    check(
        |case| {
            case.facts.switches.all = true;
            case.list(Effect::Trust, "account#ada");
            case.mode(Code::KillSwitch, Mode::Off);
            case.mode(Code::Trusted, Mode::Shadow);
        },
        Certainty::Sure,
        &["sure: kill-switch all", "noted: trusted account#ada"],
    );
}

#[test]
fn every_rule_with_a_mode_can_be_shadowed_and_turned_off() {
    for trouble in troubles() {
        let enforced = Case::with(trouble);
        for code in codes(&enforced.verdict()).into_iter().filter(|code| code.has_mode()) {
            let mut changed = enforced.clone();
            changed.mode(code, Mode::Shadow);
            let shadow = changed.verdict();
            let standings = shadow.findings.iter().filter(|finding| finding.code == code);
            assert!(standings.clone().count() > 0, "{code:?}");
            assert!(standings.clone().all(|finding| finding.standing == Standing::Shadow), "{code:?}");
            changed.mode(code, Mode::Off);
            assert_eq!(codes(&changed.verdict()).contains(&code), !code.can_be_off(), "{code:?}");
            assert_eq!(changed.verdict().certainty, shadow.certainty, "{code:?}");
        }
    }
}

proptest! {
    #[test]
    fn the_strictest_enforced_finding_decides_and_always_alike(case in cases()) {
        let verdict = case.verdict();
        let enforced = verdict.findings.iter().filter(|finding| finding.standing == Standing::Enforced);
        prop_assert_eq!(verdict.certainty, enforced.map(|finding| finding.certainty).max().unwrap_or(Certainty::Noted));
        prop_assert_eq!(verdict, case.clone().verdict());
    }

    #[test]
    fn turning_rules_off_never_makes_a_verdict_stricter(case in cases(), relaxed in relaxed()) {
        let mut case = case;
        let mut certainty = case.verdict().certainty;
        for (code, mode) in relaxed {
            case.mode(code, mode);
            let milder = case.verdict().certainty;
            prop_assert!(milder <= certainty, "{:?} {:?}: {:?} after {:?}", code, mode, milder, certainty);
            certainty = milder;
        }
    }

    #[test]
    fn modes_change_what_counts_and_not_what_is_found(case in cases(), relaxed in relaxed()) {
        let mut changed = case.clone();
        for (code, mode) in &relaxed {
            changed.mode(*code, *mode);
        }
        let expected: Vec<_> = case
            .verdict()
            .findings
            .into_iter()
            .filter(|finding| changed.policy.mode(finding.code) != Mode::Off)
            .map(|finding| match changed.policy.mode(finding.code) {
                Mode::Shadow => Finding { standing: Standing::Shadow, ..finding },
                _ => finding,
            })
            .collect();
        prop_assert_eq!(changed.verdict().findings, expected);
    }

    #[test]
    fn no_finding_tells_the_whole_number_or_address(
        case in cases(),
        v4 in any::<bool>(),
        bits in any::<u128>(),
    ) {
        let mut case = case;
        let ip: std::net::IpAddr = if v4 {
            std::net::Ipv4Addr::from_bits((bits % (1 << 32)) as u32).into()
        } else {
            std::net::Ipv6Addr::from_bits(bits).into()
        };
        case.request.caller.address = Address::from(ip);
        for entry in Entry::all_matching(&case.request) {
            case.list(Effect::Deny, &entry.key());
        }
        let Verdict { findings, .. } = case.verdict();
        let digits = case.request.number.e164().trim_start_matches('+');
        let address = case.request.caller.address;
        let line = address.line().to_string();
        for subject in findings.iter().filter_map(|finding| finding.masked().subject) {
            prop_assert!(!subject.contains(digits), "{}", subject);
            prop_assert!(!subject.contains(&address.to_text()), "{}", subject);
            prop_assert!(!subject.contains(&line), "{}", subject);
        }
    }
}
