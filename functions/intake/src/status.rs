//! `GET /callback-options`, and a request seen again: `GET` and `DELETE /callbacks/{id}`.

use jiff::Timestamp;
use tollgate::reply::{Reply, Status};
use tollgate::request::{Caller, RequestId, call_by};
use tollgate::screen;
use tollgate::text::AccountId;
use tollgate_aws::tables::requests;

use crate::answer::{Answer, CallbackOptions};
use crate::problem::Problem;
use crate::{Intake, unavailable};

/// The channels to offer this caller, and the countries whose numbers are called.
pub(crate) async fn options(caller: &Caller, intake: &Intake, now: Timestamp) -> Answer {
    let settings = intake.settings(now).await;
    let spent = settings.spent_for_everybody(now);
    Answer::Options(CallbackOptions {
        channels: screen::channels(caller, &settings.switches, spent, &settings.policy),
        countries: settings
            .policy
            .served_countries
            .difference(&settings.switches.countries)
            .copied()
            .collect(),
        default_country: settings.policy.default_country,
    })
}

/// Shows a request to whoever made it. To everyone else it does not exist.
pub(crate) async fn look(
    id: &Option<RequestId>,
    caller: &Caller,
    intake: &Intake,
    now: Timestamp,
) -> Result<Answer, Problem> {
    let id = id.ok_or(Problem::NotFound)?;
    let look =
        requests::look(&intake.tables, id, now).await.map_err(unavailable)?.ok_or(Problem::NotFound)?;
    if look.account.as_ref() != account(caller) {
        return Err(Problem::NotFound);
    }
    // By the request's own deadline, so that a change of the policy does not move it.
    let call_by = call_by(look.deadline);
    let status = Status::shown(call_by, look.cancelled_at, now);
    let channels = intake.settings(now).await.policy.channels.clone();
    Ok(Answer::Shown(Reply { id: Some(id), status, channels, call_by: Some(call_by) }))
}

/// Withdraws a request for whoever made it. To everyone else it does not exist.
pub(crate) async fn cancel(
    id: &Option<RequestId>,
    caller: &Caller,
    intake: &Intake,
    now: Timestamp,
) -> Result<Answer, Problem> {
    let id = id.ok_or(Problem::NotFound)?;
    let cancelled = requests::cancel(&intake.tables, id, account(caller), now).await.map_err(unavailable)?;
    if cancelled { Ok(Answer::Cancelled) } else { Err(Problem::NotFound) }
}

fn account(caller: &Caller) -> Option<&AccountId> {
    caller.account.as_ref().map(|account| &account.id)
}
