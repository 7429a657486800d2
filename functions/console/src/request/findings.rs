//! Why a request was called, or was not: each finding as a sentence, with its figure against its limit.

use maud::{Markup, html};
use tollgate::digest::Fate;
use tollgate::record::Record;
use tollgate::verdict::{Finding, Standing};

use crate::chart::meter;
use crate::icons::icon;
use crate::visit::Visit;
use crate::words;

pub(super) fn draw(visit: &Visit<'_>, record: &Record) -> Markup {
    let was_called = Fate::of(&record.state).was_called();
    let shadow = record.findings.iter().filter(|finding| finding.standing == Standing::Shadow).count();
    html! {
        section.panel aria-labelledby="why" {
            header { h2 #why { (if was_called { "Why it was called" } else { "What was found" }) } }
            @if record.findings.is_empty() {
                p.note.ok { (icon("ok")) " No rule spoke against it." }
            } @else if was_called {
                p.note {
                    "Nothing that was enforced turned it away, so it was called."
                    @if shadow > 0 { " " strong { (words::counted(shadow as u64, "finding", "findings")) " in shadow would have turned it away." } }
                }
            }
            ul.list.findings { @for finding in &record.findings { (one(visit, finding)) } }
        }
    }
}

fn one(visit: &Visit<'_>, finding: &Finding) -> Markup {
    let finding = if visit.is_masked() { finding.masked() } else { finding.clone() };
    html! {
        li.finding {
            div {
                p.say { (finding.code.says()) }
                @if let Some(subject) = &finding.subject { p.muted { "About " code { (subject) } } }
                @if let Some(until) = finding.until { p.muted { "Until " (words::short(until)) " UTC." } }
                @if let Some(lifted_by) = finding.code.lifted_by() { p.muted { "Lifted by: " (lifted_by) "." } }
                p.meta {
                    @match finding.standing {
                        Standing::Enforced if finding.certainty.turns_away() => span.tag.bad { (icon("refuse")) "turned it away" },
                        Standing::Enforced => span.tag { (icon("ok")) "noted" },
                        Standing::Shadow => span.tag.dash { (icon("shadow")) "shadow: did not count" },
                        Standing::Waived => span.tag { (icon("ok")) "waived" },
                    }
                    code { (finding.code.as_str()) }
                }
            }
            @if let Some(measure) = finding.measure {
                div {
                    div.line {
                        strong.bad[measure.value > measure.limit] { (words::thousands(measure.value)) }
                        span.small.muted { (words::thousands(measure.limit)) " allowed in " (window(measure.window_seconds)) }
                    }
                    (meter(measure.value, measure.limit))
                }
            }
        }
    }
}

fn window(seconds: u32) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..=86_400 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}
