//! The moments and days that operators tell. They are bounded: a year 9999 is somebody's word for never, or a slip, and what is
//! reckoned from such a moment may not exist.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// The years that moments are told of: from the first to before the last.
const YEARS: std::ops::Range<i16> = 2000..2100;

/// Reads a moment.
///
/// # Errors
/// When it is none, or not of our time; the text says what to write.
pub fn parse(text: &str) -> Result<Timestamp, &'static str> {
    let moment = text.parse::<Timestamp>().ok();
    let moment = moment.filter(|moment| YEARS.contains(&moment.to_zoned(TimeZone::UTC).year()));
    moment.ok_or("write a moment between the years 2000 and 2100 as in RFC 3339: 2026-01-31T09:30:00Z")
}

/// Reads a moment that lies ahead, until which something holds.
///
/// # Errors
/// When it is none, is over, or not of our time.
pub fn parse_ahead(text: &str, now: Timestamp) -> Result<Timestamp, &'static str> {
    let moment = parse(text).map_err(|_none| {
        "write a moment between the years 2000 and 2100 as in RFC 3339: 2026-01-31T09:30:00Z; what never ends has none"
    })?;
    if now < moment { Ok(moment) } else { Err("must lie ahead") }
}

/// Reads a UTC day as it is stored, and nothing that merely holds one.
///
/// # Errors
/// When it is none, or not of our time.
pub fn parse_day(text: &str) -> Result<Date, &'static str> {
    let day = text.parse::<Date>().ok().filter(|day| day.to_string() == text);
    let day = day.filter(|day| YEARS.contains(&day.year()));
    day.ok_or("write a UTC day between the years 2000 and 2100 as 2026-01-31")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_of_our_time() {
        for text in ["2000-01-01T00:00:00Z", "2099-12-31T23:59:59.999Z", "2026-01-31T09:30:00+01:00"] {
            assert!(parse(text).is_ok(), "{text}");
        }
        for text in
            ["1999-12-31T23:59:59Z", "2100-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-01-31", "", "now"]
        {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_to_hold_ends_ahead() {
        let now = "2026-01-31T09:30:00Z".parse().unwrap();
        assert_eq!(parse_ahead("2026-01-31T09:30:00Z", now), Err("must lie ahead"));
        assert!(parse_ahead("2026-01-31T09:30:00.001Z", now).is_ok());
        assert!(parse_ahead("9999-12-31T23:59:59Z", now).unwrap_err().contains("never ends"));
    }

    #[test]
    fn a_day_is_written_in_one_way() {
        assert_eq!(parse_day("2026-01-31"), Ok(Date::constant(2026, 1, 31)));
        for text in
            ["", "2026-02-30", "20260131", "2026-01-31T00:00:00", "today", "9999-12-31", "-009999-01-01"]
        {
            assert!(parse_day(text).is_err(), "{text}");
        }
    }
}
