//! The lines of a file, whatever program saved it: in UTF-8 or in UTF-16, with or without a byte order mark.

use std::borrow::Cow;

/// The lines with their numbers, without the white space around them. In UTF-8 each is text for itself.
pub(super) fn numbered(body: &[u8]) -> Vec<(usize, Result<String, String>)> {
    let body = utf_8(body);
    // A file with carriage returns alone is of an old Macintosh, or of a spreadsheet that still saves for one.
    let end = if body.contains(&b'\n') { b'\n' } else { b'\r' };
    let text = |line: &[u8]| match std::str::from_utf8(line) {
        Ok(text) if !line.contains(&0) => Ok(text.trim().to_owned()),
        _ => Err(not_text(line)),
    };
    body.split(|byte| *byte == end).zip(1..).map(|(line, number)| (number, text(line))).collect()
}

fn not_text(line: &[u8]) -> String {
    if line.contains(&0) {
        return "not UTF-8 text, and not UTF-16 with its mark; save the file as UTF-8".to_owned();
    }
    "not UTF-8 text; save the file as UTF-8".to_owned()
}

/// The body in UTF-8, without its byte order mark.
fn utf_8(body: &[u8]) -> Cow<'_, [u8]> {
    let units = |body: &[u8], unit: fn([u8; 2]) -> u16| {
        let pairs = body
            .chunks(2)
            .map(|pair| [pair.first().copied(), pair.get(1).copied()].map(Option::unwrap_or_default));
        char::decode_utf16(pairs.map(unit))
            .map(|read| read.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect::<String>()
    };
    match body {
        [0xff, 0xfe, rest @ ..] => Cow::Owned(units(rest, u16::from_le_bytes).into_bytes()),
        [0xfe, 0xff, rest @ ..] => Cow::Owned(units(rest, u16::from_be_bytes).into_bytes()),
        [0xef, 0xbb, 0xbf, rest @ ..] => Cow::Borrowed(rest),
        body => Cow::Borrowed(body),
    }
}
