//! The record of changes: who changed what, when and why, by UTC day.

use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use lambda_http::http::StatusCode;
use maud::{Markup, html};
use operations::{csv, moment};
use tollgate::request::RequestId;
use tollgate::verdict::masked_subject;
use tollgate_aws::tables::changes::{self, Action, Change};
use tollgate_aws::tables::settings;

use crate::answer::{Answer, Stop};
use crate::shell::{self, Frame, Screen};
use crate::visit::Visit;
use crate::words;

/// As many changes of a day as a page shows; a file has them all.
const SHOWN: usize = 100;

/// Shows the changes of a day.
pub(crate) async fn show(visit: &Visit<'_>) -> Result<Answer, Stop> {
    let (day, changes) = (day(visit), of_day(visit));
    let (settings, changes) =
        futures::try_join!(async { Ok(settings::read(visit.tables()).await?) }, changes)?;
    let frame = Frame {
        title: "Changes",
        screen: Some(Screen::Changes),
        switches: &settings.switches,
        proposals: None,
    };
    let body = html! {
        div.title { h1 { "Changes" } p { (day.strftime("%a %-d %b %Y").to_string()) " UTC. Each is recorded before it is made." } }
        (bar(visit, day))
        section.panel aria-labelledby="list" {
            header { h2 #list { "Changes" } p { "newest first; " (changes.len().min(SHOWN)) " of " (words::thousands(changes.len() as u64)) " shown" } }
            @if changes.is_empty() { p.empty { "Nothing was changed on this day." } } @else { (table(visit, &changes)) }
        }
    };
    Ok(Answer::Page(StatusCode::OK, shell::page(visit, &frame, &body)))
}

/// The changes of a day, as a file.
pub(crate) async fn file(visit: &Visit<'_>) -> Result<Answer, Stop> {
    let mut text = csv::line(["changed at", "author", "action", "subject", "reason"]);
    for change in of_day(visit).await? {
        let subject = subject(visit, &change);
        let reason = change.reason.as_ref().map_or("", |reason| reason.as_str());
        let at = change.changed_at.to_string();
        text += &csv::line([at.as_str(), change.author.as_str(), name(change.action), &subject, reason]);
    }
    Ok(Answer::File { name: format!("tollgate-changes-{}.csv", day(visit)), text })
}

/// The day that is asked for; today, if what is asked for is no day.
fn day(visit: &Visit<'_>) -> Date {
    let today = visit.now.to_zoned(TimeZone::UTC).date();
    visit.query.one("day").and_then(|text| moment::parse_day(text).ok()).unwrap_or(today)
}

async fn of_day(visit: &Visit<'_>) -> Result<Vec<Change>, Stop> {
    let mut changes = changes::of_day(visit.tables(), day(visit), visit.now).await?;
    let author = visit.query.text("author").to_lowercase();
    changes.retain(|change| change.author.as_str().to_lowercase().contains(&author));
    Ok(changes)
}

fn bar(visit: &Visit<'_>, day: Date) -> Markup {
    let author = visit.query.text("author");
    let of = |page: &str, day: Date| visit.link(page, &[("day", &day.to_string()), ("author", author)]);
    html! {
        form.panel.stack action={ (visit.root) "/changes" } method="get" {
            div.addf {
                div { label for="day" { "Day (UTC)" } input #day name="day" type="date" value=(day); }
                div { label for="author" { "By" } input #author name="author" autocomplete="off" value=(author); }
                button.btn.primary { "Show" }
            }
            div.btns {
                @if let Ok(before) = day.checked_sub(1.day()) { a.btn href=(of("changes", before)) { "The day before" } }
                @if let Ok(after) = day.checked_add(1.day()) { a.btn href=(of("changes", after)) { "The day after" } }
                a.btn href=(of("changes.csv", day)) { "CSV" }
            }
        }
    }
}

fn table(visit: &Visit<'_>, changes: &[Change]) -> Markup {
    html! {
        table.fold.nosel.lists role="table" aria-labelledby="list" {
            thead role="rowgroup" {
                tr role="row" { @for name in ["When", "What", "Of what", "By", "Why"] { th role="columnheader" scope="col" { (name) } } }
            }
            tbody role="rowgroup" {
                @for change in changes.iter().take(SHOWN) {
                    tr role="row" {
                        td.f2 role="cell" { time datetime=(change.changed_at) { (words::second(change.changed_at)) } }
                        th.f1 role="rowheader" scope="row" { (name(change.action)) }
                        td.fw role="cell" { (thing(visit, change)) }
                        td.fw role="cell" data-k="By" { (change.author.as_str()) }
                        td.fw role="cell" { (change.reason.as_ref().map_or("-", |reason| reason.as_str())) }
                    }
                }
            }
        }
    }
}

/// What was changed, with the way there.
fn thing(visit: &Visit<'_>, change: &Change) -> Markup {
    let shown = subject(visit, change);
    let link = match change.action {
        Action::MarkSpam | Action::MarkLegitimate | Action::MarkWrongPerson => {
            RequestId::parse(&change.subject).ok().map(|id| visit.link(&format!("requests/{id}"), &[]))
        }
        Action::DenyEntry | Action::TrustEntry | Action::RemoveEntry | Action::LiftBlock
            if !visit.is_masked() =>
        {
            Some(visit.link("lists", &[("search", &change.subject)]))
        }
        Action::SetKillSwitches => Some(visit.link("switches", &[])),
        Action::SavePolicy => Some(visit.link("policy", &[])),
        _ => None,
    };
    html! { @if let Some(link) = link { a href=(link) { code { (shown) } } } @else { code { (shown) } } }
}

fn subject(visit: &Visit<'_>, change: &Change) -> String {
    if visit.is_masked() { masked_subject(&change.subject) } else { change.subject.clone() }
}

fn name(action: Action) -> &'static str {
    match action {
        Action::DenyEntry => "denied",
        Action::TrustEntry => "trusted",
        Action::RemoveEntry => "removed from the list",
        Action::ImportEntries => "imported",
        Action::SavePolicy => "saved the policy",
        Action::SetKillSwitches => "set the kill switches",
        Action::MarkSpam => "marked as spam",
        Action::MarkLegitimate => "marked as a customer's",
        Action::MarkWrongPerson => "marked as a wrong person's",
        Action::LiftBlock => "forgave",
        Action::SnoozeProposal => "put a proposal aside",
        Action::RejectProposal => "turned a proposal down",
        Action::ExportPerson => "showed what is stored of a person",
        Action::ErasePerson => "erased what is stored of a person",
    }
}
