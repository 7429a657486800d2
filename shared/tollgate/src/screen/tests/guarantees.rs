//! What holds of the rules whatever was called before.

use super::*;

const NUMBER: &str = "+12065550100";

/// The asker, those who share his line or his account, his neighbors, and others.
const LINES: [&str; 7] =
    ["203.0.113.9", "203.0.113.9", "203.0.113.40", "203.0.113.41", "203.0.7.1", "198.51.100.1", "192.0.2.7"];
const ACCOUNTS: [&str; 4] = ["ada", "bob", "eve", "zoe"];

fn numbers() -> Vec<String> {
    let range = (0..4).map(of_the_range);
    range.chain((0..6).map(elsewhere)).chain([NUMBER.to_owned()]).collect()
}

/// A call that came to anything, at any time of the last ten days.
fn any_call(fates: Vec<Call>) -> impl Strategy<Value = Call> {
    let who = (proptest::sample::select(LINES.to_vec()), proptest::sample::select(ACCOUNTS.to_vec()));
    let what = (proptest::sample::select(fates), proptest::sample::select(numbers()), any::<bool>());
    let admission =
        proptest::sample::select(vec![Admission::Proven, Admission::Neighbor, Admission::Stranger]);
    (who, what, admission, 0i64..240 * 60).prop_map(
        |((line, account), (fate, to, rare), admission, minutes)| {
            let carrier = if rare { "Example Rare" } else { "Example Mobile" };
            fate.by(line).account(account).to(&to).over(carrier).admitted(admission).mins_ago(minutes)
        },
    )
}

fn fates() -> Vec<Call> {
    let marked = [pumped(), short().spam(), wasted().spam(), good().wrong_person()];
    [vec![call(), good(), good(), good(), wasted(), short(), wasted().forgiven()], marked.to_vec()].concat()
}

/// What was called before, by anybody.
fn past(fates: Vec<Call>, most: usize) -> impl Strategy<Value = Vec<Call>> {
    proptest::collection::vec(any_call(fates), 0..most)
}

/// The number's carrier: of the customers, of nobody, or not known.
fn standing() -> impl Strategy<Value = fn(&mut Case)> {
    proptest::sample::select(vec![Case::usual_carrier as fn(&mut Case), Case::unusual_carrier, |_| {}])
}

fn is_of_asker(call: &Call) -> bool {
    let own = plain().request.caller;
    call.line == own.address.line()
        || call.account.as_ref() == own.account.as_ref().map(|account| &account.id)
}

/// Marks one of the asker's calls that nobody has marked, if there is one.
fn mark_one(case: &mut Case, which: proptest::sample::Index) {
    let unmarked = |call: &&mut Call| is_of_asker(call) && call.mark.is_none();
    let own: Vec<_> = case.calls.iter_mut().filter(unmarked).collect();
    if !own.is_empty() {
        let which = which.index(own.len());
        own.into_iter().nth(which).into_iter().for_each(|call| *call = call.clone().spam());
    }
}

proptest! {
    #[test]
    fn whatever_others_do_who_talked_with_this_number_and_has_not_spent_it_is_called(
        others in past(fates(), 200),
        standing in standing(),
        (newcomers, strangers) in (0i64..500, 0i64..500),
        approved in 0u64..500,
    ) {
        let verdict = Case::with(|case| {
            standing(case);
            // But for having its phone ring as often as any phone bears.
            let (to_number, elsewhere): (Vec<_>, Vec<_>) =
                others.into_iter().filter(|call| !is_of_asker(call)).partition(|call| call.number.e164() == NUMBER);
            case.past(elsewhere);
            case.past(to_number.into_iter().take(11));
            case.past([good().account("ada").to(NUMBER).days_ago(2)]);
            let held = |this| Held { this, last: this };
            case.facts.newcomers = Places { newcomers: held(newcomers), strangers: held(strangers) };
            case.facts.range_approved = approved;
        })
        .verdict();
        check_verdict(&verdict, Certainty::Noted, &[]);
    }

    #[test]
    fn what_is_wrong_with_a_range_or_a_carrier_never_binds_who_talked_with_this_number_unmarked(
        mut past in past(fates(), 100),
        standing in standing(),
    ) {
        let case = Case::with(|case| {
            standing(case);
            past.push(good().account("ada").to(NUMBER).days_ago(2));
            case.past(past);
        });
        let known = case.known();
        let proof = Proof::of(&case.request, &known.evidence, Vouched::No, None, &case.policy, case.now);
        let (held, marked) = ([Code::TooManyToRange, Code::TooManyToCarrier], [Code::MarkedRange, Code::MarkedCarrier]);
        let around: BTreeSet<_> = [held, marked].concat().into_iter().chain([Code::TooMuchWasteInRange]).collect();
        if proof.pair == crate::proof::Pair::Ripe {
            prop_assert!(codes(&case.verdict()).is_disjoint(&around));
        }
    }

    #[test]
    fn good_calls_never_speak_against_who_has_proved_himself(
        past in past(fates(), 60),
        more in past(vec![good()], 60),
        standing in standing(),
    ) {
        let mut case = Case::with(|case| {
            standing(case);
            case.past([good().account("ada").to(NUMBER).days_ago(2)]);
            case.past(past);
        });
        let before = case.verdict();
        let (terms, _) = case.terms();
        // His own of the last day take of what one number, and one proof, lets through.
        let of_late = |call: &Call| now().duration_since(call.dialed_at) < SignedDuration::from_hours(24);
        case.past(more.into_iter().filter(|call| !(is_of_asker(call) && of_late(call))));
        let pair = Proof::of(&case.request, &case.known().evidence, Vouched::No, None, &case.policy, case.now).pair;
        if terms.admission == Admission::Proven && pair == crate::proof::Pair::Ripe {
            prop_assert!(codes(&case.verdict()).is_subset(&codes(&before)));
        }
    }

    #[test]
    fn a_mark_never_lets_its_asker_through(
        past in past(fates(), 20),
        which in any::<proptest::sample::Index>(),
        standing in standing(),
    ) {
        let mut case = Case::with(|case| {
            standing(case);
            case.past(past);
        });
        let certainty = case.verdict().certainty;
        mark_one(&mut case, which);
        prop_assert!(case.verdict().certainty >= certainty);
    }

    #[test]
    fn no_finding_of_the_asker_goes_away_by_a_mark(
        past in past(vec![call(), good(), good(), wasted(), pumped()], 20),
        which in any::<proptest::sample::Index>(),
    ) {
        let mut case = Case::with(|case| case.past(past));
        let own_findings = |case: &Case| -> BTreeSet<Code> {
            let of_asker = |code: &Code| code.as_str().ends_with("-address") || code.as_str().ends_with("-account");
            codes(&case.verdict()).into_iter().filter(of_asker).collect()
        };
        let before = own_findings(&case);
        mark_one(&mut case, which);
        prop_assert!(before.is_subset(&own_findings(&case)));
    }

    #[test]
    fn nothing_that_is_stored_or_allowed_makes_screening_panic(
        past in past(fates(), 60),
        standing in standing(),
        held in prop_oneof![Just([i64::MAX; 4]), Just([i64::MIN; 4]), any::<[i64; 4]>()],
        approved in prop_oneof![Just(u64::MAX), any::<u64>()],
        floors in prop_oneof![Just([u32::MAX; 3]), any::<[u32; 3]>()],
        now in 0i64..4_000_000_000,
        v6 in any::<bool>(),
    ) {
        let case = Case::with(|case| {
            standing(case);
            case.past(past);
            let [newcomers, strangers] = [[held[0], held[1]], [held[2], held[3]]].map(|[this, last]| Held { this, last });
            case.facts.newcomers = Places { newcomers, strangers };
            case.facts.range_approved = approved;
            case.policy.waste.address.floor = floors[0];
            case.policy.waste.ipv6_block.floor = floors[1];
            case.policy.held.per_range_while_untold_max = floors[2];
            case.now = Timestamp::from_second(now).unwrap();
            if v6 {
                case.ask_from("2001:db8:1:2::9");
            }
        });
        prop_assert_eq!(case.verdict(), case.verdict());
        let _ = (case.terms(), case.lookup_matters(), case.at_dial(), case.at_once());
    }
}
