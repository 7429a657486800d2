//! The deny and trust list: single entries, and files of them.

mod export;
mod form;
mod import;
mod lines;

use lambda_http::http::StatusCode;
use lambda_http::{Body, Response};
use operations::entries::{self, Opposite};
use operations::refused::Refused;
use serde::Serialize;
use tollgate::entry::{Entry, EntryError};
use tollgate::text::Reason;
use tollgate_aws::tables::Tables;
use tollgate_aws::tables::deny_list;

use self::form::EntryBody;
pub(crate) use self::form::Shown;
use crate::asked::{Asked, Query};
use crate::key;
use crate::problem::{Failure, FieldError, Problem};
use crate::reply::{self, Unreadable};

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
    let listing = deny_list::get(tables, &entry, asked.now).await?.ok_or(Refused::NotListed)?;
    Ok(reply::json(StatusCode::OK, &Shown::of(&listing)))
}

/// Lists an entry, whether or not it was listed before.
pub(crate) async fn put(tables: &Tables, asked: &Asked, key: &str) -> Result<Response<Body>, Failure> {
    asked.query.only(&[])?;
    let listing = asked.json::<EntryBody>()?;
    let entry = named(Entry::parse_new(key, &entries::numbers(tables).await))?;
    let listing = listing.read(entry, &asked.operator.author, asked.now)?;

    // A single entry is named and told whole, so what is asked is what is meant.
    entries::put(tables, &asked.operator, &listing, Opposite::GivesWay, asked.now).await?;
    Ok(reply::json(StatusCode::OK, &Shown::of(&listing)))
}

/// Removes an entry.
pub(crate) async fn remove(tables: &Tables, asked: &Asked, key: &str) -> Result<Response<Body>, Failure> {
    asked.query.only(&["reason"])?;
    let entry = named(Entry::parse(key))?;
    let reason = asked.query.parsed("reason", Reason::parse)?;
    let reason = reason.ok_or_else(|| Problem::query("reason", "say why"))?;
    entries::remove(tables, &asked.operator, entry, &reason, asked.now).await?;
    Ok(reply::empty(StatusCode::NO_CONTENT))
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
