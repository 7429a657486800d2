//! Items of the deny and trust list. One that cannot be read is told apart and hides no other; one that can is written as
//! an item that reads as the same listing.

use std::sync::LazyLock;

use arbitrary::Unstructured;
use jiff::Timestamp;
use serde_json::{Value, json};
use tollgate::entry::{Entry, Listing};
use tollgate_aws::error::StoreError;
use tollgate_aws::tables::deny_list::{self, Page};

use crate::api::NOW;
use crate::shape::{is_item, item};
use crate::tables::{self, Answer, Call, updated};

static RECORDED: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let listing = |effect: &str| {
        json!({
            "effect": { "S": effect }, "reason": { "S": "pumped traffic" }, "author": { "S": "carol" },
            "added_at": { "N": "1772445600000" },
        })
    };
    let keyed = |key: &str, effect: &str| {
        let mut item = listing(effect);
        item["entry"] = json!({ "S": key });
        item
    };
    let mut expiring = keyed("number#+12065550100", "trust");
    expiring["holds_until"] = json!({ "N": "1772532000000" });
    expiring["expires_at"] = json!({ "N": "1772532001" });
    let mut carrier = listing("deny");
    carrier["expires_at"] = json!({ "N": "1772532000000" });
    let carriers = json!({ "entry": { "S": "carriers" },
        "carrier#example voip": { "M": carrier }, "carrier#other": { "M": listing("trust") } });
    vec![keyed("prefix#+1876", "deny"), expiring, keyed("net#2001:db8::/32", "deny"), carriers]
});

/// Asserts what must hold of any item.
pub fn check(bytes: &[u8]) {
    let foreign = match bytes.first() {
        Some(b'{') => serde_json::from_slice(bytes).ok().filter(is_item),
        _ => item(&mut Unstructured::new(bytes), &RECORDED),
    };
    let Some(foreign) = foreign else { return };
    let good = |network: &str| {
        let mut item = RECORDED[2].clone();
        item["entry"] = json!({ "S": format!("net#{network}") });
        item
    };
    let items = [good("198.18.0.0/24"), foreign.clone(), good("198.18.1.0/24")];
    let page = page(json!({ "Items": items }), NOW);
    let is_good = |read: Option<&Result<Listing, StoreError>>, key: &str| {
        assert_eq!(
            read.and_then(|read| read.as_ref().ok()).map(|listing| listing.entry.key()).as_deref(),
            Some(key)
        );
    };
    is_good(page.listings.first(), "net#198.18.0.0/24");
    is_good(page.listings.last(), "net#198.18.1.0/24");
    for read in &page.listings[1..page.listings.len() - 1] {
        match read {
            Ok(listing) => writes_back(listing),
            Err(StoreError::Inconsistent { table, key, reason }) => {
                assert_eq!(
                    (*table, key.as_str()),
                    ("DenyList", foreign["entry"]["S"].as_str().unwrap_or("(no entry)"))
                );
                assert!(!reason.is_empty());
            }
            Err(error @ StoreError::Service { .. }) => panic!("{error}"),
        }
    }
    denies_each_carrier_it_cannot_read(&foreign, &page);
}

fn page(answer: Value, now: Timestamp) -> Page {
    let (page, _) = tables::with(
        move |_scan| Answer::Done(answer.clone()),
        async |tables| deny_list::page(tables, None, 10, now).await,
    );
    page.expect("the table answers")
}

fn writes_back(listing: &Listing) {
    let (added, calls) = tables::with(tables::empty, async |tables| {
        deny_list::add(tables, std::slice::from_ref(listing), NOW).await
    });
    added.expect("a listing is added");
    let answer = json!({ "Items": [written(&calls[0])] });
    let again: Vec<_> = page(answer, NOW)
        .listings
        .into_iter()
        .map(|read| read.expect("what is written can be read"))
        .collect();
    // Of a carrier its key is kept.
    let entry = Entry::parse(&listing.entry.key()).expect("a key reads back");
    assert_eq!(again, [Listing { entry, ..listing.clone() }]);
}

fn written(call: &Call) -> Value {
    let parts = call.sent["TransactItems"].as_array().expect("a transaction");
    let put = parts.iter().map(|part| &part["Put"]["Item"]).find(|item| item.is_object());
    let update =
        parts.iter().map(|part| &part["Update"]).find(|update| update["Key"]["entry"]["S"] == "carriers");
    match (put, update) {
        (Some(item), _) => item.clone(),
        (None, update) => updated(&Value::Null, update.expect("an entry is put, or set among the carriers")),
    }
}

/// A carrier whose listing is broken is not let through for that.
fn denies_each_carrier_it_cannot_read(item: &Value, page: &Page) {
    if item["entry"]["S"] != "carriers" {
        return;
    }
    let listed = |name: &String| match Entry::parse(name) {
        Ok(entry @ Entry::Carrier(_)) => {
            // One that can be read may have expired.
            let has_expired =
                item[name]["M"]["expires_at"]["N"].as_str().is_some_and(|at| at.parse::<i64>().is_ok());
            has_expired || page.listings.iter().flatten().any(|listing| listing.entry == entry)
        }
        _ => true,
    };
    assert!(item.as_object().unwrap().keys().all(listed), "{item}");
}
