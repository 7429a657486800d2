//! What earlier calls teach: too many were wasted, too many requests were marked as spam, a block still holds.

use jiff::Timestamp;

use super::volume::known_carrier;
use crate::counter::{DAY_SECONDS, Subject};
use crate::facts::Facts;
use crate::history::{Block, History, Tally, WEEK_SECONDS};
use crate::policy::{Policy, Tolerance};
use crate::request::CallbackRequest;
use crate::verdict::{Code, Finding, Standing, Verdict};

/// Findings of waste, marks and blocks.
pub(super) fn findings(
    request: &CallbackRequest,
    facts: &Facts,
    policy: &Policy,
    now: Timestamp,
) -> Vec<Finding> {
    let pasts = pasts(request, facts);
    let mut findings = waste(&pasts, facts, policy, now);
    findings.extend(pasts.iter().filter_map(|past| marks(past, policy, now)));
    findings.extend(pasts.iter().filter_map(|past| blocked(past, now)));
    findings
}

/// The blocks that a verdict brings about: each subject that went too far by an enforced finding and is not blocked yet.
#[must_use]
pub fn blocks(
    request: &CallbackRequest,
    facts: &Facts,
    policy: &Policy,
    verdict: &Verdict,
    now: Timestamp,
) -> Vec<(Subject, Block)> {
    let went_too_far = |subject: &Subject| {
        verdict.findings.iter().any(|finding| {
            finding.code.blocks()
                && finding.standing == Standing::Enforced
                && finding.subject.as_deref() == Some(subject.key().as_str())
        })
    };
    pasts(request, facts)
        .into_iter()
        .filter(|past| past.history.blocked(now).is_none() && went_too_far(&past.subject))
        .map(|past| (past.subject, Block::after(past.history.block, policy.blocks, request.id, now)))
        .collect()
}

/// A subject of the request, and its past.
struct Past<'a> {
    subject: Subject,
    history: &'a History,
}

/// All subjects of a request that have a past, the asking ones first.
fn pasts<'a>(request: &CallbackRequest, facts: &'a Facts) -> Vec<Past<'a>> {
    let subjects = Subject::all_of(request, known_carrier(&facts.line)).into_iter();
    subjects.filter_map(|subject| Some(Past { history: facts.histories.of(&subject)?, subject })).collect()
}

/// Waste. What an asker's calls to the number itself came to is left out of the asker's: whoever missed a call may ask
/// again. A carrier or country in which too much is wasted is closed only to those who have wasted calls themselves,
/// more than one for each two that went well: most of its callers are customers.
fn waste(pasts: &[Past<'_>], facts: &Facts, policy: &Policy, now: Timestamp) -> Vec<Finding> {
    let to_the_number = facts.histories.number.of_late(now).wasted;
    let elsewhere = |tally: Tally| Tally { wasted: tally.wasted.saturating_sub(to_the_number), ..tally };
    let asker_wastes = pasts.iter().any(|past| {
        let tally = elsewhere(past.history.of_late(now));
        matches!(past.subject, Subject::Address(_) | Subject::Account(_))
            && tally.wasted.saturating_mul(2) > tally.good
    });
    let limits = &policy.waste;
    let finding = |past: &Past<'_>| {
        let tally = past.history.of_late(now);
        let (code, tally, tolerance) = match past.subject {
            Subject::Address(_) => (Code::TooMuchWasteFromAddress, elsewhere(tally), limits.address),
            Subject::Block(_) => (Code::TooMuchWasteFromBlock, elsewhere(tally), limits.block),
            Subject::Account(_) => (Code::TooMuchWasteFromAccount, elsewhere(tally), limits.account),
            Subject::Number(_) => (Code::TooMuchWasteToNumber, tally, limits.number),
            Subject::Range(_) => (Code::TooMuchWasteInRange, tally, limits.range),
            Subject::Carrier(_) if asker_wastes => (Code::TooMuchWasteInCarrier, tally, limits.carrier),
            Subject::Country(_) if asker_wastes => (Code::TooMuchWasteInCountry, tally, limits.country),
            Subject::Carrier(_) | Subject::Country(_) => return None,
        };
        // After each block that is over, one more may be wasted: whoever had bad luck shows that he is a customer.
        let probes = past.history.block.filter(|block| block.until <= now).map_or(0, |block| block.strikes);
        let allowed = tolerance.allowed(tally.good).saturating_add(probes.into());
        (tally.wasted > allowed)
            .then(|| Finding::about(code, past.subject.key()).measured(tally.wasted, allowed, DAY_SECONDS))
    };
    pasts.iter().filter_map(finding).collect()
}

fn marks(past: &Past<'_>, policy: &Policy, now: Timestamp) -> Option<Finding> {
    let limits = &policy.marks;
    let (code, tolerance): (Code, Tolerance) = match past.subject {
        Subject::Address(_) => (Code::MarkedAddress, limits.address),
        Subject::Block(_) => (Code::MarkedBlock, limits.block),
        Subject::Account(_) => (Code::MarkedAccount, limits.account),
        Subject::Number(_) => (Code::MarkedNumber, limits.number),
        Subject::Range(_) => (Code::MarkedRange, limits.range),
        Subject::Carrier(_) => (Code::MarkedCarrier, limits.carrier),
        Subject::Country(_) => return None,
    };
    let tally = past.history.of_the_week(now);
    let allowed = tally.too_marked(tolerance)?;
    Some(Finding::about(code, past.subject.key()).measured(tally.marked, allowed, WEEK_SECONDS))
}

fn blocked(past: &Past<'_>, now: Timestamp) -> Option<Finding> {
    let block = past.history.blocked(now)?;
    let code = match past.subject {
        Subject::Address(_) | Subject::Block(_) | Subject::Account(_) => Code::SourceBlocked,
        Subject::Number(_) | Subject::Range(_) | Subject::Carrier(_) | Subject::Country(_) => {
            Code::DestinationBlocked
        }
    };
    let left = u32::try_from(block.until.duration_since(now).as_secs()).unwrap_or(0);
    Some(Finding::about(code, past.subject.key()).measured(u64::from(block.strikes), 0, left))
}
