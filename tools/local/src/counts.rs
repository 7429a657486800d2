//! The counts of budgets as they are meant, whichever item holds them: what all calls of a day share is one item with an
//! attribute for each window and country. For tests that hold them against what they should be.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use tollgate::counter::Window;

/// One count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// Whose it is, such as `budget#country#US`.
    pub subject: String,
    /// The key of its window.
    pub window: String,
    /// What is counted.
    pub name: String,
    /// How many.
    pub number: i64,
}

/// All numbers of an item of the counters.
#[must_use]
pub fn of(item: &HashMap<String, AttributeValue>) -> Vec<Count> {
    let text = |name: &str| item.get(name)?.as_s().ok().cloned();
    let (subject, window) = (text("subject").unwrap_or_default(), text("window").unwrap_or_default());
    let numbers = item.iter().filter_map(|(name, value)| Some((name, value.as_n().ok()?.parse().ok()?)));
    numbers.map(|(name, number)| count(&subject, &window, name, number)).collect()
}

/// A number of an item.
#[must_use]
pub fn count(subject: &str, window: &str, attribute: &str, number: i64) -> Count {
    let count = |subject: &str, window: String, name: &str| Count {
        subject: subject.to_owned(),
        window,
        name: name.to_owned(),
        number,
    };
    let itself = || count(subject, window.to_owned(), attribute);
    if subject != "budget#total" || attribute == "micro_usd" || attribute == "expires_at" {
        return itself();
    }
    match attribute.split('_').collect::<Vec<_>>()[..] {
        [name, "further"] => count("budget#further-numbers", window.to_owned(), name),
        [name, country] => count(&format!("budget#country#{country}"), window.to_owned(), name),
        [name, length, nth] => {
            let of = if name == "calls" { subject } else { "budget#newcomers" };
            count(of, nth_window(window, length, nth).unwrap_or_default(), name)
        }
        _ => itself(),
    }
}

fn nth_window(day: &str, length: &str, nth: &str) -> Option<String> {
    let begins: i64 = day.split_once('@')?.1.parse().ok()?;
    let (length, nth): (u32, i64) = (length.parse().ok()?, nth.parse().ok()?);
    let at = Timestamp::from_second(begins + nth * i64::from(length)).ok()?;
    Some(Window::at(at, length).key())
}
