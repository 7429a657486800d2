//! How an operator names a person.

use operations::people::{Place, Wanted};
use serde::Deserialize;
use tollgate::network::Address;
use tollgate::number::PhoneNumber;
use tollgate::person::Person;
use tollgate::text::{AccountId, Reason};

use crate::asked::filled;
use crate::problem::{FieldError, Problem};

/// What an operator sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PersonBody {
    #[serde(default, deserialize_with = "filled")]
    number: Option<String>,
    #[serde(default, deserialize_with = "filled")]
    account: Option<String>,
    #[serde(default, deserialize_with = "filled")]
    address: Option<String>,
    reason: String,
    #[serde(default, deserialize_with = "filled")]
    after: Option<String>,
}

impl PersonBody {
    pub(super) fn read(self) -> Result<Wanted, Problem> {
        let mut errors = vec![];
        let number = read(&mut errors, "number", self.number.as_deref(), PhoneNumber::parse_any);
        let account = read(&mut errors, "account", self.account.as_deref(), AccountId::parse);
        let address = read(&mut errors, "address", self.address.as_deref(), Address::parse);
        let reason = read(&mut errors, "reason", Some(&self.reason), Reason::parse);
        let after = read(&mut errors, "after", self.after.as_deref(), Place::parse);
        let nobody = [&self.number, &self.account, &self.address].into_iter().all(Option::is_none);
        if nobody {
            let reason = "name the person by number, account, address, or several of them".to_owned();
            errors.push(FieldError { field: "number".to_owned(), reason });
        }
        match (Person::new(number, account, address), reason) {
            (Some(person), Some(reason)) if errors.is_empty() => Ok(Wanted { person, reason, after }),
            _ => Err(Problem::invalid("the person is not named as people are", errors)),
        }
    }
}

/// What a text was read as; or nothing, and why is noted.
fn read<T, E: ToString>(
    errors: &mut Vec<FieldError>,
    field: &str,
    text: Option<&str>,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Option<T> {
    let note = |error: E| errors.push(FieldError { field: field.to_owned(), reason: error.to_string() });
    text.map(parse)?.map_err(note).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(json: &str) -> Result<String, Vec<String>> {
        let body: PersonBody = serde_json::from_str(json).unwrap();
        let wanted = body.read().map(|wanted| wanted.person.masked());
        wanted.map_err(|problem| problem.fields().into_iter().map(str::to_owned).collect())
    }

    #[test]
    fn a_person_is_named_by_any_of_the_three_and_what_is_empty_is_absent() {
        let number = r#"{"number": "+12065550100", "account": "", "address": null, "reason": "asked"}"#;
        assert_eq!(named(number), Ok("+1206*******".to_owned()));
        let all = r#"{"number": "+12065550100", "account": "a", "address": "::1", "reason": "x"}"#;
        assert_eq!(named(all), Ok("+1206*******, an account, 0:0:x".to_owned()));
    }

    #[test]
    fn everything_wrong_is_told_at_once_and_nobody_is_no_person() {
        let all =
            r#"{"number": "206", "account": "\n\u0001", "address": "1.2", "reason": " ", "after": "b"}"#;
        assert_eq!(named(all).unwrap_err(), ["number", "account", "address", "reason", "after"]);
        assert_eq!(named(r#"{"reason": "asked"}"#).unwrap_err(), ["number"]);
        let half = r#"{"number": "+12065550100", "address": "?", "reason": "asked"}"#;
        assert_eq!(named(half).unwrap_err(), ["address"], "half a person is not taken for the whole");
    }

    #[test]
    fn a_misspelled_field_is_no_field() {
        let body = r#"{"number": "+12065550100", "acount": "a", "reason": "asked"}"#;
        assert!(serde_json::from_str::<PersonBody>(body).is_err());
    }
}
