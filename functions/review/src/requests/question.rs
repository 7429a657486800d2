//! Which requests an operator wants to see, as read from the query.

use std::cmp::Reverse;

use jiff::{SignedDuration, Timestamp};
use tollgate::network::Address;
use tollgate::number::PhoneNumber;
use tollgate::state::StateName;
use tollgate_aws::tables::requests::{Page, Question};

use crate::asked::Query;
use crate::problem::Problem;

/// How far back an operator sees who does not say.
const LOOK_BACK: SignedDuration = SignedDuration::from_hours(24);
/// As many open requests as a search reads, whatever it is asked for.
const OPEN_REQUESTS_MAX: i32 = 4_000;
/// The phase of the states that have an index of their own.
const ENDED: u8 = 4;

/// Which requests an operator wants to see.
#[derive(Debug)]
pub(super) struct Look {
    pub(super) question: Question,
    /// Of the open requests, only those in this state.
    open_state: Option<StateName>,
    pub(super) from: Timestamp,
    pub(super) before: Timestamp,
    requests_max: i32,
}

impl Look {
    pub(super) fn read(query: &Query, now: Timestamp) -> Result<Self, Problem> {
        query.only(&["number", "address", "state", "from", "before", "limit", "mask"])?;
        let (question, open_state) = question(query)?;
        let requests_max = query.limit(1..=100, 50)?;
        // A request of this very millisecond is to be seen, too.
        let just_after_now = now.saturating_add(SignedDuration::from_millis(1)).unwrap_or(now);
        let from = query.moment("from")?.unwrap_or(now.saturating_sub(LOOK_BACK).unwrap_or(now));
        let before = query.moment("before")?.unwrap_or(just_after_now);
        // Moments are stored in milliseconds, and compared as they are stored.
        if before.as_millisecond() <= from.as_millisecond() {
            return Err(Problem::query(
                "before",
                "must be later than `from`, which is a day ago unless you say",
            ));
        }
        Ok(Self { question, open_state, from, before, requests_max })
    }

    /// How many requests to ask the table for. Open ones are narrowed here, so all of them are needed.
    pub(super) fn requests_to_read(&self) -> i32 {
        if self.open_state.is_some() { OPEN_REQUESTS_MAX } else { self.requests_max }
    }

    /// Keeps the open requests that are in the wanted state, and those that nobody can read.
    pub(super) fn narrow(&self, page: Page) -> Page {
        let Some(wanted) = self.open_state else { return page };
        let received_at = |stored: &Result<tollgate_aws::tables::requests::Stored, _>| {
            stored.as_ref().ok().map(|stored| stored.record.request.received_at)
        };
        let Page { mut requests, next_before } = page;
        requests.retain(|stored| stored.as_ref().map_or(true, |stored| stored.record.state.name() == wanted));
        requests.sort_by_key(|stored| Reverse(received_at(stored)));
        let max = usize::try_from(self.requests_max).unwrap_or(0);
        if requests.len() <= max {
            return Page { requests, next_before };
        }
        requests.truncate(max);
        let next_before = requests.iter().filter_map(received_at).min();
        Page { requests, next_before }
    }
}

/// Exactly one of number, address and state; open requests if none.
fn question(query: &Query) -> Result<(Question, Option<StateName>), Problem> {
    let number = query.parsed("number", number)?.map(|number| (Question::Number(number), None));
    let address = query.parsed("address", Address::parse)?.map(|address| (Question::Address(address), None));
    let state = query.parsed("state", state)?;
    match (number, address, state) {
        (None, None, None) => Ok((Question::Open, None)),
        (Some(only), None, None) | (None, Some(only), None) | (None, None, Some(only)) => Ok(only),
        _ => Err(Problem::query("number", "give one of number, address and state")),
    }
}

/// Reads an international number. A `+` that was not encoded reads as a space in a query.
fn number(text: &str) -> Result<PhoneNumber, String> {
    let text = text.strip_prefix(' ').map_or_else(|| text.to_owned(), |digits| format!("+{digits}"));
    PhoneNumber::parse_any(&text).map_err(|error| error.to_string())
}

fn state(text: &str) -> Result<(Question, Option<StateName>), String> {
    match StateName::parse(text) {
        Some(name) if name.phase() == ENDED => Ok((Question::Outcome(name), None)),
        Some(name) => Ok((Question::Open, Some(name))),
        None if text == "open" => Ok((Question::Open, None)),
        None => {
            let names: Vec<_> = StateName::ALL.into_iter().map(StateName::as_str).collect();
            Err(format!("one of open, {}", names.join(", ")))
        }
    }
}

#[cfg(test)]
mod tests;
