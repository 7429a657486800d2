//! The query's parameters. One that no route knows is refused, since a misspelled filter would show the wrong things.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use jiff::Timestamp;
use lambda_http::aws_lambda_events::query_map::QueryMap;
use operations::moment;

use crate::problem::Problem;

/// The parameters, each with its one value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Query(BTreeMap<String, String>);

impl Query {
    /// Reads parameters that API Gateway has decoded.
    pub(super) fn read(parameters: Option<&QueryMap>) -> Result<Self, Problem> {
        let mut query = BTreeMap::new();
        for (name, value) in parameters.into_iter().flat_map(QueryMap::iter) {
            if query.insert(name.to_owned(), value.to_owned()).is_some() {
                return Err(Problem::query(name, "give it once"));
            }
        }
        Ok(Self(query))
    }

    #[cfg(test)]
    pub(crate) fn of(parameters: &[(&str, &str)]) -> Self {
        Self(parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    /// Refuses every parameter but these.
    pub(crate) fn only(&self, names: &[&str]) -> Result<(), Problem> {
        match self.0.keys().find(|name| !names.contains(&name.as_str())) {
            Some(unknown) if names.is_empty() => Err(Problem::query(unknown, "there are no parameters here")),
            Some(unknown) => {
                Err(Problem::query(unknown, format!("the parameters here: {}", names.join(", "))))
            }
            None => Ok(()),
        }
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// A parameter, read by `parse`; the error says why not.
    pub(crate) fn parsed<T, E: ToString>(
        &self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, Problem> {
        let value = self.text(name).map(parse).transpose();
        value.map_err(|error| Problem::query(name, error.to_string()))
    }

    pub(crate) fn moment(&self, name: &str) -> Result<Option<Timestamp>, Problem> {
        self.parsed(name, moment::parse)
    }

    pub(crate) fn flag(&self, name: &str) -> Result<bool, Problem> {
        match self.text(name) {
            Some("true") => Ok(true),
            None | Some("false") => Ok(false),
            Some(_) => Err(Problem::query(name, "true or false")),
        }
    }

    /// How many to show at most.
    pub(crate) fn limit(&self, range: RangeInclusive<i32>, otherwise: i32) -> Result<i32, Problem> {
        let limit = self.parsed("limit", str::parse)?.unwrap_or(otherwise);
        if range.contains(&limit) {
            return Ok(limit);
        }
        Err(Problem::query("limit", format!("from {} to {}", range.start(), range.end())))
    }
}
