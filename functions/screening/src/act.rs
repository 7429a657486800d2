//! Writing a verdict: one conditional write or transaction, and one log line. Whoever comes second finds the request gone
//! from `received` and changes nothing.

use jiff::Timestamp;
use tollgate::line::{Line, LineFact};
use tollgate::policy::Policy;
use tollgate::record::Record;
use tollgate::request::RequestId;
use tollgate::screen::terms;
use tollgate::state::{Ending, State, StateName};
use tollgate::verdict::{Code, Finding, Verdict};
use tollgate_aws::approval::{self, Approval, Grounds};
use tollgate_aws::error::StoreError;
use tollgate_aws::gather::Gathered;
use tollgate_aws::requests::{Transition, Written};

use crate::Screening;

/// Writes a verdict.
pub(crate) async fn write(
    screening: &Screening,
    record: &Record,
    gathered: &Gathered,
    verdict: Verdict,
    policy: &Policy,
    now: Timestamp,
) -> Result<(), StoreError> {
    let facts = &gathered.facts;
    let line = known(&facts.line);
    let held = facts.pending.filter(|holder| *holder != record.request.id);
    if verdict.turns_away() {
        return step(screening, record, State::Ended(Ending::Refused), verdict.findings, line).await;
    }
    match held {
        Some(owner) => duplicate(screening, record, owner, verdict.findings, line).await,
        None => approve(screening, record, gathered, verdict, policy, now).await,
    }
}

/// Claims the number and a place under each limit. A race that is lost is one more finding.
async fn approve(
    screening: &Screening,
    record: &Record,
    gathered: &Gathered,
    verdict: Verdict,
    policy: &Policy,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Gathered { facts, lists } = gathered;
    let line = known(&facts.line);
    let (terms, places) = terms(&record.request, facts, policy, now);
    let denied = verdict.findings.iter().any(|finding| finding.code == Code::DenyListed);
    let grounds = Grounds {
        findings: &verdict.findings,
        line,
        terms: &terms,
        places: &places,
        // What is denied and let through all the same is looked at again: trust may expire, and a rule be enforced.
        unlisted_in: lists.filter(|_| !denied),
    };
    match approval::approve(&screening.tables, record, grounds, now).await? {
        Approval::Granted => {
            log(screening, record, StateName::Approved, &verdict.findings);
            Ok(())
        }
        Approval::Held(owner) => duplicate(screening, record, owner, verdict.findings, line).await,
        Approval::Full(code, place) => {
            let room = place.room.unwrap_or(0);
            let finding = Finding::about(code, place.subject.key()).measured(
                room + 1,
                room,
                place.window.length_seconds(),
            );
            let findings = [verdict.findings, vec![finding]].concat();
            step(screening, record, State::Ended(Ending::Refused), findings, line).await
        }
        Approval::Overtaken => Ok(()),
    }
}

/// Another request holds the number: this one waits in case that one ends before its dial.
async fn duplicate(
    screening: &Screening,
    record: &Record,
    owner: RequestId,
    findings: Vec<Finding>,
    line: Option<&Line>,
) -> Result<(), StoreError> {
    let findings = [findings, vec![Finding::about(Code::NumberPending, owner.to_string())]].concat();
    let state = State::Duplicate { owner };
    let Ok(transition) = Transition::new(record.request.id, &record.state, state) else { return Ok(()) };
    // When upkeep looks at it stands already, a minute after it was taken or driven on: to move that costs two units.
    let transition = transition.with_findings(&findings).with_line(line);
    if transition.write(&screening.tables).await? == Written::Yes {
        log(screening, record, StateName::Duplicate, &findings);
    }
    Ok(())
}

/// Ends a request that was not decided.
pub(crate) async fn end(
    screening: &Screening,
    record: &Record,
    ending: Ending,
    findings: Vec<Finding>,
) -> Result<(), StoreError> {
    step(screening, record, State::Ended(ending), findings, None).await
}

async fn step(
    screening: &Screening,
    record: &Record,
    state: State,
    findings: Vec<Finding>,
    line: Option<&Line>,
) -> Result<(), StoreError> {
    let name = state.name();
    let Ok(transition) = Transition::new(record.request.id, &record.state, state) else { return Ok(()) };
    let written = transition.with_findings(&findings).with_line(line).write(&screening.tables).await?;
    if written == Written::Yes {
        log(screening, record, name, &findings);
    }
    Ok(())
}

fn known(line: &LineFact) -> Option<&Line> {
    match line {
        LineFact::Known(line) => Some(line),
        LineFact::NotAsked | LineFact::Unavailable => None,
    }
}

/// One line a decision.
fn log(screening: &Screening, record: &Record, state: StateName, findings: &[Finding]) {
    screening.metrics.decided(state, findings);
    let request = &record.request;
    let findings: Vec<_> = findings.iter().map(Finding::masked).collect();
    let findings = serde_json::to_string(&findings).unwrap_or_default();
    tracing::info!(
        request_id = %request.id,
        state = state.as_str(),
        findings,
        number = request.number.masked(),
        address = request.caller.address.masked(),
        "screened"
    );
}
