//! Tells how much of the budgets is taken: operators by metrics, and visitors, by way of the settings, that one is spent for
//! everybody.

use jiff::Timestamp;
use tollgate::budget::Used;
use tollgate::spent::Spent;
use tollgate_aws::error::StoreError;
use tollgate_aws::services::metrics::Metric;
use tollgate_aws::tables::counters;
use tollgate_aws::tables::settings::{self, Settings};

use crate::Upkeep;

/// Looks at the budgets.
///
/// # Errors
/// When DynamoDB does not answer.
pub(crate) async fn tell(upkeep: &Upkeep, known: &Settings, now: Timestamp) -> Result<(), StoreError> {
    let used = counters::budgets_used(&upkeep.tables, &known.policy, now).await?;
    for used in &used {
        upkeep.metrics.set(Metric::BudgetUsedPercent(used.take.budget), used.percent());
    }
    spent(upkeep, &used, known.spent.as_ref(), now).await
}

/// Says once a minute what is spent, and nothing while nothing is: what is not said again is soon not believed.
async fn spent(
    upkeep: &Upkeep,
    used: &[Used],
    before: Option<&Spent>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(spent) = Spent::seen(used, before, now) else { return Ok(()) };
    if spent.told(now).is_some() {
        tracing::warn!(budget = spent.budget.as_str(), "visitors are told that a budget is spent");
    }
    settings::put_spent(&upkeep.tables, &spent).await
}
