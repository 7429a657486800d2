//! The export of the whole list as CSV, which an import takes back. Who added an entry and when does not go along: the
//! importing operator is the author of what is imported.
//!
//! Lambda answers with 6 MB at most. A longer list comes in parts, each a file with its own first line: the header
//! `x-next` holds the `after` of the next part, encoded for a URL. `x-unreadable` counts the items that could not be
//! read; the log says which.

use jiff::tz::TimeZone;
use lambda_http::http::header::CONTENT_DISPOSITION;
use lambda_http::http::{HeaderName, HeaderValue, StatusCode};
use lambda_http::{Body, Response};
use operations::csv;
use tollgate::entry::Listing;
use tollgate_aws::tables::Tables;
use tollgate_aws::tables::deny_list;

use super::lines::COLUMNS;
use crate::asked::Asked;
use crate::problem::Failure;
use crate::{key, reply};

/// A part is complete when it has so many bytes, counted as Lambda sends them; one more page still fits into 6 MB.
const PART_BYTES: usize = 4_000_000;
/// How many items a page has: with the longest reasons about 1 MB.
const PAGE_ITEMS: i32 = 500;
const NEXT: HeaderName = HeaderName::from_static("x-next");
const UNREADABLE: HeaderName = HeaderName::from_static("x-unreadable");

/// Exports the list, or the part of it that begins after `after`.
pub(crate) async fn export(tables: &Tables, asked: &Asked) -> Result<Response<Body>, Failure> {
    asked.query.only(&["after"])?;
    let mut after = super::after(&asked.query)?;
    let mut body = csv::line(COLUMNS);
    let (mut sent_bytes, mut unreadable) = (0, 0);
    loop {
        let page = deny_list::page(tables, after.as_deref(), PAGE_ITEMS, asked.now).await?;
        for listing in page.listings {
            match listing {
                Ok(listing) => {
                    let line = line(&listing);
                    sent_bytes += sent(&line);
                    body += &line;
                }
                Err(error) => {
                    tracing::error!(%error, "an entry is missing in an export");
                    unreadable += 1;
                }
            }
        }
        after = page.next;
        if after.is_none() || PART_BYTES <= sent_bytes {
            break;
        }
    }
    Ok(attached(body, asked, after.as_deref(), unreadable))
}

fn line(listing: &Listing) -> String {
    let expires_at = listing.expires_at.map(|at| at.to_string()).unwrap_or_default();
    csv::line([&listing.entry.key(), listing.effect.as_str(), listing.reason.as_str(), &expires_at])
}

/// How many bytes a text takes within the JSON in which Lambda sends it.
fn sent(text: &str) -> usize {
    text.len() + text.bytes().filter(|byte| matches!(byte, b'"' | b'\\' | b'\r' | b'\n')).count()
}

fn attached(body: String, asked: &Asked, next: Option<&str>, unreadable: u32) -> Response<Body> {
    let mut response = reply::text(StatusCode::OK, "text/csv; charset=utf-8", body);
    let day = asked.now.to_zoned(TimeZone::UTC).date();
    let name = format!("attachment; filename=\"tollgate-entries-{day}.csv\"");
    let headers = [
        (CONTENT_DISPOSITION, Some(name)),
        (NEXT, next.map(key::encode)),
        (UNREADABLE, (unreadable > 0).then(|| unreadable.to_string())),
    ];
    for (name, value) in headers {
        if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;
    use tollgate::entry::{Effect, Entry};
    use tollgate::text::{Author, Reason};

    use super::super::lines::{self, Defaults, Draft};
    use super::*;

    fn listing(key: &str, reason: &str, expires_at: Option<Timestamp>) -> Option<Listing> {
        Some(Listing {
            // Stored entries are canonical: they were read from their own keys.
            entry: Entry::parse(&Entry::parse(key).ok()?.key()).ok()?,
            effect: Effect::Deny,
            reason: Reason::parse(reason).ok()?,
            author: Author::parse("ada").ok()?,
            added_at: Timestamp::UNIX_EPOCH,
            expires_at,
        })
    }

    /// Exports a listing and imports it again.
    fn there_and_back(listing: &Listing) -> Result<Draft, String> {
        let file = csv::line(COLUMNS) + &line(listing);
        let lines = lines::csv(file.as_bytes(), &Defaults::default(), Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(lines.len(), 1, "{file}");
        lines.into_iter().next().unwrap().read
    }

    fn draft(listing: Listing) -> Draft {
        let Listing { entry, effect, reason, expires_at, .. } = listing;
        Draft { entry, effect, reason, expires_at }
    }

    #[test]
    fn a_line_is_plain_csv_that_no_spreadsheet_takes_for_a_formula() {
        let listing = listing("prefix#+1876", "=cmd|' /C calc'!A0, \"now\"", None).unwrap();
        assert_eq!(line(&listing), "prefix#+1876,deny,\"'=cmd|' /C calc'!A0, \"\"now\"\"\",\r\n");
    }

    proptest! {
        #[test]
        fn what_is_exported_can_be_imported(
            key in "(account|carrier)#\\PC{1,20}|net#203\\.0\\.113\\.0/24|prefix#\\+1876",
            reason in "[=+@'-]{0,3}\\PC{1,20}",
            expires_at in proptest::option::of(946_684_800_000_i64..4_102_444_800_000),
        ) {
            let expires_at = expires_at.map(|at| Timestamp::from_millisecond(at).unwrap());
            if let Some(listing) = listing(&key, &reason, expires_at) {
                prop_assert_eq!(there_and_back(&listing), Ok(draft(listing)));
            }
        }
    }
}
