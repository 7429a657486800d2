//! Which rules run when. A group of rules stands in the table once, with the stages at which it runs; the order of the table
//! is the order in which findings are listed, no more.

use super::{Case, asker, destination, identity, line, listed, neighbors, network, newcomers, number, range};
use crate::policy::Policy;
use crate::request::Caller;
use crate::verdict::{Code, Finding};

/// When rules run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Before the form is shown: nothing is known but who looks at it.
    Form,
    /// At the door: the request is known, and what is closed or spent for everybody. Only ever redirects, since it is told.
    AtOnce,
    /// Everything is known.
    Screening,
    /// Right before the call: what may have changed since.
    AtDial,
}

/// A group of rules.
enum Group {
    /// It looks at who asks and nothing else.
    OfCaller(fn(&Caller, &Policy) -> Vec<Finding>),
    /// It looks at all that is known.
    OfCase(fn(&Case<'_>) -> Vec<Finding>),
}

/// The groups of rules, each with its stages.
const GROUPS: [(Group, &[Stage]); 13] = [
    (Group::OfCase(destination::findings), &[Stage::Screening, Stage::AtDial]),
    (Group::OfCase(listed::findings), &[Stage::Screening, Stage::AtDial]),
    (Group::OfCase(line::findings), &[Stage::Screening]),
    (Group::OfCaller(network::findings), &[Stage::Form, Stage::AtOnce, Stage::Screening]),
    (Group::OfCase(network::mismatch), &[Stage::AtOnce, Stage::Screening]),
    (Group::OfCaller(identity::findings), &[Stage::Form, Stage::AtOnce, Stage::Screening]),
    (Group::OfCase(closed), &[Stage::AtOnce]),
    (Group::OfCase(spent), &[Stage::AtOnce]),
    (Group::OfCase(asker::findings), &[Stage::Screening]),
    (Group::OfCase(number::findings), &[Stage::Screening]),
    (Group::OfCase(neighbors::findings), &[Stage::Screening]),
    (Group::OfCase(range::findings), &[Stage::Screening]),
    (Group::OfCase(newcomers::findings), &[Stage::Screening]),
];

impl Stage {
    /// What the rules of this stage find.
    pub(super) fn findings<'a>(self, case: &'a Case<'_>) -> impl Iterator<Item = Finding> + 'a {
        let groups = GROUPS.iter().filter(move |(_, stages)| stages.contains(&self));
        groups.flat_map(|(group, _)| match group {
            Group::OfCaller(findings) => findings(&case.request.caller, case.policy),
            Group::OfCase(findings) => findings(case),
        })
    }
}

/// What the rules of a stage find that look at who asks and nothing else.
pub(super) fn of_caller<'a>(
    stage: Stage,
    caller: &'a Caller,
    policy: &'a Policy,
) -> impl Iterator<Item = Finding> + 'a {
    let groups = GROUPS.iter().filter(move |(_, stages)| stages.contains(&stage));
    groups.flat_map(|(group, _)| match group {
        Group::OfCaller(findings) => findings(caller, policy),
        Group::OfCase(_) => vec![],
    })
}

/// That nobody is called, of no country. A switch for some of the countries is found by the number, which nothing looks at before
/// the answer.
fn closed(case: &Case<'_>) -> Vec<Finding> {
    let closed = case.facts.switches.close_all(&case.policy.served_countries);
    closed.then(|| Finding::about(Code::KillSwitch, "all")).into_iter().collect()
}

/// A budget that is spent for everybody.
fn spent(case: &Case<'_>) -> Vec<Finding> {
    let spent = case.facts.spent.map(|budget| Finding::about(Code::BudgetSpent, budget.as_str()));
    spent.into_iter().collect()
}
