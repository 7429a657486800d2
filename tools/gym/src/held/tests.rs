//! What a play is held to.

use super::*;
use crate::scenario::Scenario;

/// The figures of nobody: customers of whom all are served, and a script of which nothing is dialed.
fn figures() -> Figures {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios/small.toml");
    let mut figures = Figures::count(&Scenario::read(&file).unwrap(), "tollgate", &[], &[]);
    figures.traffic[0].served = 90;
    figures.traffic[0].turned_away = 10;
    figures.traffic[1].dialed_share = 0.02;
    figures
}

#[test]
fn the_same_figures_and_better_ones_are_well() {
    let table = Table::default().with(&[figures()]);
    assert_eq!(table.worse(&[figures()]), Vec::<String>::new());
    let mut better = figures();
    better.traffic[0].served = 100;
    better.traffic[1].dialed_share = 0.0;
    assert_eq!(table.worse(&[better]), Vec::<String>::new());
}

#[test]
fn a_figure_may_be_worse_by_its_slack_and_no_more() {
    let table = Table::default().with(&[figures()]);
    let mut within = figures();
    (within.traffic[0].served, within.traffic[0].turned_away) = (89, 11);
    within.traffic[1].dialed_share = 0.03;
    assert_eq!(table.worse(&[within]), Vec::<String>::new());

    let mut beyond = figures();
    (beyond.traffic[0].served, beyond.traffic[0].turned_away) = (88, 12);
    beyond.traffic[0].refused = 1;
    beyond.traffic[1].dialed_share = 0.0301;
    let told = [
        "small, customers, served_share: was 0.9, is 0.88, with a slack of 0.01",
        "small, customers, refused: was 0, is 1, with a slack of 0",
        "small, script, dialed_share: was 0.02, is 0.0301, with a slack of 0.01",
    ];
    assert_eq!(table.worse(&[beyond]), told);
}

#[test]
fn a_scenario_that_the_table_does_not_know_is_told() {
    let worse = Table::default().worse(&[figures()]);
    assert!(worse[0].contains("small, customers, served_share: 0.9, and the table has no such"), "{worse:?}");
}

#[test]
fn a_table_written_anew_keeps_each_slack_and_the_scenarios_that_were_not_played() {
    let mut table = Table::default().with(&[figures()]);
    for row in &mut table.rows {
        row.slack = 0.05;
    }
    let other = Figures { scenario: "another".to_owned(), ..figures() };
    let mut better = figures();
    better.traffic[1].dialed_share = 0.0;
    let anew = table.with(&[other]).with(&[better.clone()]);
    let dialed = |scenario: &str| {
        anew.rows.iter().find(|row| row.scenario == scenario && row.figure == "dialed_share").unwrap()
    };
    assert_eq!((dialed("small").value, dialed("small").slack), (0.0, 0.05));
    assert_eq!((dialed("another").value, dialed("another").slack), (0.02, SHARE_SLACK));
    let read: Vec<Row> = serde_json::from_str(&anew.text().unwrap()).unwrap();
    assert_eq!(read, anew.rows);
}
