//! A stand-in for the carrier lookups: Pinpoint's PhoneNumberValidate and End User Messaging's CarrierLookup.
//!
//! A number's line is the one set for it; else that of the longest prefix set; else, to try things by hand, numbers
//! that end in 0199 are VoIP by "Example VoIP" and those that end in 0198 are invalid; else a mobile line of
//! "Carrier A".

mod http;
#[cfg(test)]
mod sdk_tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use http::router;
pub use tollgate::line::LineType;

/// What a lookup tells about a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The kind of line.
    pub line_type: LineType,
    /// Who serves it.
    pub carrier: String,
}

impl Line {
    /// A line of this kind, served by this carrier.
    #[must_use]
    pub fn new(line_type: LineType, carrier: &str) -> Self {
        Self { line_type, carrier: carrier.to_owned() }
    }
}

impl Default for Line {
    fn default() -> Self {
        Self::new(LineType::Mobile, "Carrier A")
    }
}

/// The stand-in. Clones are the same one.
#[derive(Debug, Clone, Default)]
pub struct Carriers(Arc<Mutex<Book>>);

#[derive(Debug, Default)]
struct Book {
    numbers: HashMap<String, Line>,
    prefixes: HashMap<String, Line>,
    lookups: Vec<String>,
    failures: usize,
    hangs: bool,
}

/// How a lookup comes out.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Lookup {
    Found(Line),
    Fails,
    Hangs,
}

impl Carriers {
    /// A stand-in that knows no line but the ones above.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the line of one number, in E.164 form.
    pub fn set(&self, number: &str, line: Line) {
        self.book().numbers.insert(number.to_owned(), line);
    }

    /// Sets the line of all numbers that begin so, for instance `+4470`.
    pub fn set_prefix(&self, prefix: &str, line: Line) {
        self.book().prefixes.insert(prefix.to_owned(), line);
    }

    /// Lets the next `n` lookups fail with an internal error.
    pub fn fail_next(&self, n: usize) {
        self.book().failures = n;
    }

    /// Lets lookups go unanswered, until told otherwise.
    pub fn hang(&self, hangs: bool) {
        self.book().hangs = hangs;
    }

    /// The numbers of all lookups that were answered with a line, oldest first: the witness that caching works.
    #[must_use]
    pub fn lookups(&self) -> Vec<String> {
        self.book().lookups.clone()
    }

    /// How many lookups of this number were answered with a line.
    #[must_use]
    pub fn lookups_of(&self, number: &str) -> usize {
        self.book().lookups.iter().filter(|looked_up| *looked_up == number).count()
    }

    fn look_up(&self, number: &str) -> Lookup {
        let mut book = self.book();
        if book.hangs {
            return Lookup::Hangs;
        }
        if let Some(left) = book.failures.checked_sub(1) {
            book.failures = left;
            return Lookup::Fails;
        }
        book.lookups.push(number.to_owned());
        Lookup::Found(book.line(number))
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        // Nothing in here can panic halfway through a change, so the state of a poisoned lock is sound.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Book {
    fn line(&self, number: &str) -> Line {
        let prefixes = self.prefixes.iter().filter(|(prefix, _)| number.starts_with(prefix.as_str()));
        let longest = prefixes.max_by_key(|(prefix, _)| prefix.len()).map(|(_, line)| line);
        match self.numbers.get(number).or(longest) {
            Some(line) => line.clone(),
            None if number.ends_with("0199") => Line::new(LineType::Voip, "Example VoIP"),
            None if number.ends_with("0198") => Line::new(LineType::Invalid, ""),
            None => Line::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_particular_line_wins() {
        let carriers = Carriers::new();
        carriers.set_prefix("+44", Line::new(LineType::Landline, "Wide"));
        carriers.set_prefix("+4470", Line::new(LineType::Other, "Narrow"));
        carriers.set("+447000000199", Line::new(LineType::Prepaid, "Own"));
        let table = [
            ("+12065550100", LineType::Mobile, "Carrier A"),
            ("+18005550100", LineType::Mobile, "Carrier A"),
            ("+12065550199", LineType::Voip, "Example VoIP"),
            ("+12065550198", LineType::Invalid, ""),
            ("+442000000199", LineType::Landline, "Wide"),
            ("+447000000100", LineType::Other, "Narrow"),
            ("+447000000199", LineType::Prepaid, "Own"),
        ];
        for (number, line_type, carrier) in table {
            assert_eq!(carriers.look_up(number), Lookup::Found(Line::new(line_type, carrier)), "{number}");
        }
    }

    #[test]
    fn only_answered_lookups_are_counted() {
        let carriers = Carriers::new();
        carriers.fail_next(1);
        assert_eq!(carriers.look_up("+12065550100"), Lookup::Fails);
        carriers.hang(true);
        assert_eq!(carriers.look_up("+12065550100"), Lookup::Hangs);
        carriers.hang(false);
        assert_eq!(carriers.look_up("+12065550100"), Lookup::Found(Line::default()));
        assert_eq!(carriers.lookups(), ["+12065550100"]);
        assert_eq!(carriers.lookups_of("+12065550100"), 1);
        assert_eq!(carriers.lookups_of("+12065550101"), 0);
    }
}
