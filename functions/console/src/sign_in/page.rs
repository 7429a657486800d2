//! The few pages for whoever is not signed in. They tell nothing but what is to be done.

use lambda_http::http::StatusCode;
use maud::{DOCTYPE, Markup, html};

use crate::answer::Answer;
use crate::assets;
use crate::shell::head;

/// Why somebody sees no page of the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// The issuer led back, and nobody is signed in.
    NotSignedIn,
    /// The issuer vouches for him, and he has no role.
    NoRole,
    /// A form was sent without a session.
    FormLost,
    /// He has signed out.
    SignedOut,
    /// The issuer or a table does not answer.
    Unavailable,
    /// There is no such page.
    NotFound,
}

impl Told {
    fn words(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::NotSignedIn => (
                StatusCode::FORBIDDEN,
                "Not signed in",
                "The sign-in was not begun in this browser, took longer than ten minutes, was done before, or was refused.",
            ),
            Self::NoRole => (
                StatusCode::FORBIDDEN,
                "No role here",
                "You are known, but in none of the groups that may use this console. Ask whoever keeps them.",
            ),
            Self::FormLost => (
                StatusCode::UNAUTHORIZED,
                "Nothing was changed",
                "Your session has ended. Sign in, and send the form once more.",
            ),
            Self::SignedOut => (
                StatusCode::OK,
                "Signed out",
                "You are signed out here. Your identity provider may still know you: sign out there, too, on a machine that others use.",
            ),
            Self::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "Not available now",
                "The identity provider or a table does not answer; the log says which. Blocking and budgets go on.",
            ),
            Self::NotFound => (StatusCode::NOT_FOUND, "Not found", "There is nothing at this address."),
        }
    }

    /// The page; `root` is the console's path.
    pub(super) fn page(self, root: &str) -> Answer {
        let (status, title, text) = self.words();
        let body = html! {
            main.main #main {
                div.title { h1 { (title) } }
                p.note role="status" { (text) }
                p { a.btn.primary href={ (root) "/" } { "Sign in" } }
            }
        };
        Answer::Page(status, whole(root, title, &body))
    }
}

fn whole(root: &str, title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            (head(title, &format!("{root}/assets/{}", assets::style().name)))
            body { (body) }
        }
    }
}
