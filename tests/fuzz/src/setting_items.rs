//! Settings, changes and contacts: each item is read or refused by name, hides no other, and is written as it was read.

use std::sync::LazyLock;

use arbitrary::Unstructured;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use tollgate::outcome::CallEnd;
use tollgate::text::ContactId;
use tollgate_aws::error::StoreError;
use tollgate_aws::tables::changes::{self, Change};
use tollgate_aws::tables::contacts::{self, Contact, Half};
use tollgate_aws::tables::settings::{self, PolicyVersion};

use crate::api::NOW;
use crate::shape::item;
use crate::tables::{self, Answer, Call, updated};

static SETTING: LazyLock<Vec<Value>> = LazyLock::new(|| {
    vec![
        json!({ "name": { "S": "policy" }, "version": { "N": "0" }, "number": { "N": "7" }, "author": { "S": "ada" },
            "saved_at": { "N": "1772445600000" }, "document": { "S": r#"{"guests": "allow", "retention_days": 7}"# } }),
        json!({ "name": { "S": "kill-switches" }, "version": { "N": "0" }, "author": { "S": "ada" },
            "saved_at": { "N": "1772445600000" },
            "switches": { "M": { "all": { "BOOL": true }, "countries": { "L": [{ "S": "JM" }] } } } }),
        json!({ "name": { "S": "idempotency-secret" }, "version": { "N": "0" },
            "secret": { "B": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=" } }),
    ]
});

static CHANGE: LazyLock<Vec<Value>> = LazyLock::new(|| {
    vec![json!({ "day": { "S": "2026-03-02" }, "change": { "S": "001772445600000#0000000000000001" },
        "changed_at": { "N": "1772445600000" }, "author": { "S": "ada" }, "action": { "S": "deny-entry" },
        "subject": { "S": "prefix#+1876" }, "reason": { "S": "pumped traffic" } })]
});

static CONTACT: LazyLock<Vec<Value>> = LazyLock::new(|| {
    vec![json!({ "contact_id": { "S": "c-1" }, "request_id": { "S": "00112233445566778899aabbccddeeff" },
        "answered_at": { "N": "1772445609000" }, "agent_at": { "N": "1772445612000" },
        "ended_at": { "N": "1772445700000" }, "excuse": { "S": "withdrawn" }, "leg#c-2": { "S": "open" },
        "leg#c-3": { "N": "1772445800000" }, "expires_at": { "N": "1773050500" } })]
});

/// Asserts what must hold of any item: by the first byte a setting, a change or a contact.
pub fn check(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else { return };
    let (recorded, check): (&[Value], fn(Value)) = match first % 3 {
        0 => (&SETTING, check_setting),
        1 => (&CHANGE, check_change),
        _ => (&CONTACT, check_contact),
    };
    if let Some(item) = item(&mut Unstructured::new(rest), recorded) {
        check(item);
    }
}

fn holding<T>(answer: Value, act: impl AsyncFnOnce(&tollgate_aws::tables::Tables) -> T) -> T {
    tables::with(move |_read| Answer::Done(answer.clone()), act).0
}

#[track_caller]
fn named<T>(read: Result<T, StoreError>, of: &str) -> Option<T> {
    match read {
        Ok(read) => Some(read),
        Err(StoreError::Inconsistent { table, key, reason }) => {
            assert!(table == of && !key.is_empty() && !reason.is_empty(), "{table} {key}: {reason}");
            None
        }
        Err(error @ StoreError::Service { .. }) => panic!("{error}"),
    }
}

fn check_setting(item: Value) {
    let held = || json!({ "Item": item });
    let _ = named(holding(held(), async |tables| settings::idempotency_secret(tables).await), "Settings");

    let switches = named(holding(held(), async |tables| settings::kill_switches(tables).await), "Settings");
    if let Some(switches) = switches {
        let author = tollgate::text::Author::parse("ada").unwrap();
        let (_, calls) = tables::with(tables::empty, async |tables| {
            settings::put_kill_switches(tables, &switches, &author, NOW).await.expect("they are set");
        });
        let set = json!({ "Item": tables::put(&calls) });
        assert_eq!(holding(set, async |tables| settings::kill_switches(tables).await).unwrap(), switches);
    }

    let version = named(holding(held(), async |tables| settings::policy(tables).await), "Settings");
    if let Some(PolicyVersion { version: version @ 1.., policy, saved: Some((author, at)) }) = version {
        let (_, calls) = tables::with(tables::empty, async |tables| {
            settings::put_policy(tables, &policy, version - 1, &author, at).await.expect("it is saved");
        });
        for put in calls[0].sent["TransactItems"].as_array().unwrap() {
            let saved = json!({ "Item": put["Put"]["Item"] });
            let again = holding(saved, async |tables| settings::policy(tables).await).unwrap();
            assert_eq!(
                again,
                PolicyVersion { version, policy: policy.clone(), saved: Some((author.clone(), at)) }
            );
        }
    }
}

fn changes_of(items: Value) -> Vec<Change> {
    let day = Date::constant(2026, 3, 2);
    let now = day.to_zoned(TimeZone::UTC).unwrap().timestamp();
    holding(json!({ "Items": items }), async |tables| changes::of_day(tables, day, now).await)
        .expect("the table answers")
}

fn check_change(item: Value) {
    let good = &CHANGE[0];
    let read = changes_of(json!([good, item, good]));
    let good = &changes_of(json!([good]))[0];
    assert!((2..=3).contains(&read.len()) && read.first() == Some(good) && read.last() == Some(good));
    let [_, change, _] = read.as_slice() else { return };
    // Changes are made at the time of their day, which no year before the epoch has.
    if change.changed_at >= Timestamp::UNIX_EPOCH {
        let (_, calls) = tables::with(tables::empty, async |tables| {
            changes::record(tables, change).await.expect("it is recorded")
        });
        assert_eq!(changes_of(json!([tables::put(&calls)])), std::slice::from_ref(change));
    }
}

fn check_contact(item: Value) {
    let id = ContactId::parse("c-1").unwrap();
    let held = json!({ "Item": item });
    let read = named(holding(held, async |tables| contacts::get(tables, &id).await), "Contacts").flatten();
    let Some(contact) = read else { return };
    let Contact { request_id, answered_at, agent_at, ended_at, excuse, legs } = contact.clone();
    if ended_at.is_none() && (answered_at.is_some() || agent_at.is_some()) {
        // Moments are noted with an end; an earlier version noted them before.
        return;
    }
    let halves = [
        request_id.map(Half::Request),
        ended_at.map(|ended_at| Half::Ended(CallEnd { ended_at, answered_at, agent_at, excuse })),
        // What is heard later of the same kind changes nothing.
        ended_at.map(|_first| Half::Ended(CallEnd { ended_at: NOW, answered_at, agent_at, excuse })),
    ];
    // A leg that has ended may be heard to begin before and after.
    let legs = legs.into_iter().flat_map(|(leg, ended_at)| {
        let began = Half::LegBegan(leg.clone());
        let ended = ended_at.map(|at| Half::LegEnded { leg, at, agent_at });
        [Some(began.clone()), ended, Some(began)]
    });
    let mut item = json!({});
    for half in halves.into_iter().chain(legs).flatten() {
        let before = item.clone();
        let answers = move |call: &Call| Answer::Done(json!({ "Attributes": updated(&before, &call.sent) }));
        let (_, calls) = tables::with(answers, async |tables| {
            contacts::note(tables, &id, &half, NOW).await.expect("it is noted");
        });
        item = updated(&item, &calls[0].sent);
    }
    if item != json!({}) {
        let held = json!({ "Item": item });
        assert_eq!(holding(held, async |tables| contacts::get(tables, &id).await).unwrap(), Some(contact));
    }
}
