//! The kill switches: the last resort. What is stopped, what would stop everything, and what lets go again.

use lambda_http::http::StatusCode;
use maud::{Markup, html};
use operations::operator::{Operation, least};
use operations::switches::named;
use tollgate::country::CountryCode;
use tollgate::switches::KillSwitches;
use tollgate::text::Reason;
use tollgate_aws::tables::settings;

use crate::answer::{Answer, Stop};
use crate::icons::icon;
use crate::shell::{self, Frame, Screen};
use crate::visit::Visit;

/// What has to be typed to stop everything.
const STOP_ALL: &str = "stop all calls";

/// What was typed and cannot be taken.
#[derive(Debug, Default)]
pub(crate) struct Typed {
    countries: Option<String>,
    confirmation: Option<String>,
    reason: Option<String>,
}

/// Shows the kill switches.
pub(crate) async fn show(visit: &Visit<'_>, typed: Typed) -> Result<Answer, Stop> {
    let settings = settings::read(visit.tables()).await?;
    let switches = &settings.switches;
    let frame = Frame { title: "Kill switches", screen: Some(Screen::Switches), switches, proposals: None };
    let is_off = !switches.all && switches.countries.is_empty();
    let body = html! {
        div.title { h1 { "Kill switches" } p { "They hold for the next call. Live calls go on." } }
        @if is_off { p.note.ok { (icon("ok")) " No kill switch is on: calls are made as the policy says." } }
        @else { p.note.bad { (icon("power")) " On: " strong { (named(switches)) } "." } }
        @if visit.may(Operation::SetKillSwitches) {
            div.cols.c11 { (countries(visit, switches, &typed)) (everything(visit, switches, &typed)) }
        } @else {
            p.hint { "A " (least(Operation::SetKillSwitches).as_str()) " can set them." }
        }
    };
    let is_wrong = typed.countries.is_some() || typed.confirmation.is_some() || typed.reason.is_some();
    let status = if is_wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(Answer::Page(status, shell::page(visit, &frame, &body)))
}

fn countries(visit: &Visit<'_>, switches: &KillSwitches, typed: &Typed) -> Markup {
    let on: Vec<_> = switches.countries.iter().map(CountryCode::as_str).collect();
    let is_sent = visit.form.one("act") == Some("countries");
    let value = if is_sent { visit.form.text("countries").to_owned() } else { on.join(" ") };
    let wrong = typed.countries.as_deref();
    html! {
        section.panel aria-labelledby="countries-title" {
            h2 #countries-title { "Calls to countries" }
            form.form action=(visit.link("switches", &[])) method="post" {
                (shell::token(visit))
                input type="hidden" name="act" value="countries";
                div.field {
                    label for="countries" { "No calls to numbers of" }
                    p.hint #countries-hint { "Country codes, as US CA JM. Empty lets all go again." }
                    (shell::error("countries", wrong))
                    input #countries name="countries" autocomplete="off" spellcheck="false" value=(value)
                        aria-invalid=[wrong.map(|_| "true")] autofocus[wrong.is_some()]
                        aria-describedby=(if wrong.is_some() { "countries-hint countries-error" } else { "countries-hint" });
                }
                (reason(visit, "countries", is_sent, typed))
                div { button.btn.stop { "Set what is stopped" } }
            }
        }
    }
}

fn everything(visit: &Visit<'_>, switches: &KillSwitches, typed: &Typed) -> Markup {
    let is_sent = visit.form.one("act") == Some("all");
    let wrong = typed.confirmation.as_deref();
    html! {
        section.panel aria-labelledby="all-title" {
            h2 #all-title { "All calls" }
            form.form action=(visit.link("switches", &[])) method="post" {
                (shell::token(visit))
                @if switches.all {
                    input type="hidden" name="act" value="none";
                    p { "No call is made to anybody." }
                    (reason(visit, "none", visit.form.one("act") == Some("none"), typed))
                    div { button.btn.primary { "Let calls go again" } }
                } @else {
                    input type="hidden" name="act" value="all";
                    p { "Nobody is called until somebody lets calls go again: no customer either. Visitors are offered the other channels." }
                    div.field {
                        label for="confirmation" { "Type “" (STOP_ALL) "”" }
                        (shell::error("confirmation", wrong))
                        input #confirmation name="confirmation" autocomplete="off" spellcheck="false"
                            aria-invalid=[wrong.map(|_| "true")] autofocus[wrong.is_some()]
                            aria-describedby=[wrong.map(|_| "confirmation-error")];
                    }
                    (reason(visit, "all", is_sent, typed))
                    div { button.btn.stop { "Stop all calls" } }
                }
            }
        }
    }
}

fn reason(visit: &Visit<'_>, act: &str, is_sent: bool, typed: &Typed) -> Markup {
    let wrong = typed.reason.as_deref().filter(|_| is_sent);
    let id = format!("reason-{act}");
    html! {
        div.field {
            label for=(id) { "Reason" }
            (shell::error(&id, wrong))
            input id=(id) name="reason" required maxlength="500" value=[is_sent.then(|| visit.form.text("reason"))]
                aria-invalid=[wrong.map(|_| "true")] aria-describedby=[wrong.map(|_| format!("{id}-error"))];
        }
    }
}

/// Sets the kill switches.
pub(crate) async fn set(visit: &Visit<'_>) -> Result<Answer, Stop> {
    let mut typed = Typed::default();
    let mut switches = settings::kill_switches(visit.tables()).await?;
    match visit.form.text("act") {
        "countries" => match read_countries(visit.form.text("countries")) {
            Ok(countries) => switches.countries = countries,
            Err(error) => typed.countries = Some(error),
        },
        "all" if visit.form.text("confirmation").eq_ignore_ascii_case(STOP_ALL) => switches.all = true,
        "all" => {
            typed.confirmation = Some(format!("Nothing was stopped. Type “{STOP_ALL}” to stop all calls."))
        }
        "none" => switches.all = false,
        _ => return Err(Stop::Unreadable("There is no such switch.".to_owned())),
    }
    let reason = Reason::parse(visit.form.text("reason"));
    let reason = reason.map_err(|error| typed.reason = Some(error.to_string())).ok();
    let (Some(reason), None, None) = (reason, &typed.countries, &typed.confirmation) else {
        return show(visit, typed).await;
    };
    operations::switches::set(visit.tables(), visit.operator(), &switches, &reason, visit.now).await?;
    Ok(visit.see("switches", &[("done", "switched")]))
}

fn read_countries(text: &str) -> Result<std::collections::BTreeSet<CountryCode>, String> {
    let words = text.split([' ', ',', ';']).filter(|word| !word.is_empty());
    words.map(|word| CountryCode::of_numbers(word).map_err(|error| format!("{word}: {error}"))).collect()
}
