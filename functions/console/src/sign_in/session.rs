//! Sessions: begun when the issuer vouches for somebody, found by what his browser holds, and ended by time, by signing out, or
//! when the issuer does not vouch for him any more. It is asked again and again while he works, so that whoever is taken out
//! of his group, or out of the house, is out here within five minutes.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use operations::operator::{Operator, Role};
use tollgate_aws::error::StoreError;
use tollgate_aws::tables::Tables;
use tollgate_aws::tables::sessions::{self, Stored};

use super::issuer::{Issuer, IssuerError, Vouched};
use super::secret::Held;
use crate::{Door, Session};

/// How long a session lasts at most, however busy: a working day.
pub(super) const LASTS: SignedDuration = SignedDuration::from_hours(12);
/// How long a session lasts without a visit.
const IDLE: SignedDuration = SignedDuration::from_mins(30);
/// How often the issuer is asked whether it still vouches.
const ASKED_EVERY: SignedDuration = SignedDuration::from_mins(2);
/// For how long what the issuer said is believed.
const BELIEVED_FOR: SignedDuration = SignedDuration::from_mins(5);
/// How long one visit may take to ask. Another one asks then.
const TURN: SignedDuration = SignedDuration::from_secs(12);
/// How often, and how many times, the others look whether it was told.
const LOOK_EVERY: Duration = Duration::from_millis(500);
const LOOKS_MAX: u32 = 12;

/// What is known of the session that a browser holds.
pub(super) enum Found {
    /// It holds.
    Is(Session),
    /// There is none, or none any more.
    Nobody,
    /// The issuer does not say whether it still vouches.
    Unknown,
}

/// What came of asking again.
enum Renewed {
    Vouched(Stored),
    No,
    Silent,
}

/// Begins a session, under a name that nobody held before: what a browser held until now is never taken on (session fixation).
/// None if this attempt has succeeded before, or the machine gives no random bits.
pub(super) async fn begin(
    tables: &Tables,
    vouched: &Vouched,
    role: Role,
    attempt: &str,
    now: Timestamp,
) -> Result<Option<Held>, StoreError> {
    let Some(held) = Held::new() else { return Ok(None) };
    let stored = Stored {
        author: vouched.person.author.clone(),
        role: role.as_str().to_owned(),
        subject: vouched.person.subject.clone(),
        renewal: vouched.renewal.as_deref().and_then(|renewal| held.seal(renewal)),
        began_at: now,
        vouched_at: now,
    };
    let is_first = sessions::begin(tables, &held.key(), attempt, &stored, LASTS).await?;
    Ok(is_first.then_some(held))
}

/// The session that a browser holds.
pub(super) async fn find(
    tables: &Tables,
    issuer: &Issuer,
    held: &Held,
    now: Timestamp,
) -> Result<Found, StoreError> {
    for _look in 0..LOOKS_MAX {
        let Some(stored) = stored(tables, held).await? else { return Ok(Found::Nobody) };
        let vouched_for = now.duration_since(stored.vouched_at);
        if now.duration_since(stored.began_at) >= LASTS || vouched_for >= IDLE {
            sessions::end(tables, &held.key()).await?;
            return Ok(Found::Nobody);
        }
        let is_believed = vouched_for < BELIEVED_FOR;
        let renewal = stored.renewal.as_deref().and_then(|sealed| held.open(sealed));
        let Some(renewal) = renewal else {
            return Ok(if is_believed { session(&stored, held) } else { Found::Nobody });
        };
        if vouched_for < ASKED_EVERY {
            return Ok(session(&stored, held));
        }
        if sessions::take_turn(tables, &held.key(), stored.vouched_at, now, TURN).await? {
            return Ok(match ask_again(tables, issuer, held, &stored, &renewal, now).await? {
                Renewed::Vouched(stored) => session(&stored, held),
                Renewed::No => Found::Nobody,
                Renewed::Silent if is_believed => session(&stored, held),
                Renewed::Silent => Found::Unknown,
            });
        }
        if is_believed {
            return Ok(session(&stored, held));
        }
        // Somebody else's visit is asking just now.
        tables.pause(LOOK_EVERY).await;
    }
    Ok(Found::Unknown)
}

/// The session as it is stored. One that cannot be read, as of another version, is none: its holder signs in anew.
async fn stored(tables: &Tables, held: &Held) -> Result<Option<Stored>, StoreError> {
    match sessions::get(tables, &held.key()).await {
        Err(error @ StoreError::Inconsistent { .. }) => {
            tracing::error!(%error, "a session cannot be read");
            Ok(None)
        }
        read => read,
    }
}

async fn ask_again(
    tables: &Tables,
    issuer: &Issuer,
    held: &Held,
    stored: &Stored,
    renewal: &str,
    now: Timestamp,
) -> Result<Renewed, StoreError> {
    let (vouched, role) = match issuer.renew(renewal, &stored.subject, now).await {
        Ok(Vouched { person, renewal }) => match person.role {
            Some(role) => ((person.author, renewal), role),
            None => {
                tracing::warn!("somebody who is signed in has no role any more");
                sessions::end(tables, &held.key()).await?;
                return Ok(Renewed::No);
            }
        },
        Err(error @ IssuerError::Silent { .. }) => {
            tracing::error!(%error, "the issuer does not answer");
            return Ok(Renewed::Silent);
        }
        Err(error) => {
            tracing::warn!(%error, "the issuer does not vouch any more for somebody who is signed in");
            sessions::end(tables, &held.key()).await?;
            return Ok(Renewed::No);
        }
    };
    let (author, renewal) = vouched;
    let stored = Stored {
        author,
        role: role.as_str().to_owned(),
        renewal: renewal.as_deref().and_then(|renewal| held.seal(renewal)),
        vouched_at: now,
        ..stored.clone()
    };
    sessions::keep(tables, &held.key(), &stored).await?;
    Ok(Renewed::Vouched(stored))
}

/// Ends a session, here and in what the issuer would renew.
pub(super) async fn end(
    tables: &Tables,
    issuer: &Issuer,
    held: &Held,
    now: Timestamp,
) -> Result<(), StoreError> {
    let stored = stored(tables, held).await?;
    sessions::end(tables, &held.key()).await?;
    if let Some(renewal) = stored.and_then(|stored| held.open(&stored.renewal?)) {
        issuer.forget(&renewal, now).await;
    }
    Ok(())
}

fn session(stored: &Stored, held: &Held) -> Found {
    let (Some(role), Some(form_token)) = (Role::parse(&stored.role), held.form_token()) else {
        return Found::Nobody;
    };
    let operator = Operator { author: stored.author.clone(), role };
    Found::Is(Session { operator, form_token, door: Door::SignedIn })
}
