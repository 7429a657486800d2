//! One traffic's requests, a line each: when, which number, from where, what was found and what came of it.

use std::fmt::Write as _;

use local::connect::CallPlan;
use tollgate::verdict::{Finding, Standing};

use crate::fate::Fate;
use crate::traffic::{Asked, Mark};

/// The lines of the requests of the traffic at this place in the scenario.
#[must_use]
pub fn lines(place: usize, asked: &[Asked], fates: &[Fate]) -> String {
    let mut lines = String::new();
    for (asked, fate) in asked.iter().zip(fates).filter(|(asked, _)| asked.traffic == place) {
        let seconds = asked.at.as_secs();
        let time = format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60);
        let again = if asked.is_repeat { " again" } else { "" };
        let account = asked.account.as_ref().map(|account| format!(" {}", account.id)).unwrap_or_default();
        let findings: Vec<_> = fate.findings.iter().map(finding).collect();
        let _ = writeln!(
            lines,
            "{time} {} {}{account}{again} {} [{}]{}",
            asked.number.e164(),
            asked.address,
            fate.state,
            findings.join(", "),
            call(asked, fate),
        );
    }
    lines
}

/// `too-many-to-range range#+1712770 31 of 30 in 86400 s (shadow)`.
fn finding(finding: &Finding) -> String {
    let mut text = finding.code.as_str().to_owned();
    if let Some(subject) = &finding.subject {
        let _ = write!(text, " {subject}");
    }
    if let Some(measure) = finding.measure {
        let _ = write!(text, " {} of {} in {} s", measure.value, measure.limit, measure.window_seconds);
    }
    text.push_str(match finding.standing {
        Standing::Enforced => "",
        Standing::Shadow => " (shadow)",
        Standing::Waived => " (waived)",
    });
    text
}

fn call(asked: &Asked, fate: &Fate) -> String {
    let Some(dial) = fate.dial else { return String::new() };
    let waited = (dial.at - asked.at).as_secs();
    let outcome = match asked.call {
        CallPlan { answered: false, .. } => "not answered".to_owned(),
        CallPlan { agent: false, talk_seconds, .. } => format!("no agent, {talk_seconds} s"),
        CallPlan { talk_seconds, .. } => format!("talked {talk_seconds} s"),
    };
    let marked = match asked.marking.map(|marking| marking.mark) {
        Some(Mark::Spam) => ", marked as spam",
        Some(Mark::WrongPerson) => ", marked as wrong person",
        None => "",
    };
    format!(" called after {waited} s: {outcome}{marked}")
}
