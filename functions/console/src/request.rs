//! One request: how it ended, step by step, why, and what an operator says of it.

mod findings;
mod timeline;

use lambda_http::http::StatusCode;
use maud::{Markup, html};
use operations::operator::{Operation, least};
use tollgate::digest::{Dimension, Fate};
use tollgate::record::{MarkKind, Record};
use tollgate::request::{NetworkMark, RequestId};
use tollgate::state::{Ending, State};
use tollgate::text::Reason;
use tollgate_aws::tables::{requests, settings};

use crate::answer::{Answer, Stop};
use crate::icons::icon;
use crate::shell::{self, Frame, Screen};
use crate::visit::Visit;
use crate::words;

/// Shows a request; `wrong` is what is wrong with the reason of a mark that was sent.
pub(crate) async fn show(visit: &Visit<'_>, id: RequestId, wrong: Option<&str>) -> Result<Answer, Stop> {
    let tables = visit.tables();
    let (settings, stored) =
        futures::try_join!(settings::read(tables), requests::get(tables, id, visit.now))?;
    let record = stored.ok_or(Stop::NotFound)?.record;
    let title = title(visit, &record);
    let frame = Frame {
        title: &title,
        screen: Some(Screen::Requests),
        switches: &settings.switches,
        proposals: None,
    };
    let body = html! {
        div.title {
            p.crumbs { a href=(visit.link("requests", &[])) { "Requests" } }
            h1 { (title) }
            p { (words::day_and_minute(record.request.received_at)) }
        }
        div.cols.cmain {
            div.stack { (timeline::draw(visit, &record, &settings.policy)) (findings::draw(visit, &record)) }
            div.stack { (marks(visit, &record, wrong)) (facts(visit, &record)) (others(visit, &record)) }
        }
    };
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(Answer::Page(status, shell::page(visit, &frame, &body)))
}

fn number(visit: &Visit<'_>, record: &Record) -> String {
    let number = &record.request.number;
    if visit.is_masked() { number.masked() } else { words::number(number.e164()) }
}

/// How it ended.
fn title(visit: &Visit<'_>, record: &Record) -> String {
    let number = number(visit, record);
    match Fate::of(&record.state) {
        Fate::Waiting => format!("Request for {number} that waits"),
        Fate::Live => format!("Call to {number} that goes on"),
        Fate::Talked => format!("Call to {number} in which an agent talked"),
        Fate::NoAgent => format!("Call to {number} that reached no agent"),
        Fate::Unanswered => format!("Call to {number} that nobody answered"),
        Fate::Withdrawn => format!("Call to {number} that its visitor withdrew"),
        Fate::TelecomProblem => format!("Call to {number} that failed on its way to the phone"),
        Fate::Unheard => format!("Call to {number} that was never heard of again"),
        Fate::Redirected => format!("Request for {number} that was redirected at once"),
        Fate::Refused => format!("Request for {number} that was refused"),
        Fate::Cancelled => format!("Request for {number} that its visitor withdrew"),
        Fate::Expired => format!("Request for {number} that was not dialed in time"),
        Fate::Failed => format!("Request for {number} that Connect would not call"),
    }
}

fn marks(visit: &Visit<'_>, record: &Record, wrong: Option<&str>) -> Markup {
    let is_ended = matches!(record.state, State::Ended(_));
    let current = record.mark.as_ref().map(|mark| mark.kind);
    let page = format!("requests/{}", record.request.id);
    html! {
        section.panel aria-labelledby="mark" {
            h2 #mark { "Mark" }
            @if let Some(mark) = &record.mark {
                p.note.mk.bad[mark.kind == MarkKind::Spam] {
                    (icon("flag")) " " strong { (words::mark(mark.kind)) } ", by " (mark.marked_by.as_str())
                    " at " (words::short(mark.marked_at)) " UTC."
                }
            }
            @if !visit.may(Operation::Mark) {
                p.hint { "A " (least(Operation::Mark).as_str()) " can mark this." }
            } @else if !is_ended {
                p.hint { "A request is marked once it has ended." }
            } @else {
                form.form action=(visit.link(&page, &[])) method="post" {
                    (shell::token(visit))
                    div.field {
                        label for="reason" { "Reason (optional)" }
                        p.hint #reason-hint { "For the record of changes. No personal data." }
                        (shell::error("reason", wrong))
                        input #reason name="reason" maxlength="500" value=(visit.form.text("reason"))
                            aria-describedby=(if wrong.is_some() { "reason-hint reason-error" } else { "reason-hint" })
                            aria-invalid=[wrong.map(|_| "true")] autofocus[wrong.is_some()];
                    }
                    div.btns {
                        @for (kind, sign, says) in [
                            (MarkKind::Spam, "flag", "It was spam"),
                            (MarkKind::WrongPerson, "warn", "Wrong person"),
                            (MarkKind::Legitimate, "ok", "It was a customer"),
                        ] {
                            @if current != Some(kind) {
                                button.btn name="mark" value=(kind.as_str()) { (icon(sign)) (says) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn facts(visit: &Visit<'_>, record: &Record) -> Markup {
    let request = &record.request;
    let caller = &request.caller;
    let address = if visit.is_masked() { caller.address.masked() } else { caller.address.to_text() };
    let line = record.line.as_ref().map(|line| {
        let carrier = line.carrier.as_ref().map_or("carrier not known", |carrier| carrier.as_str());
        format!("{carrier}, {}", kebab(&line.line_type))
    });
    let marks: Vec<_> = caller
        .marks
        .iter()
        .map(|mark| match mark {
            NetworkMark::Anonymous => "VPN, proxy, Tor or hosting",
            NetworkMark::BadReputation => "bad reputation",
        })
        .collect();
    let network = [
        caller.asn.map(|asn| format!("AS{asn}")),
        caller.country.country().map(|country| country.to_string()),
    ];
    let network: Vec<_> = network.into_iter().flatten().collect();
    let contact = match &record.state {
        State::InCall { contact_id, .. }
        | State::Ended(Ending::Closed { contact_id: Some(contact_id), .. }) => Some(contact_id.as_str()),
        _ => None,
    };
    html! {
        section.panel aria-labelledby="facts" {
            h2 #facts { "Facts" }
            dl.facts2 {
                dt { "State" } dd { span.tag { (record.state.name().as_str()) } " " (words::fate(Fate::of(&record.state))) }
                dt { "Number" } dd { (number(visit, record)) }
                dt { "Kind" } dd { (kebab(&request.number.kind())) }
                @if let Some(line) = line { dt { "Line" } dd { (line) } }
                dt { "Address" } dd { (address) }
                @if !network.is_empty() { dt { "Network" } dd { (network.join(", ")) } }
                dt { "Network marks" } dd { (if marks.is_empty() { "none".to_owned() } else { marks.join(", ") }) }
                dt { "Account" } dd { (caller.account.as_ref().map_or("guest", |account| account.id.as_str())) }
                @if request.is_for_verified_own_number() { dt { "Own number" } dd { "verified" } }
                @if let Some(contact) = contact { dt { "Contact" } dd { code { (contact) } } }
                dt { "Request" } dd { code { (request.id) } }
            }
        }
    }
}

/// The name of a kind, as the API writes it.
fn kebab(kind: &impl serde::Serialize) -> String {
    match serde_json::to_value(kind) {
        Ok(serde_json::Value::String(name)) => name,
        _ => "not known".to_owned(),
    }
}

/// Links to requests that are like it; where values are masked there are none, since an address would show them.
fn others(visit: &Visit<'_>, record: &Record) -> Markup {
    let of = |dimension: Dimension| {
        let value = dimension.values(record).into_iter().next()?;
        let name = dimension.as_str();
        Some((format!("Same {name}"), format!("{name}:{value}")))
    };
    let number = ("Same number".to_owned(), format!("number:{}", record.request.number.e164()));
    let all = [
        of(Dimension::Range),
        Some(number),
        of(Dimension::Carrier),
        of(Dimension::Network),
        of(Dimension::Address),
        of(Dimension::Asn),
    ];
    html! {
        @if !visit.is_masked() {
            section.panel aria-labelledby="others" {
                h2 #others { "Others like it" }
                ul.list {
                    @for (words, filter) in all.into_iter().flatten() {
                        li { a href=(visit.link("requests", &[("is", &filter)])) { (words) } }
                    }
                }
            }
        }
    }
}

/// Marks a request.
pub(crate) async fn mark(visit: &Visit<'_>, id: RequestId) -> Result<Answer, Stop> {
    let kind = crate::requests::kind(visit.form.text("mark"))?;
    let reason =
        Some(visit.form.text("reason")).filter(|text| !text.is_empty()).map(Reason::parse).transpose();
    let reason = match reason {
        Ok(reason) => reason,
        Err(error) => return show(visit, id, Some(&error.to_string())).await,
    };
    let (tables, metrics, operator) = (visit.tables(), &visit.console.metrics, visit.operator());
    operations::marks::mark(tables, metrics, operator, id, kind, reason.as_ref(), visit.now).await?;
    Ok(visit.see(&format!("requests/{id}"), &[("done", "marked")]))
}
