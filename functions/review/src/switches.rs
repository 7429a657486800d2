//! The kill switches: no calls at all, or none to some countries, from the next dial on.

use std::collections::BTreeSet;

use lambda_http::http::StatusCode;
use lambda_http::{Body, Response};
use serde::Deserialize;
use tollgate::country::CountryCode;
use tollgate::switches::KillSwitches;
use tollgate::text::Reason;
use tollgate_aws::tables::Tables;
use tollgate_aws::tables::settings;

use crate::asked::Asked;
use crate::problem::{Failure, FieldError, Problem};
use crate::reply;

/// Shows the kill switches.
pub(crate) async fn show(tables: &Tables, asked: &Asked) -> Result<Response<Body>, Failure> {
    asked.query.only(&[])?;
    let switches = settings::kill_switches(tables).await?;
    Ok(reply::json(StatusCode::OK, &switches))
}

/// Sets all kill switches at once, whatever they were before.
pub(crate) async fn set(tables: &Tables, asked: &Asked) -> Result<Response<Body>, Failure> {
    asked.query.only(&[])?;
    let (switches, reason) = asked.json::<SwitchesBody>()?.read()?;
    operations::switches::set(tables, &asked.operator, &switches, &reason, asked.now).await?;
    Ok(reply::json(StatusCode::OK, &switches))
}

/// What an operator sends. Nothing has a default: a switch must not go off because somebody left it out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SwitchesBody {
    all: bool,
    countries: Vec<String>,
    reason: String,
}

impl SwitchesBody {
    fn read(self) -> Result<(KillSwitches, Reason), Problem> {
        let mut errors = vec![];
        let mut countries = BTreeSet::new();
        for (at, country) in self.countries.iter().enumerate() {
            match CountryCode::of_numbers(country) {
                Ok(country) => drop(countries.insert(country)),
                Err(error) => {
                    errors.push(FieldError { field: format!("countries.{at}"), reason: error.to_string() });
                }
            }
        }
        let reason = Reason::parse(&self.reason).map_err(|error| {
            errors.push(FieldError { field: "reason".to_owned(), reason: error.to_string() })
        });
        match reason {
            Ok(reason) if errors.is_empty() => Ok((KillSwitches { all: self.all, countries }, reason)),
            _ => Err(Problem::invalid("the kill switches are not valid", errors)),
        }
    }
}

#[cfg(test)]
mod tests {
    use operations::switches::named;

    use super::*;

    fn read(json: &str) -> Result<(KillSwitches, Reason), Problem> {
        serde_json::from_str::<SwitchesBody>(json).unwrap().read()
    }

    #[test]
    fn switches_are_set_all_at_once_and_told_in_the_record() {
        let (switches, reason) =
            read(r#"{"all": false, "countries": ["jm", "KP"], "reason": "attack"}"#).unwrap();
        assert_eq!((named(&switches).as_str(), reason.as_str()), ("JM KP", "attack"));
        let (switches, _) = read(r#"{"all": true, "countries": [], "reason": "attack"}"#).unwrap();
        assert_eq!(named(&switches), "all");
    }

    #[test]
    fn a_switch_that_is_left_out_does_not_go_off() {
        for json in [
            r#"{"countries": [], "reason": "x"}"#,
            r#"{"all": false, "reason": "x"}"#,
            r#"{"all": false, "countries": []}"#,
            r#"{"all": false, "countries": [], "reason": "x", "al": true}"#,
        ] {
            assert!(serde_json::from_str::<SwitchesBody>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let problem = read(r#"{"all": true, "countries": ["US", "Jamaica"], "reason": " "}"#).unwrap_err();
        assert_eq!(problem.fields(), ["countries.1", "reason"]);
        let problem = read(r#"{"all": false, "countries": ["UK"], "reason": "x"}"#).unwrap_err();
        assert_eq!(problem.fields(), ["countries.0"], "a switch for nobody would guard nothing");
    }
}
