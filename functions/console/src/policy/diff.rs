//! What differs between two documents, line by line.

use maud::{Markup, html};

/// How many equal lines stand around a difference.
const AROUND: usize = 2;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line<'a> {
    Same(&'a str),
    Gone(&'a str),
    New(&'a str),
}

/// The lines of both, each once: the longest common subsequence stays.
fn lines<'a>(before: &'a str, after: &'a str) -> Vec<Line<'a>> {
    let (before, after): (Vec<_>, Vec<_>) = (before.lines().collect(), after.lines().collect());
    let width = after.len() + 1;
    let mut longest = vec![0_usize; (before.len() + 1) * width];
    let at = |longest: &[usize], i: usize, j: usize| longest.get(i * width + j).copied().unwrap_or(0);
    for (i, old) in before.iter().enumerate().rev() {
        for (j, new) in after.iter().enumerate().rev() {
            let length = if old == new {
                at(&longest, i + 1, j + 1) + 1
            } else {
                at(&longest, i + 1, j).max(at(&longest, i, j + 1))
            };
            if let Some(cell) = longest.get_mut(i * width + j) {
                *cell = length;
            }
        }
    }
    let (mut i, mut j, mut lines) = (0, 0, vec![]);
    loop {
        match (before.get(i), after.get(j)) {
            (Some(old), Some(new)) if old == new => {
                lines.push(Line::Same(old));
                (i, j) = (i + 1, j + 1);
            }
            (Some(old), new) if new.is_none() || at(&longest, i + 1, j) >= at(&longest, i, j + 1) => {
                lines.push(Line::Gone(old));
                i += 1;
            }
            (_, Some(new)) => {
                lines.push(Line::New(new));
                j += 1;
            }
            _ => return lines,
        }
    }
}

/// Whether nothing differs.
pub(super) fn is_empty(before: &str, after: &str) -> bool {
    lines(before, after).iter().all(|line| matches!(line, Line::Same(_)))
}

/// Draws what differs, with a little around it.
pub(super) fn draw(before: &str, after: &str) -> Markup {
    let lines = lines(before, after);
    let is_near = |at: usize| {
        let from = at.saturating_sub(AROUND);
        lines.iter().skip(from).take(at + AROUND + 1 - from).any(|line| !matches!(line, Line::Same(_)))
    };
    html! {
        div.diff tabindex="0" role="region" aria-label="What differs" {
            table {
                caption.vh { "What differs; − is gone, + is new" }
                tbody {
                    @for (at, line) in lines.iter().enumerate().filter(|(at, _)| is_near(*at)) {
                        @match line {
                            Line::Same(text) => tr { td { (at + 1) } td {} td { "  " (text) } },
                            Line::Gone(text) => tr.del { td { (at + 1) } td { "−" } td { del { "− " (text) } } },
                            Line::New(text) => tr.add { td { (at + 1) } td { "+" } td { ins { "+ " (text) } } },
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_told_and_nothing_else() {
        let told = lines("a\nb\nc", "a\nx\nc\nd");
        assert_eq!(told, [Line::Same("a"), Line::Gone("b"), Line::New("x"), Line::Same("c"), Line::New("d")]);
        assert!(is_empty("a\nb", "a\nb"));
        assert_eq!(lines("", "a"), [Line::New("a")]);
        assert_eq!(lines("a", ""), [Line::Gone("a")]);
    }
}
