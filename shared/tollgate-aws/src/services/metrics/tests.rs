//! What a decision counts.

use std::collections::BTreeMap;

use tollgate::state::StateName;
use tollgate::verdict::{Code, Finding, Standing};

use super::{Metric, Metrics};

#[test]
fn a_decision_counts_what_was_enforced_apart_from_what_would_have_been() {
    let metrics = Metrics::kept();
    let shadow = Finding { standing: Standing::Shadow, ..Finding::new(Code::CountryMismatch) };
    let waived = Finding { standing: Standing::Waived, ..Finding::new(Code::Guest) };
    let findings = [Finding::new(Code::Trusted), Finding::new(Code::DenyListed), shadow, waived];
    metrics.decided(StateName::Refused, &findings);
    metrics.decided(StateName::Refused, &[]);
    let expected = BTreeMap::from([
        (Metric::Decisions(StateName::Refused), 2.0),
        (Metric::Findings(Code::DenyListed), 1.0),
        (Metric::ShadowFindings(Code::CountryMismatch), 1.0),
    ]);
    assert_eq!(metrics.kept_counts(), expected);
}

#[test]
fn a_request_is_held_back_once_by_each_cause_however_many_findings_it_has() {
    let metrics = Metrics::kept();
    let shadow = Finding { standing: Standing::Shadow, ..Finding::new(Code::MarkedRange) };
    let findings = [Code::MarkedAddress, Code::MarkedAccount, Code::TooManyFromAddress, Code::DenyListed];
    let findings: Vec<_> = findings.map(Finding::new).into_iter().chain([shadow]).collect();
    metrics.decided(StateName::Refused, &findings);
    let counts = metrics.take();
    let held = counts.iter().filter(|(metric, _)| metric.name() == "HeldBack");
    let held: Vec<_> = held.map(|(metric, count)| (metric.dimension(), *count)).collect();
    assert_eq!(held, [(Some(("Cause", "limits")), 1.0), (Some(("Cause", "marks")), 1.0)]);
    assert_eq!(metrics.kept_counts(), BTreeMap::new());
}
