//! Filters of requests, as they stand in the address: `is=range:+1712555` and `not=carrier:example mobile`.

use tollgate::digest::{Dimension, Fate, is_lost};
use tollgate::network::{Address, Network};
use tollgate::number::PhoneNumber;
use tollgate::record::Record;
use tollgate::text::CarrierName;

use crate::visit::Visit;
use crate::words;

/// What requests are told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    Number,
    /// What became of it.
    CameTo,
    Mark,
    Of(Dimension),
}

/// One filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Filter {
    pub(crate) field: Field,
    pub(crate) value: String,
    pub(crate) is_not: bool,
}

/// Several fates in a word.
const WASTED: &str = "wasted";
const CALLED: &str = "called";

impl Field {
    pub(crate) const ALL: [Self; 11] = [
        Self::Of(Dimension::Range),
        Self::Number,
        Self::Of(Dimension::Carrier),
        Self::Of(Dimension::Network),
        Self::Of(Dimension::Address),
        Self::Of(Dimension::Asn),
        Self::Of(Dimension::AddressCountry),
        Self::Of(Dimension::Account),
        Self::CameTo,
        Self::Of(Dimension::Code),
        Self::Mark,
    ];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::CameTo => "came-to",
            Self::Mark => "mark",
            Self::Of(dimension) => dimension.as_str(),
        }
    }

    /// Whether it names a person, whom a masked role does not see: who may try one after the other sees all of them.
    pub(crate) fn names_a_person(self) -> bool {
        match self {
            Self::Number | Self::Of(Dimension::Range | Dimension::Network | Dimension::Address) => true,
            Self::CameTo | Self::Mark | Self::Of(_) => false,
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.as_str() == text)
    }
}

impl Filter {
    /// Reads what somebody typed. Numbers and networks are brought into the form in which they are kept.
    pub(crate) fn typed(field: &str, is_not: bool, value: &str) -> Result<Self, String> {
        let field = Field::parse(field).ok_or("choose what to filter by")?;
        let value = value.trim();
        if value.is_empty() {
            return Err("say which".to_owned());
        }
        let digits = || value.replace([' ', '-', '…', '*'], "");
        let value = match field {
            Field::Number => {
                PhoneNumber::parse_any(&digits()).map_err(|error| error.to_string())?.e164().to_owned()
            }
            Field::Of(Dimension::Range) => digits(),
            Field::Of(Dimension::Address) => {
                Address::parse(value).map_err(|error| error.to_string())?.to_text()
            }
            Field::Of(Dimension::Network) => {
                Network::parse(value).map_err(|error| error.to_string())?.to_string()
            }
            Field::Of(Dimension::Asn) => value.trim_start_matches(['A', 'S', 'a', 's']).to_owned(),
            Field::Of(Dimension::AddressCountry) => value.to_uppercase(),
            Field::Of(Dimension::Account | Dimension::Carrier) => value.to_owned(),
            Field::CameTo if value != WASTED && value != CALLED && Fate::parse(value).is_none() => {
                let names: Vec<_> = Fate::ALL.into_iter().map(Fate::as_str).collect();
                return Err(format!("one of {WASTED}, {CALLED}, {}", names.join(", ")));
            }
            _ => value.to_lowercase(),
        };
        Ok(Self { field, value, is_not })
    }

    /// Whether it would tell somebody what his role does not show him.
    pub(crate) fn is_hidden(&self, visit: &Visit<'_>) -> bool {
        visit.is_masked() && self.field.names_a_person()
    }

    /// Whether a request passes.
    pub(crate) fn passes(&self, record: &Record) -> bool {
        self.is_true_of(record) != self.is_not
    }

    fn is_true_of(&self, record: &Record) -> bool {
        match self.field {
            Field::Number => record.request.number.e164() == self.value,
            Field::CameTo => match (self.value.as_str(), Fate::of(&record.state)) {
                (WASTED, _) => is_lost(record),
                (CALLED, fate) => fate.was_called(),
                (name, fate) => fate.as_str() == name,
            },
            Field::Mark => {
                let mark = record.mark.as_ref().map_or("none", |mark| mark.kind.as_str());
                mark == self.value
            }
            // A part of a range, or more than one.
            Field::Of(Dimension::Range) => record.request.number.e164().starts_with(&self.value),
            Field::Of(Dimension::Network) => {
                let network = Network::parse(&self.value);
                network.is_ok_and(|network| network.contains(record.request.caller.address))
            }
            // However it is spelled.
            Field::Of(Dimension::Carrier) => {
                let own = record.line.as_ref().and_then(|line| line.carrier.as_ref());
                let carrier = CarrierName::parse(&self.value);
                own.is_some_and(|own| carrier.is_ok_and(|carrier| carrier.key() == own.key()))
            }
            Field::Of(dimension) => dimension.values(record).contains(&self.value),
        }
    }

    /// The filter as it stands in an address.
    pub(crate) fn parameter(&self) -> (&'static str, String) {
        (if self.is_not { "not" } else { "is" }, format!("{}:{}", self.field.as_str(), self.value))
    }

    /// The filter in words.
    pub(crate) fn words(&self) -> String {
        let verb = if self.is_not { "is not" } else { "is" };
        let field = match self.field {
            Field::CameTo => "outcome",
            Field::Of(Dimension::AddressCountry) => "address country",
            field => field.as_str(),
        };
        format!("{field} {verb} {}", value(self.field, &self.value))
    }
}

/// A value in words.
pub(crate) fn value(field: Field, value: &str) -> String {
    match field {
        Field::Number => words::number(value),
        Field::Of(Dimension::Range) => words::prefix(value),
        Field::Of(Dimension::Asn) => format!("AS{value}"),
        _ => value.to_owned(),
    }
}

/// The filters in the address; what is none is left out, and so is what a masked role may not filter by.
pub(crate) fn of(visit: &Visit<'_>) -> Vec<Filter> {
    asked_for(visit).into_iter().filter(|filter| !filter.is_hidden(visit)).collect()
}

/// All filters in the address; what is none is left out.
pub(crate) fn asked_for(visit: &Visit<'_>) -> Vec<Filter> {
    let read = |name: &'static str| {
        visit.query.all(name).filter_map(move |text| {
            let (field, value) = text.split_once(':')?;
            Some(Filter { field: Field::parse(field)?, value: value.to_owned(), is_not: name == "not" })
        })
    };
    read("is").chain(read("not")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_brought_into_the_form_in_which_it_is_kept() {
        for (field, typed, kept) in [
            ("number", "+1 206 555 0100", "+12065550100"),
            ("range", "+1 712 555 …", "+1712555"),
            ("network", "203.0.113.0/24", "203.0.113.0/24"),
            ("address", "2001:DB8::1", "2001:db8::1"),
            ("asn", "AS64501", "64501"),
            ("came-to", "wasted", "wasted"),
            ("carrier", "Example Mobile", "Example Mobile"),
        ] {
            let filter = Filter::typed(field, false, typed).unwrap();
            assert_eq!(filter.value, kept);
        }
        for (field, typed) in [("number", "12"), ("planet", "mars"), ("came-to", "well"), ("asn", " ")] {
            assert!(Filter::typed(field, true, typed).is_err(), "{field} {typed}");
        }
    }
}
