//! Writing a decision: one conditional write or transaction, and one log line. Whoever comes second finds the request gone
//! from `received` and changes nothing.

use jiff::Timestamp;
use tollgate::decision::Decision;
use tollgate::line::Line;
use tollgate::record::Record;
use tollgate::state::{State, StateName};
use tollgate::verdict::{Code, Finding};
use tollgate_aws::error::StoreError;
use tollgate_aws::tables::deny_list::Version;
use tollgate_aws::tables::requests::{Transition, Written};
use tollgate_aws::transitions::approval::{self, Approved};

use crate::Screening;

/// Does what was decided. An approval that loses a race is decided anew by what it lost to.
pub(crate) async fn carry_out(
    decision: Decision,
    record: &Record,
    line: Option<&Line>,
    lists: Option<Version>,
    screening: &Screening,
    now: Timestamp,
) -> Result<(), StoreError> {
    let decision = match decision {
        Decision::Approve(approval) => {
            // What is listed and let through all the same is looked at again: trust may expire, and a rule be enforced.
            let listed = |finding: &Finding| matches!(finding.code, Code::Trusted | Code::DenyListed);
            let unlisted_in = lists.filter(|_| !approval.findings.iter().any(listed));
            let approved = approval::approve(&screening.tables, record, &approval, line, unlisted_in, now);
            match approved.await? {
                Approved::Yes => {
                    log(screening, record, StateName::Approved, &approval.findings);
                    return Ok(());
                }
                Approved::Held(owner) => approval.held_by(owner),
                Approved::Full(code, place) => approval.full(code, &place),
                Approved::Overtaken => Decision::Leave,
            }
        }
        other => other,
    };
    let (state, findings) = match decision {
        Decision::Wait { owner, findings } => (State::Duplicate { owner }, findings),
        Decision::End { ending, findings } => (State::Ended(ending), findings),
        Decision::Leave
        | Decision::Ask(_)
        | Decision::Approve(_)
        | Decision::Dial { .. }
        | Decision::Stop(_) => return Ok(()),
    };
    let name = state.name();
    let Ok(step) = Transition::new(record.request.id, &record.state, state) else { return Ok(()) };
    // When upkeep looks at a duplicate stands already, a minute after it was taken or driven on: to move that costs two units.
    let step = step.with_findings(&findings).with_line(line);
    if step.write(&screening.tables).await? == Written::Yes {
        log(screening, record, name, &findings);
    }
    Ok(())
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
