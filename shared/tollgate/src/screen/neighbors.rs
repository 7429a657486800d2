//! The networks around the asker: suspect when several of their lines misbehave, in proportion to what goes well there, and then
//! only for newcomers. A network that is suspect is never shut: now and then one call shows how it stands.

use jiff::{SignedDuration, Timestamp};

use super::Case;
use crate::counter::{DAY_SECONDS, Subject};
use crate::evidence::{Call, SharedPast, WEEK_SECONDS};
use crate::network::Network;
use crate::policy::Tolerance;
use crate::verdict::{Code, Finding};

/// How long a suspect network waits for its next call: an IPv4 /24, which many share,
const V4_WAITS: SignedDuration = SignedDuration::from_mins(10);
/// and a wider or IPv6 network.
const WIDE_WAITS: SignedDuration = SignedDuration::from_hours(1);
/// Each wider IPv6 network bears so many times what the narrower one does.
const WIDER_TIMES: u32 = 3;

pub(super) fn findings(case: &Case<'_>) -> Vec<Finding> {
    if case.proof.is_proven() {
        return vec![];
    }
    let networks = networks(case);
    networks.iter().flat_map(|network| [network.waste(case), network.marked(case)]).flatten().collect()
}

/// A network around the asker.
struct Around<'a> {
    network: Network,
    past: SharedPast<'a>,
    /// How much waste it bears; none if waste says nothing of it.
    tolerance: Option<Tolerance>,
    waits: SignedDuration,
    /// An IPv6 /56 is one home's, so its calls that live count with the wasted ones.
    live: u64,
}

/// The networks around the asker, from the narrow to the wide.
fn networks<'a>(case: &Case<'a>) -> Vec<Around<'a>> {
    let (address, evidence, waste) = (case.request.caller.address, &case.facts.evidence, &case.policy.waste);
    let past = |calls: &'a [Call]| SharedPast::new(calls, case.policy, case.now);
    let block = past(&evidence.network);
    let Some(site) = address.site() else {
        let around = |network, past, tolerance, waits| Around { network, past, tolerance, waits, live: 0 };
        return vec![
            around(address.block(), block, Some(waste.block), V4_WAITS),
            around(address.neighborhood(), past(&evidence.neighborhood), None, WIDE_WAITS),
        ];
    };
    let wider = |network, past, times| Around {
        network,
        past,
        tolerance: Some(Tolerance {
            floor: waste.ipv6_block.floor.saturating_add(1).saturating_mul(times) - 1,
            ..waste.ipv6_block
        }),
        waits: WIDE_WAITS,
        live: 0,
    };
    let neighborhood = address.neighborhood();
    let forty = address.line().widened(40);
    let within = evidence.neighborhood.iter().filter(|call| call.line.widened(40) == forty);
    let live = block.live();
    vec![
        Around { live, ..wider(address.block(), block, 1) },
        wider(site, past(&evidence.site), WIDER_TIMES),
        wider(forty, SharedPast::new(within, case.policy, case.now), WIDER_TIMES.pow(2)),
        wider(neighborhood, past(&evidence.neighborhood), WIDER_TIMES.pow(3)),
    ]
}

impl Around<'_> {
    fn waste(&self, case: &Case<'_>) -> Option<Finding> {
        let (wasted, members) = self.past.wasted();
        let value = wasted + self.live;
        let allowed = self.tolerance?.raised_by(self.past.good());
        let next = self.next_call(case);
        (value > allowed && next.is_some()).then(|| {
            let finding = self.about(Code::TooMuchWasteFromBlock).measured(value, allowed, DAY_SECONDS);
            finding.because_of(&members).until(next)
        })
    }

    fn marked(&self, case: &Case<'_>) -> Option<Finding> {
        let marked = self.past.marked();
        let allowed = case.policy.marks.block.allowed(self.past.good_lines(None));
        let next = self.next_call(case);
        (marked.len() as u64 > allowed && next.is_some()).then(|| {
            let finding = self.about(Code::MarkedBlock);
            finding.measured(marked.len() as u64, allowed, WEEK_SECONDS).because_of(&marked).until(next)
        })
    }

    /// When the next call may show how the network stands; none if it may now.
    fn next_call(&self, case: &Case<'_>) -> Option<Timestamp> {
        self.past.last_dialed_at().map(|last| last + self.waits).filter(|next| case.now < *next)
    }

    fn about(&self, code: Code) -> Finding {
        Finding::about(code, Subject::Block(self.network).key())
    }
}
