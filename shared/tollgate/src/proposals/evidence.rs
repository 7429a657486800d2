//! The evidence of a proposal, whom it would hit, and what could be listed instead.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;

use super::candidates::{Suspects, kind};
use super::choose::{LAST_HOUR, Tested};
use super::label::Label;
use super::{Choice, Collateral, Compared, Evidence, Kind, Proposal, Reach, lists};
use crate::digest::{cost_of, is_lost};
use crate::entry::Entry;
use crate::number::NumberPrefix;
use crate::policy::Policy;
use crate::record::Record;
use crate::verdict::Standing;

/// How many requests are shown as samples.
const SAMPLES: usize = 10;
/// How many things that they have in common are told, and the share of them that must have it, in percent.
const COMPANIONS: usize = 3;
const COMPANION_PERCENT: usize = 30;
/// How many rules that spoke are told.
const RULES: usize = 5;

pub(super) fn told(found: &Suspects<'_>, tested: &Tested<'_>, policy: &Policy) -> Proposal {
    let entry = tested.suspect.entry.clone();
    let collateral = collateral(found, tested);
    // Whoever is hit where nobody can look back is not denied in one click.
    let is_harmless = collateral.good_calls == 0 && collateral.verified_own == 0;
    let kind = if is_harmless && collateral.days_known.is_some() { Kind::Deny } else { Kind::Watch };
    Proposal {
        kind,
        since: since(found, tested),
        evidence: evidence(found, tested, policy),
        collateral,
        choices: choices(found, &entry),
        entry,
    }
}

/// When it began: the first of the bad requests that came without an hour's rest until now.
fn since(found: &Suspects<'_>, tested: &Tested<'_>) -> Timestamp {
    let bad = tested.suspect.members.iter().filter(|at| found.label(**at) == Label::Bad);
    let moments = bad.filter_map(|at| found.records.get(*at)).map(|record| record.request.received_at);
    let mut moments: Vec<_> = moments.collect();
    moments.sort();
    let mut began = moments.last().copied().unwrap_or(found.now);
    for moment in moments.into_iter().rev() {
        if began.duration_since(moment) > LAST_HOUR {
            break;
        }
        began = moment;
    }
    began
}

fn collateral(found: &Suspects<'_>, tested: &Tested<'_>) -> Collateral {
    let members = || tested.suspect.members.iter();
    let good = members().filter(|at| found.label(**at) == Label::Good).count();
    let records = members().filter_map(|at| found.records.get(*at));
    let past = tested.past.as_ref();
    // The past is that before its time; of the day, what came before its time stands in both.
    let from = tested.suspect.from(found.now);
    let good_before = members()
        .filter(|at| found.label(**at) == Label::Good)
        .filter(|at| found.records.get(**at).is_some_and(|record| record.request.received_at < from));
    let good_before = good_before.count();
    Collateral {
        good_calls: past.map_or(good, |past| (good - good_before) + past.good.max(good_before)),
        verified_own: records
            .filter(|record| record.request.is_for_verified_own_number() && !is_lost(record))
            .count(),
        days_known: past.map(|past| past.days),
    }
}

fn evidence(found: &Suspects<'_>, tested: &Tested<'_>, policy: &Policy) -> Evidence {
    let of = |places: &[usize]| -> Vec<&Record> {
        places.iter().filter_map(|at| found.records.get(*at)).collect()
    };
    let (day, within) = (of(&tested.suspect.members), of(&tested.within));
    let last_hour: Vec<_> =
        day.iter().filter(|record| record.request.received_at >= found.now - LAST_HOUR).copied().collect();
    let lost = |records: &[&Record]| {
        let lost = records.iter().filter(|record| is_lost(record));
        lost.map(|record| cost_of(record, policy)).sum()
    };
    let different = |value: fn(&Record) -> Option<String>| {
        within.iter().filter_map(|record| value(record)).collect::<BTreeSet<_>>().len()
    };
    let account =
        |record: &Record| record.request.caller.account.as_ref().map(|own| own.id.as_str().to_owned());
    Evidence {
        window_hours: tested.suspect.window_hours,
        requests: within.len(),
        calls: tested.calls,
        expected_calls: tested.expected_calls,
        volume_chance: tested.volume_chance,
        bad: Compared { here: tested.bad, elsewhere: tested.bad_elsewhere },
        good: Compared { here: tested.good, elsewhere: tested.good_elsewhere },
        badness_chance: tested.badness_chance,
        risk_ratio: tested.risk_ratio,
        lost_micro_usd: lost(&within),
        lost_micro_usd_last_hour: lost(&last_hour),
        requests_last_hour: last_hour.len(),
        numbers: different(|record| Some(record.request.number.e164().to_owned())),
        lines: different(|record| Some(record.request.caller.address.line().to_string())),
        accounts: different(account),
        guests: within.iter().filter(|record| account(record).is_none()).count(),
        with: companions(&tested.suspect.entry, &within),
        hours: by_hour(found, &day),
        caught_by: caught_by(&within),
        samples: within.iter().take(SAMPLES).map(|record| record.request.id).collect(),
    }
}

fn by_hour(found: &Suspects<'_>, records: &[&Record]) -> [u32; 24] {
    let mut hours = [0; 24];
    for record in records {
        let ago = found.now.duration_since(record.request.received_at).as_secs().max(0) / 3_600;
        let place = usize::try_from(23 - ago).ok().and_then(|place| hours.get_mut(place));
        if let Some(hour) = place {
            *hour += 1;
        }
    }
    hours
}

/// What most of the requests share beside the entry, the most frequent first, one of each kind.
fn companions(entry: &Entry, records: &[&Record]) -> Vec<(Entry, usize)> {
    let mut counts = HashMap::<Entry, usize>::new();
    for record in records {
        let carrier = record.line.as_ref().and_then(|line| line.carrier.clone()).map(Entry::Carrier);
        let caller = &record.request.caller;
        let network = Entry::Network(caller.address.site().unwrap_or_else(|| caller.address.block()));
        let range = NumberPrefix::parse(record.request.number.range().as_str()).ok().map(Entry::Prefix);
        let all = [carrier, caller.asn.map(Entry::Asn), Some(network), range];
        for companion in all.into_iter().flatten().filter(|companion| kind(companion) != kind(entry)) {
            *counts.entry(companion).or_default() += 1;
        }
    }
    let mut counts: Vec<_> =
        counts.into_iter().filter(|(_, n)| n * 100 >= records.len() * COMPANION_PERCENT).collect();
    counts.sort_by(|(one, n), (other, m)| m.cmp(n).then_with(|| one.key().cmp(&other.key())));
    let mut kinds = BTreeSet::new();
    counts.retain(|(companion, _)| kinds.insert(kind(companion)));
    counts.truncate(COMPANIONS);
    counts
}

fn caught_by(records: &[&Record]) -> Vec<(crate::verdict::Code, usize, bool)> {
    let mut codes = BTreeMap::new();
    for finding in records.iter().flat_map(|record| &record.findings) {
        let (count, enforced) = codes.entry(finding.code).or_insert((0, false));
        *count += 1;
        *enforced |= finding.standing == Standing::Enforced;
    }
    let mut codes: Vec<_> =
        codes.into_iter().map(|(code, (count, enforced))| (code, count, enforced)).collect();
    codes.sort_by_key(|(_, count, _)| std::cmp::Reverse(*count));
    codes.truncate(RULES);
    codes
}

/// The entry, a narrower one that holds most of its requests, and a wider one.
fn choices(found: &Suspects<'_>, entry: &Entry) -> Vec<Choice> {
    let choice = |entry: Entry, reach| {
        let met =
            || (0..found.records.len()).filter(|at| found.records.get(*at).is_some_and(|r| lists(&entry, r)));
        let good = met().filter(|at| found.label(*at) == Label::Good).count();
        Choice { requests: met().count(), good, reach, entry }
    };
    let all = [
        narrower(found, entry).map(|entry| choice(entry, Reach::Narrower)),
        Some(choice(entry.clone(), Reach::Proposed)),
        wider(entry).map(|entry| choice(entry, Reach::Wider)),
    ];
    all.into_iter().flatten().collect()
}

/// The next narrower entry of the same kind that has the most requests.
fn narrower(found: &Suspects<'_>, entry: &Entry) -> Option<Entry> {
    let within = found.records.iter().filter(|record| lists(entry, record));
    let next = |record: &Record| match entry {
        Entry::Prefix(prefix) => {
            let length = prefix.to_string().len() + 1;
            let number = record.request.number.e164();
            let digits: String = number.chars().take(length).collect();
            if length < number.len() { NumberPrefix::parse(&digits).ok().map(Entry::Prefix) } else { None }
        }
        Entry::Network(network) => {
            let length = network.prefix_length().saturating_add(if network.is_ipv4() { 4 } else { 8 });
            let most = if network.is_ipv4() { 32 } else { 64 };
            (length <= most)
                .then(|| record.request.caller.address.enclosing().find(|one| one.prefix_length() == length))
                .flatten()
                .map(Entry::Network)
        }
        _ => None,
    };
    let mut counts = HashMap::<Entry, usize>::new();
    for entry in within.filter_map(next) {
        *counts.entry(entry).or_default() += 1;
    }
    let most =
        counts.into_iter().max_by(|(one, n), (other, m)| n.cmp(m).then_with(|| other.key().cmp(&one.key())));
    most.map(|(entry, _)| entry)
}

/// The next wider entry of the same kind.
fn wider(entry: &Entry) -> Option<Entry> {
    match entry {
        Entry::Prefix(prefix) => {
            let text = prefix.to_string();
            let digits: String = text.chars().take(text.len().saturating_sub(1)).collect();
            (digits.len() > 3).then(|| NumberPrefix::parse(&digits).ok().map(Entry::Prefix)).flatten()
        }
        Entry::Network(network) => {
            let less = if network.is_ipv4() { 4 } else { 8 };
            let length = network.prefix_length().checked_sub(less)?;
            (length >= 16).then(|| Entry::Network(network.widened(length)))
        }
        Entry::Number(number) => NumberPrefix::parse(number.range().as_str()).ok().map(Entry::Prefix),
        _ => None,
    }
}
