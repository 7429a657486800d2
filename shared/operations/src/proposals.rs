//! Proposals for the deny list, made of the requests of the last day and of the calls of a month; and what a person decides
//! on them. To accept is to list the entry: by the operation that lists any other, so that it holds for the very next request.

use std::collections::BTreeMap;

use futures::future::try_join_all;
use jiff::{SignedDuration, Timestamp};
use tollgate::entry::{Effect, Entry, Listing};
use tollgate::policy::Policy;
use tollgate::proposals::{self, Past, Proposal, Suspect};
use tollgate::record::Record;
use tollgate::text::Reason;
use tollgate_aws::error::StoreError;
use tollgate_aws::tables::Tables;
use tollgate_aws::tables::changes::Action;
use tollgate_aws::tables::decisions::{self, Decided, Decision};
use tollgate_aws::tables::{calls, deny_list};

use crate::entries::Opposite;
use crate::operator::{Operation, Operator};
use crate::refused::Refused;
use crate::{change, entries};

/// For how long a rejected proposal is not made again, unless there is twice as much against it.
const REJECTED_FOR: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Proposals, and what was decided on them before.
#[derive(Debug, Default)]
pub struct Proposals {
    /// Those to decide on, the most expensive first.
    pub open: Vec<Proposal>,
    /// Those that somebody put aside or turned down, and that would be open else.
    pub aside: Vec<(Proposal, Decision)>,
    /// All decisions that are still known, by the entry's key.
    pub decided: BTreeMap<String, Decision>,
}

impl Proposals {
    /// How many days the entry of a proposal is to hold: longer each time it is accepted.
    #[must_use]
    pub fn days(&self, proposal: &Proposal) -> u32 {
        let before = self.decided.get(&proposal.entry.key()).map_or(0, |decision| decision.accepted);
        Proposal::days(before)
    }

    /// What the calls that the open proposals would have met cost in vain within the last hour, in millionths of a dollar.
    #[must_use]
    pub fn lost_micro_usd_last_hour(&self) -> u64 {
        self.open.iter().map(|proposal| proposal.evidence.lost_micro_usd_last_hour).sum()
    }
}

/// Proposes entries for what is going on among these requests, which are those of the last 24 hours, the newest first. One round
/// trip.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn of(
    tables: &Tables,
    records: &[Record],
    policy: &Policy,
    now: Timestamp,
) -> Result<Proposals, StoreError> {
    let found = proposals::suspects(records, policy, now);
    let pasts = try_join_all(found.suspects.iter().map(|suspect| past(tables, suspect, policy, now)));
    let covering: Vec<_> =
        found.suspects.iter().flat_map(|suspect| proposals::covering(&suspect.entry)).collect();
    let listed = deny_list::of(tables, &covering, now);
    let (pasts, listed, decided) = futures::try_join!(pasts, listed, decisions::all(tables))?;

    let mut told = Proposals { decided, ..Proposals::default() };
    for proposal in proposals::propose(&found, &pasts, policy) {
        if proposals::is_listed(&proposal.entry, &listed, now) {
            continue;
        }
        match told.decided.get(&proposal.entry.key()) {
            Some(decision) if is_aside(decision, &proposal, now) => {
                told.aside.push((proposal, decision.clone()))
            }
            _ => told.open.push(proposal),
        }
    }
    told.open.sort_by_key(|proposal| {
        let evidence = &proposal.evidence;
        let cost = (evidence.lost_micro_usd_last_hour, evidence.lost_micro_usd, evidence.bad.here);
        (proposal.kind, std::cmp::Reverse(cost))
    });
    Ok(told)
}

async fn past(
    tables: &Tables,
    suspect: &Suspect,
    policy: &Policy,
    now: Timestamp,
) -> Result<Option<Past>, StoreError> {
    let before = suspect.from(now);
    let calls = calls::met_by(tables, &suspect.entry, suspect.range.as_ref(), before, now).await?;
    Ok(calls.map(|calls| Past::of(&calls, before, policy)))
}

fn is_aside(decision: &Decision, proposal: &Proposal, now: Timestamp) -> bool {
    let twice =
        u64::try_from(proposal.evidence.bad.here).unwrap_or(u64::MAX) >= decision.bad.saturating_mul(2);
    match decision.decided {
        // It is on the list, or was and has run out.
        Decided::Accepted => false,
        Decided::Snoozed => !twice,
        Decided::Rejected => !twice && now < decision.decided_at + REJECTED_FOR,
    }
}

/// Accepts a proposal: lists the entry, and remembers that it was.
///
/// # Errors
/// When the operator may not, or DynamoDB does not answer.
pub async fn accept(
    tables: &Tables,
    operator: &Operator,
    listing: &Listing,
    bad: u64,
    now: Timestamp,
) -> Result<(), Refused> {
    debug_assert_eq!(listing.effect, Effect::Deny);
    entries::put(tables, operator, listing, Opposite::Stands, now).await?;
    // That it was accepted only makes it hold longer when it comes again.
    let decided =
        decisions::decide(tables, &listing.entry, Decided::Accepted, bad, &operator.author, now).await;
    if let Err(error) = decided {
        tracing::error!(%error, "an accepted proposal is listed, and not remembered");
    }
    Ok(())
}

/// Puts a proposal aside: until it has doubled, or for two weeks.
///
/// # Errors
/// When the operator may not, or DynamoDB does not answer.
pub async fn put_aside(
    tables: &Tables,
    operator: &Operator,
    entry: &Entry,
    aside: Aside,
    bad: u64,
    reason: Option<&Reason>,
    now: Timestamp,
) -> Result<(), Refused> {
    operator.must_be_allowed(Operation::KeepLists)?;
    let (action, decided) = match aside {
        Aside::Snooze => (Action::SnoozeProposal, Decided::Snoozed),
        Aside::Reject => (Action::RejectProposal, Decided::Rejected),
    };
    change::record(tables, operator, action, entry.key(), reason, now).await?;
    Ok(decisions::decide(tables, entry, decided, bad, &operator.author, now).await?)
}

/// How a proposal is put aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aside {
    /// Until there is twice as much against it.
    Snooze,
    /// For two weeks, or until there is twice as much against it.
    Reject,
}
