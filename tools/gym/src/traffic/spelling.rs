//! The same number, written otherwise: every form is one that intake takes for the same number.

use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use rand::seq::IndexedRandom;
use tollgate::country::CountryCode;
use tollgate::number::PhoneNumber;

/// What stands between the parts of a number.
const SEPARATORS: [&str; 4] = ["", " ", "-", "."];
/// What may stand around a number.
const MARGINS: [&str; 3] = ["", "", " "];

/// Another form of the number; `country` is the one whose national forms are taken.
pub(super) fn varied(number: &PhoneNumber, country: Option<CountryCode>, stream: &mut ChaCha8Rng) -> String {
    let written = match number.e164().strip_prefix("+1").and_then(split) {
        Some(parts) => north_american(parts, number.country() == country, stream),
        None => grouped(number.e164(), stream),
    };
    let margin = pick(&MARGINS, stream);
    let written = format!("{margin}{written}{margin}");
    // What a numbering plan reads otherwise is written plainly.
    let is_same = PhoneNumber::parse(&written, country).as_ref() == Ok(number);
    if is_same { written } else { number.e164().to_owned() }
}

/// Area code, exchange and line.
fn split(national: &str) -> Option<[&str; 3]> {
    let (area, rest) = national.split_at_checked(3)?;
    let (exchange, line) = rest.split_at_checked(3)?;
    Some([area, exchange, line])
}

/// `+1 (206) 555-0143`, `1-206-555-0143`, `206.555.0143` and their kin; those without a plus only at home.
fn north_american([area, exchange, line]: [&str; 3], at_home: bool, stream: &mut ChaCha8Rng) -> String {
    let codes: &[&str] = if at_home { &["+1", "1", ""] } else { &["+1"] };
    let code = pick(codes, stream);
    let (first, second, third) =
        (pick(&SEPARATORS, stream), pick(&SEPARATORS, stream), pick(&SEPARATORS, stream));
    let first = if code.is_empty() { "" } else { first };
    let area = if stream.random() { format!("({area})") } else { area.to_owned() };
    format!("{code}{first}{area}{second}{exchange}{third}{line}")
}

/// The international form with a separator somewhere among its digits.
fn grouped(e164: &str, stream: &mut ChaCha8Rng) -> String {
    let place = stream.random_range(2..e164.len());
    let (before, after) = e164.split_at_checked(place).unwrap_or((e164, ""));
    format!("{before}{}{after}", pick(&SEPARATORS, stream))
}

fn pick<'a>(from: &[&'a str], stream: &mut ChaCha8Rng) -> &'a str {
    from.choose(stream).copied().unwrap_or_default()
}
