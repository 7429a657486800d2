//! Lines of comma-separated values (RFC 4180), one by one; other separators are read as well. No cell of ours holds a line break, so a quote that is left
//! open spoils its own line and no other.
//!
//! A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula. Such a cell is written with an
//! apostrophe before it, which spreadsheets hide and [`cells`] takes away.

/// Reads the cells of a line, between which this separator stands.
///
/// # Errors
/// When a quote is not closed, or stands where none may.
pub fn cells(line: &str, separator: char) -> Result<Vec<String>, &'static str> {
    let mut cells = vec![];
    let mut rest = Some(line);
    while let Some(text) = rest {
        let cell = match text.strip_prefix('"') {
            Some(quoted) => {
                let (cell, after) = quoted_cell(quoted)?;
                rest = match after.strip_prefix(separator) {
                    None if !after.is_empty() => return Err("text stands after a closing quote"),
                    next => next,
                };
                cell
            }
            None => {
                let (cell, next) =
                    text.split_once(separator).map_or((text, None), |(cell, next)| (cell, Some(next)));
                if cell.contains('"') {
                    return Err(
                        "a quote stands within a cell; quote the whole cell and double the quotes in it",
                    );
                }
                rest = next;
                cell.to_owned()
            }
        };
        cells.push(unguarded(cell));
    }
    Ok(cells)
}

/// Reads a cell up to its closing quote, and what stands after that.
fn quoted_cell(mut text: &str) -> Result<(String, &str), &'static str> {
    let mut cell = String::new();
    loop {
        let (part, after) = text.split_once('"').ok_or("a quote is not closed")?;
        cell.push_str(part);
        match after.strip_prefix('"') {
            Some(next) => {
                cell.push('"');
                text = next;
            }
            None => return Ok((cell, after)),
        }
    }
}

/// Writes a line with its line break.
#[must_use]
pub fn line<const N: usize>(cells: [&str; N]) -> String {
    let cells = cells.map(|cell| {
        let guard = if is_formula(cell) { "'" } else { "" };
        let quote = if cell.contains([',', '"', '\r', '\n']) { "\"" } else { "" };
        format!("{quote}{guard}{}{quote}", cell.replace('"', "\"\""))
    });
    cells.join(",") + "\r\n"
}

/// Whether a spreadsheet may take the cell for a formula; or would, were it not for apostrophes before it.
fn is_formula(cell: &str) -> bool {
    cell.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
}

fn unguarded(cell: String) -> String {
    match cell.strip_prefix('\'') {
        Some(formula) if is_formula(formula) => formula.to_owned(),
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn cells_are_read_as_rfc_4180_has_them() {
        for (line, expected) in [
            ("a,b", vec!["a", "b"]),
            ("", vec![""]),
            ("a,", vec!["a", ""]),
            (r#""a,b","say ""no""",c"#, vec!["a,b", r#"say "no""#, "c"]),
            (r#""""#, vec![""]),
            ("'=1+1,'quoted'", vec!["=1+1", "'quoted'"]),
        ] {
            assert_eq!(cells(line, ',').unwrap(), expected, "{line}");
        }
    }

    #[test]
    fn a_line_with_a_stray_quote_is_refused_with_the_reason() {
        for (line, says) in [
            (r#""a,b"#, "not closed"),
            (r#""a"b,c"#, "after a closing quote"),
            (r#"a"b,c"#, "within a cell"),
            (r#""a"",b"#, "not closed"),
        ] {
            assert!(cells(line, ',').unwrap_err().contains(says), "{line}");
        }
    }

    #[test]
    fn no_cell_is_written_that_a_spreadsheet_takes_for_a_formula() {
        assert_eq!(line(["=HYPERLINK(\"http://x\")"]), "\"'=HYPERLINK(\"\"http://x\"\")\"\r\n");
        assert_eq!(line(["-1", "@x", "+1"]), "'-1,'@x,'+1\r\n");
        assert_eq!(line(["prefix#+1876", "it's", ""]), "prefix#+1876,it's,\r\n");
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(first in "['=+,\"a ]{0,6}", second in "\\PC{0,20}") {
            let written = line([&first, &second]);
            prop_assert_eq!(cells(written.trim_end_matches("\r\n"), ',').unwrap(), vec![first, second]);
        }

        #[test]
        fn no_line_makes_reading_it_panic(line in ".*") {
            let _ = cells(&line, ',');
        }
    }
}
