//! `POST /callbacks`: one conditional write, then the answer. Nothing about the number is asked before it, so neither
//! the answer nor its timing can tell anything.

use std::collections::BTreeSet;

use jiff::Timestamp;
use lambda_http::Request;
use lambda_http::http::HeaderMap;
use tollgate::record::Record;
use tollgate::reply::Answered;
use tollgate::request::{CallbackRequest, Caller, Fingerprint, RequestId, call_by};
use tollgate::screen;
use tollgate::state::{Ending, State};
use tollgate::text::AccountId;
use tollgate_aws::tables::requests::{self, Taken};
use tollgate_aws::tables::settings::Settings;

use crate::answer::Answer;
use crate::problem::Problem;
use crate::route::Access;
use crate::{Intake, body, unavailable};

const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// The longest `Idempotency-Key`, in characters.
const KEY_CHARACTERS_MAX: usize = 255;
/// The shortest of a guest: guests have no account that keeps their keys apart, so the keys must do so themselves. 128 random
/// bits take 22 characters in Base64.
const GUESTS_KEY_CHARACTERS_MIN: usize = 22;
/// So many different characters has any random key of that length, be it of digits alone.
const GUESTS_KEY_DISTINCT_MIN: usize = 5;

/// Takes a request. The same request under the same `Idempotency-Key` is answered as it was the first time, whatever has
/// become of it since.
pub(crate) async fn post(
    request: &Request,
    access: Access,
    caller: Caller,
    intake: &Intake,
    now: Timestamp,
) -> Result<Answer, Problem> {
    let account = caller.account.as_ref().map(|account| &account.id);
    let id = id(request.headers(), account, intake)?;
    let settings = intake.settings(now).await;
    let policy = &settings.policy;
    let asked = body::parse(request.body(), policy)?;

    let request = CallbackRequest {
        id,
        received_at: now,
        deadline: now + policy.deadline(),
        number: asked.number,
        name: asked.name,
        topic: asked.topic,
        caller,
    };
    let (record, answered) = decide(request, &settings, now);

    let fingerprint = Fingerprint::of(&record.request);
    let taken = requests::take(&intake.tables, &record, &fingerprint, now + policy.retention()).await;
    let (answered, deadline) = match taken.map_err(unavailable)? {
        Taken::New => (answered, record.request.deadline),
        Taken::Known(stored) if stored.fingerprint == fingerprint => {
            (stored.answered, stored.record.request.deadline)
        }
        Taken::Known(_) => return Err(Problem::IdempotencyKeyReused),
    };
    let channels = policy.channels.clone();
    Ok(match answered {
        Answered::Accepted => Answer::Accepted { id, access, channels, call_by: call_by(deadline) },
        Answered::Redirected => Answer::Redirected { channels },
    })
}

/// Offers the other channels alone if what is known of the visitor suffices for that, or nobody can be called. Anything else is
/// for screening to find, which says nothing.
fn decide(request: CallbackRequest, settings: &Settings, now: Timestamp) -> (Record, Answered) {
    let spent = settings.spent_for_everybody(now);
    let verdict = screen::at_once(&request, &settings.switches, spent, &settings.policy);
    let (state, findings, answered) = if verdict.turns_away() {
        (State::Ended(Ending::Redirected), verdict.findings, Answered::Redirected)
    } else {
        (State::Received, vec![], Answered::Accepted)
    };
    (Record { request, state, findings, line: None, terms: None, cancelled_at: None, mark: None }, answered)
}

/// The request's id: derived from its `Idempotency-Key`, or drawn.
fn id(headers: &HeaderMap, account: Option<&AccountId>, intake: &Intake) -> Result<RequestId, Problem> {
    match key(headers)? {
        Some(key) if account.is_none() && !is_hard_to_guess(key) => {
            Err(Problem::ShortIdempotencyKey { characters_min: GUESTS_KEY_CHARACTERS_MIN })
        }
        Some(key) => Ok(RequestId::from_idempotency_key(&intake.secret, account, key)),
        None => {
            let drawn = (intake.random)().ok_or_else(|| {
                tracing::error!("the random source gave nothing");
                Problem::Unavailable
            });
            drawn.map(RequestId::from_random)
        }
    }
}

/// Whether no other guest comes by the same key: it is long, written as random keys are (a UUID, hexadecimal, Base64, in quotes
/// perhaps), and no word or dash over and over, as a mistake in a page makes it. A template that nobody filled in, an address or
/// the hour has other characters.
fn is_hard_to_guess(key: &str) -> bool {
    let is_written_so = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_+/=\"".contains(&byte));
    let distinct: BTreeSet<_> = key.bytes().collect();
    let repeats =
        (1..=key.len() / 2).any(|after| key.bytes().zip(key.bytes().skip(after)).all(|(a, b)| a == b));
    key.len() >= GUESTS_KEY_CHARACTERS_MIN
        && distinct.len() >= GUESTS_KEY_DISTINCT_MIN
        && !repeats
        && is_written_so
}

fn key(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let mut keys = headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(key) = keys.next() else { return Ok(None) };
    let is_visible = |text: &&str| text.bytes().all(|byte| byte.is_ascii_graphic());
    let key =
        key.to_str().ok().filter(is_visible).filter(|text| (1..=KEY_CHARACTERS_MAX).contains(&text.len()));
    match (key, keys.next()) {
        (Some(key), None) => Ok(Some(key)),
        _ => Err(Problem::InvalidIdempotencyKey),
    }
}

#[cfg(test)]
#[path = "post/tests.rs"]
mod tests;
