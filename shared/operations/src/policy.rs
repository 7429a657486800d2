//! The policy, saved as the version after the one that the operator saw.

use jiff::Timestamp;
use tollgate::policy::Policy;
use tollgate_aws::error::StoreError;
use tollgate_aws::tables::Tables;
use tollgate_aws::tables::changes::Action;
use tollgate_aws::tables::settings;

use crate::change;
use crate::operator::{Operation, Operator};
use crate::refused::Refused;

/// Saves a policy over the version that the operator saw; tells the new version.
///
/// # Errors
/// When the operator may not, somebody saved another meanwhile, or DynamoDB does not answer.
pub async fn save(
    tables: &Tables,
    operator: &Operator,
    policy: &Policy,
    seen: u64,
    now: Timestamp,
) -> Result<u64, Refused> {
    operator.must_be_allowed(Operation::SavePolicy)?;
    match settings::policy(tables).await {
        Ok(current) if current.version != seen => return Err(Refused::VersionStale),
        // A stored policy that cannot be read is mended by saving another; the condition of the write still holds.
        Ok(_) | Err(StoreError::Inconsistent { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    let version = format!("version {}", seen.saturating_add(1));
    change::record(tables, operator, Action::SavePolicy, version, None, now).await?;
    let saved = settings::put_policy(tables, policy, seen, &operator.author, now).await?;
    saved.ok_or(Refused::VersionStale)
}
