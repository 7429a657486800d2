//! The list of requests, the newest first, with marks for those that are chosen.

use maud::{Markup, html};
use operations::operator::Operation;
use tollgate::digest::Fate;
use tollgate::record::{MarkKind, Record};
use tollgate::verdict::Standing;

use super::link;
use crate::filter::Filter;
use crate::icons::icon;
use crate::shell;
use crate::visit::Visit;
use crate::words;

pub(super) fn draw(
    visit: &Visit<'_>,
    filters: &[Filter],
    listed: &[&Record],
    passing: usize,
    is_later_page: bool,
) -> Markup {
    let may_mark = visit.may(Operation::Mark);
    let last = listed.last().map(|record| record.request.received_at.to_string());
    html! {
        section.panel aria-labelledby="list" {
            header {
                h2 #list { "Requests" }
                p { "newest first; " (listed.len()) " of " (words::thousands(passing as u64)) " shown" }
            }
            @if listed.is_empty() {
                p.empty {
                    "No request matches in " (visit.span().words()) ". "
                    a href=(link(visit, filters, &[("span", "7d")])) { "Look at 7 days" }
                }
            } @else {
                form action=(link(visit, filters, &[])) method="post" {
                    (shell::token(visit))
                    @if may_mark {
                        div.btns.bulk {
                            strong { "Mark what is selected" }
                            button.btn.tiny name="mark" value="spam" { (icon("flag")) "as spam" }
                            button.btn.tiny name="mark" value="legitimate" { (icon("ok")) "as a customer's" }
                        }
                    }
                    (table(visit, listed, may_mark))
                }
            }
            nav.btns.pages aria-label="Pages" {
                @if is_later_page { a.btn href=(link(visit, filters, &[])) { "Newest requests" } }
                @if let (true, Some(last)) = (listed.len() < passing && listed.len() == super::LISTED, last) {
                    a.btn href=(link(visit, filters, &[("until", &last)])) { "Older requests" }
                }
            }
        }
    }
}

fn table(visit: &Visit<'_>, listed: &[&Record], may_mark: bool) -> Markup {
    // Roles are named, since a narrow page lays the table out as lines.
    html! {
        table.reqs.fold.nosel[!may_mark] role="table" aria-labelledby="list" {
            thead role="rowgroup" {
                tr role="row" {
                    @if may_mark { th role="columnheader" scope="col" { span.vh { "Select" } } }
                    @for name in ["Received", "Number", "Came to", "Asked by", "Findings", "Mark"] {
                        th role="columnheader" scope="col" { (name) }
                    }
                }
            }
            tbody role="rowgroup" { @for record in listed { (row(visit, record, may_mark)) } }
        }
    }
}

fn row(visit: &Visit<'_>, record: &Record, may_mark: bool) -> Markup {
    let request = &record.request;
    let caller = &request.caller;
    let masked = visit.is_masked();
    let number = if masked { request.number.masked() } else { words::number(request.number.e164()) };
    let address = if masked { caller.address.masked() } else { caller.address.to_text() };
    let asked = [
        caller.asn.map(|asn| format!("AS{asn}")),
        caller.country.country().map(|country| country.to_string()),
        Some(caller.account.as_ref().map_or("guest", |_| "signed in").to_owned()),
    ];
    let asked: Vec<_> = asked.into_iter().flatten().collect();
    let at = words::second(request.received_at);
    html! {
        tr role="row" {
            @if may_mark {
                td role="cell" { input type="checkbox" name="id" value=(request.id) aria-label={ "Select " (number) ", " (at) }; }
            }
            td.f2.t role="cell" { time datetime=(request.received_at) { (at) } }
            td.f1 role="cell" {
                a href=(visit.link(&format!("requests/{}", request.id), &[])) { strong { (number) } }
            }
            td.fw role="cell" { (words::fate(Fate::of(&record.state))) }
            td.fw role="cell" { (address) " " span.sub { (asked.join(", ")) } }
            td.fw.find role="cell" { (findings(record)) }
            td.fw.fx[record.mark.is_none()] role="cell" { (mark(record)) }
        }
    }
}

fn findings(record: &Record) -> Markup {
    let rank = |standing: Standing| match standing {
        Standing::Enforced => 0,
        Standing::Shadow => 1,
        Standing::Waived => 2,
    };
    let Some(first) = record.findings.iter().min_by_key(|finding| rank(finding.standing)) else {
        return html! { span.muted { "-" } };
    };
    let others = record.findings.len() - 1;
    html! {
        code { (first.code.as_str()) }
        @if others > 0 { " " span.muted { "+" (others) } }
        @match first.standing {
            Standing::Enforced => {},
            Standing::Shadow => { " " span.sub { "shadow" } },
            Standing::Waived => { " " span.sub { "waived" } },
        }
    }
}

fn mark(record: &Record) -> Markup {
    let Some(mark) = &record.mark else { return html! { span.muted { "-" } } };
    html! {
        @match mark.kind {
            MarkKind::Spam => span.tag.bad { (icon("flag")) "spam" },
            MarkKind::Legitimate => span.tag.ok { (icon("ok")) "customer" },
            MarkKind::WrongPerson => span.tag.warn { (icon("warn")) "wrong person" },
        }
    }
}
