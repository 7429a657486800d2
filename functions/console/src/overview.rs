//! The overview: what stands out, what it costs an hour, and what stops it.

pub(crate) mod alarm;
pub(crate) mod panels;

use jiff::SignedDuration;
use lambda_http::http::StatusCode;
use maud::{Markup, html};
use operations::proposals;
use tollgate::digest::{self, Hour, Sums};
use tollgate_aws::tables::requests::{self, Newest};
use tollgate_aws::tables::{counters, settings};

use crate::answer::{Answer, Stop};
use crate::chart::{Bars, Fill, Series};
use crate::look::{self, LOOKED_AT_MAX};
use crate::shell::{self, Frame, Screen};
use crate::visit::{Span, Visit};
use crate::words;

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);
const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Shows what goes on. Three round trips: the settings and what requests there are; the requests and the budgets; the past of
/// what stands out.
pub(crate) async fn show(visit: &Visit<'_>) -> Result<Answer, Stop> {
    let tables = visit.tables();
    let a_week_ago = visit.now.saturating_sub(WEEK).unwrap_or(visit.now);
    let budgets = async {
        let settings = settings::read(tables).await?;
        let used = counters::budgets_used(tables, &settings.policy, visit.now).await?;
        Ok((settings, used))
    };
    let length = visit.span().length().max(DAY);
    let (looked, before, (settings, budgets)) = futures::try_join!(
        look::last(visit, length),
        requests::newest(tables, a_week_ago - HOUR, a_week_ago, LOOKED_AT_MAX),
        budgets
    )?;
    let policy = &settings.policy;
    let day: Vec<_> = look::within(visit, &looked.records, DAY).into_iter().cloned().collect();
    let proposals = proposals::of(tables, &day, policy, visit.now).await?;

    let last_hour = Sums::of(look::within(visit, &day, HOUR), policy);
    let hour_before = Sums::of(&before.records, policy);
    let usual = usual_an_hour(&Sums::of(&day, policy), &last_hour);
    let from = visit.now.saturating_sub(length).unwrap_or(visit.now);
    let hours = digest::hours(&looked.records, from, visit.now, policy);
    let frame = Frame {
        title: "Overview",
        screen: Some(Screen::Overview),
        switches: &settings.switches,
        proposals: Some(proposals.open.len()),
    };
    let body = html! {
        div.title { h1 { "Overview" } p { (words::day_and_minute(visit.now)) } }
        (unread(&looked))
        (alarm::draw(visit, &proposals, &last_hour, usual))
        (tiles(&last_hour, &hour_before))
        div.cols.c2 { (calls(visit, &hours)) (fates(visit, &hours)) }
        div.cols.c3 {
            (panels::proposals(visit, &proposals))
            (panels::budgets(&budgets))
            (panels::findings(visit, &day))
        }
    };
    Ok(Answer::Page(StatusCode::OK, shell::page(visit, &frame, &body)))
}

/// What was lost in an hour of the 23 before the last one, in millionths of a dollar.
fn usual_an_hour(day: &Sums, last_hour: &Sums) -> u64 {
    day.wasted_micro_usd.saturating_sub(last_hour.wasted_micro_usd) / 23
}

/// What a page does not show, beside what it shows.
pub(crate) fn unread(looked: &Newest) -> Markup {
    html! {
        @if looked.more {
            p.note.warn {
                "Looked at the newest " (words::thousands(looked.records.len() as u64))
                " requests; there were more in this time."
            }
        }
        @if looked.unreadable > 0 {
            p.note.warn { (words::counted(looked.unreadable as u64, "request", "requests")) " cannot be read; the log says why." }
        }
    }
}

fn tiles(now: &Sums, before: &Sums) -> Markup {
    let share = |sums: &Sums| words::percent(sums.wasted(), sums.calls());
    let tile = |name: &str, value: String, is_bad: bool, says: String| {
        html! { div { dt { (name) } dd.big.bad[is_bad] { (value) } dd.d { (says) } } }
    };
    let told = words::thousands;
    html! {
        section aria-labelledby="last-hour" {
            h2.vh #last-hour { "The last 60 minutes, against the same hour a week before" }
            dl.panel.tiles {
                (tile("Requests, last 60 min", told(now.requests), false, format!("{} a week before", told(before.requests))))
                (tile("Calls dialed", told(now.calls()), false, format!("{} a week before", told(before.calls()))))
                (tile(
                    "Wasted",
                    format!("{} %", share(now)),
                    share(now) >= 40 && now.wasted() >= 5,
                    format!("{} of {}; {} % a week before", told(now.wasted()), words::counted(now.calls(), "call", "calls"), share(before)),
                ))
                (tile("Talked with an agent", told(now.talked), false, format!("{} a week before", told(before.talked))))
                (tile(
                    "Turned away",
                    told(now.redirected + now.refused),
                    false,
                    format!("{} at once, {} later; {} before", told(now.redirected), told(now.refused), told(before.redirected + before.refused)),
                ))
                (tile("Marked as spam", told(now.marked_spam), now.marked_spam > 0, format!("{} a week before", told(before.marked_spam))))
            }
        }
    }
}

fn labels(visit: &Visit<'_>, hours: &[Hour]) -> Vec<String> {
    let is_long = visit.span() == Span::Week;
    let label = |hour: &Hour| if is_long { words::short(hour.at) } else { words::minute(hour.at) };
    hours.iter().map(label).collect()
}

fn calls(visit: &Visit<'_>, hours: &[Hour]) -> Markup {
    let of = |value: fn(&Sums) -> u64| hours.iter().map(|hour| value(&hour.sums)).collect::<Vec<_>>();
    let worst = hours.iter().max_by_key(|hour| hour.sums.wasted());
    let says = worst.map_or_else(String::new, |hour| {
        let (wasted, calls) = (hour.sums.wasted(), hour.sums.calls());
        format!(
            "Most calls were wasted in the hour that began at {}: {wasted} of {calls}.",
            words::short(hour.at)
        )
    });
    let bars = Bars {
        id: "calls",
        title: "Calls by outcome, per hour (UTC)".to_owned(),
        says,
        series: vec![
            Series { name: "talked", fill: Fill::Class("s-ok"), values: of(|sums| sums.talked) },
            Series { name: "no agent", fill: Fill::Pattern("dots"), values: of(|sums| sums.no_agent) },
            Series { name: "unanswered", fill: Fill::Pattern("hatch"), values: of(|sums| sums.unanswered) },
        ],
        labels: labels(visit, hours),
        of: "Hour (UTC)",
        usual: None,
        height: 192,
    };
    html! { section.panel { header { h2 { "Calls by outcome" } p { "per hour; the last until now" } } (bars.draw()) } }
}

fn fates(visit: &Visit<'_>, hours: &[Hour]) -> Markup {
    let of = |value: fn(&Sums) -> u64| hours.iter().map(|hour| value(&hour.sums)).collect::<Vec<_>>();
    let last = hours.last().map_or_else(String::new, |hour| {
        let Sums { requests, redirected, refused, .. } = hour.sums;
        format!(
            "{requests} requests since {}; {redirected} were redirected at once and {refused} refused.",
            words::minute(hour.at)
        )
    });
    let bars = Bars {
        id: "fates",
        title: "Requests by what became of them, per hour (UTC)".to_owned(),
        says: last,
        series: vec![
            Series { name: "called", fill: Fill::Class("s-accent"), values: of(Sums::calls) },
            Series {
                name: "turned away",
                fill: Fill::Class("s-grey"),
                values: of(|sums| sums.redirected + sums.refused),
            },
            Series {
                name: "waiting, withdrawn, expired, failed",
                fill: Fill::Class("s-soft"),
                values: of(|sums| sums.waiting + sums.cancelled + sums.expired + sums.failed),
            },
        ],
        labels: labels(visit, hours),
        of: "Hour (UTC)",
        usual: None,
        height: 192,
    };
    html! { section.panel { header { h2 { "Requests by what became of them" } p { "per hour" } } (bars.draw()) } }
}
