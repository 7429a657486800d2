//! Who asks for what, when: the same day each time. Numbers, networks and autonomous systems are those for documentation.

use jiff::{SignedDuration, Timestamp};

use crate::connect::CallPlan;

/// How long ago the day began, in hours.
pub(super) const BEGAN_HOURS_AGO: i64 = 25;

/// Which carrier serves which numbers.
pub(super) const CARRIERS: [(&str, &str); 4] = [
    ("+1712555", "Prairie Example Tel"),
    ("+1303", "Summit Example Mobile"),
    ("+1415", "Harbor Example Mobile"),
    ("+1617", "Harbor Example Mobile"),
];

/// Where customers live.
const AREAS: [u32; 16] = [206, 303, 415, 512, 617, 713, 202, 312, 404, 503, 602, 702, 801, 919, 214, 216];
/// How many customers ask in each hour before now, the last hour first.
const CUSTOMERS: [u32; 24] =
    [18, 20, 19, 18, 16, 14, 11, 8, 5, 3, 2, 1, 1, 1, 2, 3, 5, 8, 11, 13, 16, 18, 19, 18];
/// For how many minutes calls to one range are pumped, and how many requests come in each.
const PUMPED_MINUTES: u32 = 72;
/// For how many minutes somebody in one network has people called who never asked.
const NUISANCE_MINUTES: u32 = 40;

/// One request.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) at: Timestamp,
    pub(super) number: String,
    pub(super) address: String,
    pub(super) asn: u32,
    pub(super) account: Option<String>,
    /// How the call goes, if there is one.
    pub(super) plan: CallPlan,
}

/// All requests of the day that ends at `now`, the oldest first.
pub(super) fn of_the_day(now: Timestamp) -> Vec<Asked> {
    let mut all: Vec<_> = customers(now).chain(pump(now)).chain(nuisance(now)).collect();
    all.sort_by_key(|asked| asked.at);
    all
}

/// A number that looks drawn and is the same each time.
fn drawn(n: u32) -> u32 {
    let mixed = n.wrapping_mul(0x9E37_79B9) ^ 0x5851_F42D;
    let mixed = (mixed ^ (mixed >> 15)).wrapping_mul(0x85EB_CA6B);
    mixed ^ (mixed >> 13)
}

fn talks(seconds: u32) -> CallPlan {
    CallPlan { ring_seconds: 6, talk_seconds: seconds, answered: true, agent: true }
}

fn unanswered() -> CallPlan {
    CallPlan { ring_seconds: 25, talk_seconds: 0, answered: false, agent: false }
}

fn no_agent() -> CallPlan {
    CallPlan { ring_seconds: 5, talk_seconds: 12, answered: true, agent: false }
}

fn area(n: u32) -> u32 {
    AREAS.get(n as usize % AREAS.len()).copied().unwrap_or(206)
}

fn customers(now: Timestamp) -> impl Iterator<Item = Asked> {
    let hours = CUSTOMERS.iter().zip(0_u32..);
    let all = hours.flat_map(|(customers, hour)| (0..*customers).map(move |n| (hour, *customers, n)));
    all.zip(1_u32..).map(move |((hour, customers, n), id)| {
        let seconds = hour * 3_600 + 3_600 * n / customers + drawn(id) % 90 + 80;
        let plan = match drawn(id ^ 77) % 20 {
            0 | 1 => unanswered(),
            2 => no_agent(),
            // None of them talks on when the day is over: another stack goes on from there.
            draw => talks((60 + draw * 15).min(seconds.saturating_sub(40)).max(35)),
        };
        let address = if id % 3 == 0 {
            format!("198.51.100.{}", drawn(id) % 250 + 1)
        } else {
            format!("2001:db8:{:x}:1::{:x}", 0x1000 + drawn(id) % 0xfff, id)
        };
        Asked {
            at: now - SignedDuration::from_secs(i64::from(seconds)),
            number: format!("+1{}55501{:02}", area(drawn(id ^ 5)), drawn(id ^ 9) % 97),
            address,
            asn: 64_496 + drawn(id) % 4,
            account: (id % 4 != 0).then(|| format!("customer-{id}")),
            plan,
        }
    })
}

/// Guests from everywhere have numbers of one range called; most are answered, by nobody who talks.
fn pump(now: Timestamp) -> impl Iterator<Item = Asked> {
    (0..PUMPED_MINUTES * 5 / 2).map(move |n| {
        let seconds = n * 24 + drawn(n) % 20 + 40;
        let address = if n % 4 == 0 {
            format!("203.0.113.{}", drawn(n) % 250 + 1)
        } else {
            format!("2001:db8:{:x}:{:x}::7", 0x2000 + drawn(n) % 0xfff, n)
        };
        Asked {
            at: now - SignedDuration::from_secs(i64::from(seconds)),
            number: format!("+171255501{:02}", n * 37 % 97),
            address,
            asn: 64_501 + drawn(n ^ 3) % 3,
            account: None,
            plan: if drawn(n ^ 21) % 5 < 3 { keeps_the_line(seconds) } else { unanswered() },
        }
    })
}

/// Answered by whoever earns by the minute, and held until it is over; none of them lasts longer than the day.
fn keeps_the_line(seconds_ago: u32) -> CallPlan {
    CallPlan { talk_seconds: 240.min(seconds_ago.saturating_sub(30)), ..no_agent() }
}

/// Somebody with many addresses of one network has all kinds of people called, who hang up or do not answer.
fn nuisance(now: Timestamp) -> impl Iterator<Item = Asked> {
    (0..NUISANCE_MINUTES).map(move |n| Asked {
        at: now - SignedDuration::from_secs(i64::from(n * 60 + drawn(n ^ 31) % 50 + 45)),
        number: format!("+1{}55501{:02}", area(n * 5), n * 17 % 97),
        address: format!("192.0.2.{}", n * 5 + 3),
        asn: 64_510,
        account: None,
        plan: if n % 3 == 0 { no_agent() } else { unanswered() },
    })
}
