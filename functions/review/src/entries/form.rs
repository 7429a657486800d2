//! The form of an entry in JSON, as shown and as sent.

use jiff::Timestamp;
use operations::moment;
use serde::{Deserialize, Serialize};
use tollgate::entry::{Effect, Entry, Listing};
use tollgate::text::{Author, Reason};

use crate::asked::filled;
use crate::problem::{FieldError, Problem};

/// An entry as shown.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Shown {
    entry: String,
    effect: Effect,
    reason: Reason,
    author: Author,
    added_at: Timestamp,
    expires_at: Option<Timestamp>,
}

impl Shown {
    pub(crate) fn of(listing: &Listing) -> Self {
        Self {
            entry: listing.entry.key(),
            effect: listing.effect,
            reason: listing.reason.clone(),
            author: listing.author.clone(),
            added_at: listing.added_at,
            expires_at: listing.expires_at,
        }
    }
}

/// An entry as sent; what it lists stands in the path.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct EntryBody {
    effect: String,
    reason: String,
    #[serde(default, deserialize_with = "filled")]
    expires_at: Option<String>,
}

impl EntryBody {
    pub(super) fn read(self, entry: Entry, author: &Author, now: Timestamp) -> Result<Listing, Problem> {
        let mut errors = vec![];
        let effect =
            noted(&mut errors, "effect", effect(&self.effect).and_then(|effect| allowed(&entry, effect)));
        let reason = noted(&mut errors, "reason", Reason::parse(&self.reason));
        let expires_at = self.expires_at.map(|text| moment::parse_ahead(&text, now)).transpose();
        let expires_at = noted(&mut errors, "expiresAt", expires_at);
        match (effect, reason, expires_at) {
            (Some(effect), Some(reason), Some(expires_at)) => {
                Ok(Listing { entry, effect, reason, author: author.clone(), added_at: now, expires_at })
            }
            _ => Err(Problem::invalid("the entry is not valid", errors)),
        }
    }
}

/// What was read; or nothing, and why is noted.
fn noted<T, E: ToString>(errors: &mut Vec<FieldError>, field: &str, read: Result<T, E>) -> Option<T> {
    let note = |error: E| errors.push(FieldError { field: field.to_owned(), reason: error.to_string() });
    read.map_err(note).ok()
}

/// Reads an effect.
pub(super) fn effect(text: &str) -> Result<Effect, &'static str> {
    match text {
        "deny" => Ok(Effect::Deny),
        "trust" => Ok(Effect::Trust),
        _ => Err("deny or trust"),
    }
}

/// An entry's effect, if it may have it.
pub(super) fn allowed(entry: &Entry, effect: Effect) -> Result<Effect, &'static str> {
    match effect {
        Effect::Trust if !entry.can_be_trusted() => {
            Err("an asn or address-country can be denied, not trusted")
        }
        effect => Ok(effect),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Listing, Problem> {
        let entry = Entry::parse("prefix#+1876").unwrap();
        let author = Author::parse("arn:aws:iam::123456789012:user/ada").unwrap();
        let now = "2026-01-31T09:30:00Z".parse().unwrap();
        serde_json::from_str::<EntryBody>(json).unwrap().read(entry, &author, now)
    }

    #[test]
    fn an_entry_is_shown_as_it_was_sent_with_who_and_when() {
        let sent = r#"{"effect": "deny", "reason": "pumped", "expiresAt": "2026-02-28T00:00:00+01:00"}"#;
        insta::assert_json_snapshot!(Shown::of(&read(sent).unwrap()), @r#"
        {
          "entry": "prefix#+1876",
          "effect": "deny",
          "reason": "pumped",
          "author": "arn:aws:iam::123456789012:user/ada",
          "addedAt": "2026-01-31T09:30:00Z",
          "expiresAt": "2026-02-27T23:00:00Z"
        }
        "#);
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let sent = r#"{"effect": "block", "reason": "", "expiresAt": "2026-01-31T09:30:00Z"}"#;
        assert_eq!(read(sent).unwrap_err().fields(), ["effect", "reason", "expiresAt"]);
        let sent = r#"{"effect": "deny", "reason": "x", "expiresAt": "tomorrow"}"#;
        assert_eq!(read(sent).unwrap_err().fields(), ["expiresAt"]);
    }

    #[test]
    fn what_an_address_is_only_said_to_be_cannot_be_trusted() {
        for (key, can) in [("asn#64500", false), ("address-country#US", false), ("net#203.0.113.0/24", true)]
        {
            let entry = Entry::parse(key).unwrap();
            assert_eq!(allowed(&entry, Effect::Trust).is_ok(), can, "{key}");
            assert_eq!(allowed(&entry, Effect::Deny), Ok(Effect::Deny));
        }
    }

    #[test]
    fn effects_read_back() {
        for effect_of in [Effect::Deny, Effect::Trust] {
            assert_eq!(effect(effect_of.as_str()), Ok(effect_of));
        }
    }
}
