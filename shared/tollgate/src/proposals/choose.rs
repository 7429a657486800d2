//! Which suspects are proposed: those that chance does not explain, and of these as few as cover what they have done.

use jiff::{SignedDuration, Timestamp};

use super::candidates::{Suspect, Suspects, breadth, kind};
use super::chance::{self, count};
use super::evidence::told;
use super::label::Label;
use super::past::Past;
use super::{BAD_MIN, FALSE_DISCOVERIES, PROPOSALS_MAX, Proposal, RISK_RATIO_MIN, SUPPORT_MIN};
use crate::policy::Policy;
use crate::record::Record;

/// A suspect with what the tests say of it.
#[derive(Debug, Clone)]
pub(super) struct Tested<'a> {
    pub(super) suspect: &'a Suspect,
    pub(super) past: Option<Past>,
    /// Its requests within its time, by their place among all.
    pub(super) within: Vec<usize>,
    pub(super) calls: usize,
    pub(super) expected_calls: f64,
    pub(super) volume_chance: f64,
    pub(super) bad: usize,
    pub(super) good: usize,
    pub(super) bad_elsewhere: usize,
    pub(super) good_elsewhere: usize,
    pub(super) badness_chance: f64,
    pub(super) risk_ratio: [f64; 3],
    /// Whether, in the same time, things went badly for everybody else, too: then it says nothing of this one.
    is_bad_all_around: bool,
}

impl Suspects<'_> {
    pub(super) fn label(&self, at: usize) -> Label {
        self.labels.get(at).copied().unwrap_or(Label::Unknown)
    }

    fn labelled(&self, places: &[usize], label: Label) -> usize {
        places.iter().filter(|at| self.label(**at) == label).count()
    }

    fn is_since(&self, at: usize, from: Timestamp) -> bool {
        self.records.get(at).is_some_and(|record| record.request.received_at >= from)
    }
}

/// Proposes entries. `past` tells of each suspect, in their order, what is known of it before its time; nothing where no index
/// finds its calls.
#[must_use]
pub fn propose(found: &Suspects<'_>, pasts: &[Option<Past>], policy: &Policy) -> Vec<Proposal> {
    let pasts = pasts.iter().cloned().chain(std::iter::repeat(None));
    let tested: Vec<_> =
        found.suspects.iter().zip(pasts).map(|(suspect, past)| test(found, suspect, past)).collect();
    let chances = tested.iter().flat_map(|one| [one.volume_chance, one.badness_chance]);
    let chances: Vec<_> = chances.chain(std::iter::repeat_n(1.0, 2 * found.cleared)).collect();
    let believed = chance::believed(&chances, FALSE_DISCOVERIES);
    let passing: Vec<_> = tested.into_iter().filter(|one| passes(one, believed)).collect();
    cover(found, passing).iter().map(|one| told(found, one, policy)).collect()
}

/// Whether chance does not explain it: its calls are worse than all others', or there are far more than ever, none of them good.
fn passes(tested: &Tested<'_>, believed: f64) -> bool {
    let [least, ..] = tested.risk_ratio;
    let is_worse = tested.badness_chance <= believed && least >= RISK_RATIO_MIN && !tested.is_bad_all_around;
    let is_more = tested.volume_chance <= believed && tested.good == 0;
    tested.bad >= BAD_MIN && (is_worse || is_more)
}

fn test<'a>(found: &Suspects<'_>, suspect: &'a Suspect, past: Option<Past>) -> Tested<'a> {
    let hours = f64::from(suspect.window_hours);
    let from = suspect.from(found.now);
    let within: Vec<_> = suspect.members.iter().copied().filter(|at| found.is_since(*at, from)).collect();
    let calls = called(found, &within);
    let before = called(found, &suspect.members) - calls;
    // Where no index finds its calls, the rest of the day stands for its past.
    let (past_calls, past_hours) =
        past.as_ref().map_or((before, 24.0 - hours), |past| (past.calls, past.hours));
    let peers = found.peers.get(kind(&suspect.entry)).copied().unwrap_or(1);
    let peers_per_hour = count(found.records.len()) / count(peers.max(1)) / 24.0;

    let (bad, good) = (found.labelled(&within, Label::Bad), found.labelled(&within, Label::Good));
    let all = |label| found.labels.iter().filter(|one| **one == label).count();
    // Elsewhere is the whole day: what went on around it before is what is usual.
    let bad_elsewhere = all(Label::Bad) - found.labelled(&suspect.members, Label::Bad);
    let good_elsewhere = all(Label::Good) - found.labelled(&suspect.members, Label::Good);
    let around = |label| {
        let all =
            (0..found.records.len()).filter(|at| found.label(*at) == label && found.is_since(*at, from));
        all.count() - found.labelled(&within, label)
    };
    let (bad_around, good_around) = (around(Label::Bad), around(Label::Good));
    Tested {
        is_bad_all_around: bad_around >= BAD_MIN && bad_around > good_around,
        suspect,
        calls,
        expected_calls: chance::expected(hours, past_calls, past_hours, peers_per_hour),
        volume_chance: chance::volume(calls, hours, past_calls, past_hours, peers_per_hour),
        badness_chance: chance::worse(bad, good, bad_elsewhere, good_elsewhere),
        risk_ratio: chance::risk_ratio(bad, good, bad_elsewhere, good_elsewhere),
        past,
        within,
        bad,
        good,
        bad_elsewhere,
        good_elsewhere,
    }
}

fn called(found: &Suspects<'_>, places: &[usize]) -> usize {
    let was_called = |record: &&Record| record.state.was_called();
    places.iter().filter_map(|at| found.records.get(*at)).filter(was_called).count()
}

/// Takes what explains most, then what explains most of the rest, as long as there is enough of it.
fn cover<'a>(found: &Suspects<'_>, mut passing: Vec<Tested<'a>>) -> Vec<Tested<'a>> {
    let mut taken = vec![false; found.records.len()];
    let mut chosen = vec![];
    while chosen.len() < PROPOSALS_MAX {
        let left = |one: &Tested<'_>, taken: &[bool]| -> Vec<usize> {
            one.within.iter().copied().filter(|at| taken.get(*at) == Some(&false)).collect()
        };
        passing.retain(|one| {
            let left = left(one, &taken);
            left.len() >= SUPPORT_MIN && found.labelled(&left, Label::Bad) >= BAD_MIN
        });
        let score = |one: &Tested<'_>| surprise(left(one, &taken).len(), one.expected_calls);
        let Some(best) = passing.iter().max_by(|one, other| score(one).total_cmp(&score(other))) else {
            break;
        };
        let best_left = left(best, &taken);
        let best_bad = found.labelled(&best_left, Label::Bad);
        let keeps_most = |one: &&Tested<'_>| {
            let of_best = left(one, &taken).into_iter().filter(|at| best_left.binary_search(at).is_ok());
            let bad = of_best.filter(|at| found.label(*at) == Label::Bad).count();
            bad * 10 >= best_bad * 9
        };
        let narrowest = passing.iter().filter(keeps_most).min_by_key(|one| breadth(&one.suspect.entry));
        let one = narrowest.unwrap_or(best).clone();
        for at in &one.suspect.members {
            if let Some(taken) = taken.get_mut(*at) {
                *taken = true;
            }
        }
        chosen.push(one);
    }
    chosen
}

/// How much more there is than expected: the log likelihood ratio of a Poisson count.
fn surprise(calls: usize, expected: f64) -> f64 {
    let (calls, expected) = (count(calls), expected.max(1e-3));
    if calls <= expected { 0.0 } else { calls * (calls / expected).ln() - (calls - expected) }
}

/// The last hour.
pub(super) const LAST_HOUR: SignedDuration = SignedDuration::from_hours(1);
