//! The signs, drawn once on each page and used by name. Each stands beside a word, so none has a name of its own.

use maud::{Markup, PreEscaped, html};

/// The patterns of charts and the shapes of all signs.
pub(crate) fn definitions() -> Markup {
    html! { (PreEscaped(include_str!("../assets/signs.svg").trim())) }
}

/// A sign.
pub(crate) fn icon(name: &str) -> Markup {
    html! { svg.i viewBox="0 0 16 16" aria-hidden="true" { use href={ "#i-" (name) } {} } }
}
