//! How things are written for operators: numbers, money, moments, and what became of a request.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{Markup, html};
use tollgate::digest::Fate;
use tollgate::entry::Entry;
use tollgate::record::MarkKind;
use tollgate::verdict::masked_subject;

use crate::icons::icon;

/// A number in groups where its country has them in common use, else as it is dialed.
pub(crate) fn number(e164: &str) -> String {
    grouped(e164)
}

/// All numbers that begin so.
pub(crate) fn prefix(digits: &str) -> String {
    format!("{} …", grouped(digits))
}

fn grouped(digits: &str) -> String {
    let Some(national) = digits.strip_prefix("+1") else { return digits.to_owned() };
    if !national.bytes().all(|byte| byte.is_ascii_digit()) {
        return digits.to_owned();
    }
    let (area, rest) = national.split_at_checked(3).unwrap_or((national, ""));
    let (exchange, line) = rest.split_at_checked(3).unwrap_or((rest, ""));
    let parts = ["+1", area, exchange, line];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// What an entry lists, in words; numbers and addresses masked if `masked`.
pub(crate) fn entry(entry: &Entry, masked: bool) -> String {
    if masked {
        let key = masked_subject(&entry.key());
        return key.split_once('#').map_or(key.clone(), |(kind, value)| named(kind, value));
    }
    match entry {
        Entry::Number(number) => self::number(number.e164()),
        Entry::Prefix(prefix) => self::prefix(&prefix.to_string()),
        Entry::Carrier(carrier) => carrier.as_str().to_owned(),
        other => {
            let key = other.key();
            key.split_once('#').map_or(key.clone(), |(kind, value)| named(kind, value))
        }
    }
}

fn named(kind: &str, value: &str) -> String {
    match kind {
        "asn" => format!("AS{value}"),
        "country" => format!("numbers of {value}"),
        "address-country" => format!("addresses of {value}"),
        "account" => format!("account {value}"),
        _ => value.to_owned(),
    }
}

/// Dollars and cents.
pub(crate) fn usd(micro_usd: u64) -> String {
    let cents = micro_usd.saturating_add(5_000) / 10_000;
    format!("${}.{:02}", thousands(cents / 100), cents % 100)
}

/// A count with its thousands apart.
pub(crate) fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count and what is counted: `1 request`, `2 requests`.
pub(crate) fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", thousands(n), if n == 1 { one } else { many })
}

/// A share in whole percent.
pub(crate) fn percent(part: u64, whole: u64) -> u64 {
    (part * 100 + whole / 2).checked_div(whole).unwrap_or(0)
}

/// A figure with as many digits as say something.
pub(crate) fn figure(value: f64) -> String {
    if value < 0.05 {
        "under 0.1".to_owned()
    } else if value < 10.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.0}")
    }
}

/// How often something comes by chance: `p = 0.03`, `p < 10⁻¹²`.
pub(crate) fn chance(value: f64) -> String {
    if value >= 0.001 {
        return format!("p = {value:.3}");
    }
    let exponent = if value <= 0.0 { 300.0 } else { -value.log10() };
    format!("p < 1e-{:.0}", exponent.floor().clamp(3.0, 12.0))
}

fn utc(moment: Timestamp, format: &str) -> String {
    moment.to_zoned(TimeZone::UTC).strftime(format).to_string()
}

/// `Wed 25 Nov 2026, 14:52 UTC`.
pub(crate) fn day_and_minute(moment: Timestamp) -> String {
    utc(moment, "%a %-d %b %Y, %H:%M UTC")
}

/// `25 Nov, 14:52`.
pub(crate) fn short(moment: Timestamp) -> String {
    utc(moment, "%-d %b, %H:%M")
}

/// `14:52`.
pub(crate) fn minute(moment: Timestamp) -> String {
    utc(moment, "%H:%M")
}

/// `14:52:10`.
pub(crate) fn second(moment: Timestamp) -> String {
    utc(moment, "%H:%M:%S")
}

/// `14:52:10.123`.
pub(crate) fn millisecond(moment: Timestamp) -> String {
    utc(moment, "%H:%M:%S%.3f")
}

/// `2026-11-25`.
pub(crate) fn date(moment: Timestamp) -> String {
    utc(moment, "%Y-%m-%d")
}

/// What became of a request, with its sign.
pub(crate) fn fate(fate: Fate) -> Markup {
    let (sign, class, word) = told(fate);
    html! { span.st { span class=(class) { (icon(sign)) } (word) } }
}

/// The sign, the colour and the word of what became of a request.
pub(crate) fn told(fate: Fate) -> (&'static str, &'static str, &'static str) {
    match fate {
        Fate::Waiting => ("shadow", "muted", "waiting"),
        Fate::Live => ("live", "muted", "in call"),
        Fate::Talked => ("ok", "ok", "talked"),
        Fate::NoAgent => ("noagent", "warn", "no agent"),
        Fate::Unanswered => ("ring", "bad", "unanswered"),
        Fate::Withdrawn => ("minus", "muted", "withdrawn"),
        Fate::TelecomProblem => ("bad", "warn", "telecom problem"),
        Fate::Unheard => ("shadow", "muted", "never heard of"),
        Fate::Redirected => ("redirect", "muted", "redirected"),
        Fate::Refused => ("refuse", "muted", "refused"),
        Fate::Cancelled => ("minus", "muted", "cancelled"),
        Fate::Expired => ("hist", "muted", "expired"),
        Fate::Failed => ("bad", "warn", "failed"),
    }
}

/// A mark in words.
pub(crate) fn mark(kind: MarkKind) -> &'static str {
    match kind {
        MarkKind::Spam => "spam",
        MarkKind::Legitimate => "a customer's",
        MarkKind::WrongPerson => "wrong person",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_money_and_shares_are_written_as_people_read_them() {
        assert_eq!(number("+17125550142"), "+1 712 555 0142");
        assert_eq!(number("+442071838750"), "+442071838750");
        assert_eq!(prefix("+1712555"), "+1 712 555 …");
        assert_eq!(prefix("+171255"), "+1 712 55 …");
        assert_eq!(number("+1206*******"), "+1206*******");
        assert_eq!(["usd"].map(|_| usd(97_750_000)), ["$97.75"]);
        assert_eq!(usd(1_234_567_890_000), "$1,234,567.89");
        assert_eq!([0, 999, 1_000, 1_234_567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!((percent(391, 486), percent(0, 0)), (80, 0));
        assert_eq!([0.01, 0.12, 12.6].map(figure), ["under 0.1", "0.1", "13"]);
        assert_eq!([0.03, 5e-13].map(chance), ["p = 0.030", "p < 1e-12"]);
    }

    #[test]
    fn a_masked_entry_shows_no_number_and_no_address() {
        let masked = |key: &str| entry(&Entry::parse(key).unwrap(), true);
        assert_eq!(masked("number#+12065550100"), "+1206*******");
        assert_eq!(masked("net#203.0.113.0/24"), "203.0.x.x/24");
        assert_eq!(masked("asn#64500"), "AS64500");
    }
}
