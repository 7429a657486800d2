//! Learning what the decision asks for.

use jiff::Timestamp;
use tollgate::decision::Question;
use tollgate::evidence::Admission;
use tollgate::line::LineFact;
use tollgate::policy::Policy;
use tollgate::record::Record;
use tollgate_aws::error::StoreError;
use tollgate_aws::gather::Gathered;
use tollgate_aws::services::carrier::LookedUp;
use tollgate_aws::services::metrics::Metric;
use tollgate_aws::tables::settings::Settings;
use tollgate_aws::{
    gather,
    tables::{counters, numbers, requests},
};

use crate::Screening;

/// The facts with the answer to a question.
pub(crate) async fn answer(
    question: Question,
    known: Option<Gathered>,
    record: &Record,
    screening: &Screening,
    settings: &Settings,
    now: Timestamp,
) -> Result<Gathered, StoreError> {
    let (tables, Gathered { mut facts, mut lists }) = (&screening.tables, known.unwrap_or_default());
    match question {
        Question::Everything | Question::Changes => {
            Gathered { facts, lists } = gather::facts(tables, &record.request, settings, now).await?;
            if facts.line == LineFact::NotAsked && !screening.carrier.is_on() {
                facts.line = LineFact::NotOffered;
            }
        }
        Question::Over(asked) => {
            facts.over = Some(requests::over(tables, &asked).await?);
        }
        Question::Line(admission) => {
            facts.line = look_up(record, admission, screening, &settings.policy, now).await?;
        }
        Question::Carrier(carrier) => {
            facts.carrier = gather::carrier(tables, &carrier, now).await?;
        }
    }
    Ok(Gathered { facts, lists })
}

/// Asks for the number's line, if the service answers and the day's lookups are not spent, and keeps the answer.
async fn look_up(
    record: &Record,
    admission: Admission,
    screening: &Screening,
    policy: &Policy,
    now: Timestamp,
) -> Result<LineFact, StoreError> {
    let (tables, metrics) = (&screening.tables, &screening.metrics);
    let (number, asker) = (&record.request.number, record.request.caller.address.line());
    if screening.carrier.is_resting(now) {
        metrics.count(Metric::LookupsFailed);
        return Ok(LineFact::Unavailable);
    }
    if !counters::take_lookup(tables, asker, admission, policy, now).await? {
        metrics.count(Metric::LookupsSpent);
        tracing::warn!("no carrier lookup is left for this request");
        return Ok(LineFact::Unavailable);
    }
    Ok(match screening.carrier.look_up(number, now).await {
        LookedUp::Told(line) => {
            numbers::keep(tables, number, &line, now + policy.line_cache()).await?;
            LineFact::Known(line)
        }
        LookedUp::NotTold => LineFact::Unavailable,
        LookedUp::Failed => {
            metrics.count(Metric::LookupsFailed);
            LineFact::Unavailable
        }
    })
}
