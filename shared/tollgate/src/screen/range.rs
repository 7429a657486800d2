//! Where the number belongs: its range and its carrier. What is new and grows is held until its calls have proved themselves,
//! marked or not; what several distinct askers misused is closed to those who have nothing to show elsewhere. Volume that goes
//! well closes nothing.

use jiff::Timestamp;

use super::Case;
use crate::counter::{DAY_SECONDS, Place, Subject, Window};
use crate::evidence::{Admission, Call, DAY, SharedPast, WEEK_SECONDS};
use crate::facts::{CarrierFact, Facts};
use crate::line::LineFact;
use crate::policy::Policy;
use crate::proof::Pair;
use crate::text::CarrierName;
use crate::usual::{Standing, Usual};
use crate::verdict::{self, Code, Finding};

/// So many good calls elsewhere that are ripe pass what is marked.
const PROOFS_PAST_MARKS: u64 = 2;
/// A range is established if so many of its lines talked well a day ago or earlier: it is not closed to neighbors of customers.
const ESTABLISHED_LINES: u64 = 20;
/// In a neighborhood of customers there are at least so many lines that talked well for each one that was marked.
const GOOD_LINES_PER_MARKED: u64 = 10;
/// A ripe good call makes room for so many calls in the range's day.
const CALLS_PER_RIPE_CALL: u64 = 4;
/// A line that talked a day ago or earlier makes room for so many calls a day.
const CALLS_PER_OLD_LINE: u64 = 2;

/// Whether the calls to the number's carrier are needed: it is known, and the customers have others, as far as is known.
#[must_use]
pub fn needs_carrier<'a>(
    line: &'a LineFact,
    usual: &Usual,
    policy: &Policy,
    now: Timestamp,
) -> Option<&'a CarrierName> {
    let is_held = |carrier: &&CarrierName| {
        matches!(usual.standing(Some(carrier), policy, now), Standing::New | Standing::Unusual)
    };
    known_carrier(line).filter(is_held)
}

/// The carrier, if the lookup told it.
pub(super) fn known_carrier(line: &LineFact) -> Option<&CarrierName> {
    match line {
        LineFact::Known(line) => line.carrier.as_ref(),
        LineFact::NotAsked | LineFact::NotOffered | LineFact::Unavailable => None,
    }
}

/// How usual the number's carrier is. While nobody has asked for it, nothing is known; it is decided once more then.
pub(super) fn standing(facts: &Facts, policy: &Policy, now: Timestamp) -> Standing {
    match &facts.line {
        LineFact::Known(line) => facts.usual.standing(line.carrier.as_ref(), policy, now),
        LineFact::NotAsked | LineFact::NotOffered | LineFact::Unavailable => Standing::Untold,
    }
}

pub(super) fn findings(case: &Case<'_>) -> Vec<Finding> {
    // Who has talked with this very number before, unmarked, is no part of what is wrong there.
    if case.proof.pair == Pair::Ripe {
        return vec![];
    }
    let mut findings = vec![];
    for place in places_around(case) {
        findings.extend(place.marked(case));
        findings.extend(place.held(case));
        findings.extend(place.waste(case));
    }
    findings
}

/// The places that an approval takes in the counts of what is held, each with the code of its limit.
pub(super) fn places(case: &Case<'_>) -> Vec<(Code, Place)> {
    places_around(case).into_iter().map(|place| (place.code(), place.taken(case))).collect()
}

/// How many calls the range may have on the day.
pub(super) fn calls_per_day_max(case: &Case<'_>) -> u32 {
    let budgets = &case.policy.budgets;
    let past = |calls| SharedPast::new(calls, case.policy, case.now);
    let best_day = past(&case.facts.evidence.range_settled).best_day();
    let grown = best_day.saturating_mul(u64::from(budgets.range_best_day_percent)) / 100;
    let unknown = u64::from(budgets.calls_per_range_per_day_max);
    let earned = unknown + CALLS_PER_RIPE_CALL * past(&case.facts.evidence.range).ripe();
    u32::try_from(grown.max(earned)).unwrap_or(u32::MAX)
}

/// A range or a carrier that the number belongs to.
struct Around<'a> {
    subject: Subject,
    past: SharedPast<'a>,
    /// Its calls of a day ago and earlier. Of a busy range, those that were seen are all newer.
    settled: SharedPast<'a>,
    standing: Standing,
    /// How many calls may be unripe before anything is known.
    unripe_max: u32,
    /// How many there may be within a day; none if that is not held.
    of_a_day_max: Option<u32>,
    /// Since when they are held by the day; calls dialed before do not count.
    held_since: Option<Timestamp>,
    /// Approvals of the day.
    approved: u64,
}

/// How many calls of a kind there are, and how many there may be.
struct Share {
    taken: u64,
    max: u64,
    window_seconds: u32,
}

fn places_around<'a>(case: &Case<'a>) -> Vec<Around<'a>> {
    [range(case)].into_iter().chain(carrier(case)).collect()
}

fn range<'a>(case: &Case<'a>) -> Around<'a> {
    let (facts, held) = (case.facts, &case.policy.held);
    let standing = standing(facts, case.policy, case.now);
    let (unripe_max, of_a_day_max) = match standing {
        Standing::Usual => (held.per_range_of_usual_carrier_max, None),
        Standing::Untold => (held.per_range_while_untold_max, None),
        Standing::New | Standing::Unusual => (held.per_range_max, Some(held.per_range_per_day_max)),
    };
    Around {
        subject: Subject::Range(case.request.number.range()),
        past: SharedPast::new(&facts.evidence.range, case.policy, case.now),
        settled: SharedPast::new(&facts.evidence.range_settled, case.policy, case.now),
        standing,
        unripe_max,
        of_a_day_max,
        held_since: None,
        approved: facts.range_approved,
    }
}

/// The carrier, if it is an unusual one.
fn carrier<'a>(case: &Case<'a>) -> Option<Around<'a>> {
    let CarrierFact::Known { calls, approved } = &case.facts.carrier else { return None };
    let held = &case.policy.held;
    let standing = standing(case.facts, case.policy, case.now);
    Some(Around {
        subject: Subject::Carrier(known_carrier(&case.facts.line)?.clone()),
        past: SharedPast::new(calls, case.policy, case.now),
        settled: SharedPast::new(settled(calls, case.now), case.policy, case.now),
        standing,
        unripe_max: held.per_carrier_max,
        // On the first day, customers whose carrier was not among the first are held by what ripens alone.
        of_a_day_max: (standing == Standing::Unusual).then_some(held.per_carrier_per_day_max),
        // Nor are they shut out the next morning for what they were let have.
        held_since: case.facts.usual.held_since(case.policy),
        approved: *approved,
    })
}

/// Those of the calls that were dialed a day ago or earlier.
fn settled(calls: &[Call], now: Timestamp) -> impl Iterator<Item = &Call> {
    calls.iter().filter(move |call| !call.is_within(DAY, now))
}

impl Around<'_> {
    fn is_range(&self) -> bool {
        matches!(self.subject, Subject::Range(_))
    }

    fn code(&self) -> Code {
        if self.is_range() { Code::TooManyToRange } else { Code::TooManyToCarrier }
    }

    fn about(&self, code: Code) -> Finding {
        Finding::about(code, self.subject.key())
    }

    fn marked(&self, case: &Case<'_>) -> Option<Finding> {
        let marks = &case.policy.marks;
        let (code, tolerance) = if self.is_range() {
            (Code::MarkedRange, marks.range)
        } else {
            (Code::MarkedCarrier, marks.carrier)
        };
        let members = self.past.marked();
        let (marked, allowed) = (members.len() as u64, tolerance.allowed(self.past.ripe_lines()));
        let shown = case.proof.ripe_elsewhere >= PROOFS_PAST_MARKS;
        let is_open = shown || (self.is_established() && case.lives_where_hardly_anybody_is_marked());
        (marked > allowed && !is_open)
            .then(|| self.about(code).measured(marked, allowed, WEEK_SECONDS).because_of(&members))
    }

    fn is_established(&self) -> bool {
        self.old_lines() >= ESTABLISHED_LINES
    }

    /// The lines that talked well a day ago or earlier.
    fn old_lines(&self) -> u64 {
        self.settled.good_lines_since(DAY)
    }

    fn held(&self, case: &Case<'_>) -> Vec<Finding> {
        let full = self.shares(case).filter(|share| share.taken >= share.max);
        let found = |share: Share| {
            let value = share.taken.saturating_add(1);
            self.about(self.code()).measured(value, share.max, share.window_seconds)
        };
        full.map(found).collect()
    }

    /// The calls that have not proved themselves, and those of the day where they are held, too.
    fn shares(&self, case: &Case<'_>) -> impl Iterator<Item = Share> + use<> {
        let pending = self.pending(case);
        let unripe = Share {
            taken: self.past.unripe().saturating_add(pending),
            max: self.room(self.unripe_max, self.past.ripe_lines(), case),
            window_seconds: case.policy.proof.ripe_seconds,
        };
        let of_a_day = self.of_a_day_max.map(|max| Share {
            taken: self.past.of_a_day(self.held_since).saturating_add(pending),
            max: self.room(max, CALLS_PER_OLD_LINE * self.old_lines(), case),
            window_seconds: DAY_SECONDS,
        });
        [unripe].into_iter().chain(of_a_day)
    }

    /// Room for so many calls and as many as were `earned`; less where askers were marked, more for one who has proved himself
    /// elsewhere.
    fn room(&self, max: u32, earned: u64, case: &Case<'_>) -> u64 {
        let less = match self.standing {
            Standing::Usual => 0,
            Standing::Untold | Standing::New | Standing::Unusual => {
                self.past.marked().len() as u64 * u64::from(case.policy.held.less_per_mark)
            }
        };
        let times = if case.proof.ripe_elsewhere > 0 { case.policy.proof.room_times } else { 1 };
        (u64::from(max) + earned).saturating_sub(less).saturating_mul(u64::from(times))
    }

    /// Approvals of the day that have not become calls yet. Those that did are among the calls that were seen, unless these are so
    /// many that nothing is held there anyway.
    fn pending(&self, case: &Case<'_>) -> u64 {
        if self.past.is_full() {
            return 0;
        }
        let today = Window::at(case.now, DAY_SECONDS);
        self.approved.saturating_sub(self.past.dialed_since(today.begins_at()))
    }

    /// A pump whose recording makes agents hang up wastes calls, too. It binds newcomers.
    fn waste(&self, case: &Case<'_>) -> Option<Finding> {
        if !self.is_range() || case.proof.is_proven() {
            return None;
        }
        let (wasted, members) = self.past.wasted();
        let tolerance = case.policy.waste.range;
        let allowed = tolerance.raised_by(self.past.good_lines(None));
        // Several lines must have wasted calls, too, not a few of them twice each.
        let by_several = members.len() as u64 > u64::from(tolerance.floor);
        (wasted > allowed && by_several).then(|| {
            self.about(Code::TooMuchWasteInRange).measured(wasted, allowed, DAY_SECONDS).because_of(&members)
        })
    }

    /// The place that an approval takes: no more may be taken than there is room for beside those that were seen.
    fn taken(&self, case: &Case<'_>) -> Place {
        let left = self.shares(case).map(|share| share.max.saturating_sub(share.taken)).min();
        Place {
            subject: self.subject.clone(),
            window: Window::at(case.now, DAY_SECONDS),
            room: left.filter(|_| self.binds(case)).map(|left| self.approved.saturating_add(left)),
        }
    }

    fn binds(&self, case: &Case<'_>) -> bool {
        case.standing(self.code()) == Some(verdict::Standing::Enforced) && case.proof.pair < Pair::Ripe
    }
}

impl Case<'_> {
    /// Whether the asker is no stranger, and of the lines around him hardly one that talked was marked. A pump that works a town's
    /// own exchange comes from elsewhere, and its calls look well until some of them are marked.
    fn lives_where_hardly_anybody_is_marked(&self) -> bool {
        let around = SharedPast::new(&self.facts.evidence.neighborhood, self.policy, self.now);
        let marked = around.marked().len() as u64;
        self.proof.admission != Admission::Stranger
            && marked.saturating_mul(GOOD_LINES_PER_MARKED) <= around.good_lines(None)
    }

    /// Whether enough is known of the range to let one asker have several of its numbers called.
    pub(super) fn range_is_known(&self) -> bool {
        let past = SharedPast::new(&self.facts.evidence.range, self.policy, self.now);
        standing(self.facts, self.policy, self.now) == Standing::Usual
            || past.ripe_lines() >= u64::from(self.policy.held.per_range_max)
    }
}
