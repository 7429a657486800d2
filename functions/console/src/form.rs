//! Fields of forms and queries, by name.

use percent_encoding::percent_decode_str;

/// Fields in their order; a name may come more than once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    pub(crate) fn of(fields: impl Iterator<Item = (String, String)>) -> Self {
        Self(fields.collect())
    }

    /// Reads what a browser sends of a form (`application/x-www-form-urlencoded`).
    pub(crate) fn parse(text: &str) -> Self {
        let decode =
            |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        Self::of(pairs.map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        }))
    }

    /// All fields, in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The first value of a name.
    pub(crate) fn one(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// The first value of a name, trimmed; empty if there is none.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.one(name).unwrap_or_default().trim()
    }

    /// All values of a name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(other, _)| other == name).map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_as_browsers_write_it() {
        let form =
            Fields::parse("entry=prefix%23%2B1712555&reason=pumped+on+Sunday%0D%0A&id=a&id=b&empty=&flag&=x");
        assert_eq!(form.one("entry"), Some("prefix#+1712555"));
        assert_eq!(form.text("reason"), "pumped on Sunday");
        assert_eq!(form.all("id").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!((form.one("empty"), form.one("flag"), form.one("other")), (Some(""), Some(""), None));
        assert_eq!(Fields::parse("a=%FF%zz").one("a"), Some("\u{fffd}%zz"));
    }
}
