//! Files of entries, and the record of who changed what.

use std::collections::BTreeSet;
use std::fmt::Write;

use http::Method;
use serde_json::{Value, json};
use tollgate::state::StateName;

use crate::world::{NUMBER, World, account, world};

const CSV: &str = "text/csv; charset=utf-8";

/// The whole list as a file, in as many parts as it takes; its lines without the first.
async fn exported(world: &World) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    let mut path = "/review/entries/export".to_owned();
    loop {
        let part = world.operator(Method::GET, &path, Value::Null).await;
        assert_eq!(part.status, 200, "{}", part.text);
        let mut text = part.text.lines();
        assert_eq!(text.next(), Some("entry,effect,reason,expires_at"));
        lines.extend(text.map(str::to_owned));
        let Some(next) = part.headers.get("x-next") else { return lines };
        path = format!("/review/entries/export?after={}", next.to_str().unwrap());
    }
}

#[tokio::test]
async fn ten_thousand_entries_are_imported_and_exported_and_imported_again() {
    let first = world().await;
    let mut file = "entry,effect,reason,expires_at\r\n".to_owned();
    for n in 0..10_000 {
        let (entry, effect) = match n % 4 {
            0 => (format!("net#10.{}.{}.0/24", n / 256, n % 256), "deny"),
            1 => (format!("prefix#+1206{}", 200_000 + n), "deny"),
            2 => (format!("account#user-{n}"), "trust"),
            _ => (format!("asn#{n}"), "deny"),
        };
        let until = if n % 10 == 0 { "2026-04-01T00:00:00Z" } else { "" };
        writeln!(file, "{entry},{effect},\"batch {n}, \"\"x\"\"\",{until}\r").unwrap();
    }
    let told = first.imports(CSV, "", file.clone()).await.json();
    assert_eq!((&told["imported"], &told["refusedCount"]), (&json!(10_000), &json!(0)));

    let lines = exported(&first).await;
    assert_eq!(lines, file.lines().skip(1).map(str::to_owned).collect());

    let second = world().await;
    let copy = format!("entry,effect,reason,expires_at\r\n{}", Vec::from_iter(lines.clone()).join("\r\n"));
    assert_eq!(second.imports(CSV, "", copy).await.json()["imported"], 10_000);
    assert_eq!(exported(&second).await, lines);

    let id = account("somebody").in_asn(7).asks(&second, NUMBER).await;
    second.screen().await;
    assert_eq!(second.state(&id).await, StateName::Refused);
    let id = account("user-2").in_asn(7).asks(&second, NUMBER).await;
    second.screen().await;
    assert_eq!(second.state(&id).await, StateName::Approved);
}

#[tokio::test]
async fn lines_of_a_file_are_taken_each_for_itself() {
    let world = world().await;
    let file = "\u{feff}Entry,Reason\r\n\
        number#+12065550100,pumped\r\n\
        number#+12065,too short\r\n\
        planet#mars,far\r\n\
        carrier#Carrier B,\"a \"\"usual\"\" one\"\r\n\
        \"country#JM,open quote\r\n\
        country#KP\r\n\
        asn#64500,\r\n\
        '+1206,no kind\r\n";
    let without_effect = world.imports(CSV, "?reason=drop%20list", file).await;
    assert_eq!(without_effect.status, 422, "no line says what it does");
    let told = world.imports(CSV, "?effect=deny&reason=drop%20list", file).await.json();
    assert_eq!(told["imported"], 4, "{told}");
    let lines: Vec<_> = told["refused"].as_array().unwrap().iter().map(|refused| &refused["line"]).collect();
    // The last cells of the seventh are left out, as a spreadsheet saves them.
    assert_eq!(lines, [3, 4, 6, 9]);
    let expected = [
        "asn#64500,deny,drop list,",
        "country#KP,deny,drop list,",
        "carrier#carrier b,deny,\"a \"\"usual\"\" one\",",
        "number#+12065550100,deny,pumped,",
    ];
    assert_eq!(exported(&world).await, expected.map(str::to_owned).into());
}

#[tokio::test]
async fn a_list_is_read_as_the_spreadsheet_saves_it_in_which_it_was_edited() {
    let rows = "entry,effect,reason,expires_at\nprefix#+1876,deny,x\ncountry#KP,deny,y,,\n,,,\n";
    let semicolons = format!("sep=;\r\n{}", rows.replace(',', ";"));
    let utf_16: Vec<u8> =
        format!("\u{feff}{}", rows.replace(',', "\t")).encode_utf16().flat_map(u16::to_le_bytes).collect();
    for file in [rows.as_bytes().to_vec(), semicolons.into_bytes(), utf_16] {
        let world = world().await;
        let told = world.imports(CSV, "", file).await.json();
        assert_eq!((&told["imported"], &told["refusedCount"]), (&json!(2), &json!(0)), "{told}");
        let expected = ["country#KP,deny,y,", "prefix#+1876,deny,x,"];
        assert_eq!(exported(&world).await, expected.map(str::to_owned).into());
    }
}

#[tokio::test]
async fn of_lines_that_contradict_each_other_the_stricter_counts_and_the_other_is_told() {
    for (file, line) in [
        ("entry,effect,reason\nprefix#+1876,deny,x\nprefix#+1 876,trust,y\n", 3),
        ("entry,effect,reason\nprefix#+1876,trust,y\nprefix#+1876,deny,x\n", 2),
    ] {
        let world = world().await;
        let told = world.imports(CSV, "", file).await.json();
        assert_eq!((&told["imported"], &told["refusedCount"]), (&json!(1), &json!(1)), "{told}");
        assert_eq!(told["refused"][0]["line"], line, "{told}");
        assert_eq!(exported(&world).await, ["prefix#+1876,deny,x,".to_owned()].into());
    }
}

#[tokio::test]
async fn an_import_says_what_it_changes_and_turns_nothing_around_unasked() {
    let world = world().await;
    world.list("deny", "prefix#+1876").await;
    world.list("trust", "number#+12065550100").await;
    world.list("trust", "carrier#Carrier B").await;
    world.list("deny", "asn#64500").await;
    world.list("deny", "net#203.0.113.0/24").await;
    let file = "entry,effect,reason,expires_at\n\
        prefix#+1876,trust,x\n\
        country#KP,deny,x\n\
        number#+1 206 555 0100,deny,x\n\
        asn#64500,deny,another reason\n\
        net#203.0.113.0/24,deny,x,2026-06-30T00:00:00Z\n\
        carrier#CARRIER B,deny,x\n";
    let changed = json!([{
        "line": 6, "entry": "net#203.0.113.0/24",
        "before": { "effect": "deny", "expiresAt": null },
        "after": { "effect": "deny", "expiresAt": "2026-06-30T00:00:00Z" },
    }]);
    for dry_run in [true, false] {
        let told = world.imports(CSV, &format!("?dryRun={dry_run}"), file).await.json();
        let counts =
            ["imported", "added", "changedCount", "unchanged", "refusedCount"].map(|name| &told[name]);
        assert_eq!(counts, [&json!(3), &json!(1), &json!(1), &json!(1), &json!(3)], "{told}");
        assert_eq!(told["changed"], changed);
        let refused = told["refused"].as_array().unwrap();
        assert_eq!(refused.iter().map(|one| &one["line"]).collect::<Vec<_>>(), [2, 4, 7], "{told}");
        let reason = refused[0]["reason"].as_str().unwrap();
        assert!(reason.contains("on the list as deny") && reason.contains("replace=true"), "{reason}");
        assert_eq!(exported(&world).await.contains("country#KP,deny,x,"), !dry_run);
    }
    let stands = ["prefix#+1876,deny,told in a story,", "number#+12065550100,trust,told in a story,"];
    let lines = exported(&world).await;
    assert!(stands.iter().all(|line| lines.contains(*line)), "nothing is lost: {lines:?}");

    let told = world.imports(CSV, "?replace=true", file).await.json();
    let counts = ["imported", "added", "changedCount", "unchanged", "refusedCount"].map(|name| &told[name]);
    assert_eq!(counts, [&json!(6), &json!(0), &json!(3), &json!(3), &json!(0)], "{told}");
    assert_eq!(told["changed"][0]["line"], 2, "{told}");
    assert_eq!(told["changed"][0]["before"]["effect"], "deny");
    assert!(exported(&world).await.contains("prefix#+1876,trust,x,"));
}

#[tokio::test]
async fn an_import_that_would_only_turn_entries_around_is_refused_line_by_line() {
    let world = world().await;
    world.list("deny", "prefix#+1876").await;
    let answer = world.imports(CSV, "", "entry,effect,reason\nprefix#+1876,trust,x\n").await;
    assert_eq!(answer.status, 422, "{}", answer.text);
    assert_eq!(answer.json()["errors"][0]["field"], "line 2");
    assert_eq!(exported(&world).await, ["prefix#+1876,deny,told in a story,".to_owned()].into());
    let copy = "entry,effect,reason\nprefix#+1876,deny,told in a story\n";
    let told = world.imports(CSV, "", copy).await.json();
    assert_eq!((&told["unchanged"], &told["changedCount"]), (&json!(1), &json!(0)), "{told}");
}

#[tokio::test]
async fn an_entry_that_has_run_out_is_new_again() {
    let world = world().await;
    let until = "entry,effect,reason,expires_at\nprefix#+1876,deny,x,2026-03-02T10:01:00Z\n";
    assert_eq!(world.imports(CSV, "", until).await.json()["added"], 1);
    world.pass(60).await;
    let told = world.imports(CSV, "", "entry,effect,reason\nprefix#+1876,trust,x\n").await.json();
    assert_eq!((&told["added"], &told["refusedCount"]), (&json!(1), &json!(0)), "{told}");
}

#[tokio::test]
async fn lists_are_read_as_they_are_published() {
    let world = world().await;
    let file = "; DROP\n{\"cidr\":\"203.0.113.0/24\",\"sblid\":\"SBL1\"}\n{\"type\":\"metadata\",\"size\":1}\n\
        ExitNode 0011BD\nExitAddress 198.51.100.7 2026-01-30 13:04:05\nAS64500 ; EXAMPLE\n203.0.113.0-203.0.113.9\n";
    let told = world.imports("text/plain", "?effect=deny&reason=x", file).await.json();
    assert_eq!((&told["imported"], &told["refused"][0]["line"]), (&json!(3), &json!(7)), "{told}");
    assert!(told["refused"][0]["reason"].as_str().unwrap().contains("Write it as networks"), "{told}");
    let expected = ["asn#64500,deny,x,", "net#198.51.100.7/32,deny,x,", "net#203.0.113.0/24,deny,x,"];
    assert_eq!(exported(&world).await, expected.map(str::to_owned).into());
}

#[tokio::test]
async fn files_of_another_form_are_refused_whole() {
    let world = world().await;
    for (media_type, query, body, status) in [
        ("application/json", "?effect=deny&reason=x", "[]", 415),
        ("text/plain", "?reason=x", "203.0.113.0/24", 400),
        ("text/plain", "?effect=deny", "203.0.113.0/24", 400),
        ("text/plain", "?effect=deny&reason=x&dryrun=true", "203.0.113.0/24", 400),
        (CSV, "", "203.0.113.0/24,deny,x", 422),
        (CSV, "", "entry,entry\nasn#1,asn#2", 422),
        (CSV, "", "", 422),
    ] {
        assert_eq!(
            world.imports(media_type, query, body).await.status,
            status,
            "{media_type} {query} {body}"
        );
    }
    assert_eq!(exported(&world).await, BTreeSet::new());
}

#[tokio::test]
async fn every_change_is_recorded_with_who_what_when_and_why() {
    let world = world().await;
    let carol = "arn:aws:iam::111122223333:user/carol";
    let local = "arn:aws:iam::111122223333:user/local";
    world.list("deny", "prefix#+1876").await;
    world.pass(1).await;
    world.list("trust", "prefix#+1876").await;
    world.pass(1).await;
    world.unlist("prefix#+1876").await;
    world.pass(1).await;
    world.imports("text/plain", "?effect=deny&reason=drop%20list", "203.0.113.0/24\n192.0.2.0/24").await;
    world.pass(1).await;
    world.policy(json!({ "guests": "allow" })).await;
    world.pass(1).await;
    world.kill_switches(false, &["JM", "CA"]).await;

    let shown = world.operator(Method::GET, "/review/changes?day=2026-03-02", Value::Null).await.json();
    let change = |second: u8, author: &str, action: &str, subject: &str, reason: Option<&str>| {
        let at = format!("2026-03-02T10:00:0{second}Z");
        let mut change = json!({ "changedAt": at, "author": author, "action": action, "subject": subject });
        if let Some(reason) = reason {
            change["reason"] = json!(reason);
        }
        change
    };
    let story = Some("told in a story");
    assert_eq!(
        shown["changes"],
        json!([
            change(5, carol, "set-kill-switches", "CA JM", story),
            change(4, local, "save-policy", "version 1", None),
            change(3, local, "import-entries", "2 entries", Some("drop list")),
            change(2, carol, "remove-entry", "prefix#+1876", Some("told")),
            change(1, carol, "trust-entry", "prefix#+1876", story),
            change(0, carol, "deny-entry", "prefix#+1876", story),
        ])
    );
    let entry = world.operator(Method::GET, "/review/entries/net%23192.0.2.0%2F24", Value::Null).await.json();
    assert_eq!((&entry["author"], &entry["addedAt"]), (&json!(local), &json!("2026-03-02T10:00:03Z")));
    let before = world.operator(Method::GET, "/review/changes?day=2026-03-01", Value::Null).await.json();
    assert_eq!(before["changes"], json!([]));
}
