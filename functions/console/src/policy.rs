//! The policy: its rules and its document, tried on the requests of a day before it is saved, and saved over the version that was
//! seen.

mod diff;
mod draft;
mod trial;

use jiff::SignedDuration;
use lambda_http::http::StatusCode;
use maud::{Markup, html};
use operations::operator::{Operation, least};
use operations::refused::Refused;
use tollgate::digest::{self, Spoke};
use tollgate::policy::{Mode, Policy, PolicyError};
use tollgate::verdict::Code;
use tollgate_aws::tables::settings::{self, PolicyVersion};

use self::draft::Draft;
use crate::answer::{Answer, Stop};
use crate::look;
use crate::shell::{self, Frame, Screen};
use crate::visit::Visit;
use crate::words;

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Shows the policy that holds, with how often each rule spoke.
pub(crate) async fn show(visit: &Visit<'_>) -> Result<Answer, Stop> {
    let tables = visit.tables();
    let (current, switches, looked) = futures::try_join!(
        settings::policy(tables),
        settings::kill_switches(tables),
        look::last(visit, DAY)
    )?;
    let spoke = digest::findings(&looked.records);
    let document = draft::written(&current.policy);
    let frame = Frame { title: "Policy", screen: Some(Screen::Policy), switches: &switches, proposals: None };
    let body = html! {
        (title(&current))
        (rules(visit, &current, &spoke))
        (editor(visit, &document, current.version, &[]))
    };
    Ok(Answer::Page(StatusCode::OK, shell::page(visit, &frame, &body)))
}

fn title(current: &PolicyVersion) -> Markup {
    let saved = current.saved.as_ref().map_or_else(
        || "the default, which nobody saved".to_owned(),
        |(author, at)| format!("saved by {} on {} UTC", author.as_str(), words::short(*at)),
    );
    html! { div.title { h1 { "Policy" } p { "Version " (current.version) ", " (saved) } } }
}

/// Each rule with its mode, and how often it spoke of late.
fn rules(visit: &Visit<'_>, current: &PolicyVersion, spoke: &[(Code, Spoke)]) -> Markup {
    let of =
        |code: Code| spoke.iter().find(|(other, _)| *other == code).map(|(_, of)| *of).unwrap_or_default();
    // Those that spoke come first, as often as they did; the others in the order of the rules.
    let mut codes: Vec<_> = Code::ALL.iter().copied().filter(|code| code.has_mode()).collect();
    codes.sort_by_key(|code| std::cmp::Reverse(of(*code).enforced + of(*code).shadow));
    let modes = [
        (Mode::Enforce, "enforce", "enforce"),
        (Mode::Shadow, "shadow", "only watch"),
        (Mode::Off, "off", "off"),
    ];
    html! {
        section.panel aria-labelledby="rules" {
            header { h2 #rules { "Rules" } p { "how often each spoke in the last 24 h" } }
            form action=(visit.link("policy", &[])) method="post" {
                (shell::token(visit))
                input type="hidden" name="act" value="rules";
                input type="hidden" name="seen" value=(current.version);
                div.scroll tabindex="0" role="region" aria-labelledby="rules" {
                    table.rules {
                        thead {
                            tr {
                                th scope="col" { "Rule" } th scope="col" { "Mode" }
                                th.n scope="col" { "Enforced" } th.n scope="col" { "Shadow" }
                            }
                        }
                        tbody {
                            @for code in codes {
                                @let mode = current.policy.mode(code);
                                @let name = code.as_str();
                                tr {
                                    th scope="row" { (code.says()) " " span.sub { code { (name) } } }
                                    td {
                                        select name={ "rule:" (name) } aria-label={ "Mode of " (name) } {
                                            @for (one, value, says) in modes {
                                                @if one != Mode::Off || code.can_be_off() {
                                                    option value=(value) selected[one == mode] { (says) }
                                                }
                                            }
                                        }
                                    }
                                    td.n { (words::thousands(of(code).enforced)) }
                                    td.n { (words::thousands(of(code).shadow)) }
                                }
                            }
                        }
                    }
                }
                div.btns.pages { button.btn.primary { "Try these modes" } span.hint { "Nothing is saved yet." } }
            }
        }
    }
}

/// The document as it is, to be changed and tried.
fn editor(visit: &Visit<'_>, document: &str, seen: u64, errors: &[PolicyError]) -> Markup {
    let is_wrong = !errors.is_empty();
    html! {
        section.panel aria-labelledby="document" {
            header { h2 #document { "Document" } p { "every key with its value; docs/policy.md explains each" } }
            form.form action=(visit.link("policy", &[])) method="post" {
                (shell::token(visit))
                input type="hidden" name="act" value="document";
                input type="hidden" name="seen" value=(seen);
                div.field {
                    label for="text" { "JSON" }
                    @if is_wrong {
                        ul.err #text-error {
                            @for error in errors { li { code { (error.field) } " " (error.reason) } }
                        }
                    }
                    textarea #text.mono name="document" rows="24" spellcheck="false" autocomplete="off"
                        aria-invalid=[is_wrong.then_some("true")] aria-describedby=[is_wrong.then_some("text-error")]
                        autofocus[is_wrong] { (document) }
                }
                div.btns { button.btn.primary { "Try this document" } span.hint { "Nothing is saved yet." } }
            }
        }
    }
}

/// Tries a draft, and shows what it would change.
pub(crate) async fn change(visit: &Visit<'_>) -> Result<Answer, Stop> {
    let tables = visit.tables();
    let (current, switches) = futures::try_join!(settings::policy(tables), settings::kill_switches(tables))?;
    let frame = Frame { title: "Policy", screen: Some(Screen::Policy), switches: &switches, proposals: None };
    let seen = visit.form.text("seen").parse().unwrap_or(0);
    let draft = match visit.form.text("act") {
        "rules" => Draft::with_rules(&current.policy, &visit.form),
        "document" | "save" => Draft::of(visit.form.one("document").unwrap_or_default()),
        _ => return Err(Stop::Unreadable("There is no such act.".to_owned())),
    };
    let policy = match &draft.policy {
        Ok(policy) => policy,
        Err(errors) => {
            let body = html! { (title(&current)) (editor(visit, &draft.document, seen, errors)) };
            return Ok(Answer::Page(StatusCode::UNPROCESSABLE_ENTITY, shell::page(visit, &frame, &body)));
        }
    };
    let is_stale = if visit.form.text("act") == "save" {
        match save(visit, policy, seen).await? {
            Saved::Done(answer) => return Ok(answer),
            Saved::Stale => true,
        }
    } else {
        seen != current.version
    };
    let trial = trial::draw(visit, &current, policy).await?;
    let body = html! {
        (title(&current))
        @if is_stale {
            p.note.bad role="alert" {
                "Somebody saved version " (current.version) " meanwhile. Below is what your draft would change of it; save once more to do so."
            }
        }
        (trial)
        (saving(visit, &draft, current.version))
        (editor(visit, &draft.document, current.version, &[]))
    };
    let status = if is_stale { StatusCode::CONFLICT } else { StatusCode::OK };
    Ok(Answer::Page(status, shell::page(visit, &frame, &body)))
}

enum Saved {
    Done(Answer),
    /// Somebody else saved meanwhile.
    Stale,
}

async fn save(visit: &Visit<'_>, policy: &Policy, seen: u64) -> Result<Saved, Stop> {
    match operations::policy::save(visit.tables(), visit.operator(), policy, seen, visit.now).await {
        Ok(_version) => Ok(Saved::Done(visit.see("policy", &[("done", "saved")]))),
        Err(Refused::VersionStale) => Ok(Saved::Stale),
        Err(refused) => Err(refused.into()),
    }
}

/// The way to save what was tried, over the version that was seen.
fn saving(visit: &Visit<'_>, draft: &Draft, seen: u64) -> Markup {
    html! {
        @if visit.may(Operation::SavePolicy) {
            form.panel.save action=(visit.link("policy", &[])) method="post" {
                (shell::token(visit))
                input type="hidden" name="act" value="save";
                input type="hidden" name="seen" value=(seen);
                input type="hidden" name="document" value=(draft.document);
                strong { "Save this draft as version " (seen.saturating_add(1)) }
                button.btn.stop { "Save" }
            }
        } @else {
            p.hint { "An " (least(Operation::SavePolicy).as_str()) " can save this." }
        }
    }
}
