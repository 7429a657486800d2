//! What can be seen of a text, by Unicode's properties: people write in all scripts, and some of these need characters
//! that nobody sees.

use icu_properties::props::{
    BidiClass, DefaultIgnorableCodePoint, GeneralCategory, LineBreak, NoncharacterCodePoint, Script,
    VariationSelector, WhiteSpace,
};
use icu_properties::{CodePointMapData, CodePointSetData};

const ZERO_WIDTH_SPACE: char = '\u{200b}';
const NON_JOINER: char = '\u{200c}';
const JOINER: char = '\u{200d}';
/// The marks of direction: right to left, left to right, Arabic letter. They turn nothing around but what stands beside them.
const MARKS: [char; 3] = ['\u{200e}', '\u{200f}', '\u{61c}'];
const COMBINING_GRAPHEME_JOINER: char = '\u{34f}';
/// A soft hyphen shows where a word may be broken.
const SOFT_HYPHEN: char = '\u{ad}';
/// Blank, although Unicode counts them among symbols: the empty Braille pattern and the null note.
const BLANK_SYMBOLS: [char; 2] = ['\u{2800}', '\u{1d159}'];

/// Whether there is anything to see.
pub(super) fn is_blank(text: &str) -> bool {
    !text.chars().any(is_visible)
}

/// Whether the text holds nothing that could hide, or turn around, what it says: control characters, embeddings and
/// overrides of direction, line and paragraph separators, and invisible characters where no script needs them.
pub(super) fn is_harmless(text: &str) -> bool {
    let right_to_left = text.chars().any(is_right_to_left);
    let mut before = None;
    text.chars().all(|character| {
        let harmless = match category(character) {
            GeneralCategory::Control
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator => false,
            _ if CodePointSetData::new::<NoncharacterCodePoint>().contains(character) => false,
            _ if MARKS.contains(&character) => right_to_left,
            _ if is_ignorable(character) => is_needed(before, character),
            _ => true,
        };
        if !is_ignorable(character) {
            before = Some(character);
        }
        harmless
    })
}

/// Whether an invisible character has its use after the visible one before it.
fn is_needed(before: Option<char>, character: char) -> bool {
    // Letters that are blank by themselves stand for a missing part of a syllable.
    if category(character) == GeneralCategory::OtherLetter || character == SOFT_HYPHEN {
        return true;
    }
    let Some(before) = before.filter(|before| is_visible(*before)) else { return false };
    match character {
        JOINER | NON_JOINER | COMBINING_GRAPHEME_JOINER => true,
        // Where words are written without spaces, it tells where one ends.
        ZERO_WIDTH_SPACE => CodePointMapData::<LineBreak>::new().get(before) == LineBreak::ComplexContext,
        // The tags of a flag, which spell its region after it.
        '\u{e0020}'..='\u{e007f}' => before == '\u{1f3f4}',
        _ if CodePointSetData::new::<VariationSelector>().contains(character) => true,
        // A script's own: Mongolian's vowel separator, the joints of hieroglyphs.
        _ => {
            ![Script::Common, Script::Inherited].contains(&script(character))
                && script(character) == script(before)
        }
    }
}

fn is_visible(character: char) -> bool {
    !CodePointSetData::new::<WhiteSpace>().contains(character)
        && !is_ignorable(character)
        && category(character) != GeneralCategory::Control
        && !BLANK_SYMBOLS.contains(&character)
}

fn is_ignorable(character: char) -> bool {
    CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(character)
        || matches!(character, '\u{fff9}'..='\u{fffb}')
}

fn is_right_to_left(character: char) -> bool {
    let class = CodePointMapData::<BidiClass>::new().get(character);
    (class == BidiClass::RightToLeft || class == BidiClass::ArabicLetter) && !MARKS.contains(&character)
}

fn category(character: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(character)
}

fn script(character: char) -> Script {
    CodePointMapData::<Script>::new().get(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_script_may_use_what_it_needs() {
        for text in [
            "ශ්\u{200d}රී",
            "क्\u{200d}ष क्\u{200c}ष",
            "می\u{200c}خواهم",
            "👨\u{200d}👩\u{200d}👧\u{200d}👦",
            "❤\u{fe0f}\u{200d}🔥",
            "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
            "葛\u{e0100}城",
            "1\u{fe0f}\u{20e3}",
            "שלום\u{200f}!",
            "ភាសា\u{200b}ខ្មែរ",
            "ᠬᠡᠯᠡ\u{180e}ᠠ",
            "Auf\u{ad}lage",
            "O\u{301}\u{323}",
            "\u{115f}\u{1161}",
            "Renée O’Hara",
            "a\u{a0}b",
        ] {
            assert!(is_harmless(text) && !is_blank(text), "{text:?}");
        }
    }

    #[test]
    fn what_hides_or_turns_around_is_not_harmless() {
        for text in [
            "a\nb",
            "a\u{85}b",
            "a\u{1b}[31mb",
            "a\u{0}",
            "a\u{202e}b",
            "a\u{202a}b\u{202c}",
            "a\u{2066}b\u{2069}",
            "a\u{2028}b",
            "\u{200b}x",
            "a\u{200b}b",
            "\u{200d}x",
            " \u{200d}x",
            "a\u{2060}b",
            "a\u{feff}b",
            "a\u{200f}b",
            "a\u{e0041}b",
            "a\u{fffe}b",
            "a\u{fff9}b",
            "שלום\u{202e}",
        ] {
            assert!(!is_harmless(text), "{text:?}");
        }
    }

    #[test]
    fn a_text_of_which_nothing_is_seen_is_blank() {
        for text in [
            "",
            " \u{a0}",
            "\u{3164}",
            "\u{2800}\u{2800}",
            "\u{ffa0}",
            "\u{115f}",
            "\u{fe0f}",
            "\u{2003}",
            "\u{ad}",
        ] {
            assert!(is_blank(text), "{text:?}");
        }
        for text in ["x", "ㅎ", "⠁", ".", "\u{1f600}", "\u{301}"] {
            assert!(!is_blank(text), "{text:?}");
        }
    }
}
