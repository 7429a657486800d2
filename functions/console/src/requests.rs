//! Requests: filtered by what they share, summed, with the values that most of them share beside the list.

mod list;
mod tops;

use lambda_http::http::StatusCode;
use maud::{Markup, html};
use operations::operator::Operation;
use operations::refused::Refused;
use operations::{csv, moment};
use tollgate::digest::{Fate, Sums};
use tollgate::number::PhoneNumber;
use tollgate::record::{MarkKind, Record};
use tollgate::request::RequestId;
use tollgate_aws::tables::requests::{self, Newest, Question};
use tollgate_aws::tables::settings;

use crate::answer::{Answer, Stop};
use crate::filter::{self, Field, Filter};
use crate::icons::icon;
use crate::look;
use crate::shell::{self, Frame, Screen};
use crate::visit::Visit;
use crate::words;

/// As many requests as one page lists.
const LISTED: usize = 30;
/// What a masked role is told that would filter by what it does not see.
const HIDDEN: &str = "your role does not see who called whom, so it cannot filter by it";
/// As many requests of one number as are looked at.
const OF_A_NUMBER: i32 = 500;

/// Shows the requests that pass the filters; a filter that was just typed is first brought into the address.
pub(crate) async fn show(visit: &Visit<'_>) -> Result<Answer, Stop> {
    let filters = filter::of(visit);
    let typed = visit.query.one("field").map(|field| {
        let is_not = visit.query.one("how") == Some("is-not");
        Filter::typed(field, is_not, visit.query.text("value"))
    });
    let is_hidden = filter::asked_for(visit).iter().chain(typed.iter().flatten()).any(|f| f.is_hidden(visit));
    let wrong = match typed {
        _ if is_hidden => Some(HIDDEN.to_owned()),
        Some(Ok(filter)) => {
            let filters = [filters, vec![filter]].concat();
            return Ok(Answer::See(link(visit, &filters, &[])));
        }
        Some(Err(reason)) => Some(reason),
        None => None,
    };
    let settings = async { Ok(settings::read(visit.tables()).await?) };
    let (settings, looked) = futures::try_join!(settings, looked_at(visit, &filters))?;
    let passing: Vec<&Record> =
        looked.records.iter().filter(|record| filters.iter().all(|filter| filter.passes(record))).collect();
    let until = visit.query.one("until").and_then(|text| moment::parse(text).ok());
    let is_older = |record: &&&Record| until.is_none_or(|until| record.request.received_at < until);
    let listed: Vec<&Record> = passing.iter().filter(is_older).take(LISTED).copied().collect();
    let sums = Sums::of(passing.iter().copied(), &settings.policy);

    let frame = Frame {
        title: "Requests",
        screen: Some(Screen::Requests),
        switches: &settings.switches,
        proposals: None,
    };
    let body = html! {
        div.title { h1 { "Requests" } p { (visit.span().words()) " until " (words::minute(visit.now)) " UTC" } }
        (bar(visit, &filters, wrong.as_deref()))
        (crate::overview::unread(&looked))
        (sum(visit, &filters, &passing, &sums))
        div.cols.creq {
            (list::draw(visit, &filters, &listed, passing.len(), until.is_some()))
            (tops::draw(visit, &filters, &passing))
        }
    };
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(Answer::Page(status, shell::page(visit, &frame, &body)))
}

/// The requests to filter: those of one number by its index, else all of the time.
async fn looked_at(visit: &Visit<'_>, filters: &[Filter]) -> Result<Newest, Stop> {
    let number = filters.iter().find(|filter| filter.field == Field::Number && !filter.is_not);
    let number = number.and_then(|filter| PhoneNumber::parse_any(&filter.value).ok());
    let Some(number) = number else { return Ok(look::last(visit, visit.span().length()).await?) };
    let from = visit.now.saturating_sub(visit.span().length()).unwrap_or(visit.now);
    let question = Question::Number(number);
    let page = requests::search(visit.tables(), &question, from, visit.before(), OF_A_NUMBER).await?;
    let mut looked = Newest { more: page.next_before.is_some(), ..Newest::default() };
    for stored in page.requests {
        match stored {
            Ok(stored) => looked.records.push(stored.record),
            Err(_) => looked.unreadable += 1,
        }
    }
    Ok(looked)
}

/// The filters as parameters of an address.
fn parameters_of(filters: &[Filter]) -> Vec<(&'static str, String)> {
    filters.iter().map(Filter::parameter).collect()
}

/// The address of the page with these filters.
pub(super) fn link(visit: &Visit<'_>, filters: &[Filter], more: &[(&str, &str)]) -> String {
    link_to(visit, "requests", filters, more)
}

fn link_to(visit: &Visit<'_>, page: &str, filters: &[Filter], more: &[(&str, &str)]) -> String {
    let own = parameters_of(filters);
    let own: Vec<_> = own.iter().map(|(name, value)| (*name, value.as_str())).collect();
    visit.link(page, &[own.as_slice(), more].concat())
}

fn bar(visit: &Visit<'_>, filters: &[Filter], wrong: Option<&str>) -> Markup {
    let chosen = visit.query.one("field").unwrap_or_default();
    html! {
        form.panel.stack action=(visit.link("requests", &[]).split('?').next().unwrap_or_default()) method="get" {
            div.addf {
                div { label for="field" { "Filter by" }
                    select #field name="field" {
                        @for field in Field::ALL {
                            option value=(field.as_str()) selected[field.as_str() == chosen] {
                                (if field == Field::CameTo { "outcome" } else { field.as_str() })
                            }
                        }
                    } }
                div { label for="how" { "How" }
                    select #how name="how" {
                        option value="is" { "is" }
                        option value="is-not" selected[visit.query.one("how") == Some("is-not")] { "is not" }
                    } }
                div { label for="value" { "Value" }
                    input #value name="value" autocomplete="off" spellcheck="false" value=(visit.query.text("value"))
                        aria-invalid=[wrong.map(|_| "true")] aria-describedby=[wrong.map(|_| "value-error")]
                        autofocus[wrong.is_some()]; }
                button.btn.primary { "Add filter" }
                (shell::error("value", wrong))
                @for (name, value) in kept(visit, filters) { input type="hidden" name=(name) value=(value); }
            }
            @if !filters.is_empty() { (chips(visit, filters)) }
        }
    }
}

/// What the form keeps of the address.
fn kept(visit: &Visit<'_>, filters: &[Filter]) -> Vec<(&'static str, String)> {
    let kept = ["span", "mask"].into_iter();
    let kept = kept.filter_map(|name| Some((name, visit.query.one(name)?.to_owned())));
    kept.chain(parameters_of(filters)).collect()
}

fn chips(visit: &Visit<'_>, filters: &[Filter]) -> Markup {
    let without = |at: usize| -> Vec<Filter> {
        filters
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != at)
            .map(|(_, filter)| filter.clone())
            .collect()
    };
    let shown = |filter: &Filter| {
        if visit.is_masked() { format!("{} (hidden)", filter.field.as_str()) } else { filter.words() }
    };
    html! {
        div.chips {
            span.muted.small { (visit.span().words()) " and" }
            @for (at, filter) in filters.iter().enumerate() {
                span.chip.not[filter.is_not] {
                    (shown(filter))
                    a href=(link(visit, &without(at), &[])) aria-label={ "Remove the filter " (shown(filter)) } { (icon("x")) }
                }
            }
            a.small href=(visit.link("requests", &[])) { "Remove all" }
        }
    }
}

fn sum(visit: &Visit<'_>, filters: &[Filter], passing: &[&Record], sums: &Sums) -> Markup {
    let different = |value: fn(&Record) -> String| {
        passing.iter().map(|record| value(record)).collect::<std::collections::BTreeSet<_>>().len()
    };
    let numbers = different(|record| record.request.number.e164().to_owned());
    let addresses = different(|record| record.request.caller.address.to_text());
    let part = |count: u64, name: &str| html! { div { dt { (name) } dd { (words::thousands(count)) } } };
    html! {
        section.panel.sumbar aria-labelledby="sum" {
            h2.vh #sum { "What these filters match" }
            dl.sum {
                (part(sums.requests, "requests"))
                (part(sums.calls(), "calls"))
                (part(sums.wasted(), "wasted"))
                (part(sums.talked, "talked"))
                (part(numbers as u64, "numbers"))
                (part(addresses as u64, "addresses"))
                div { dt { "lost" } dd.bad[sums.wasted_micro_usd > 0] { (words::usd(sums.wasted_micro_usd)) } }
            }
            div.btns {
                @if let (true, Some(key)) = (visit.may(Operation::KeepLists), deniable(filters)) {
                    a.btn.stop href=(visit.link("lists", &[("entry", &key)])) { "Deny this…" }
                }
                a.btn href=(link_to(visit, "requests.csv", filters, &[])) { "CSV" }
            }
        }
    }
}

/// The list entry that says what the filters say, if one alone can.
fn deniable(filters: &[Filter]) -> Option<String> {
    use tollgate::digest::Dimension;
    let [filter] = filters else { return None };
    let kind = match filter.field {
        _ if filter.is_not => return None,
        Field::Number => "number",
        Field::Of(Dimension::Range) => "prefix",
        Field::Of(Dimension::Carrier) => "carrier",
        Field::Of(Dimension::Network | Dimension::Address) => "net",
        Field::Of(Dimension::Asn) => "asn",
        Field::Of(Dimension::AddressCountry) => "address-country",
        Field::Of(Dimension::Account) if filter.value != tollgate::digest::GUEST => "account",
        _ => return None,
    };
    Some(format!("{kind}#{}", filter.value))
}

/// The requests that pass the filters, as a file.
pub(crate) async fn file(visit: &Visit<'_>) -> Result<Answer, Stop> {
    let filters = filter::of(visit);
    let looked = looked_at(visit, &filters).await?;
    let head = [
        "id",
        "received at",
        "number",
        "came to",
        "address",
        "asn",
        "account",
        "carrier",
        "findings",
        "mark",
    ];
    let mut text = csv::line(head);
    for record in looked.records.iter().filter(|record| filters.iter().all(|filter| filter.passes(record))) {
        let (request, caller) = (&record.request, &record.request.caller);
        let masked = visit.is_masked();
        let findings: Vec<_> = record.findings.iter().map(|finding| finding.code.as_str()).collect();
        let carrier = record.line.as_ref().and_then(|line| line.carrier.as_ref());
        text += &csv::line([
            request.id.to_string().as_str(),
            request.received_at.to_string().as_str(),
            &if masked { request.number.masked() } else { request.number.e164().to_owned() },
            Fate::of(&record.state).as_str(),
            &if masked { caller.address.masked() } else { caller.address.to_text() },
            &caller.asn.map(|asn| asn.to_string()).unwrap_or_default(),
            caller.account.as_ref().map_or("guest", |account| account.id.as_str()),
            carrier.map_or("", |carrier| carrier.as_str()),
            &findings.join(" "),
            record.mark.as_ref().map_or("", |mark| mark.kind.as_str()),
        ]);
    }
    Ok(Answer::File { name: format!("tollgate-requests-{}.csv", words::date(visit.now)), text })
}

/// Marks the chosen requests, those that have ended.
pub(crate) async fn mark(visit: &Visit<'_>) -> Result<Answer, Stop> {
    let kind = kind(visit.form.text("mark"))?;
    let ids = visit.form.all("id").map(RequestId::parse).collect::<Result<Vec<_>, _>>();
    let ids = ids.map_err(|error| Stop::Unreadable(error.to_string()))?;
    let mut done = "marked";
    for id in ids.into_iter().take(LISTED) {
        let (tables, metrics) = (visit.tables(), &visit.console.metrics);
        match operations::marks::mark(tables, metrics, visit.operator(), id, kind, None, visit.now).await {
            Ok(()) => {}
            Err(Refused::NotEnded | Refused::MarkedMeanwhile) => done = "partly-marked",
            Err(refused) => return Err(refused.into()),
        }
    }
    Ok(Answer::See(link(visit, &filter::of(visit), &[("done", done)])))
}

/// Which mark a form asks for.
pub(crate) fn kind(text: &str) -> Result<MarkKind, Stop> {
    let kinds = [MarkKind::Spam, MarkKind::Legitimate, MarkKind::WrongPerson];
    let kind = kinds.into_iter().find(|kind| kind.as_str() == text);
    kind.ok_or_else(|| Stop::Unreadable("There is no such mark.".to_owned()))
}
