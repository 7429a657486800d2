//! The values that most of the requests share: each can be looked at alone, or left out.

use maud::{Markup, html};
use tollgate::digest::{Dimension, top};
use tollgate::record::Record;
use tollgate::verdict::masked_subject;

use super::link;
use crate::chart::share;
use crate::filter::{self, Field, Filter};
use crate::icons::icon;
use crate::visit::Visit;
use crate::words;

/// As many values of a dimension as are shown.
const SHOWN: usize = 4;

pub(super) fn draw(visit: &Visit<'_>, filters: &[Filter], passing: &[&Record]) -> Markup {
    html! {
        section.panel.stack.tops2 aria-labelledby="tops" {
            header.line { h2 #tops { "Top values" } span.muted.small { "of " (words::thousands(passing.len() as u64)) } }
            @for dimension in Dimension::ALL { (values(visit, filters, passing, dimension)) }
        }
    }
}

fn values(visit: &Visit<'_>, filters: &[Filter], passing: &[&Record], dimension: Dimension) -> Markup {
    let (tops, distinct) = top(passing, dimension, SHOWN);
    let most = tops.first().map_or(0, |top| top.requests);
    let name = match dimension {
        Dimension::Range => "Range",
        Dimension::Carrier => "Carrier",
        Dimension::Network => "Network",
        Dimension::Address => "Address",
        Dimension::Asn => "ASN",
        Dimension::AddressCountry => "Address country",
        Dimension::Account => "Account",
        Dimension::Code => "Finding, enforced or shadow",
    };
    html! {
        @if distinct > 0 {
            section {
                h3 { (name) }
                @if most < 2 {
                    p.muted.small { "Nothing stands out: " (words::thousands(distinct as u64)) ", each once." }
                } @else {
                    table.toplist {
                        caption.vh { (name) }
                        colgroup { col; col.w1; col.w2; col.w3; }
                        thead.vh {
                            tr { th scope="col" { "Value" } th scope="col" { "Requests" } th scope="col" { "Share" } th scope="col" { "Filter" } }
                        }
                        tbody {
                            @for top in &tops {
                                @let field = Field::Of(dimension);
                                @let shown = shown(visit, field, &top.value);
                                @let class = if top.lost * 2 > top.requests { "vb" } else { "v" };
                                tr {
                                    td { (shown) (share(top.requests, passing.len() as u64, class)) }
                                    td.n { (words::thousands(top.requests)) }
                                    td.n.muted { (words::percent(top.requests, passing.len() as u64)) " %" }
                                    td.acts { (acts(visit, filters, field, &top.value, &shown)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn shown(visit: &Visit<'_>, field: Field, value: &str) -> String {
    if !visit.is_masked() {
        return filter::value(field, value);
    }
    let kind = match field {
        Field::Of(Dimension::Range) => "range",
        Field::Of(Dimension::Network) => "net",
        Field::Of(Dimension::Address) => "address",
        _ => return filter::value(field, value),
    };
    let masked = masked_subject(&format!("{kind}#{value}"));
    masked.split_once('#').map_or(masked.clone(), |(_, value)| value.to_owned())
}

/// Only this, and without this. A masked value stands in no address.
fn acts(visit: &Visit<'_>, filters: &[Filter], field: Field, value: &str, shown: &str) -> Markup {
    let with = |is_not| {
        let filter = Filter { field, value: value.to_owned(), is_not };
        let others = filters.iter().filter(|other| **other != filter).cloned();
        link(visit, &others.chain([filter.clone()]).collect::<Vec<_>>(), &[])
    };
    html! {
        @if !visit.is_masked() {
            a href=(with(false)) aria-label={ "Only " (shown) } title="Only this" { (icon("filter")) }
            a href=(with(true)) aria-label={ "Without " (shown) } title="Without this" { (icon("minus")) }
        }
    }
}
