//! Explores every design, and holds README.md to what was found.
//!
//! `cargo test -p model -- --nocapture` prints the table and how each design breaks.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use model::design::Design;
use model::invariants::Invariant;
use model::model::Model;
use model::search::{Explored, explore};
use model::worker::At;
use model::world::{Row, World};
use model::{contact_events, dialing, screening, upkeep};

const README: &str = include_str!("../README.md");

/// A design with its bounds, and what it must break, if anything.
struct Case {
    design: Design,
    places: u8,
    faults: u8,
    breaks: Option<Invariant>,
}

const fn holds(design: Design, places: u8, faults: u8) -> Case {
    Case { design, places, faults, breaks: None }
}

const fn breaks(design: Design, faults: u8, invariant: Invariant) -> Case {
    Case { design, places: 2, faults, breaks: Some(invariant) }
}

const ONE_PLACE: Case = holds(Design::Tollgate, 1, 1);
const TWO_PLACES: Case = holds(Design::Tollgate, 2, 2);

const OTHERS: [Case; 11] = [
    holds(Design::MuteConnect, 2, 1),
    breaks(Design::NoClaim, 1, Invariant::OneLiveCall),
    holds(Design::EventsAlone, 2, 0),
    breaks(Design::EventsAlone, 1, Invariant::NoOrphan),
    breaks(Design::NoTombstone, 0, Invariant::NoOrphan),
    breaks(Design::TakeOverByRequest, 0, Invariant::OneLiveCall),
    breaks(Design::TakeOverByDialer, 1, Invariant::OneCallPerRequest),
    breaks(Design::NotFoundIsProof, 0, Invariant::OneLiveCall),
    breaks(Design::ReleaseUnchecked, 0, Invariant::ClaimHeld),
    breaks(Design::CountedApart, 1, Invariant::BudgetExact),
    breaks(Design::Redial, 1, Invariant::OneCallPerRequest),
];

impl Case {
    /// Explores it, prints how it breaks, and gives its row of the table.
    fn row(&self) -> String {
        let Self { design, places, faults, breaks } = self;
        let model = Model::new(*design, *places, *faults);
        let explored = explore(&model, *breaks);
        let result = match breaks {
            None => {
                for broken in explored.broken() {
                    println!("{}", explored.trace(&model, broken).unwrap());
                }
                assert_eq!(explored.broken(), [], "{}", design.as_str());
                "all hold".to_owned()
            }
            Some(invariant) => {
                let trace = explored
                    .trace(&model, *invariant)
                    .unwrap_or_else(|| panic!("{} does not break {}", design.as_str(), invariant.as_str()));
                println!("{}: {trace}", design.as_str());
                let (steps, faults) = (trace.steps(), trace.faults());
                format!("breaks `{}` in {steps} steps, {faults} of them faults", invariant.as_str())
            }
        };
        format!("| {} | {places} | {faults} | {} | {result} |", design.as_str(), explored.states())
    }
}

/// Explores designs, and finds the rows of the README.
#[track_caller]
fn stand(cases: &[Case]) {
    let rows: Vec<_> = cases.iter().map(Case::row).collect();
    println!("{}", rows.join("\n"));
    let lacking: Vec<_> = rows.iter().filter(|row| !README.lines().any(|line| line == *row)).collect();
    assert!(lacking.is_empty(), "README.md lacks what was explored: {lacking:#?}");
}

#[test]
fn tollgate_holds_when_the_budget_has_room_for_one_call() {
    stand(&[ONE_PLACE]);
}

#[test]
fn tollgate_holds_when_the_budget_has_room_for_two_calls() {
    stand(&[TWO_PLACES]);
}

#[test]
fn a_design_that_lacks_a_part_breaks_what_the_part_is_for() {
    stand(&OTHERS);
}

/// Whether a worker takes this step next in some world.
fn is_taken(explored: &Explored, at: At) -> bool {
    explored.worlds().any(|world| world.workers.iter().any(|worker| worker.at == at))
}

#[test]
fn everything_that_can_happen_does_happen_in_the_model() {
    let explored = explore(&Model::new(Design::Tollgate, 2, 1), None);
    // With room for two calls none is refused, and Connect is too busy for the first claim of a request only.
    for row in Row::all().filter(|row| !matches!(row, Row::Refused | Row::Waiting(2) | Row::Due(2))) {
        let is_reached = explored.worlds().any(|world| world.requests().iter().any(|r| r.row == row));
        assert!(is_reached, "{row:?}");
    }
    for at in [
        At::Screening(screening::At::Held),
        At::Dialing(dialing::At::Close),
        At::Hearing(contact_events::At::LeaveForDialer),
        At::Hearing(contact_events::At::Close(Row::Placing(1))),
        At::Hearing(contact_events::At::Close(Row::Placing(2))),
        At::Hearing(contact_events::At::Close(Row::InCall)),
        At::Upkeep(upkeep::At::DriveOn(Row::Approved)),
        At::Upkeep(upkeep::At::Attach(Row::Placing(1))),
        At::Upkeep(upkeep::At::End(Row::Placing(1), Row::Lost)),
        At::Upkeep(upkeep::At::End(Row::InCall, Row::Lost)),
        At::Upkeep(upkeep::At::Reopen),
        At::Upkeep(upkeep::At::Settle),
    ] {
        assert!(is_taken(&explored, at), "{at:?}");
    }
    let one_after_the_other = |world: &World| {
        let [ann, ben] = world.requests();
        (ann.live == 1 && ben.placed == 1) || (ben.live == 1 && ann.placed == 1)
    };
    assert!(explored.worlds().any(one_after_the_other), "the number is called for both, one after the other");
}

#[test]
fn the_table_has_no_row_that_is_not_explored() {
    let rows = README.lines().filter(|line| line.starts_with("| ")).count();
    // The heading and its rule are two more.
    assert_eq!(rows, OTHERS.len() + 2 + 2);
}
