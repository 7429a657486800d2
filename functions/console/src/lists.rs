//! The deny and trust list: searched, added to, taken from.

use jiff::{SignedDuration, Timestamp};
use lambda_http::http::StatusCode;
use maud::{Markup, html};
use operations::csv;
use operations::entries::{self, Opposite};
use operations::operator::{Operation, least};
use operations::refused::Refused;
use tollgate::entry::{Effect, Entry, Listing};
use tollgate::text::Reason;
use tollgate::verdict::masked_subject;
use tollgate_aws::tables::deny_list::{self, Page};
use tollgate_aws::tables::settings;

use crate::answer::{Answer, Stop};
use crate::icons::icon;
use crate::shell::{self, Frame, Screen};
use crate::visit::Visit;
use crate::words;

/// As many items as are read for a page; with a search, as many as are searched.
const READ: i32 = 1_000;
/// As many entries as a page shows.
const SHOWN: usize = 50;

/// The kinds of entries, with an example of each.
const KINDS: [(&str, &str); 8] = [
    ("prefix", "numbers that begin with, as +1876"),
    ("number", "one number, as +12065550100"),
    ("net", "network or address, as 203.0.113.0/24"),
    ("carrier", "carrier, as the lookup names it"),
    ("country", "numbers of a country, as JM"),
    ("address-country", "addresses of a country, as KP"),
    ("asn", "autonomous system, as 64500"),
    ("account", "account, by its id"),
];
/// How long an entry holds, in days; never ends if none.
const HOLDS: [(&str, &str, Option<i64>); 4] = [
    ("1", "1 day", Some(1)),
    ("7", "7 days", Some(7)),
    ("30", "30 days", Some(30)),
    ("never", "until removed", None),
];

/// What was typed into the form and cannot be taken.
#[derive(Debug, Default)]
pub(crate) struct Typed {
    entry: Option<String>,
    reason: Option<String>,
    /// What is wrong as a whole: an effect that the entry cannot have.
    effect: Option<String>,
    /// Whether the list says the opposite, so that it has to be said that it is to be turned around.
    is_opposite: bool,
}

impl Typed {
    fn is_wrong(&self) -> bool {
        self.entry.is_some() || self.reason.is_some() || self.effect.is_some()
    }
}

/// Shows the list.
pub(crate) async fn show(visit: &Visit<'_>, typed: Typed) -> Result<Answer, Stop> {
    let tables = visit.tables();
    let after = visit.query.one("after").filter(|_| !visit.is_masked());
    let page = deny_list::page(tables, after, READ, visit.now);
    let (settings, page) = futures::try_join!(settings::read(tables), page)?;
    let frame =
        Frame { title: "Lists", screen: Some(Screen::Lists), switches: &settings.switches, proposals: None };
    let body = html! {
        div.title { h1 { "Lists" } p { "Whom Tollgate never calls, and whom it trusts. An entry holds for the next request." } }
        div.cols.cmain {
            (listed(visit, &page))
            div.stack { (form(visit, &typed)) }
        }
    };
    let status = if typed.is_wrong() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(Answer::Page(status, shell::page(visit, &frame, &body)))
}

/// The entries that match, the newest first.
fn found<'p>(visit: &Visit<'_>, page: &'p Page) -> Vec<&'p Listing> {
    let search = visit.query.text("search").to_lowercase();
    let compact = search.replace([' ', '-'], "");
    let is_found = |listing: &&Listing| {
        let key = listing.entry.key().to_lowercase();
        key.contains(&search)
            || (!compact.is_empty() && key.contains(&compact))
            || listing.reason.as_str().to_lowercase().contains(&search)
            || listing.author.as_str().to_lowercase().contains(&search)
    };
    let mut found: Vec<_> =
        page.listings.iter().filter_map(|one| one.as_ref().ok()).filter(is_found).collect();
    found.sort_by_key(|listing| std::cmp::Reverse(listing.added_at));
    found
}

/// The entries that match, as a file; one import takes it back.
pub(crate) async fn file(visit: &Visit<'_>) -> Result<Answer, Stop> {
    let page = deny_list::page(visit.tables(), None, READ, visit.now).await?;
    let mut text = csv::line(["entry", "effect", "reason", "expires_at"]);
    for listing in found(visit, &page) {
        let key = listing.entry.key();
        let key = if visit.is_masked() { masked_subject(&key) } else { key };
        let effect = listing.effect.as_str();
        let expires_at = listing.expires_at.map(|at| at.to_string()).unwrap_or_default();
        text += &csv::line([key.as_str(), effect, listing.reason.as_str(), &expires_at]);
    }
    Ok(Answer::File { name: format!("tollgate-entries-{}.csv", words::date(visit.now)), text })
}

fn listed(visit: &Visit<'_>, page: &Page) -> Markup {
    let search = visit.query.text("search");
    let found = found(visit, page);
    let unreadable = page.listings.iter().filter(|one| one.is_err()).count();
    html! {
        section.panel aria-labelledby="entries" {
            header { h2 #entries { "Entries" } p { "newest first; " (found.len().min(SHOWN)) " of " (words::thousands(found.len() as u64)) " shown" } }
            form.addf.find action=(visit.link("lists", &[]).split('?').next().unwrap_or_default()) method="get" {
                div { label for="search" { "Search entries, reasons, authors" }
                    input #search name="search" type="search" autocomplete="off" value=(visit.query.text("search")); }
                button.btn { "Search" }
                a.btn href=(visit.link("lists.csv", &[("search", search)])) { "CSV" }
            }
            @if unreadable > 0 {
                p.note.warn { (words::counted(unreadable as u64, "entry", "entries")) " cannot be read; the log says why." }
            }
            @if found.is_empty() {
                p.empty { (if search.is_empty() { "Nobody is listed." } else { "No entry matches." }) }
            } @else { (table(visit, &found)) }
            @if let (Some(next), false) = (&page.next, visit.is_masked()) {
                nav.btns.pages aria-label="Pages" {
                    a.btn href=(visit.link("lists", &[("after", next), ("search", search)])) { "More entries" }
                    span.muted.small { "looked at " (words::thousands(page.listings.len() as u64)) " of them" }
                }
            }
        }
    }
}

fn table(visit: &Visit<'_>, found: &[&Listing]) -> Markup {
    html! {
        table.fold.nosel.lists role="table" aria-labelledby="entries" {
            thead role="rowgroup" {
                tr role="row" {
                    @for name in ["Entry", "Effect", "Reason", "Added", "Holds until"] {
                        th role="columnheader" scope="col" { (name) }
                    }
                    th role="columnheader" scope="col" { span.vh { "Remove" } }
                }
            }
            tbody role="rowgroup" { @for (at, listing) in found.iter().take(SHOWN).enumerate() { (row(visit, at, listing)) } }
        }
    }
}

fn row(visit: &Visit<'_>, at: usize, listing: &Listing) -> Markup {
    let key = listing.entry.key();
    let shown = if visit.is_masked() { masked_subject(&key) } else { key.clone() };
    html! {
        tr role="row" {
            th.f1 role="rowheader" scope="row" {
                (words::entry(&listing.entry, visit.is_masked())) " " span.sub { code { (shown) } }
            }
            td.f2 role="cell" {
                @match listing.effect {
                    Effect::Deny => span.tag { (icon("refuse")) "deny" },
                    Effect::Trust => span.tag.ok { (icon("ok")) "trust" },
                }
            }
            td.fw role="cell" { (listing.reason.as_str()) }
            td.fw role="cell" { (words::short(listing.added_at)) " " span.sub { (listing.author.as_str()) } }
            td.fw role="cell" data-k="Holds until" { (listing.expires_at.map_or_else(|| "removed".to_owned(), words::short)) }
            td.fw role="cell" { @if visit.may(Operation::KeepLists) { (removal(visit, at, &key, &shown)) } }
        }
    }
}

/// The removal of an entry asks why, in a form of its own.
fn removal(visit: &Visit<'_>, at: usize, key: &str, shown: &str) -> Markup {
    let id = format!("why-{at}");
    html! {
        details {
            summary aria-label={ "Remove " (shown) } { "Remove" }
            form.form action=(visit.link("lists/remove", &[])) method="post" {
                (shell::token(visit))
                input type="hidden" name="entry" value=(key);
                div.field { label for=(id) { "Why" } input id=(id) name="reason" required maxlength="500"; }
                button.btn { "Remove this entry" }
            }
        }
    }
}

fn form(visit: &Visit<'_>, typed: &Typed) -> Markup {
    if !visit.may(Operation::KeepLists) {
        return html! { section.panel { h2 { "Add an entry" } p.hint { "A " (least(Operation::KeepLists).as_str()) " can add and remove entries." } } };
    }
    // From the address, where another page asks for an entry; from the form, where it has to be sent once more.
    let asked = visit.query.one("entry").and_then(|key| key.split_once('#'));
    let sent = |name: &str, otherwise: &str| visit.form.one(name).unwrap_or(otherwise).to_owned();
    let kind = sent("kind", asked.map_or("prefix", |(kind, _)| kind));
    let value = sent("value", asked.map_or("", |(_, value)| value));
    let holds = sent("holds", "1");
    let effect = sent("effect", "deny");
    html! {
        section.panel aria-labelledby="add" {
            h2 #add { "Add an entry" }
            form.form action=(visit.link("lists", &[])) method="post" {
                (shell::token(visit))
                div.field {
                    label for="kind" { "What" }
                    select #kind name="kind" {
                        @for (name, says) in KINDS { option value=(name) selected[name == kind] { (says) } }
                    }
                }
                div.field {
                    label for="value" { "Which" }
                    (shell::error("value", typed.entry.as_deref()))
                    input #value name="value" required autocomplete="off" spellcheck="false" value=(value)
                        aria-invalid=[typed.entry.as_ref().map(|_| "true")]
                        aria-describedby=[typed.entry.as_ref().map(|_| "value-error")] autofocus[typed.entry.is_some()];
                }
                fieldset {
                    legend { "Effect" }
                    (shell::error("effect", typed.effect.as_deref()))
                    div.inline {
                        @for (name, says) in [("deny", "Deny: never call"), ("trust", "Trust: let pass")] {
                            label.choice { input type="radio" name="effect" value=(name) checked[name == effect]; span { (says) } }
                        }
                    }
                    @if typed.is_opposite {
                        label.choice { input type="checkbox" name="replace" value="true"; span { "Replace what is on the list" } }
                    }
                }
                fieldset {
                    legend { "Holds for" }
                    div.inline {
                        @for (name, says, _) in HOLDS {
                            label.choice { input type="radio" name="holds" value=(name) checked[name == holds]; span { (says) } }
                        }
                    }
                }
                div.field {
                    label for="reason" { "Reason" }
                    p.hint #reason-hint { "For the record of changes. No personal data." }
                    (shell::error("reason", typed.reason.as_deref()))
                    input #reason name="reason" required maxlength="500" value=(visit.form.text("reason"))
                        aria-invalid=[typed.reason.as_ref().map(|_| "true")]
                        aria-describedby=(if typed.reason.is_some() { "reason-hint reason-error" } else { "reason-hint" });
                }
                div { button.btn.primary { "Add the entry" } }
            }
        }
    }
}

/// Lists an entry.
pub(crate) async fn add(visit: &Visit<'_>) -> Result<Answer, Stop> {
    let (kind, value) = (visit.form.text("kind"), visit.form.text("value"));
    let numbers = entries::numbers(visit.tables()).await;
    let mut typed = Typed::default();
    let entry = Entry::parse_new(&format!("{kind}#{value}"), &numbers);
    let entry = entry.map_err(|error| typed.entry = Some(error.to_string())).ok();
    let reason = Reason::parse(visit.form.text("reason"));
    let reason = reason.map_err(|error| typed.reason = Some(error.to_string())).ok();
    let effect = if visit.form.text("effect") == "trust" { Effect::Trust } else { Effect::Deny };
    if effect == Effect::Trust && entry.as_ref().is_some_and(|entry| !entry.can_be_trusted()) {
        typed.effect =
            Some("An autonomous system or a country of addresses can be denied, not trusted.".to_owned());
    }
    let (Some(entry), Some(reason), None) = (entry, reason, &typed.effect) else {
        return show(visit, typed).await;
    };
    let listing = Listing {
        entry,
        effect,
        reason,
        author: visit.operator().author.clone(),
        added_at: visit.now,
        expires_at: holds_until(visit.form.text("holds"), visit.now),
    };
    let opposite =
        if visit.form.one("replace") == Some("true") { Opposite::GivesWay } else { Opposite::Stands };
    match entries::put(visit.tables(), visit.operator(), &listing, opposite, visit.now).await {
        Ok(()) => {}
        Err(refused @ Refused::ListedAs { .. }) => {
            typed.effect = Some(format!("Nothing was changed: {refused}."));
            typed.is_opposite = true;
            return show(visit, typed).await;
        }
        Err(refused) => return Err(refused.into()),
    }
    Ok(visit.see("lists", &[("done", if effect == Effect::Deny { "denied" } else { "listed" })]))
}

/// Until when an entry holds; one that says nothing that is offered holds for a day.
fn holds_until(choice: &str, now: Timestamp) -> Option<Timestamp> {
    let days = HOLDS.iter().find(|(name, ..)| *name == choice).map_or(Some(1), |(_, _, days)| *days);
    days.map(|days| now + SignedDuration::from_hours(24 * days))
}

/// Takes an entry off the list.
pub(crate) async fn remove(visit: &Visit<'_>) -> Result<Answer, Stop> {
    let unreadable = |reason: String| Stop::Unreadable(reason);
    let entry = Entry::parse(visit.form.text("entry")).map_err(|error| unreadable(error.to_string()))?;
    let reason = Reason::parse(visit.form.text("reason"));
    let reason = reason.map_err(|error| unreadable(format!("The reason: {error}")))?;
    entries::remove(visit.tables(), visit.operator(), entry, &reason, visit.now).await?;
    Ok(visit.see("lists", &[("done", "removed")]))
}
