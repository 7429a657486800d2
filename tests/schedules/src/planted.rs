//! Faults planted in the product, to see whether they are found. They are made on the way, out of what the product sends.

use local::engine::Engine;
use local::wire::{Call, ServiceName};
use serde_json::{Value, json};

/// A fault in the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Planted {
    /// The claim of a request for the dial does not ask in which state the request is.
    UnconditionalClaim,
    /// A number is let go without asking who holds it.
    UnownedRelease,
    /// Who notes whose call it is does not read that its end was heard.
    UnreadEnd,
    /// A dial takes its places in the budgets outside the transaction that claims it.
    BudgetOutsideTheClaim,
    /// A redelivered request is counted for its asking side once more.
    AskCountedAgain,
}

impl Planted {
    /// What arrives in place of a call, if it is one that the fault is in.
    pub(crate) fn tampered(self, call: &Call, engine: &Engine) -> Option<Vec<u8>> {
        if call.service != ServiceName::DynamoDb {
            return None;
        }
        let mut input: Value = serde_json::from_slice(&call.input).ok()?;
        let changed = match (self, call.operation.as_str()) {
            (Self::UnconditionalClaim, "TransactWriteItems") if claims(&input) => {
                always(&mut input["TransactItems"][0]["Update"], "request_id")
            }
            (Self::UnownedRelease, "TransactWriteItems") => {
                let items = input["TransactItems"].as_array_mut()?;
                let mut releases = items.iter_mut().filter_map(|item| item.get_mut("Delete"));
                releases.next().is_some_and(|release| always(release, "held_by"))
            }
            (Self::UnownedRelease, "DeleteItem") if input["TableName"] == "Pending" => {
                always(&mut input, "held_by")
            }
            (Self::UnreadEnd, "UpdateItem")
                if input["TableName"] == "Contacts" && has_value(&input, ":request_id") =>
            {
                input["ReturnValues"] = json!("UPDATED_NEW");
                true
            }
            (Self::BudgetOutsideTheClaim, "TransactWriteItems") if claims(&input) => {
                add_apart(&mut input, engine)
            }
            (Self::AskCountedAgain, "UpdateItem") if has_value(&input, ":asks") => always(&mut input, "asks"),
            _ => false,
        };
        changed.then(|| input.to_string().into_bytes())
    }
}

/// Whether a transaction claims a request for the dial.
fn claims(input: &Value) -> bool {
    let step = &input["TransactItems"][0]["Update"];
    step["TableName"] == "Requests"
        && step["ExpressionAttributeValues"][":state"]["S"] == "dialing"
        && step["ExpressionAttributeValues"][":claimed_until"].is_object()
        && !has_value(step, ":retry")
}

fn has_value(input: &Value, name: &str) -> bool {
    input["ExpressionAttributeValues"].get(name).is_some()
}

/// Makes a condition hold always. All that it names stays named, as DynamoDB demands.
fn always(write: &mut Value, attribute: &str) -> bool {
    let Some(condition) = write["ConditionExpression"].as_str() else { return false };
    write["ConditionExpression"] =
        json!(format!("attribute_exists({attribute}) OR attribute_not_exists({attribute}) OR ({condition})"));
    true
}

/// Takes the places in the hour's budget by a write of its own.
fn add_apart(input: &mut Value, engine: &Engine) -> bool {
    let Some(items) = input["TransactItems"].as_array_mut() else { return false };
    let hour = items.iter_mut().filter_map(|item| item.get_mut("Update")).find(|update| {
        update["Key"]["window"]["S"].as_str().is_some_and(|window| window.starts_with("3600@"))
            && update["Key"]["subject"]["S"] == "budget#total"
    });
    let Some(hour) = hour else { return false };
    let added = json!({
        "TableName": hour["TableName"], "Key": hour["Key"],
        "UpdateExpression": "ADD calls :one", "ExpressionAttributeValues": { ":one": { "N": "1" } },
    });
    let _ = engine.operate("UpdateItem", added.to_string().as_bytes());
    hour["ExpressionAttributeValues"][":calls"] = json!({ "N": "0" });
    true
}
