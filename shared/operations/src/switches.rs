//! The kill switches: no calls at all, or none to some countries, from the next dial on.

use jiff::Timestamp;
use tollgate::country::CountryCode;
use tollgate::switches::KillSwitches;
use tollgate::text::Reason;
use tollgate_aws::tables::Tables;
use tollgate_aws::tables::changes::Action;
use tollgate_aws::tables::settings;

use crate::change;
use crate::operator::{Operation, Operator};
use crate::refused::Refused;

/// Sets all kill switches at once, whatever they were before.
///
/// # Errors
/// When the operator may not, or DynamoDB does not answer.
pub async fn set(
    tables: &Tables,
    operator: &Operator,
    switches: &KillSwitches,
    reason: &Reason,
    now: Timestamp,
) -> Result<(), Refused> {
    operator.must_be_allowed(Operation::SetKillSwitches)?;
    change::record(tables, operator, Action::SetKillSwitches, named(switches), Some(reason), now).await?;
    Ok(settings::put_kill_switches(tables, switches, &operator.author, now).await?)
}

/// What is stopped, in a word: `all` or the countries, or `none`.
#[must_use]
pub fn named(switches: &KillSwitches) -> String {
    let countries = switches.countries.iter().map(CountryCode::as_str);
    let on: Vec<_> = switches.all.then_some("all").into_iter().chain(countries).collect();
    if on.is_empty() { "none".to_owned() } else { on.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stopped_is_told_in_a_word() {
        let of = |all, countries: &[&str]| {
            let countries = countries.iter().map(|country| CountryCode::parse(country).unwrap()).collect();
            named(&KillSwitches { all, countries })
        };
        assert_eq!(of(false, &[]), "none");
        assert_eq!(of(false, &["KP", "JM"]), "JM KP");
        assert_eq!(of(true, &["JM"]), "all JM");
    }
}
