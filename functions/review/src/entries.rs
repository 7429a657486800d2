//! The deny and trust list: single entries, and files of them.

mod export;
mod form;
mod import;
mod lines;

use lambda_http::http::StatusCode;
use lambda_http::{Body, Response};
use serde::Serialize;
use tollgate::entry::{Effect, Entry, EntryError};
use tollgate::policy::Numbers;
use tollgate::text::Reason;
use tollgate_aws::changes::Action;
use tollgate_aws::deny_list;
use tollgate_aws::error::StoreError;
use tollgate_aws::settings;
use tollgate_aws::tables::Tables;

use self::form::{EntryBody, Shown};
use crate::asked::{Asked, Query};
use crate::problem::{Failure, FieldError, Problem};
use crate::reply::{self, Unreadable};
use crate::{changes, key};

pub(crate) use export::export;
pub(crate) use import::import;

/// As long as a key of DynamoDB may be, in bytes.
const KEY_BYTES_MAX: usize = 2_048;

/// Lists the entries that hold, in no order, page by page.
pub(crate) async fn list(tables: &Tables, asked: &Asked) -> Result<Response<Body>, Failure> {
    #[derive(Serialize)]
    struct Entries {
        entries: Vec<Shown>,
        unreadable: Vec<Unreadable>,
        /// The `after` of the next page.
        next: Option<String>,
    }
    asked.query.only(&["after", "limit"])?;
    let after = after(&asked.query)?;
    let limit = asked.query.limit(1..=1_000, 100)?;

    let page = deny_list::page(tables, after.as_deref(), limit, asked.now).await?;
    let mut told =
        Entries { entries: vec![], unreadable: vec![], next: page.next.as_deref().map(key::encode) };
    for listing in page.listings {
        match listing {
            Ok(listing) => told.entries.push(Shown::of(&listing)),
            Err(error) => told.unreadable.push(Unreadable { reason: error.to_string() }),
        }
    }
    Ok(reply::json(StatusCode::OK, &told))
}

/// Shows one entry.
pub(crate) async fn show(tables: &Tables, asked: &Asked, key: &str) -> Result<Response<Body>, Failure> {
    asked.query.only(&[])?;
    let entry = named(Entry::parse(key))?;
    let listing = deny_list::get(tables, &entry, asked.now).await?.ok_or_else(not_listed)?;
    Ok(reply::json(StatusCode::OK, &Shown::of(&listing)))
}

/// Lists an entry, whether or not it was listed before.
pub(crate) async fn put(tables: &Tables, asked: &Asked, key: &str) -> Result<Response<Body>, Failure> {
    asked.query.only(&[])?;
    let listing = asked.json::<EntryBody>()?;
    let entry = named(Entry::parse_new(key, &numbers(tables).await))?;
    let listing = listing.read(entry, &asked.author, asked.now)?;

    let subject = listing.entry.key();
    let action = match listing.effect {
        Effect::Deny => Action::DenyEntry,
        Effect::Trust => Action::TrustEntry,
    };
    changes::record(tables, asked, action, subject, Some(&listing.reason)).await?;
    deny_list::add(tables, std::slice::from_ref(&listing)).await?;
    Ok(reply::json(StatusCode::OK, &Shown::of(&listing)))
}

/// Removes an entry.
pub(crate) async fn remove(tables: &Tables, asked: &Asked, key: &str) -> Result<Response<Body>, Failure> {
    asked.query.only(&["reason"])?;
    let entry = named(Entry::parse(key))?;
    let reason = asked.query.parsed("reason", Reason::parse)?;
    let reason = reason.ok_or_else(|| Problem::query("reason", "say why"))?;

    match deny_list::get(tables, &entry, asked.now).await {
        // An entry that cannot be read can still be removed.
        Ok(Some(_)) | Err(StoreError::Inconsistent { .. }) => {}
        Ok(None) => return Err(not_listed().into()),
        Err(error) => return Err(error.into()),
    }

    changes::record(tables, asked, Action::RemoveEntry, entry.key(), Some(&reason)).await?;
    deny_list::remove(tables, &[entry]).await?;
    Ok(reply::empty(StatusCode::NO_CONTENT))
}

/// Which numbers the policy lets in. A policy that cannot be read must not keep an operator from the list.
async fn numbers(tables: &Tables) -> Numbers {
    settings::policy(tables).await.map(|current| current.policy.numbers).unwrap_or_else(|error| {
        tracing::error!(%error, "the policy cannot be read; no number beyond the library's is listed");
        Numbers::default()
    })
}

fn not_listed() -> Problem {
    Problem::not_found("this entry is not listed, or does not hold any more")
}

fn named(read: Result<Entry, EntryError>) -> Result<Entry, Problem> {
    read.map_err(|error| {
        let errors = vec![FieldError { field: "entry".to_owned(), reason: error.to_string() }];
        Problem::invalid("the path does not name an entry", errors)
    })
}

/// The key after which a page begins, as `next` told it.
fn after(query: &Query) -> Result<Option<String>, Problem> {
    query.parsed("after", |text| {
        let key = key::decode(text).filter(|key| (1..=KEY_BYTES_MAX).contains(&key.len()));
        key.ok_or("give what `next` told")
    })
}
