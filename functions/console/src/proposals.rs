//! Proposals: what might be denied, whom that would hit, and the form that does it, filled in.

mod card;
pub(crate) mod says;

use jiff::SignedDuration;
use lambda_http::http::StatusCode;
use maud::{Markup, html};
use operations::entries;
use operations::proposals::{self, Aside};
use tollgate::entry::{Effect, Entry, Listing};
use tollgate::proposals::{DAYS, Kind};
use tollgate::text::Reason;
use tollgate_aws::tables::decisions::Decided;
use tollgate_aws::tables::settings;

use crate::answer::{Answer, Stop};
use crate::look;
use crate::shell::{self, Frame, Screen};
use crate::visit::Visit;
use crate::words;

const DAY: SignedDuration = SignedDuration::from_hours(24);
/// What has to be typed to deny where customers were called.
pub(crate) const DENY_ANYWAY: &str = "deny anyway";

/// What was sent for a proposal and cannot be taken.
#[derive(Debug)]
pub(crate) struct Wrong {
    /// The proposal's entry.
    pub(crate) proposed: String,
    pub(crate) reason: Option<String>,
    pub(crate) confirmation: Option<String>,
}

/// Shows the proposals; `wrong` is what has to be sent once more.
pub(crate) async fn show(visit: &Visit<'_>, wrong: Option<Wrong>) -> Result<Answer, Stop> {
    let (settings, looked) = futures::try_join!(settings::read(visit.tables()), look::last(visit, DAY))?;
    let found = proposals::of(visit.tables(), &looked.records, &settings.policy, visit.now).await?;
    let frame = Frame {
        title: "Proposals",
        screen: Some(Screen::Proposals),
        switches: &settings.switches,
        proposals: Some(found.open.len()),
    };
    let cost = words::usd(found.lost_micro_usd_last_hour());
    let body = html! {
        div.title {
            h1 { "Proposals" }
            p { (found.open.len()) " open, " (cost) " an hour. Nothing is denied until a person accepts it." }
        }
        (crate::overview::unread(&looked))
        @if found.open.is_empty() {
            p.note.ok { "Nothing stands out in the last 24 hours." }
        }
        @for (at, proposal) in found.open.iter().enumerate() {
            @let wrong = wrong.as_ref().filter(|wrong| wrong.proposed == proposal.entry.key());
            (card::draw(visit, proposal, found.days(proposal), at, wrong))
        }
        (aside(visit, &found))
    };
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(Answer::Page(status, shell::page(visit, &frame, &body)))
}

/// What was put aside and would be open else.
fn aside(visit: &Visit<'_>, found: &proposals::Proposals) -> Markup {
    html! {
        @if !found.aside.is_empty() {
            section.panel aria-labelledby="aside" {
                header { h2 #aside { "Put aside" } p { "each comes back when there is twice as much against it" } }
                ul.list {
                    @for (proposal, decision) in &found.aside {
                        li {
                            div.line {
                                strong { (words::entry(&proposal.entry, visit.is_masked())) }
                                span.muted.small {
                                    (if decision.decided == Decided::Rejected { "turned down" } else { "snoozed" })
                                    " by " (decision.author.as_str()) ", " (words::short(decision.decided_at))
                                }
                            }
                            p.small.muted { (says::sentence(proposal, visit.is_masked())) }
                        }
                    }
                }
            }
        }
    }
}

/// Decides on a proposal. To accept is to list the entry that was chosen.
pub(crate) async fn decide(visit: &Visit<'_>) -> Result<Answer, Stop> {
    let entry =
        |name: &str| Entry::parse(visit.form.text(name)).map_err(|error| Stop::Unreadable(error.to_string()));
    let proposed = entry("proposed")?;
    let bad = visit.form.text("bad").parse().unwrap_or(0);
    let (tables, operator) = (visit.tables(), visit.operator());
    let aside = match visit.form.text("decision") {
        "accept" => {
            let numbers = entries::numbers(tables).await;
            let entry = Entry::parse_new(visit.form.text("entry"), &numbers);
            let entry = entry.map_err(|error| Stop::Unreadable(error.to_string()))?;
            return accept(visit, &proposed, entry, bad).await;
        }
        "snooze" => (Aside::Snooze, "snoozed"),
        "reject" => (Aside::Reject, "rejected"),
        _ => return Err(Stop::Unreadable("There is no such decision.".to_owned())),
    };
    let (aside, done) = aside;
    let reason = Reason::parse(visit.form.text("reason")).ok();
    proposals::put_aside(tables, operator, &proposed, aside, bad, reason.as_ref(), visit.now).await?;
    Ok(visit.see("proposals", &[("done", done)]))
}

async fn accept(visit: &Visit<'_>, proposed: &Entry, entry: Entry, bad: u64) -> Result<Answer, Stop> {
    let mut wrong = Wrong { proposed: proposed.key(), reason: None, confirmation: None };
    let reason = Reason::parse(visit.form.text("reason"));
    let reason = reason.map_err(|error| wrong.reason = Some(error.to_string())).ok();
    let is_watch = visit.form.text("kind") == kind_name(Kind::Watch);
    if is_watch && !visit.form.text("confirmation").eq_ignore_ascii_case(DENY_ANYWAY) {
        wrong.confirmation = Some(format!("Type “{DENY_ANYWAY}”: customers may be hit."));
    }
    let (Some(reason), None) = (reason, &wrong.confirmation) else { return show(visit, Some(wrong)).await };
    // One that says nothing that is offered holds for the shortest time.
    let days = visit.form.text("days").parse().ok().filter(|days| DAYS.contains(days)).unwrap_or(1);
    let listing = Listing {
        entry,
        effect: Effect::Deny,
        reason,
        author: visit.operator().author.clone(),
        added_at: visit.now,
        expires_at: Some(visit.now + SignedDuration::from_hours(24 * i64::from(days))),
    };
    proposals::accept(visit.tables(), visit.operator(), &listing, bad, visit.now).await?;
    Ok(visit.see("proposals", &[("done", "denied")]))
}

pub(crate) fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Deny => "deny",
        Kind::Watch => "watch",
    }
}
