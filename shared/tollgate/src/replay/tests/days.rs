//! Days of any requests.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

/// A day of a few visitors, numbers and fates.
fn days() -> impl Strategy<Value = Vec<Record>> {
    let request = (0u8..4, 0u8..5, 0u8..5);
    proptest::collection::btree_map(0i64..20_000, request, 0..80).prop_map(|requests| {
        let record = |(second, (caller, number, fate))| {
            let record = asked(second, &format!("203.0.{caller}.1"), &format!("+1206555010{number}"));
            let state = match fate {
                0 => closed(second, false),
                1 => State::Ended(Ending::Cancelled),
                2 => State::Ended(Ending::Refused),
                _ => return record,
            };
            Record { state, ..record }
        };
        requests.into_iter().map(record).collect()
    })
}

proptest! {
    #[test]
    fn no_number_is_called_twice_at_once_nor_more_often_than_it_may_be(records in days()) {
        let (mut live, mut calls) = (BTreeMap::<PhoneNumber, Timestamp>::new(), BTreeMap::<_, u32>::new());
        let policy = Policy::default();
        for (record, decision) in records.iter().zip(decisions(policy.clone(), &records)) {
            let request = &record.request;
            let State::Ended(Ending::Closed { end: Some(end), .. }) = &record.state else { continue };
            if decision.came_to == CameTo::Approved {
                let last = live.insert(request.number.clone(), end.ended_at);
                prop_assert!(last.is_none_or(|ended_at| ended_at <= request.received_at));
                // Whoever talked with it before is counted apart. Calls in which an agent talked allow for up to twice
                // as many.
                let calls = calls.entry((request.number.clone(), request.caller.address)).or_default();
                *calls += 1;
                prop_assert!(*calls <= 2 * policy.limits.per_number.requests_max);
            }
        }
    }

    #[test]
    fn a_decision_is_that_of_its_enforced_findings(records in days()) {
        for decision in decisions(Policy::default(), &records) {
            let enforced = || decision.findings.iter().filter(|finding| finding.standing == Standing::Enforced);
            let strictest = enforced().map(|finding| finding.certainty).max().unwrap_or(Certainty::Noted);
            match decision.came_to {
                CameTo::Approved | CameTo::Duplicate => prop_assert_eq!(strictest, Certainty::Noted),
                CameTo::Redirected | CameTo::Refused => prop_assert!(strictest.turns_away()),
            }
            prop_assert_eq!(decision.decided_by().is_none(), decision.came_to == CameTo::Approved);
        }
    }
}
