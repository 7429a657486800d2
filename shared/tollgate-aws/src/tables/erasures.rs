//! Erasing a request with all that is stored of it elsewhere, and the `Erasures` table: which requests are to be erased once
//! nothing works on them any more. A request that is live keeps its number's claim and its places until its end, as every
//! other; whoever moves it on knows nothing of this table, so no race with them can lose what is to be erased.

use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use tollgate::request::RequestId;

use crate::error::StoreError;
use crate::item::s;
use crate::scan::text;
use crate::tables::Tables;
use crate::tables::{calls, changes, contacts, numbers, requests};

/// The most rows that are read at once.
const ROWS_MAX: i32 = 100;
/// How many requests are erased side by side.
const AT_ONCE: usize = 8;

/// What became of a request that is to be erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Erased {
    /// Nothing is stored of it any more.
    Yes,
    /// Something works on it, or its visitor may still hope for a call.
    NotYet,
}

/// Erases a request that is over: its call, its contact, what the lookup told of its number, what changes say of its mark, and
/// the request itself, which goes last: should this die half-way, it is found again.
///
/// # Errors
/// When DynamoDB does not answer. It can be done again.
pub async fn erase(tables: &Tables, id: RequestId, now: Timestamp) -> Result<Erased, StoreError> {
    let Some(traces) = requests::traces(tables, id).await? else {
        let erased = calls::erase(tables, id, now).await?;
        return Ok(if erased { Erased::Yes } else { Erased::NotYet });
    };
    if !traces.is_over(now) {
        return Ok(Erased::NotYet);
    }
    if let Some(marked_at) = traces.marked_at {
        changes::mask_of_request(tables, id, marked_at).await?;
    }
    if let Some(contact_id) = &traces.contact_id {
        contacts::erase(tables, contact_id).await?;
    }
    if let Some(number) = &traces.number {
        numbers::erase(tables, number).await?;
    }
    let erased = calls::erase(tables, id, now).await? && requests::erase(tables, id, now).await?;
    Ok(if erased { Erased::Yes } else { Erased::NotYet })
}

/// Erases requests, several side by side, each as [`erase`] does.
///
/// # Errors
/// When DynamoDB does not answer. It can be done again.
pub async fn erase_all(
    tables: &Tables,
    ids: Vec<RequestId>,
    now: Timestamp,
) -> Result<Vec<(RequestId, Erased)>, StoreError> {
    let erased = stream::iter(ids).map(async |id| Ok((id, erase(tables, id, now).await?)));
    erased.buffer_unordered(AT_ONCE).try_collect().await
}

/// Erases calls that are over, several side by side; of their requests nothing is touched.
///
/// # Errors
/// When DynamoDB does not answer. It can be done again.
pub async fn erase_calls(
    tables: &Tables,
    ids: Vec<RequestId>,
    now: Timestamp,
) -> Result<Vec<(RequestId, Erased)>, StoreError> {
    let erased = stream::iter(ids).map(async |id| {
        let erased = calls::erase(tables, id, now).await?;
        Ok((id, if erased { Erased::Yes } else { Erased::NotYet }))
    });
    erased.buffer_unordered(AT_ONCE).try_collect().await
}

/// Has a request erased once it is over.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn remember(tables: &Tables, id: RequestId) -> Result<(), StoreError> {
    let put =
        tables.client.put_item().table_name(&tables.names.erasures).item("request_id", s(id.to_string()));
    put.send().await.map(drop).map_err(StoreError::service("PutItem"))
}

/// Requests that are to be erased, as many as one run of upkeep looks at.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn remembered(tables: &Tables) -> Result<Vec<RequestId>, StoreError> {
    let scanned = tables
        .client
        .scan()
        .table_name(&tables.names.erasures)
        .limit(ROWS_MAX)
        .send()
        .await
        .map_err(StoreError::service("Scan"))?;
    let ids = scanned.items().iter().filter_map(|item| RequestId::parse(text(item, "request_id")?).ok());
    Ok(ids.collect())
}

/// Forgets a request that is erased.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn forget(tables: &Tables, id: RequestId) -> Result<(), StoreError> {
    let delete =
        tables.client.delete_item().table_name(&tables.names.erasures).key("request_id", s(id.to_string()));
    delete.send().await.map(drop).map_err(StoreError::service("DeleteItem"))
}
