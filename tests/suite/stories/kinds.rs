//! Kinds of numbers: an example of every kind in every region of the numbering plans, through the door and screening.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use tollgate::record::Record;
use tollgate::verdict::Certainty;
use tollgate_aws::services::carrier::Service;

use crate::world::{World, account, world_with};

const EXAMPLES: &str = include_str!("../data/example-numbers.tsv");

/// Codes of no country, whose kind follows from the code.
const OF_NO_COUNTRY: [(&str, &str); 8] = [
    ("+870301234567", "satellite-number"),
    ("+870201234567", "satellite-number"),
    ("+878101234567890", "personal-number"),
    ("+881612345678", "satellite-number"),
    ("+8823421234", "global-network-number"),
    ("+882390123456789", "global-network-number"),
    ("+88234851234567", "global-network-number"),
    ("+883510012345", "global-network-number"),
];

/// The findings that name a kind of number.
const KINDS: [&str; 11] = [
    "premium-rate-number",
    "shared-cost-number",
    "satellite-number",
    "global-network-number",
    "pager-number",
    "voicemail-number",
    "personal-number",
    "uan-number",
    "toll-free-number",
    "voip-number",
    "unknown-kind-number",
];

/// Rows of the table: region, kind in the words of the metadata, number.
fn rows() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    EXAMPLES.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let mut columns = line.split('\t');
        let mut next = || columns.next().unwrap();
        (next(), next(), next())
    })
}

/// The finding that an example must make, if any.
fn expected(kind: &str, number: &str) -> Option<&'static str> {
    let by_code = OF_NO_COUNTRY.iter().find(|(known, _)| *known == number).map(|(_, code)| *code);
    by_code.or(match kind {
        "premiumRate" => Some("premium-rate-number"),
        "sharedCost" => Some("shared-cost-number"),
        "pager" => Some("pager-number"),
        "voicemail" => Some("voicemail-number"),
        "personalNumber" => Some("personal-number"),
        "uan" => Some("uan-number"),
        "voip" => Some("voip-number"),
        "tollFree" => Some("toll-free-number"),
        "fixedLine" | "mobile" => None,
        other => panic!("the table has a kind that this story does not know: {other}"),
    })
}

/// A world that serves every country, and in which nothing but the kind of a number can keep it from being called.
async fn world_that_serves_all() -> World {
    let world = world_with(|options| {
        options.carrier = Service::Off;
        options.settings_kept_seconds = 3_600;
    })
    .await;
    let countries: BTreeSet<_> =
        rows().map(|(region, ..)| region).filter(|region| *region != "001").collect();
    world
        .policy(json!({
            "served_countries": countries,
            "default_country": null,
            "fan_out": {
                "numbers_per_address_max": 1_000,
                "countries_per_address_max": 1_000,
                "numbers_per_account_max": 1_000,
            },
            "rules": { "country-mismatch": "off" },
        }))
        .await;
    world
}

/// The rows that are screened: all that must be found out, and every fourth of the others.
fn screened() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let kept = |at, kind, number| expected(kind, number).is_some() || at % 4 == 0;
    rows().enumerate().filter(move |(at, (_, kind, number))| kept(*at, *kind, *number)).map(|(_, row)| row)
}

/// Screens the examples; gives what became of each number.
async fn screen_all(world: &World) -> BTreeMap<&'static str, Record> {
    let numbers: BTreeSet<_> = screened().map(|(.., number)| number).collect();
    let mut ids = vec![];
    for (at, number) in numbers.into_iter().enumerate() {
        // Ten numbers a visitor: far from every limit.
        let visitor = at / 10;
        let address = format!("10.{}.{}.1", visitor / 256, visitor % 256);
        ids.push((number, account(&format!("visitor-{visitor}")).at(&address).asks(world, number).await));
    }
    world.screen().await;
    let mut records = BTreeMap::new();
    for (number, id) in ids {
        records.insert(number, world.record(&id).await);
    }
    records
}

#[tokio::test]
async fn every_number_that_costs_too_much_or_that_nobody_answers_is_found_out_by_its_kind() {
    let world = world_that_serves_all().await;
    let records = screen_all(&world).await;
    assert!(records.len() > 500, "the table holds about 1,100 numbers");
    let mut counted: BTreeMap<&str, u32> = BTreeMap::new();
    for (region, kind, number) in screened() {
        let record = &records[number];
        let codes: Vec<_> = record.findings.iter().map(|finding| finding.code.as_str()).collect();
        let found: Vec<_> = codes.iter().copied().filter(|code| KINDS.contains(code)).collect();
        let wanted = expected(kind, number);
        assert_eq!(found, Vec::from_iter(wanted), "{region} {kind} {number}");
        let strictest =
            record.findings.iter().map(|finding| finding.certainty).max().unwrap_or(Certainty::Noted);
        let state = record.state.name().as_str();
        let served = !codes.contains(&"country-not-served");
        assert_eq!(served, region != "001", "{region} {kind} {number}");
        match strictest {
            Certainty::Noted => assert_eq!((state, wanted), ("approved", None), "{region} {kind} {number}"),
            Certainty::Suspected | Certainty::Sure => {
                assert_eq!(state, "refused", "{region} {kind} {number}")
            }
        }
        *counted.entry(kind).or_default() += 1;
    }
    assert_eq!(counted.len(), 10, "{counted:?}");
}
