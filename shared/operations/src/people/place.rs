//! Where a walk through the tables goes on, as told to the operator and told back.

use tollgate::request::RequestId;
use tollgate_aws::tables::changes::ChangeKey;

/// A place in the tables: which table, and after which of its keys. Requests come last, since what else is stored of a request is
/// found by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Among the changes.
    Changes(Option<ChangeKey>),
    /// Among the calls.
    Calls(Option<RequestId>),
    /// Among the requests.
    Requests(Option<RequestId>),
}

impl Place {
    /// Where a walk begins.
    pub(super) const FIRST: Self = Self::Changes(None);

    /// Reads a place.
    ///
    /// # Errors
    /// When the text is none.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let (table, key) = text.split_once('/').map_or((text, None), |(table, key)| (table, Some(key)));
        let id = || key.map(|key| RequestId::parse(key).map_err(|_not_an_id| UNKNOWN)).transpose();
        match table {
            "changes" => Ok(Self::Changes(key.map(change).transpose()?)),
            "calls" => Ok(Self::Calls(id()?)),
            "requests" => Ok(Self::Requests(id()?)),
            _ => Err(UNKNOWN),
        }
    }

    /// The place as [`Place::parse`] reads it.
    #[must_use]
    pub fn to_text(&self) -> String {
        let at = |table: &str, key: Option<String>| {
            key.map_or_else(|| table.to_owned(), |key| format!("{table}/{key}"))
        };
        match self {
            Self::Changes(key) => at("changes", key.as_ref().map(|key| format!("{}/{}", key.day, key.name))),
            Self::Calls(id) => at("calls", id.map(|id| id.to_string())),
            Self::Requests(id) => at("requests", id.map(|id| id.to_string())),
        }
    }
}

const UNKNOWN: &str = "give the `next` of the part before";

fn change(text: &str) -> Result<ChangeKey, &'static str> {
    let (day, name) = text.split_once('/').ok_or(UNKNOWN)?;
    let day = day.parse().map_err(|_not_a_day: jiff::Error| UNKNOWN)?;
    let is_name = !name.is_empty() && name.len() <= 100 && name.bytes().all(|byte| byte.is_ascii_graphic());
    if is_name { Ok(ChangeKey { day, name: name.to_owned() }) } else { Err(UNKNOWN) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_reads_back_and_nothing_else_does() {
        let id = "0123456789abcdef0123456789abcdef";
        for text in ["changes", "calls", "requests", "changes/2026-03-02/001772445600000#00ff"] {
            assert_eq!(Place::parse(text).unwrap().to_text(), text);
        }
        for table in ["calls", "requests"] {
            let text = format!("{table}/{id}");
            assert_eq!(Place::parse(&text).unwrap().to_text(), text);
        }
        for text in ["", "contacts", "calls/", "requests/?", "changes/", "changes/2026-03-02", "changes/x/y"]
        {
            assert_eq!(Place::parse(text), Err(UNKNOWN), "{text}");
        }
    }
}
