//! What must hold, as a model without I/O: told what was done and shown what is there after each step, it names what is
//! wrong. It knows nothing of how the functions work.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use tollgate::counter::Window;
use tollgate::state::StateName;

/// The budgets of every history, by the length of their windows in seconds.
pub(super) const BUDGETS: [(u32, u64); 3] = [(60, 2), (3_600, 5), (86_400, 12)];

/// Clocks are at most so many seconds off.
pub(super) const SKEW: i64 = 5;

/// What is there.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Each request's state.
    pub(super) requests: BTreeMap<String, StateName>,
    /// The requests that upkeep is to look at.
    pub(super) open: BTreeSet<String>,
    /// Who holds which number.
    pub(super) holders: BTreeMap<String, String>,
    /// All calls, the oldest first: request, number, and when it began.
    pub(super) calls: Vec<(String, String, Timestamp)>,
    /// The most calls to a number that ever lived at once.
    pub(super) at_once: usize,
    /// Calls in the budget of all, by window.
    pub(super) budgets: BTreeMap<String, i64>,
    /// Numbers among the counters that are less than none.
    pub(super) negative: Vec<String>,
}

/// A request as the model knows it.
#[derive(Debug)]
struct Request {
    number: String,
    visitor: usize,
    deadline: Timestamp,
    last: StateName,
    retained_until: Timestamp,
}

/// The model.
#[derive(Debug, Default)]
pub(super) struct Model {
    requests: BTreeMap<String, Request>,
    denied: BTreeSet<String>,
    trusted: BTreeSet<usize>,
    killed: bool,
    calls: usize,
}

const RETENTION_SECONDS: i64 = 30 * 86_400;

impl Model {
    pub(super) fn asked(&mut self, id: &str, visitor: usize, number: String, now: Timestamp, deadline: u32) {
        let after = |seconds| now + jiff::SignedDuration::from_secs(seconds);
        let known = Request {
            number,
            visitor,
            deadline: after(i64::from(deadline)),
            last: StateName::Received,
            retained_until: after(RETENTION_SECONDS),
        };
        assert!(self.requests.insert(id.to_owned(), known).is_none(), "two requests have the id {id}");
    }

    pub(super) fn denied(&mut self, number: String, on: bool) {
        if on {
            self.denied.insert(number)
        } else {
            self.denied.remove(&number)
        };
    }

    pub(super) fn trusted(&mut self, visitor: usize, on: bool) {
        if on {
            self.trusted.insert(visitor)
        } else {
            self.trusted.remove(&visitor)
        };
    }

    pub(super) fn killed(&mut self, on: bool) {
        self.killed = on;
    }

    pub(super) fn is_killed(&self) -> bool {
        self.killed
    }

    /// What is wrong with what is there.
    pub(super) fn wrong(&mut self, seen: &Seen, now: Timestamp) -> Vec<String> {
        let mut wrong = vec![];
        self.states(seen, now, &mut wrong);
        self.holders(seen, &mut wrong);
        self.calls(seen, &mut wrong);
        budgets(seen, &mut wrong);
        wrong
    }

    /// `no-loss` and `monotone`: every request is on record, and none goes back or leaves its end.
    fn states(&mut self, seen: &Seen, now: Timestamp, wrong: &mut Vec<String>) {
        for (id, request) in &mut self.requests {
            let Some(state) = seen.requests.get(id) else {
                if now < request.retained_until {
                    wrong.push(format!("no-loss: {id} is gone"));
                }
                continue;
            };
            let (before, after) = (request.last, *state);
            if after.phase() < before.phase() || (before.phase() == 4 && before != after) {
                wrong.push(format!("monotone: {id} went from {before:?} to {after:?}"));
            }
            request.last = after;
        }
    }

    /// A number is held by the one request that is approved, dialed or in its call, and by nobody else.
    fn holders(&self, seen: &Seen, wrong: &mut Vec<String>) {
        let holds = |state| matches!(state, StateName::Approved | StateName::Dialing | StateName::InCall);
        let mut expected = BTreeMap::new();
        for (id, request) in self.requests.iter().filter(|(_, request)| holds(request.last)) {
            if let Some(other) = expected.insert(request.number.clone(), id.clone()) {
                wrong
                    .push(format!("one-live-call: {id} and {other} both have the number {}", request.number));
            }
        }
        if expected != seen.holders {
            wrong.push(format!("numbers are held by {:?}, not by {expected:?}", seen.holders));
        }
    }

    /// `one-live-call`, `one-call-per-request`, and that every new call was one that could still be made.
    fn calls(&mut self, seen: &Seen, wrong: &mut Vec<String>) {
        if seen.at_once > 1 {
            wrong.push(format!("one-live-call: {} at once", seen.at_once));
        }
        let mut called = BTreeSet::new();
        for (id, number, began) in &seen.calls {
            if !called.insert(id) {
                wrong.push(format!("one-call-per-request: {id} was called twice"));
            }
            let Some(request) = self.requests.get(id) else {
                wrong.push(format!("{id} was called and never asked"));
                continue;
            };
            if request.last.phase() < 2 || (request.last.phase() == 4 && request.last != StateName::Closed) {
                wrong.push(format!("{id} was called and is {:?}", request.last));
            }
            if &request.number != number || began.duration_since(request.deadline).as_secs() > SKEW {
                wrong.push(format!("{id} was called at {began}, at {number}: {request:?}"));
            }
        }
        for (id, number, _) in seen.calls.iter().skip(self.calls) {
            let trusted =
                self.requests.get(id).is_some_and(|request| self.trusted.contains(&request.visitor));
            if self.killed || (self.denied.contains(number) && !trusted) {
                wrong.push(format!("{id} was called in spite of an operator"));
            }
        }
        self.calls = seen.calls.len();
    }

    /// `no-orphan`, once all is quiet: every request has its end, and nobody holds anything.
    pub(super) fn left_over(&self, seen: &Seen) -> Vec<String> {
        let mut wrong = vec![];
        for (id, request) in &self.requests {
            if request.last.phase() < 4 && request.last != StateName::Duplicate {
                wrong.push(format!("no-orphan: {id} is left {:?}", request.last));
            }
        }
        wrong.extend(seen.open.iter().map(|id| format!("no-orphan: upkeep still looks at {id}")));
        wrong.extend(seen.holders.iter().map(|(number, id)| format!("no-orphan: {id} keeps {number}")));
        wrong
    }

    /// The requests that were closed.
    pub(super) fn closed(&self) -> impl Iterator<Item = &str> {
        let closed = self.requests.iter().filter(|(_, request)| request.last == StateName::Closed);
        closed.map(|(id, _)| id.as_str())
    }
}

/// `budget-exact`: no window counts more than its budget, and none counts fewer calls than began in it, but for those
/// that the skew of clocks may have put into its neighbours.
fn budgets(seen: &Seen, wrong: &mut Vec<String>) {
    wrong.extend(seen.negative.iter().map(|counter| format!("less than none: {counter}")));
    for (length, max) in BUDGETS {
        let mut began: BTreeMap<String, i64> = BTreeMap::new();
        for (.., at) in &seen.calls {
            let skewed = |by| Window::at(*at + jiff::SignedDuration::from_secs(by), length).key();
            if skewed(-SKEW) == skewed(SKEW) {
                *began.entry(skewed(0)).or_default() += 1;
            }
        }
        for (window, calls) in began {
            let counted = seen.budgets.get(&window).copied();
            if counted.is_some_and(|counted| counted < calls) || calls > i64::try_from(max).unwrap() {
                wrong.push(format!("budget-exact: {calls} calls in {window}, counted {counted:?} of {max}"));
            }
        }
        let of_length = seen.budgets.iter().filter(|(window, _)| window.starts_with(&format!("{length}@")));
        for (window, counted) in of_length {
            if *counted > i64::try_from(max).unwrap() {
                wrong.push(format!("budget-exact: {counted} of {max} in {window}"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + second).unwrap()
    }

    /// Two requests for one number, the first of which is in its call.
    fn in_call() -> (Model, Seen) {
        let mut model = Model::default();
        for (visitor, id) in ["first", "second"].into_iter().enumerate() {
            model.asked(id, visitor, "+1".to_owned(), at(0), 900);
        }
        let text = |text: &str| text.to_owned();
        let states = [("first", StateName::InCall), ("second", StateName::Duplicate)];
        let mut seen = Seen {
            requests: states.map(|(id, state)| (text(id), state)).into(),
            holders: [(text("+1"), text("first"))].into(),
            calls: vec![(text("first"), text("+1"), at(20))],
            at_once: 1,
            ..Seen::default()
        };
        let budgets = BUDGETS.map(|(length, _)| (Window::at(at(20), length).key(), 1));
        seen.budgets = budgets.into();
        assert_eq!(model.wrong(&seen, at(30)), Vec::<String>::new());
        (model, seen)
    }

    /// That the model finds this wrong, once something else is there.
    #[track_caller]
    fn finds(what: &str, change: impl FnOnce(&mut Model, &mut Seen)) {
        let (mut model, mut seen) = in_call();
        change(&mut model, &mut seen);
        let wrong = model.wrong(&seen, at(40));
        assert!(wrong.iter().any(|wrong| wrong.contains(what)), "{what}: {wrong:?}");
    }

    fn call(seen: &mut Seen, id: &str, second: i64) {
        seen.calls.push((id.to_owned(), "+1".to_owned(), at(second)));
    }

    fn becomes(seen: &mut Seen, id: &str, state: StateName) {
        seen.requests.insert(id.to_owned(), state);
    }

    #[test]
    fn each_broken_invariant_is_found() {
        finds("no-loss", |_, seen| seen.requests.clear());
        finds("monotone", |_, seen| becomes(seen, "first", StateName::Approved));
        finds("numbers are held by", |_, seen| seen.holders.clear());
        finds("both have the number", |_, seen| becomes(seen, "second", StateName::Approved));
        finds("2 at once", |_, seen| seen.at_once = 2);
        finds("called twice", |_, seen| call(seen, "first", 35));
        finds("was called and is Duplicate", |_, seen| call(seen, "second", 35));
        finds("never asked", |_, seen| call(seen, "third", 35));
        finds("was called at", |_, seen| seen.calls[0].2 = at(906));
        finds("budget-exact", |_, seen| seen.budgets.values_mut().for_each(|counted| *counted = 0));
        finds("budget-exact", |_, seen| seen.budgets.values_mut().for_each(|counted| *counted = 13));
        finds("less than none", |_, seen| seen.negative.push("calls".to_owned()));
        let stops: [fn(&mut Model); 2] =
            [|model| model.killed(true), |model| model.denied("+1".to_owned(), true)];
        for stop in stops {
            finds("in spite of an operator", |model, seen| {
                stop(model);
                becomes(seen, "second", StateName::InCall);
                call(seen, "second", 35);
            });
        }
    }

    #[test]
    fn what_is_left_over_is_found() {
        let (mut model, mut seen) = in_call();
        assert_eq!(model.left_over(&seen).len(), 2);
        becomes(&mut seen, "first", StateName::Closed);
        seen.holders.clear();
        assert_eq!(model.wrong(&seen, at(40)), Vec::<String>::new());
        assert_eq!(model.left_over(&seen), Vec::<String>::new());
        seen.open.insert("second".to_owned());
        assert_eq!(model.left_over(&seen).len(), 1);
    }
}
