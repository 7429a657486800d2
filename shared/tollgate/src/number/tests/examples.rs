//! Every example number in the metadata of the numbering plans, against our door.

use super::*;

const EXAMPLES: &str = include_str!("../../../../../tests/suite/data/example-numbers.tsv");

/// The examples whose kind is not what the table says.
const OF_ANOTHER_KIND: [(&str, NumberKind); 8] = [
    // Codes of no country have their kind by code: the table knows no satellites and no global networks.
    ("+870301234567", NumberKind::Satellite),
    ("+870201234567", NumberKind::Satellite),
    ("+878101234567890", NumberKind::PersonalNumber),
    ("+881612345678", NumberKind::Satellite),
    ("+8823421234", NumberKind::GlobalNetwork),
    ("+882390123456789", NumberKind::GlobalNetwork),
    ("+88234851234567", NumberKind::GlobalNetwork),
    ("+883510012345", NumberKind::GlobalNetwork),
];

/// The regions whose fixed lines count as another country's, since one plan serves both and does not tell them
/// apart: Western Sahara is in Morocco's, Saint Martin in the one of Saint Barthélemy.
const FIXED_LINES_OF_ANOTHER_COUNTRY: [(&str, &str); 2] = [("EH", "MA"), ("MF", "BL")];

/// The rows of the table: region, kind in the metadata's words, number.
pub(in crate::number) fn rows() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    EXAMPLES.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let mut columns = line.split('\t');
        let mut next = || columns.next().expect("a row has three columns");
        (next(), next(), next())
    })
}

/// The rows, as our door takes them.
fn numbers() -> impl Iterator<Item = (&'static str, &'static str, PhoneNumber)> {
    rows().map(|(region, said, e164)| {
        let number = PhoneNumber::from_e164(e164).unwrap_or_else(|error| panic!("{region} {e164}: {error}"));
        (region, said, number)
    })
}

fn is_of_kind(kind: NumberKind, said: &str) -> bool {
    match said {
        "fixedLine" => matches!(kind, NumberKind::FixedLine | NumberKind::FixedLineOrMobile),
        "mobile" => matches!(kind, NumberKind::Mobile | NumberKind::FixedLineOrMobile),
        "tollFree" => kind == NumberKind::TollFree,
        "premiumRate" => kind == NumberKind::PremiumRate,
        "sharedCost" => kind == NumberKind::SharedCost,
        "voip" => kind == NumberKind::Voip,
        "personalNumber" => kind == NumberKind::PersonalNumber,
        "pager" => kind == NumberKind::Pager,
        "uan" => kind == NumberKind::Uan,
        "voicemail" => kind == NumberKind::Voicemail,
        _ => panic!("the table has a kind that this test does not know: {said}"),
    }
}

#[test]
fn every_example_number_is_a_number() {
    assert!(numbers().count() > 1_000, "the table holds about 1,100 numbers");
}

#[test]
fn every_example_number_is_of_the_kind_that_the_table_says() {
    let different: Vec<(String, NumberKind)> = numbers()
        .filter(|(_, said, number)| !is_of_kind(number.kind(), said))
        .map(|(_, _, number)| (number.e164().to_owned(), number.kind()))
        .collect();
    assert_eq!(different, OF_ANOTHER_KIND.map(|(e164, kind)| (e164.to_owned(), kind)));
}

#[test]
fn every_fixed_line_belongs_to_its_country() {
    let different: Vec<(&str, String)> = numbers()
        .filter(|(_, said, _)| *said == "fixedLine")
        .map(|(region, _, number)| (region, number.country().map(String::from).unwrap_or_default()))
        .filter(|(region, country)| region != country)
        .collect();
    assert_eq!(
        different,
        FIXED_LINES_OF_ANOTHER_COUNTRY.map(|(region, country)| (region, country.to_owned()))
    );
}
