//! A trial of a draft: what differs from the policy that holds, and what would have become of the last day's requests.

use jiff::SignedDuration;
use maud::{Markup, html};
use operations::refused::Refused;
use operations::replay::{self, Counts, Replayed};
use tollgate::policy::Policy;
use tollgate::replay::CameTo;
use tollgate_aws::tables::settings::PolicyVersion;

use super::{diff, draft};
use crate::answer::Stop;
use crate::visit::Visit;
use crate::words;

const DAY: SignedDuration = SignedDuration::from_hours(24);

pub(super) async fn draw(
    visit: &Visit<'_>,
    current: &PolicyVersion,
    policy: &Policy,
) -> Result<Markup, Stop> {
    let (before, after) = (draft::written(&current.policy), draft::written(policy));
    if diff::is_empty(&before, &after) {
        return Ok(html! { p.note.ok { "The draft is what holds already." } });
    }
    let from = visit.now.saturating_sub(DAY).unwrap_or(visit.now);
    let replayed = replay::replay(visit.tables(), policy.clone(), from, visit.before()).await;
    let replayed = match replayed {
        Ok(replayed) => html! { (told(visit, &replayed)) },
        Err(refused @ Refused::TooManyRequests { .. }) => {
            html! { p.note.warn { "It cannot be tried on the last day: " (refused.to_string()) "." } }
        }
        Err(refused) => return Err(refused.into()),
    };
    Ok(html! {
        section.panel aria-labelledby="differs" { header { h2 #differs { "What differs" } p { "version " (current.version) " against the draft" } } (diff::draw(&before, &after)) }
        section.panel aria-labelledby="replay" {
            header { h2 #replay { "What it would have done" } p { "the last 24 h, replayed under both; each begins with nothing known" } }
            (replayed)
        }
    })
}

fn told(visit: &Visit<'_>, replayed: &Replayed) -> Markup {
    let compared = &replayed.compared;
    let Counts { approved, duplicate, redirected, refused } = compared.current;
    let draft = &compared.draft;
    let rows = [
        ("called", approved, draft.approved),
        ("waits for another call to the number", duplicate, draft.duplicate),
        ("redirected at once", redirected, draft.redirected),
        ("refused", refused, draft.refused),
    ];
    let changed: u64 = compared.changed.iter().map(|changed| changed.requests).sum();
    html! {
        p.say {
            (words::counted(replayed.requests as u64, "request", "requests")) ": "
            @if changed == 0 { "none would have come to anything else." }
            @else { strong { (words::thousands(changed)) } " would have come to something else." }
        }
        div.cols.c11 {
            table {
                caption { "What they come to" }
                thead { tr { th scope="col" { "Comes to" } th.n scope="col" { "Now" } th.n scope="col" { "Draft" } } }
                tbody {
                    @for (name, now, then) in rows {
                        tr { th scope="row" { (name) } td.n { (words::thousands(now)) } td.n { strong { (words::thousands(then)) } } }
                    }
                }
            }
            @if changed > 0 {
                table {
                    caption { "What would change, and why" }
                    thead { tr { th scope="col" { "Now, then" } th scope="col" { "Decided by" } th.n scope="col" { "Requests" } } }
                    tbody {
                        @for changed in &compared.changed {
                            tr {
                                th scope="row" { (name(changed.current)) " → " (name(changed.draft)) }
                                td { code { (changed.code.map_or("-", tollgate::verdict::Code::as_str)) } }
                                td.n { (words::thousands(changed.requests)) }
                            }
                        }
                    }
                }
            }
        }
        @if !compared.examples.is_empty() {
            details {
                summary { (compared.examples.len()) " of them" }
                ul.list {
                    @for example in compared.examples.iter().take(20) {
                        li {
                            a href=(visit.link(&format!("requests/{}", example.id), &[])) { (words::short(example.received_at)) }
                            " " (example.number) " from " (example.address) ": " (name(example.current)) " → " (name(example.draft))
                        }
                    }
                }
            }
        }
    }
}

fn name(came_to: CameTo) -> &'static str {
    match came_to {
        CameTo::Approved => "called",
        CameTo::Duplicate => "waits",
        CameTo::Redirected => "redirected",
        CameTo::Refused => "refused",
    }
}
