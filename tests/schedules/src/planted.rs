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
    /// Who hears the end of a contact does not read which others its call was transferred to.
    UnreadLegs,
    /// A dial takes its places in the budgets outside the transaction that claims it.
    BudgetOutsideTheClaim,
    /// A redelivered request is counted for its asking side once more.
    AskCountedAgain,
    /// A newcomer takes his place without asking whether there is room.
    UnboundedNewcomers,
    /// A good end gives its places back by a write of its own, whether or not the request ends by it.
    EarnedApart,
    /// The end of a call settles its cost by a write of its own, whether or not the request ends by it.
    SettledApart,
    /// When Connect was too busy, a newcomer's place is not given back.
    BusyKeepsPlace,
    /// When Connect was too busy, the call stays among the evidence.
    BusyKeepsCall,
    /// When a request ends before its dial, its place in the range is not given back.
    RangePlaceKept,
    /// The call is put among the evidence by a write of its own, whether or not the request is claimed by it.
    CallOutsideTheClaim,
    /// The end of a call is not written to the evidence.
    EndNotKept,
    /// A mark is not written to the evidence.
    MarkNotKept,
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
            (Self::UnreadLegs, "UpdateItem")
                if input["TableName"] == "Contacts" && has_value(&input, ":ended_at") =>
            {
                input["ReturnValues"] = json!("UPDATED_NEW");
                true
            }
            (Self::BudgetOutsideTheClaim, "TransactWriteItems") if claims(&input) => {
                add_apart(&mut input, engine)
            }
            (Self::AskCountedAgain, "UpdateItem") if has_value(&input, ":asks") => always(&mut input, "asks"),
            (_, "TransactWriteItems") => self.tampered_with(&mut input, engine),
            _ => false,
        };
        changed.then(|| input.to_string().into_bytes())
    }

    /// Whether a transaction was changed, of those that make, unmake, end and mark a call.
    fn tampered_with(self, input: &mut Value, engine: &Engine) -> bool {
        let is_claim = claims(input);
        let Some(items) = input["TransactItems"].as_array_mut() else { return false };
        match self {
            Self::UnboundedNewcomers => {
                let place = items.iter_mut().find(|item| !added(item, "newcomers_").is_empty());
                place.is_some_and(|item| {
                    let names = [added(item, "newcomers_"), added(item, "strangers_")].concat();
                    names.iter().all(|name| always(&mut item["Update"], name))
                })
            }
            Self::EarnedApart => {
                let is_end = items.iter().any(|item| updates_call(item, ":ended_at"));
                let earned = items.iter_mut().find(|item| is_end && !added(item, "newcomers_").is_empty());
                earned.is_some_and(|item| {
                    let names = [added(item, "newcomers_"), added(item, "strangers_")].concat();
                    names.iter().all(|name| apart(&mut item["Update"], name, engine))
                })
            }
            Self::SettledApart => {
                let settled = items.iter_mut().find(|item| adds(item, ":micro_usd_least"));
                settled.is_some_and(|item| apart(&mut item["Update"], "micro_usd", engine))
            }
            Self::BusyKeepsPlace => {
                let place =
                    items.iter_mut().find(|item| row(item) == "budget#total" && takes_back(item, ":calls"));
                place.is_some_and(|item| {
                    let names = added(item, "newcomers_");
                    !names.is_empty()
                        && names.iter().all(|name| nothing(&mut item["Update"], &format!(":{name}")))
                })
            }
            Self::BusyKeepsCall => left_out(items, |item| item["Delete"]["TableName"] == "Calls"),
            Self::RangePlaceKept => {
                let place =
                    items.iter_mut().find(|item| row(item).starts_with("range#") && adds(item, ":less"));
                place.is_some_and(|item| nothing(&mut item["Update"], ":less"))
            }
            Self::CallOutsideTheClaim if is_claim => {
                let put = items.iter().find(|item| item["Put"]["TableName"] == "Calls").cloned();
                let _ = put.map(|item| engine.operate("PutItem", item["Put"].to_string().as_bytes()));
                left_out(items, |item| item["Put"]["TableName"] == "Calls")
            }
            Self::EndNotKept => left_out(items, |item| updates_call(item, ":ended_at")),
            Self::MarkNotKept => left_out(items, |item| updates_call(item, ":mark")),
            _ => false,
        }
    }
}

/// The subject of the counters' row that an item of a transaction updates; empty if it updates another table.
fn row(item: &Value) -> &str {
    item["Update"]["Key"]["subject"]["S"].as_str().unwrap_or_default()
}

fn adds(item: &Value, name: &str) -> bool {
    has_value(&item["Update"], name)
}

/// What an item of a transaction adds to, of the attributes that begin so.
fn added(item: &Value, prefix: &str) -> Vec<String> {
    let values = item["Update"]["ExpressionAttributeValues"].as_object().into_iter().flatten();
    let names = values.filter_map(|(name, _)| name.strip_prefix(':'));
    let names = names.filter(|name| name.starts_with(prefix) && !name.ends_with("_most"));
    names.map(str::to_owned).collect()
}

/// Whether an item puts something back.
fn takes_back(item: &Value, name: &str) -> bool {
    let amount = &item["Update"]["ExpressionAttributeValues"][name]["N"];
    amount.as_str().is_some_and(|amount| amount.starts_with('-'))
}

fn updates_call(item: &Value, name: &str) -> bool {
    item["Update"]["TableName"] == "Calls" && adds(item, name)
}

/// Leaves items out of a transaction; false if there is none of them.
fn left_out(items: &mut Vec<Value>, which: impl Fn(&Value) -> bool) -> bool {
    let before = items.len();
    items.retain(|item| !which(item));
    items.len() < before
}

/// Adds nothing in place of an amount.
fn nothing(update: &mut Value, name: &str) -> bool {
    update["ExpressionAttributeValues"][name] = json!({ "N": "0" });
    true
}

/// Adds an amount by a write of its own, which asks for nothing.
fn apart(update: &mut Value, attribute: &str, engine: &Engine) -> bool {
    let name = format!(":{attribute}");
    let added = json!({
        "TableName": update["TableName"], "Key": update["Key"],
        "UpdateExpression": format!("ADD {attribute} {name}"),
        "ExpressionAttributeValues": { &name: update["ExpressionAttributeValues"][&name] },
    });
    let _ = engine.operate("UpdateItem", added.to_string().as_bytes());
    nothing(update, &name)
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
    let always = format!("attribute_exists({attribute}) OR attribute_not_exists({attribute}) OR");
    let of_it_alone = format!("attribute_not_exists({attribute}) OR");
    // An item of budgets has a condition for each.
    write["ConditionExpression"] = json!(match condition.contains(&of_it_alone) {
        true => condition.replace(&of_it_alone, &always),
        false => format!("{always} ({condition})"),
    });
    true
}

/// Takes the places in the hour's budget by a write of its own.
fn add_apart(input: &mut Value, engine: &Engine) -> bool {
    let Some(items) = input["TransactItems"].as_array_mut() else { return false };
    let hour = items.iter_mut().find(|item| !added(item, "calls_3600_").is_empty());
    let Some(hour) = hour else { return false };
    let names = added(hour, "calls_3600_");
    names.iter().all(|name| apart(&mut hour["Update"], name, engine))
}
