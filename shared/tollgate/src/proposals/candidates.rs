//! What could be listed: everything that the deny list can express and that enough requests share.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use super::label::{Label, labels};
use super::{BAD_MIN, RISK_RATIO_MIN, SUPPORT_MIN, chance};
use crate::entry::Entry;
use crate::network::Network;
use crate::number::NumberRange;
use crate::policy::Policy;
use crate::record::Record;

/// As many suspects as are tested: each costs a query of its past.
const SUSPECTS_MAX: usize = 40;
/// The shortest prefix that is tested, in digits with the country code.
const PREFIX_DIGITS_MIN: usize = 4;
/// The networks that are tested, by the length of their prefix.
const IPV4_LENGTHS: [u8; 5] = [16, 20, 22, 24, 32];
const IPV6_LENGTHS: [u8; 5] = [32, 40, 48, 56, 64];

/// The requests of a day, and what could be listed.
#[derive(Debug)]
pub struct Suspects<'a> {
    pub(super) records: &'a [Record],
    pub(super) labels: Vec<Label>,
    pub(super) now: Timestamp,
    /// How many different entries there are of the kind of each suspect, with all requests of the day between them.
    pub(super) peers: HashMap<&'static str, usize>,
    /// How many could be listed and are no suspects, since no past of theirs could make them so: they were tested all the same.
    pub(super) cleared: usize,
    /// What could be listed; the worst first.
    pub suspects: Vec<Suspect>,
}

/// Something that could be listed.
#[derive(Debug, Clone)]
pub struct Suspect {
    /// The entry.
    pub entry: Entry,
    /// The shortest time that holds most of what went badly, in hours: 1, 6 or 24.
    pub window_hours: u32,
    /// The range that holds every number which the entry lists, if one does.
    pub range: Option<NumberRange>,
    /// Its requests of the day, by their place among all.
    pub(super) members: Vec<usize>,
}

impl Suspect {
    /// When its time began.
    #[must_use]
    pub fn from(&self, now: Timestamp) -> Timestamp {
        now - SignedDuration::from_hours(i64::from(self.window_hours))
    }
}

/// Finds what could be listed among the requests of the last 24 hours.
#[must_use]
pub fn suspects<'a>(records: &'a [Record], policy: &Policy, now: Timestamp) -> Suspects<'a> {
    let labels = labels(records, policy);
    let mut members = HashMap::<Entry, Vec<usize>>::new();
    for (at, record) in records.iter().enumerate() {
        for entry in entries(record) {
            members.entry(entry).or_default().push(at);
        }
    }
    let mut peers = HashMap::new();
    for entry in members.keys() {
        *peers.entry(kind(entry)).or_insert(0) += 1;
    }
    let bad = |members: &[usize]| members.iter().filter(|at| labels.get(**at) == Some(&Label::Bad)).count();
    let mut suspects: Vec<_> = members
        .into_iter()
        .filter(|(_, members)| members.len() >= SUPPORT_MIN && bad(members) >= BAD_MIN)
        .map(|(entry, members)| {
            let window_hours = window_hours(records, &labels, &members, now);
            let first = members.first().and_then(|at| records.get(*at));
            let range =
                first.map(|record| record.request.number.range()).filter(|range| is_within(&entry, range));
            (bad(&members), Suspect { entry, window_hours, range, members })
        })
        .collect();
    // The worst first; of what is equally bad what lists least; and always in one order.
    suspects.sort_by(|(bad, one), (other_bad, other)| {
        let key = |suspect: &Suspect| (suspect.members.len(), breadth(&suspect.entry), suspect.entry.key());
        other_bad.cmp(bad).then_with(|| key(one).cmp(&key(other)))
    });
    let all = suspects.len();
    let total = |label| labels.iter().filter(|one| **one == label).count();
    let totals = (total(Label::Bad), total(Label::Good));
    suspects.retain(|(_, suspect)| is_conceivable(records, &labels, totals, suspect, now));
    let cleared = all - suspects.len();
    let suspects = apart(suspects.into_iter().map(|(_, suspect)| suspect).collect());
    Suspects { records, labels, now, peers, cleared, suspects }
}

/// Whether it could be proposed, whatever its past: its calls are several times as bad as all others', or none went well. Whoever
/// is not need not have a past that is read.
fn is_conceivable(
    records: &[Record],
    labels: &[Label],
    (all_bad, all_good): (usize, usize),
    suspect: &Suspect,
    now: Timestamp,
) -> bool {
    let from = suspect.from(now);
    let is_within = |at: usize| records.get(at).is_some_and(|record| record.request.received_at >= from);
    let inside = |label| suspect.members.iter().filter(move |at| labels.get(**at) == Some(&label));
    let within = |label| inside(label).filter(|at| is_within(**at)).count();
    let (bad, good) = (within(Label::Bad), within(Label::Good));
    let bad_elsewhere = all_bad - inside(Label::Bad).count();
    let good_elsewhere = all_good - inside(Label::Good).count();
    let [_, ratio, _] = chance::risk_ratio(bad, good, bad_elsewhere, good_elsewhere);
    good == 0 || ratio >= RISK_RATIO_MIN
}

/// Of suspects with the very same requests the narrowest of each kind is enough, and no more than are tested.
fn apart(suspects: Vec<Suspect>) -> Vec<Suspect> {
    let mut seen = std::collections::HashSet::new();
    let mut kept = vec![];
    for suspect in suspects {
        if kept.len() < SUSPECTS_MAX && seen.insert((kind(&suspect.entry), suspect.members.clone())) {
            kept.push(suspect);
        }
    }
    kept
}

/// The shortest of 1, 6 and 24 hours that holds at least four fifths of what went badly.
fn window_hours(records: &[Record], labels: &[Label], members: &[usize], now: Timestamp) -> u32 {
    let bad = members.iter().filter(|at| labels.get(**at) == Some(&Label::Bad));
    let moments: Vec<_> =
        bad.filter_map(|at| records.get(*at)).map(|record| record.request.received_at).collect();
    let holds = |hours: u32| {
        let from = now - SignedDuration::from_hours(i64::from(hours));
        moments.iter().filter(|moment| **moment >= from).count() * 5 >= moments.len() * 4
    };
    [1, 6].into_iter().find(|hours| holds(*hours)).unwrap_or(24)
}

fn is_within(entry: &Entry, range: &NumberRange) -> bool {
    matches!(entry, Entry::Prefix(prefix) if prefix.to_string().starts_with(range.as_str()))
}

/// Every entry that is tested for a request.
fn entries(record: &Record) -> Vec<Entry> {
    let request = &record.request;
    let is_tested = |entry: &Entry| match entry {
        Entry::Prefix(prefix) => {
            let digits = prefix.to_string().len().saturating_sub(1);
            // The whole number is an entry of its own kind.
            digits >= PREFIX_DIGITS_MIN && digits + 1 < request.number.e164().len()
        }
        Entry::Network(network) => lengths(network).contains(&network.prefix_length()),
        _ => true,
    };
    let carrier = record.line.as_ref().and_then(|line| line.carrier.clone());
    let all = Entry::all_matching(request).into_iter().filter(is_tested);
    all.chain(carrier.map(Entry::Carrier)).collect()
}

/// The lengths of networks that are tested.
pub(super) fn lengths(network: &Network) -> [u8; 5] {
    if network.is_ipv4() { IPV4_LENGTHS } else { IPV6_LENGTHS }
}

/// The kind of an entry, by which its peers are counted: a longer prefix has others than a shorter one.
pub(super) fn kind(entry: &Entry) -> &'static str {
    match entry {
        Entry::Number(_) => "number",
        Entry::Prefix(_) => "prefix",
        Entry::Country(_) => "country",
        Entry::Network(_) => "network",
        Entry::AddressCountry(_) => "address-country",
        Entry::Asn(_) => "asn",
        Entry::Account(_) => "account",
        Entry::Carrier(_) => "carrier",
    }
}

/// How much an entry lists, roughly: of two that hold the same requests the narrower is to be taken.
pub(super) fn breadth(entry: &Entry) -> usize {
    match entry {
        Entry::Number(_) => 0,
        Entry::Account(_) => 1,
        Entry::Network(network) if network.is_ipv4() => {
            2 + usize::from(32_u8.saturating_sub(network.prefix_length()))
        }
        Entry::Network(network) => 2 + usize::from(64_u8.saturating_sub(network.prefix_length())) / 2,
        Entry::Prefix(prefix) => 2 + 2 * (16_usize.saturating_sub(prefix.to_string().len())),
        Entry::Carrier(_) => 40,
        Entry::Asn(_) => 41,
        Entry::AddressCountry(_) => 50,
        Entry::Country(_) => 51,
    }
}
