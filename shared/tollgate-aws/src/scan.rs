//! Tables read in parts, in the order of their keys, for what is stored of a person. An index for that would cost a write unit
//! with each request; a scan costs the reading of the table, seldom.

use aws_sdk_dynamodb::types::AttributeValue;

use crate::item::{Item, s};

/// A part of a table: one page of a scan, of at most 1 MB before it is filtered.
#[derive(Debug)]
pub struct Scanned<T, K> {
    /// What was looked for.
    pub found: Vec<T>,
    /// The key after which the next part begins; none after the last.
    pub next: Option<K>,
}

/// What is looked for: items that meet any of a few conditions.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    conditions: Vec<String>,
    names: std::collections::HashMap<String, String>,
    values: Item,
}

impl Filter {
    /// Or those whose attribute is this text, if there is one.
    pub(crate) fn or_is(self, attribute: &str, text: Option<impl Into<String>>) -> Self {
        self.or(attribute, text, |name, value| format!("{name} = {value}"))
    }

    /// Or those whose attribute begins with this text, if there is one.
    pub(crate) fn or_begins(self, attribute: &str, text: Option<impl Into<String>>) -> Self {
        self.or(attribute, text, |name, value| format!("begins_with({name}, {value})"))
    }

    fn or(
        mut self,
        attribute: &str,
        text: Option<impl Into<String>>,
        condition: impl FnOnce(&str, &str) -> String,
    ) -> Self {
        if let Some(text) = text {
            let (name, value) = (format!("#{attribute}"), format!(":text_{}", self.conditions.len()));
            self.conditions.push(condition(&name, &value));
            self.names.insert(name, attribute.to_owned());
            self.values.insert(value, s(text));
        }
        self
    }

    /// As a scan wants it: the expression, its names and its values.
    pub(crate) fn parts(self) -> (String, std::collections::HashMap<String, String>, Item) {
        (self.conditions.join(" OR "), self.names, self.values)
    }
}

/// A text of an item.
pub(crate) fn text<'a>(item: &'a Item, attribute: &str) -> Option<&'a str> {
    item.get(attribute).and_then(|value| AttributeValue::as_s(value).ok()).map(String::as_str)
}

/// A moment of an item, in whole milliseconds.
pub(crate) fn moment(item: &Item, attribute: &str) -> Option<jiff::Timestamp> {
    let number = item.get(attribute).and_then(|value| value.as_n().ok())?;
    jiff::Timestamp::from_millisecond(number.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_asks_for_what_is_named_and_for_nothing_else() {
        let filter = Filter::default().or_is("number", Some("+1")).or_is("account", None::<String>);
        let (expression, names, values) = filter.or_begins("address", Some("2001:")).parts();
        assert_eq!(expression, "#number = :text_0 OR begins_with(#address, :text_1)");
        assert_eq!((names.len(), values.get(":text_1")), (2, Some(&s("2001:"))));
    }
}
