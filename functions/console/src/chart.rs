//! Charts as SVG from the server. Without a `viewBox`: x in percent and y in pixels, so that text never shrinks and one markup
//! serves any width. The same figures stand beneath as a table.

use maud::{Markup, html};

/// A series of stacked bars; the calm one is the first.
pub(crate) struct Series {
    pub(crate) name: &'static str,
    pub(crate) fill: Fill,
    pub(crate) values: Vec<u64>,
}

/// How a series is filled: colour is never alone, so what is bad has a pattern, too.
#[derive(Clone, Copy)]
pub(crate) enum Fill {
    Class(&'static str),
    Pattern(&'static str),
}

/// Stacked bars, one for each label.
pub(crate) struct Bars<'a> {
    /// A name within the page.
    pub(crate) id: &'a str,
    pub(crate) title: String,
    /// What one sees, in a sentence.
    pub(crate) says: String,
    pub(crate) series: Vec<Series>,
    /// What each bar is of: in the table, and under every few of the bars.
    pub(crate) labels: Vec<String>,
    /// What the labels are.
    pub(crate) of: &'a str,
    /// What is usual for a bar, if that is known.
    pub(crate) usual: Option<(&'static str, f64)>,
    pub(crate) height: u32,
}

/// How much of the height the labels under the bars take.
const FOOT: u32 = 24;
/// About how many labels stand under the bars.
const LABELS: usize = 6;
const GRID_LINES: u64 = 4;

impl Bars<'_> {
    pub(crate) fn draw(&self) -> Markup {
        let top = nice(self.highest());
        let (title, says) = (format!("{}-title", self.id), format!("{}-says", self.id));
        let plot = f64::from(self.height - FOOT);
        let y = |value: f64| plot * (1.0 - value / as_f64(top));
        let lines: Vec<u64> = (0..=GRID_LINES).map(|line| top * line / GRID_LINES).collect();
        html! {
            figure.chart {
                (self.legend())
                div.row {
                    svg.ax width="32" height=(self.height) aria-hidden="true" {
                        @for line in &lines {
                            text x="32" y=(px(y(as_f64(*line)) + 4.0)) text-anchor="end" { (line) }
                        }
                    }
                    svg.plot height=(self.height) role="img" aria-labelledby={ (title) " " (says) } {
                        title id=(title) { (self.title) }
                        desc id=(says) { (self.says) }
                        @for line in &lines {
                            line class=(if *line == 0 { "base" } else { "grid" }) x1="0" x2="100%"
                                y1=(px(y(as_f64(*line)))) y2=(px(y(as_f64(*line)))) {}
                        }
                        @for at in 0..self.labels.len() { (self.bar(at, plot, top)) }
                        @if let Some((_, usual)) = self.usual {
                            line.usual x1="0" x2="100%" y1=(px(y(usual))) y2=(px(y(usual))) {}
                        }
                        (self.foot())
                    }
                }
                (self.table())
            }
        }
    }

    fn highest(&self) -> u64 {
        let sum = |at: usize| -> u64 { self.series.iter().filter_map(|series| series.values.get(at)).sum() };
        (0..self.labels.len()).map(sum).max().unwrap_or(0)
    }

    fn legend(&self) -> Markup {
        html! {
            ul.legend {
                @for series in &self.series {
                    li { svg aria-hidden="true" { (swatch(series.fill)) } (series.name) }
                }
                @if let Some((name, _)) = self.usual {
                    li { svg aria-hidden="true" viewBox="0 0 16 10" { path.usual d="M0 5H16" {} } (name) }
                }
            }
        }
    }

    fn bar(&self, at: usize, plot: f64, top: u64) -> Markup {
        let width = 100.0 / as_f64(self.labels.len() as u64);
        let (x, wide) = (width * as_f64(at as u64) + width * 0.13, width * 0.74);
        let mut below = 0.0;
        let parts: Vec<_> = self
            .series
            .iter()
            .filter_map(|series| Some((series.fill, *series.values.get(at)?)))
            .filter(|(_, value)| *value > 0)
            .map(|(fill, value)| {
                let high = plot * as_f64(value) / as_f64(top);
                below += high;
                (fill, plot - below, high)
            })
            .collect();
        html! {
            @for (fill, y, high) in parts {
                @match fill {
                    Fill::Class(class) => {
                        rect class=(class) x={ (pct(x)) "%" } width={ (pct(wide)) "%" } y=(px(y)) height=(px(high)) {}
                    }
                    Fill::Pattern(name) => {
                        rect fill={ "url(#" (name) ")" } x={ (pct(x)) "%" } width={ (pct(wide)) "%" } y=(px(y)) height=(px(high)) {}
                    }
                }
            }
        }
    }

    fn foot(&self) -> Markup {
        let count = self.labels.len();
        let every = count.div_ceil(LABELS).max(1);
        let width = 100.0 / as_f64(count as u64);
        html! {
            @for (at, label) in self.labels.iter().enumerate().filter(|(at, _)| at % every == 0) {
                @let anchor = if at == 0 { "start" } else { "middle" };
                @let x = if at == 0 { 0.0 } else { width * (as_f64(at as u64) + 0.5) };
                text x={ (pct(x)) "%" } y=(self.height - 8) text-anchor=(anchor) { (label) }
            }
        }
    }

    fn table(&self) -> Markup {
        html! {
            details {
                summary { "Table of this chart" }
                div.scroll tabindex="0" role="region" aria-label=(self.title) {
                    table {
                        caption { (self.title) }
                        thead {
                            tr {
                                th scope="col" { (self.of) }
                                @for series in &self.series { th.n scope="col" { (series.name) } }
                            }
                        }
                        tbody {
                            @for (at, label) in self.labels.iter().enumerate().rev() {
                                tr {
                                    th scope="row" { (label) }
                                    @for series in &self.series {
                                        td.n { (series.values.get(at).copied().unwrap_or(0)) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn swatch(fill: Fill) -> Markup {
    html! {
        @match fill {
            Fill::Class(class) => rect class=(class) width="16" height="10" rx="2" {},
            Fill::Pattern(name) => rect fill={ "url(#" (name) ")" } width="16" height="10" rx="2" {},
        }
    }
}

/// A bar of a share, as decoration beside its number.
pub(crate) fn share(part: u64, whole: u64, class: &str) -> Markup {
    let share = if whole == 0 { 0.0 } else { 100.0 * as_f64(part.min(whole)) / as_f64(whole) };
    html! {
        svg.share aria-hidden="true" {
            rect width="100%" height="4" rx="2" {}
            rect class=(class) width={ (pct(share)) "%" } height="4" rx="2" {}
        }
    }
}

/// A meter with a tick at the limit; over the limit the track ends at the value.
pub(crate) fn meter(value: u64, limit: u64) -> Markup {
    let whole = value.max(limit).max(1);
    let at = |part: u64| 100.0 * as_f64(part) / as_f64(whole);
    let class = match value * 100 / limit.max(1) {
        0..70 => "v",
        70..100 => "vw",
        _ => "vb",
    };
    html! {
        svg.meter aria-hidden="true" {
            rect.t width="100%" height="8" rx="2" {}
            rect class=(class) width={ (pct(at(value))) "%" } height="8" rx="2" {}
            rect.l x={ (pct(at(limit).min(99.6))) "%" } width="1" height="8" {}
        }
    }
}

/// A small line of what came hour by hour, as decoration beside a number; its end is the present.
pub(crate) fn spark(values: &[u32]) -> Markup {
    let top = values.iter().copied().max().unwrap_or(0).max(1);
    let step = 72.0 / f64::from(u32::try_from(values.len().max(2) - 1).unwrap_or(1));
    let points: Vec<_> = values
        .iter()
        .enumerate()
        .map(|(at, value)| {
            let y = 18.0 - 16.0 * f64::from(*value) / f64::from(top);
            format!("{:.1},{y:.1}", step * as_f64(at as u64))
        })
        .collect();
    html! {
        svg.spark viewBox="0 0 72 20" preserveAspectRatio="none" aria-hidden="true" {
            polyline.hot points=(points.join(" ")) {}
        }
    }
}

/// The next round figure that four grid lines divide.
fn nice(highest: u64) -> u64 {
    let mut step = 1;
    loop {
        for factor in [1, 2, 5] {
            if step * factor * GRID_LINES >= highest {
                return step * factor * GRID_LINES;
            }
        }
        step *= 10;
    }
}

#[expect(clippy::cast_precision_loss, reason = "places in a drawing")]
fn as_f64(n: u64) -> f64 {
    n as f64
}

fn px(value: f64) -> String {
    format!("{value:.1}")
}

fn pct(value: f64) -> String {
    format!("{value:.2}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_ends_at_a_round_figure() {
        assert_eq!([0, 1, 4, 5, 9, 41, 452, 800].map(nice), [4, 4, 4, 8, 20, 80, 800, 800]);
    }

    #[test]
    fn the_figures_of_a_chart_stand_in_its_table() {
        let series = Series { name: "wasted", fill: Fill::Pattern("hatch"), values: vec![3, 41] };
        let bars = Bars {
            id: "calls",
            title: "Calls".to_owned(),
            says: "More than ever.".to_owned(),
            series: vec![series],
            labels: vec!["13:00".to_owned(), "14:00".to_owned()],
            of: "Hour (UTC)",
            usual: None,
            height: 120,
        };
        let drawn = bars.draw().into_string();
        assert!(drawn.contains(r#"<th scope="row">14:00</th><td class="n">41</td>"#), "{drawn}");
        assert!(!drawn.contains("style="), "no inline style under the content security policy");
    }
}
