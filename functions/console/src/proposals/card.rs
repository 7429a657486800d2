//! The card of a proposal: what it says, whom it would hit, the form, and the evidence beneath.

use jiff::SignedDuration;
use maud::{Markup, html};
use operations::operator::{Operation, least};
use tollgate::proposals::{DAYS, Kind, Proposal, Reach};

use super::{DENY_ANYWAY, Wrong, kind_name, says};
use crate::chart::{Bars, Fill, Series};
use crate::icons::icon;
use crate::overview;
use crate::shell;
use crate::visit::Visit;
use crate::words;

pub(super) fn draw(
    visit: &Visit<'_>,
    proposal: &Proposal,
    days: u32,
    at: usize,
    wrong: Option<&Wrong>,
) -> Markup {
    let masked = visit.is_masked();
    let id = overview::alarm::anchor(proposal);
    let key = proposal.entry.key();
    let key = if masked { tollgate::verdict::masked_subject(&key) } else { key };
    html! {
        article.panel.card.is-open[at == 0] id=(id) aria-labelledby={ (id) "-title" } {
            header {
                div {
                    h2 id={ (id) "-title" } { (words::entry(&proposal.entry, masked)) " " (overview::panels::kind(proposal.kind)) }
                    p.muted.small { code { (key) } }
                }
                p.money { span.v { (words::usd(proposal.evidence.lost_micro_usd_last_hour)) } br; span.muted.small { "wasted in the last hour" } }
            }
            div.cols.cprop {
                div.stack.a1 {
                    p.say { (says::sentence(proposal, masked)) }
                    @if says::is_harmless(proposal) {
                        p.note.ok { (icon("ok")) " " strong { "No customer would be met." } " " (says::whom(proposal)) }
                    } @else {
                        p.note.bad { (icon("warn")) " " strong { "It may hit customers." } " " (says::whom(proposal)) }
                    }
                }
                @if visit.may(Operation::KeepLists) { (form(visit, proposal, days, at, wrong)) }
                @else { div.accept { p.hint { "A " (least(Operation::KeepLists).as_str()) " can decide on it." } } }
                div.stack.a2 { (hours(visit, proposal, at)) (evidence(visit, proposal)) }
            }
        }
    }
}

fn form(visit: &Visit<'_>, proposal: &Proposal, days: u32, at: usize, wrong: Option<&Wrong>) -> Markup {
    let what = words::entry(&proposal.entry, visit.is_masked());
    let key = proposal.entry.key();
    let sent = |name: &str| wrong.and_then(|_| visit.form.one(name));
    let days = sent("days").and_then(|days| days.parse().ok()).unwrap_or(days);
    let reason = sent("reason").map_or_else(|| says::reason(proposal), str::to_owned);
    let (reason_id, word_id) = (format!("reason-{at}"), format!("confirmation-{at}"));
    let wrong_reason = wrong.and_then(|wrong| wrong.reason.as_deref());
    let wrong_word = wrong.and_then(|wrong| wrong.confirmation.as_deref());
    html! {
        form.form.accept method="post" action=(visit.link("proposals", &[])) {
            h3 { "Accept" }
            (shell::token(visit))
            input type="hidden" name="proposed" value=(key);
            input type="hidden" name="kind" value=(kind_name(proposal.kind));
            input type="hidden" name="bad" value=(proposal.evidence.bad.here);
            (choices(visit, proposal, sent("entry")))
            fieldset {
                legend { "Until" }
                div.inline {
                    @for choice in DAYS {
                        label.choice {
                            input type="radio" name="days" value=(choice) checked[choice == days];
                            span {
                                (words::counted(u64::from(choice), "day", "days"))
                                span.hint { (words::short(visit.now + SignedDuration::from_hours(24 * i64::from(choice)))) }
                            }
                        }
                    }
                }
            }
            div.field {
                label for=(reason_id) { "Reason" }
                p.hint id={ (reason_id) "-hint" } { "For the record of changes. Filled in from the evidence." }
                (shell::error(&reason_id, wrong_reason))
                textarea id=(reason_id) name="reason" rows="3" maxlength="500" required
                    aria-invalid=[wrong_reason.map(|_| "true")]
                    aria-describedby={ (reason_id) "-hint" @if wrong_reason.is_some() { " " (reason_id) "-error" } } { (reason) }
            }
            @if proposal.kind == Kind::Watch {
                div.field {
                    label for=(word_id) { "Type “" (DENY_ANYWAY) "” to deny it" }
                    (shell::error(&word_id, wrong_word))
                    input id=(word_id) name="confirmation" autocomplete="off" spellcheck="false"
                        aria-invalid=[wrong_word.map(|_| "true")] autofocus[wrong_word.is_some()]
                        aria-describedby=[wrong_word.map(|_| format!("{word_id}-error"))];
                }
            }
            div {
                button.btn.stop.tall.wide name="decision" value="accept" { "Deny " (what) }
                p.hint.under { "Refused in silence from the next request on. You can undo it in Lists." }
            }
            div.btns {
                button.btn name="decision" value="snooze" formnovalidate { "Snooze until it doubles" }
                button.btn name="decision" value="reject" formnovalidate { "Turn down" }
            }
        }
    }
}

/// What to deny: the entry that is proposed, or one that reaches less or more far.
fn choices(visit: &Visit<'_>, proposal: &Proposal, sent: Option<&str>) -> Markup {
    html! {
        fieldset.box {
            legend { "What to deny" }
            @for choice in &proposal.choices {
                @let is_chosen = sent.map_or(choice.reach == Reach::Proposed, |sent| sent == choice.entry.key());
                label.choice {
                    input type="radio" name="entry" value=(choice.entry.key()) checked[is_chosen];
                    span {
                        (words::entry(&choice.entry, visit.is_masked()))
                        span.hint {
                        @let says = format!("{}: {}, {}", reach(choice.reach), words::counted(choice.requests as u64, "request", "requests"), words::counted(choice.good as u64, "good call", "good calls"));
                        @if choice.good > 0 { span.bad { (icon("warn")) " " (says) } } @else { (says) }
                        }
                    }
                }
            }
            }
    }
}

fn reach(reach: Reach) -> &'static str {
    match reach {
        Reach::Narrower => "narrower",
        Reach::Proposed => "proposed",
        Reach::Wider => "wider",
    }
}

fn hours(visit: &Visit<'_>, proposal: &Proposal, at: usize) -> Markup {
    let hours = &proposal.evidence.hours;
    let label = |ago: i64| words::minute(visit.now - SignedDuration::from_hours(ago));
    let last = hours.last().copied().unwrap_or(0);
    let bars = Bars {
        id: &format!("hours-{at}"),
        title: format!(
            "Requests per hour, last 24 hours: {}",
            words::entry(&proposal.entry, visit.is_masked())
        ),
        says: format!("{last} in the last hour, of {} in 24 hours.", hours.iter().sum::<u32>()),
        series: vec![Series {
            name: "requests per hour",
            fill: Fill::Pattern("hatch"),
            values: hours.iter().map(|n| u64::from(*n)).collect(),
        }],
        labels: (0..24).rev().map(|ago| label(ago + 1)).collect(),
        of: "Hour that began at (UTC)",
        usual: Some((
            "usual calls per hour",
            proposal.evidence.expected_calls / f64::from(proposal.evidence.window_hours),
        )),
        height: 120,
    };
    bars.draw()
}

fn evidence(visit: &Visit<'_>, proposal: &Proposal) -> Markup {
    let evidence = &proposal.evidence;
    let masked = visit.is_masked();
    let n = |count: usize| words::thousands(count as u64);
    let share = |bad: usize, good: usize| words::percent(bad as u64, (bad + good) as u64);
    let [least, ratio, most] = evidence.risk_ratio;
    let with = evidence.with.iter().map(|(entry, count)| {
        format!(
            "{} {} %",
            words::entry(entry, masked),
            words::percent(*count as u64, evidence.requests as u64)
        )
    });
    let guests = (evidence.guests > 0)
        .then(|| format!("guests {} %", words::percent(evidence.guests as u64, evidence.requests as u64)));
    let with: Vec<_> = with.chain(guests).collect();
    let rules = evidence.caught_by.iter().map(|(code, count, enforced)| {
        format!("{} {count}{}", code.as_str(), if *enforced { "" } else { " in shadow" })
    });
    let rules: Vec<_> = rules.collect();
    html! {
        table.evidence {
            caption.vh { "Evidence" }
            tbody {
                tr { th scope="row" { "Requests in the last " (evidence.window_hours) " h" }
                    td { (n(evidence.requests)) ", of which " (n(evidence.calls)) " were called" } }
                tr { th scope="row" { "Calls that are usual" }
                    td { (words::figure(evidence.expected_calls)) " in " (evidence.window_hours) " h "
                        span.muted.small { "(" (words::chance(evidence.volume_chance)) ")" } } }
                tr { th scope="row" { "Went badly" }
                    td { (n(evidence.bad.here)) " of " (n(evidence.bad.here + evidence.good.here))
                        " (" (share(evidence.bad.here, evidence.good.here)) " %); elsewhere "
                        (n(evidence.bad.elsewhere)) " of " (n(evidence.bad.elsewhere + evidence.good.elsewhere))
                        " (" (share(evidence.bad.elsewhere, evidence.good.elsewhere)) " %)" } }
                tr { th scope="row" { "Times as bad as elsewhere" }
                    td { (words::figure(ratio)) " " span.muted.small { "(95 %: " (words::figure(least)) " to " (words::figure(most)) "; " (words::chance(evidence.badness_chance)) ")" } } }
                tr { th scope="row" { "By how many" }
                    td { (words::counted(evidence.numbers as u64, "number", "numbers")) ", "
                        (words::counted(evidence.lines as u64, "line", "lines")) ", "
                        (words::counted(evidence.accounts as u64, "account", "accounts")) } }
                @if !with.is_empty() { tr { th scope="row" { "What they have in common" } td { (with.join(", ")) } } }
                tr { th scope="row" { "Rules that saw it" } td { (if rules.is_empty() { "none".to_owned() } else { rules.join(", ") }) } }
            }
        }
        details {
            summary { (evidence.samples.len()) " samples" }
            ul.list {
                @for id in &evidence.samples {
                    li { a href=(visit.link(&format!("requests/{id}"), &[])) { code { (id) } } }
                }
            }
        }
    }
}
