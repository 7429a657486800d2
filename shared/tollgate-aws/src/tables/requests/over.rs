//! Requests that will not be called any more: what was asked for a moment ago counts only while it may still be.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::types::KeysAndAttributes;
use tollgate::request::RequestId;
use tollgate::state::StateName;

use crate::error::StoreError;
use crate::gather::{self, BATCH_KEYS_MAX};
use crate::item::{Item, s};
use crate::tables::Tables;
use crate::tables::schema::REQUESTS;

/// Which of these requests will not be called any more, as they stand: they have ended, were withdrawn before their dial, wait
/// behind another request, or are not on record. One that cannot be read may still be called.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn over(tables: &Tables, ids: &BTreeSet<RequestId>) -> Result<BTreeSet<RequestId>, StoreError> {
    let table = &tables.names.requests;
    let mut standing = BTreeSet::new();
    let ids_of_batches: Vec<_> = ids.iter().copied().collect();
    for batch in ids_of_batches.chunks(BATCH_KEYS_MAX) {
        let keys = batch.iter().map(|id| HashMap::from([(REQUESTS.key.name.to_owned(), s(id.to_string()))]));
        let wanted = KeysAndAttributes::builder()
            .set_keys(Some(keys.collect()))
            .consistent_read(true)
            .projection_expression("request_id, #state, cancelled_at")
            .expression_attribute_names("#state", "state")
            .build()
            .map_err(StoreError::build("KeysAndAttributes"))?;
        let found = gather::batch_get(tables, HashMap::from([(table.clone(), wanted)])).await?;
        standing.extend(found.into_values().flatten().filter_map(may_be_called));
    }
    Ok(ids.difference(&standing).copied().collect())
}

/// The id of a request that may still be called.
fn may_be_called(item: Item) -> Option<RequestId> {
    let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).map(String::as_str);
    let id = text("request_id").and_then(|id| RequestId::parse(id).ok())?;
    let is_withdrawn = item.contains_key("cancelled_at");
    let may_be = match text("state").and_then(StateName::parse) {
        Some(StateName::Received | StateName::Approved) => !is_withdrawn,
        Some(StateName::Dialing | StateName::InCall) | None => true,
        Some(_) => false,
    };
    may_be.then_some(id)
}
