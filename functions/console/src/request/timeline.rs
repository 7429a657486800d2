//! What happened to a request, step by step, with the time between.

use jiff::Timestamp;
use maud::{Markup, html};
use tollgate::digest::{self, Fate};
use tollgate::policy::Policy;
use tollgate::record::{MarkKind, Record};
use tollgate::state::{Ending, State};
use tollgate::verdict::Standing;

use crate::icons::icon;
use crate::visit::Visit;
use crate::words;

struct Step {
    /// When; not every step is timed.
    at: Option<Timestamp>,
    sign: &'static str,
    class: &'static str,
    name: String,
    says: String,
}

fn step(at: Option<Timestamp>, sign: &'static str, class: &'static str, name: &str, says: String) -> Step {
    Step { at, sign, class, name: name.to_owned(), says }
}

pub(super) fn draw(visit: &Visit<'_>, record: &Record, policy: &Policy) -> Markup {
    let steps = steps(visit, record, policy);
    let mut before: Option<Timestamp> = None;
    let gaps: Vec<String> = steps
        .iter()
        .map(|step| {
            let gap = before.zip(step.at).map(|(before, at)| gap(before, at));
            before = step.at.or(before);
            gap.unwrap_or_default()
        })
        .collect();
    html! {
        section.panel aria-labelledby="timeline" {
            header { h2 #timeline { "Timeline" } p { "UTC" } }
            ol.timeline {
                @for (step, gap) in steps.iter().zip(&gaps) {
                    li {
                        @match step.at {
                            Some(at) => time datetime=(at) { (words::millisecond(at)) span.gap { (gap) } },
                            None => span {},
                        }
                        span class={ "dot " (step.class) } { (icon(step.sign)) }
                        div { strong { (step.name) } p.muted { (step.says) } }
                    }
                }
            }
        }
    }
}

fn gap(before: Timestamp, at: Timestamp) -> String {
    let seconds = at.duration_since(before).as_secs_f64();
    if seconds < 120.0 { format!("+ {seconds:.1} s") } else { format!("+ {:.0} min", seconds / 60.0) }
}

fn steps(visit: &Visit<'_>, record: &Record, policy: &Policy) -> Vec<Step> {
    let request = &record.request;
    let caller = &request.caller;
    let address = if visit.is_masked() { caller.address.masked() } else { caller.address.to_text() };
    let who = caller.account.as_ref().map_or("a guest", |_| "somebody signed in");
    let until = words::second(request.deadline);
    let received = format!("From {address} by {who}. May be dialed until {until}.");
    let mut steps = vec![step(Some(request.received_at), "in", "", "Received", received)];
    steps.extend(screened(record));
    steps.extend(called(record, policy));
    if let Some(at) = record.cancelled_at {
        steps.push(step(Some(at), "minus", "", "Withdrawn by the visitor", String::new()));
    }
    if let Some(mark) = &record.mark {
        let class = if mark.kind == MarkKind::Spam { "bad" } else { "ok" };
        let name = format!("Marked: {}", words::mark(mark.kind));
        let by = format!("By {}.", mark.marked_by.as_str());
        steps.push(step(Some(mark.marked_at), "flag", class, &name, by));
    }
    // Steps without a moment stay where they are told.
    let mut last = request.received_at;
    let mut timed: Vec<_> = steps
        .into_iter()
        .map(|step| {
            last = step.at.map_or(last, |at| at.max(request.received_at));
            (last, step)
        })
        .collect();
    timed.sort_by_key(|(at, _)| *at);
    timed.into_iter().map(|(_, step)| step).collect()
}

fn screened(record: &Record) -> Option<Step> {
    let fate = Fate::of(&record.state);
    let count =
        |standing| record.findings.iter().filter(|finding| finding.standing == standing).count() as u64;
    let enforced = record
        .findings
        .iter()
        .filter(|f| f.standing == Standing::Enforced && f.certainty.turns_away())
        .count();
    let found = words::counted(record.findings.len() as u64, "finding", "findings");
    let shadow = match count(Standing::Shadow) {
        0 => String::new(),
        n => format!(" {n} in shadow would have turned it away."),
    };
    match (&record.state, fate) {
        (State::Received, _) => None,
        (State::Duplicate { .. }, _) => {
            Some(step(None, "shadow", "warn", "Waits: the number has a call pending", String::new()))
        }
        (_, Fate::Redirected) => {
            let says = format!("{found}. The other channels were offered instead of a call.");
            Some(step(None, "redirect", "", "Redirected by intake", says))
        }
        (_, Fate::Refused) => {
            let says = format!("{found}, {enforced} of which turned it away. The visitor was not told.");
            Some(step(None, "refuse", "bad", "Refused", says))
        }
        (_, Fate::Cancelled | Fate::Expired) => None,
        _ => Some(step(
            None,
            "ok",
            "ok",
            "Screened and approved",
            format!("{found}, none of which turned it away.{shadow}"),
        )),
    }
}

fn called(record: &Record, policy: &Policy) -> Vec<Step> {
    let cost = words::usd(digest::cost_of(record, policy));
    let mut steps = vec![];
    if let Some(at) = record.state.dialed_at() {
        steps.push(step(Some(at), "phone", "", "Dialed", format!("{cost} by estimate.")));
    }
    match &record.state {
        State::Ended(Ending::Closed { end: Some(end), .. }) => {
            if let Some(at) = end.answered_at {
                let says = "By whom or what is not known.".to_owned();
                steps.push(step(Some(at), "live", "", "Answered", says));
            }
            if let Some(at) = end.agent_at {
                steps.push(step(Some(at), "ok", "ok", "An agent joined", String::new()));
            }
            let (sign, class, word) = words::told(Fate::of(&record.state));
            let lasted = end.agent_seconds().map(|seconds| format!("They talked for {seconds} s. "));
            let says = format!("{}It cost {cost}.", lasted.unwrap_or_default());
            steps.push(step(Some(end.ended_at), sign, class, &format!("Ended: {word}"), says));
        }
        State::Ended(Ending::Closed { end: None, .. }) => {
            let says = "Given up after the longest call; its number was let go.".to_owned();
            steps.push(step(None, "shadow", "warn", "Never heard of again", says));
        }
        State::Ended(Ending::Failed { failure }) => {
            let says = format!("Connect refused the call for good: {}.", failure.as_str());
            steps.push(step(None, "bad", "warn", "Failed", says));
        }
        State::Ended(Ending::Expired) => {
            let says = "Nothing was dialed.".to_owned();
            steps.push(step(Some(record.request.deadline), "hist", "", "Its time ran out", says));
        }
        _ => {}
    }
    steps
}
