//! The panels beneath: open proposals, budgets, and the rules that spoke.

use maud::{Markup, html};
use operations::proposals::Proposals;
use tollgate::budget::{Budget, Used};
use tollgate::digest;
use tollgate::proposals::Kind;
use tollgate::record::Record;

use super::alarm::anchor;
use crate::chart::{meter, share, spark};
use crate::icons::icon;
use crate::visit::Visit;
use crate::words;

/// How many proposals and rules are shown.
const SHOWN: usize = 5;

pub(super) fn proposals(visit: &Visit<'_>, proposals: &Proposals) -> Markup {
    html! {
        section.panel aria-labelledby="open" {
            header { h2 #open { "Open proposals" } p { "wasted dollars, last hour" } }
            @if proposals.open.is_empty() { p.muted { "None. Nothing is denied until a person accepts it." } }
            ul.list {
                @for proposal in proposals.open.iter().take(SHOWN) {
                    @let evidence = &proposal.evidence;
                    li {
                        div.line {
                            a href={ (visit.link("proposals", &[])) "#" (anchor(proposal)) } {
                                strong { (words::entry(&proposal.entry, visit.is_masked())) }
                            }
                            strong { (words::usd(evidence.lost_micro_usd_last_hour)) }
                        }
                        p.small.muted {
                            (words::counted(evidence.calls as u64, "call", "calls")) " in "
                            (evidence.window_hours) " h, " (words::figure(evidence.expected_calls)) " usual; "
                            (evidence.bad.here) " went badly"
                        }
                        div.line { (kind(proposal.kind)) (spark(&evidence.hours)) }
                    }
                }
            }
        }
    }
}

pub(crate) fn kind(kind: Kind) -> Markup {
    html! {
        @match kind {
            Kind::Deny => span.tag.bad { (icon("refuse")) "deny" },
            Kind::Watch => span.tag.warn { (icon("warn")) "watch" },
        }
    }
}

pub(super) fn budgets(used: &[Used]) -> Markup {
    html! {
        section.panel aria-labelledby="budgets" {
            header { h2 #budgets { "Budgets" } p { "UTC minute, hour and day" } }
            ul.list {
                @for used in used.iter().filter(|used| used.take.max > 0) {
                    @let (name, taken, max) = told(used);
                    li {
                        div.line { span { (name) } span { strong { (taken) } " of " (max) } }
                        (meter(used.taken, used.take.max))
                        @if used.is_spent() {
                            p.small.bad { (icon("warn")) " Spent: nothing more until " (words::minute(used.window.ends_at())) }
                        } @else {
                            p.small.muted { "Resets at " (words::minute(used.window.ends_at())) }
                        }
                    }
                }
            }
        }
    }
}

fn told(used: &Used) -> (&'static str, String, String) {
    let counts = |name| (name, words::thousands(used.taken), words::thousands(used.take.max));
    match used.take.budget {
        Budget::CallsPerMinute => counts("Calls this minute"),
        Budget::CallsPerHour => counts("Calls this hour"),
        Budget::CallsPerDay => counts("Calls today"),
        Budget::CallsPerCountryPerDay => counts("Calls to a country today"),
        Budget::CallsPerRangePerDay => counts("Calls to a range today"),
        Budget::NewcomersPerRangePerDay => counts("Newcomers' calls to a range today"),
        Budget::Newcomers => counts("Places of newcomers"),
        Budget::Strangers => counts("Places of strangers"),
        Budget::FurtherNumbersPerDay => counts("Calls to further numbers today"),
        Budget::LookupsPerDay => counts("Carrier lookups today"),
        Budget::LookupsPerAddressPerDay => counts("Carrier lookups of an address today"),
        Budget::CostPerDay => ("Estimated cost today", words::usd(used.taken), words::usd(used.take.max)),
    }
}

pub(super) fn findings(visit: &Visit<'_>, day: &[Record]) -> Markup {
    let spoke = digest::findings(day);
    let most = spoke.iter().map(|(_, of)| of.enforced + of.shadow).max().unwrap_or(0);
    let in_shadow = spoke.iter().filter(|(_, of)| of.shadow > 0 && of.enforced == 0).count();
    html! {
        section.panel.finds aria-labelledby="findings" {
            header { h2 #findings { "Findings" } p { "last 24 h" } }
            @if in_shadow > 0 {
                p.note.warn { (words::counted(in_shadow as u64, "rule", "rules")) " spoke in shadow alone: nothing was turned away for it." }
            }
            @if spoke.is_empty() { p.muted { "No rule spoke." } }
            table {
                caption.vh { "How often each rule spoke" }
                thead { tr { th scope="col" { "Code" } th.n scope="col" { "Enforced" } th.n scope="col" { "Shadow" } } }
                tbody {
                    @for (code, of) in spoke.iter().take(SHOWN + 3) {
                        tr {
                            th scope="row" {
                                a href=(visit.link("requests", &[("is", &format!("finding:{}", code.as_str()))])) { (code.as_str()) }
                                (share(of.enforced + of.shadow, most, if of.enforced > 0 { "v" } else { "vs" }))
                            }
                            td.n { (words::thousands(of.enforced)) }
                            td.n { (words::thousands(of.shadow)) }
                        }
                    }
                }
            }
        }
    }
}
