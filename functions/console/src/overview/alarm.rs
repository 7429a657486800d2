//! What stands out: one sentence, what it costs an hour, and the button that leads to its end. Quiet, the same place says so.

use maud::{Markup, html};
use operations::proposals::Proposals;
use tollgate::digest::Sums;
use tollgate::proposals::{Kind, Proposal};

use crate::icons::icon;
use crate::proposals::says;
use crate::visit::Visit;
use crate::words;

pub(super) fn draw(
    visit: &Visit<'_>,
    proposals: &Proposals,
    last_hour: &Sums,
    usual_micro_usd: u64,
) -> Markup {
    let lost = last_hour.wasted_micro_usd;
    let Some(worst) = proposals.open.first() else {
        return html! {
            p.note.ok {
                (icon("ok")) " Nothing stands out. Wasted calls cost " strong { (words::usd(lost)) }
                " in the last hour, where " (words::usd(usual_micro_usd)) " an hour was usual in the day before."
            }
        };
    };
    let what = words::entry(&worst.entry, visit.is_masked());
    let alone = worst.evidence.lost_micro_usd_last_hour;
    let all = proposals.lost_micro_usd_last_hour();
    html! {
        section.panel.alarm aria-labelledby="alarm" {
            div {
                p.eyebrow { (icon("warn")) "Stands out since " (words::short(worst.since)) " UTC" }
                h2 #alarm { (says::title(worst, visit.is_masked())) }
                p.why { (says::sentence(worst, visit.is_masked())) }
            }
            div.cost {
                p.muted.small { "Wasted calls cost" }
                p.v { (words::usd(lost)) " " small { "an hour" } }
                p.small.muted {
                    (words::usd(usual_micro_usd)) " is usual. This alone: " (words::usd(alone)) ", "
                    (words::counted(last_hour.wasted(), "wasted call", "wasted calls")) " in all"
                }
            }
            div.do {
                a.btn.stop.tall href={ (visit.link("proposals", &[])) "#" (anchor(worst)) } {
                    @match worst.kind {
                        Kind::Deny => { "Review and deny " (what) },
                        Kind::Watch => { "Review " (what) },
                    }
                }
                p.small.muted { (promise(worst)) }
                @if proposals.open.len() > 1 {
                    a.btn href=(visit.link("proposals", &[])) {
                        "All " (proposals.open.len()) " proposals: " (words::usd(all)) " an hour"
                    }
                }
                p.small.muted { "Or " a href=(visit.link("switches", &[])) { "stop all calls" } }
            }
        }
    }
}

fn promise(worst: &Proposal) -> String {
    match worst.kind {
        Kind::Deny => "Two clicks: review, then deny. No call that went well is lost.".to_owned(),
        Kind::Watch => match worst.collateral.good_calls as u64 {
            0 => "Look whom it would hit before you deny it.".to_owned(),
            good => {
                format!("It would hit customers: {} went well there.", words::counted(good, "call", "calls"))
            }
        },
    }
}

/// The place of a proposal on its page.
pub(crate) fn anchor(proposal: &Proposal) -> String {
    let key = proposal.entry.key();
    key.chars().map(|character| if character.is_ascii_alphanumeric() { character } else { '-' }).collect()
}
