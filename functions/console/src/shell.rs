//! What every page has around it: the way to the others, who looks and in which role, what is stopped, and what was just done.

use maud::{DOCTYPE, Markup, html};
use operations::operator::Operation;
use operations::switches::named;
use tollgate::switches::KillSwitches;

use crate::icons::{definitions, icon};
use crate::visit::{Span, Visit};
use crate::{Door, assets, guard, words};

/// A page of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Screen {
    Overview,
    Requests,
    Proposals,
    Lists,
    Policy,
    Switches,
    Changes,
}

/// What the shell says around a page.
pub(crate) struct Frame<'a> {
    pub(crate) title: &'a str,
    pub(crate) screen: Option<Screen>,
    pub(crate) switches: &'a KillSwitches,
    /// How many proposals are open, where that is known.
    pub(crate) proposals: Option<usize>,
}

impl Screen {
    const ALL: [Self; 7] = [
        Self::Overview,
        Self::Requests,
        Self::Proposals,
        Self::Lists,
        Self::Policy,
        Self::Switches,
        Self::Changes,
    ];

    /// Its path, its sign and its name.
    fn told(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Overview => ("", "home", "Overview"),
            Self::Requests => ("requests", "list", "Requests"),
            Self::Proposals => ("proposals", "bulb", "Proposals"),
            Self::Lists => ("lists", "book", "Lists"),
            Self::Policy => ("policy", "slid", "Policy"),
            Self::Switches => ("switches", "power", "Kill switches"),
            Self::Changes => ("changes", "hist", "Changes"),
        }
    }

    /// Whether the page looks back over a time that can be chosen.
    fn has_span(self) -> bool {
        matches!(self, Self::Overview | Self::Requests)
    }
}

/// The head of every page: its title, and where its style sheet is.
pub(crate) fn head(title: &str, style: &str) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            link rel="icon" href="data:,";
            title { (title) " - Tollgate" }
            link rel="stylesheet" href=(style);
        }
    }
}

/// A whole page.
pub(crate) fn page(visit: &Visit<'_>, frame: &Frame<'_>, body: &Markup) -> Markup {
    let style = visit_asset(visit, &assets::style().name);
    html! {
        (DOCTYPE)
        html lang="en" {
            (head(frame.title, &style))
            body {
                a.skip href="#main" { "Skip to content" }
                (definitions())
                div.shell {
                    (side(visit, frame))
                    div {
                        (stopped(visit, frame))
                        (top(visit, frame))
                        main.main #main { (done(visit)) (body) }
                    }
                }
            }
        }
    }
}

fn visit_asset(visit: &Visit<'_>, name: &str) -> String {
    format!("{}/assets/{name}", visit.root)
}

fn side(visit: &Visit<'_>, frame: &Frame<'_>) -> Markup {
    html! {
        header.side {
            div.brand {
                svg viewBox="0 0 24 24" aria-hidden="true" {
                    rect.b1 width="24" height="24" rx="6" {}
                    path.b2 d="M6 18V8M6 10.5 18.5 6M6 18h3.5" {}
                }
                "Tollgate"
            }
            button.btn.menu popovertarget="nav" { (icon("menu")) "Menu" }
            nav.nav #nav popover aria-label="Screens" {
                ul {
                    @for screen in Screen::ALL {
                        @let (path, sign, name) = screen.told();
                        li.gap[screen == Screen::Policy] {
                            a href=(visit.link(path, &[]))
                                aria-current=[(frame.screen == Some(screen)).then_some("page")] {
                                (icon(sign)) (name)
                                @if let (Screen::Proposals, Some(open @ 1..)) = (screen, frame.proposals) {
                                    span.count { (open) span.vh { " open" } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The bar over every page while a kill switch is on.
fn stopped(visit: &Visit<'_>, frame: &Frame<'_>) -> Markup {
    let switches = frame.switches;
    let what = match (switches.all, switches.countries.is_empty()) {
        (true, _) => "no calls at all".to_owned(),
        (false, false) => format!("no calls to {}", named(switches)),
        (false, true) => return html! {},
    };
    html! {
        div.killbar role="region" aria-label="Kill switch" {
            (icon("power")) " Kill switch on: " (what) ". "
            a href=(visit.link("switches", &[])) { "Turn off" }
        }
    }
}

fn top(visit: &Visit<'_>, frame: &Frame<'_>) -> Markup {
    let is_off = !frame.switches.all && frame.switches.countries.is_empty();
    let operator = visit.operator();
    html! {
        div.top role="region" aria-label="Where and when" {
            div.facts {
                span { strong { (visit.console.place) } }
                @if is_off {
                    a href=(visit.link("switches", &[])) { span.ok { (icon("ok")) } " Kill switches off" }
                }
                span.opt { "As of " strong { (words::second(visit.now)) } " UTC" }
            }
            div.facts.push {
                span.opt { strong { (operator.author.as_str()) } " " (operator.role.as_str()) }
                @if visit.session.door == Door::SignedIn {
                    form action={ (visit.root) "/sign-out" } method="post" {
                        (token(visit))
                        button.btn { "Sign out" }
                    }
                }
                @if !visit.may(Operation::SeeInFull) {
                    span { "Numbers masked" }
                } @else if visit.is_masked() {
                    a href=(visit.here(&[("mask", "false")])) { "Numbers masked. Show" }
                } @else {
                    a href=(visit.here(&[("mask", "true")])) { "Numbers shown. Mask" }
                }
            }
            @if frame.screen.is_some_and(|screen| screen.has_span() && screen.told().0 == visit.path) {
                nav.seg aria-label="Time range" {
                    @for span in Span::ALL {
                        a href=(visit.here(&[("span", span.as_str())]))
                            aria-current=[(visit.span() == span).then_some("true")] { (span.words()) }
                    }
                }
            }
        }
    }
}

/// What the form that led here has done. Told by a word of ours, since an address can be written by anybody.
fn done(visit: &Visit<'_>) -> Markup {
    let text = match visit.query.one("done") {
        Some("denied") => {
            "Denied. It holds for the next request, and for each call that is not dialed yet. You can undo it in Lists."
        }
        Some("listed") => "Listed. It holds for the next request.",
        Some("removed") => "Removed. It holds no more from the next request on.",
        Some("marked") => "Marked. The rules look at it from the next request on.",
        Some("partly-marked") => "Marked those that have ended; the others cannot be marked yet.",
        Some("switched") => "The kill switches are set. They hold for the next call.",
        Some("snoozed") => "Put aside until there is twice as much against it.",
        Some("rejected") => "Turned down for two weeks.",
        Some("saved") => "Saved. The policy holds within seconds.",
        _ => return html! {},
    };
    html! { p.note.ok role="status" { (icon("ok")) " " (text) } }
}

/// The field that proves a form to be of this session.
pub(crate) fn token(visit: &Visit<'_>) -> Markup {
    html! { input type="hidden" name=(guard::TOKEN) value=(visit.session.form_token); }
}

/// Why something that was typed cannot be taken, for the field `id`.
pub(crate) fn error(id: &str, reason: Option<&str>) -> Markup {
    html! {
        @if let Some(reason) = reason {
            p.err id={ (id) "-error" } { (icon("bad")) (reason) }
        }
    }
}
