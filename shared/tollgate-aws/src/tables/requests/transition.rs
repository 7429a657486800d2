//! A step of a request from one state to the next: one conditional update, alone or as part of a transaction. The
//! condition is the state that the writer saw; whoever comes second finds it gone.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure, Update};
use jiff::Timestamp;
use tollgate::line::Line;
use tollgate::record::Terms;
use tollgate::request::RequestId;
use tollgate::state::{Attempt, Dialing, InvalidTransition, Retry, State};
use tollgate::verdict::Finding;

use super::form::state_attributes;
use crate::error::StoreError;
use crate::item::{Item, at, n, nested, s};
use crate::tables::Tables;
use crate::tables::deny_list::Version;
use crate::transitions::transaction::outlast;

/// A step of a request from one state to the next.
#[derive(Debug, Clone)]
pub struct Transition {
    id: RequestId,
    from: State,
    to: State,
    findings: Option<Vec<Finding>>,
    line: Option<Line>,
    terms: Option<Terms>,
    unlisted_in: Option<Version>,
    wake_at: Option<Timestamp>,
    settles: bool,
    unless_cancelled: bool,
}

/// Whether a step was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// It was.
    Yes,
    /// Somebody was there before: the request is not in that state any more, or was withdrawn.
    Overtaken,
}

impl Transition {
    /// The step of request `id` from the state it was seen in to `to`.
    ///
    /// # Errors
    /// When there is no such step.
    pub fn new(id: RequestId, from: &State, to: State) -> Result<Self, InvalidTransition> {
        let to = from.clone().step(to)?;
        Ok(Self::to(id, from, to))
    }

    /// The step in place: nothing changes but the moment at which upkeep looks again, and the stream hands the request on.
    #[must_use]
    pub fn in_place(id: RequestId, state: &State, wake_at: Timestamp) -> Self {
        Self { wake_at: Some(wake_at), ..Self::to(id, state, state.clone()) }
    }

    /// A duplicate stays one for good: upkeep does not look at it any more.
    #[must_use]
    pub fn settle(id: RequestId, duplicate: &State) -> Self {
        Self { settles: true, ..Self::to(id, duplicate, duplicate.clone()) }
    }

    /// A bare step.
    fn to(id: RequestId, from: &State, to: State) -> Self {
        Self {
            id,
            from: from.clone(),
            to,
            findings: None,
            line: None,
            terms: None,
            unlisted_in: None,
            wake_at: None,
            settles: false,
            unless_cancelled: false,
        }
    }

    /// Records what was found.
    #[must_use]
    pub fn with_findings(self, findings: &[Finding]) -> Self {
        Self { findings: Some(findings.to_vec()), ..self }
    }

    /// Records the number's line.
    #[must_use]
    pub fn with_line(self, line: Option<&Line>) -> Self {
        Self { line: line.cloned(), ..self }
    }

    /// Records the terms on which it is approved.
    #[must_use]
    pub fn with_terms(self, terms: Terms) -> Self {
        Self { terms: Some(terms), ..self }
    }

    /// Records in which version the list said nothing against it.
    #[must_use]
    pub fn unlisted_in(self, version: Option<Version>) -> Self {
        Self { unlisted_in: version, ..self }
    }

    /// Sets when upkeep looks at it.
    #[must_use]
    pub fn wake_at(self, moment: Option<Timestamp>) -> Self {
        Self { wake_at: moment, ..self }
    }

    /// Holds only if the requester has not withdrawn it.
    #[must_use]
    pub fn unless_cancelled(self) -> Self {
        Self { unless_cancelled: true, ..self }
    }

    /// Writes the step by itself.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn write(self, tables: &Tables) -> Result<Written, StoreError> {
        let update = self.update(tables)?;
        let update = tables
            .client
            .update_item()
            .table_name(update.table_name())
            .set_key(Some(update.key().clone()))
            .update_expression(update.update_expression())
            .set_condition_expression(update.condition_expression().map(str::to_owned))
            .set_expression_attribute_names(update.expression_attribute_names().cloned())
            .set_expression_attribute_values(update.expression_attribute_values().cloned());
        match outlast(tables, || update.clone().send()).await {
            Ok(_) => Ok(Written::Yes),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(Written::Overtaken),
                _ => Err(StoreError::service("UpdateItem")(error)),
            },
        }
    }

    /// The step as part of a transaction.
    ///
    /// # Errors
    /// Only if a finding cannot be stored, which all can.
    pub fn update(self, tables: &Tables) -> Result<Update, StoreError> {
        let (condition, mut values) = self.condition();
        let mut attributes = if self.from == self.to { vec![] } else { state_attributes(&self.to) };
        if let Some(findings) = &self.findings {
            attributes.push(("findings", Some(nested("Requests", findings)?)));
        }
        if let Some(line) = &self.line {
            attributes.push(("line", Some(nested("Requests", line)?)));
        }
        if let Some(terms) = &self.terms {
            attributes.push(("terms", Some(nested("Requests", terms)?)));
        }
        attributes.extend(self.unlisted_in.map(|version| ("unlisted_in", Some(n(version)))));
        if self.settles {
            attributes.push(("outcome", Some(s(self.to.name().as_str()))));
            attributes.extend([("open", None), ("wake_at", None)]);
        }
        attributes.extend(self.wake_at.map(|moment| ("wake_at", Some(at(moment)))));

        // Every name is replaced, so that none can be one of DynamoDB's reserved words.
        let mut names = std::collections::HashMap::from([("#state".to_owned(), "state".to_owned())]);
        let (mut sets, mut removes) = (vec![], vec![]);
        for (name, value) in attributes {
            names.insert(format!("#{name}"), name.to_owned());
            match value {
                Some(value) => {
                    sets.push(format!("#{name} = :{name}"));
                    values.insert(format!(":{name}"), value);
                }
                None => removes.push(format!("#{name}")),
            }
        }
        let clause = |word: &str, parts: Vec<String>| {
            if parts.is_empty() { String::new() } else { format!("{word} {} ", parts.join(", ")) }
        };
        let expression = clause("SET", sets) + &clause("REMOVE", removes);
        Update::builder()
            .table_name(&tables.names.requests)
            .set_key(Some(super::key(self.id)))
            .update_expression(expression.trim_end())
            .condition_expression(condition)
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::None)
            .build()
            .map_err(StoreError::build("Update"))
    }

    /// That the request is as it was seen: in its state, and for a dial, in the very attempt.
    fn condition(&self) -> (String, Item) {
        let mut values: Item = [(":from".to_owned(), s(self.from.name().as_str()))].into();
        let mut condition = "#state = :from".to_owned();
        let mut value = |name: &str, value: AttributeValue| values.insert(name.to_owned(), value);
        match &self.from {
            State::Dialing(Dialing { dialed_at, attempt, .. }) => {
                condition += " AND dialed_at = :seen_dialed_at";
                value(":seen_dialed_at", at(*dialed_at));
                match attempt {
                    Attempt::Placing => condition += " AND attribute_not_exists(retry)",
                    Attempt::NotPlaced(retry) => {
                        condition += " AND retry = :seen_retry";
                        let retry = match retry {
                            Retry::Waiting => "waiting",
                            Retry::Due => "due",
                        };
                        value(":seen_retry", s(retry));
                    }
                }
            }
            State::Duplicate { owner } => {
                condition += " AND held_by = :seen_held_by";
                value(":seen_held_by", s(owner.to_string()));
            }
            _ => {}
        }
        if self.unless_cancelled {
            condition += " AND attribute_not_exists(cancelled_at)";
        }
        (condition, values)
    }
}
