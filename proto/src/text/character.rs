//! Which characters may stand in a text: those one sees. Blanks around a text, and what is a blank.

use super::TextFault;
use unicode_properties::{GeneralCategory as Category, UnicodeGeneralCategory};

/// Characters that are letters, marks or signs by their category and yet are not seen: fillers of Hangul, selectors of
/// glyphs, the joiner and the inherent vowels (`Default_Ignorable_Code_Point` of Unicode beyond Cf), the empty Braille
/// cell, and the sign for a character that was lost on the way.
const UNSEEN: &[std::ops::RangeInclusive<char>] = &[
    '\u{034F}'..='\u{034F}',
    '\u{115F}'..='\u{1160}',
    '\u{17B4}'..='\u{17B5}',
    '\u{180B}'..='\u{180F}',
    '\u{2800}'..='\u{2800}',
    '\u{3164}'..='\u{3164}',
    '\u{FE00}'..='\u{FE0F}',
    '\u{FFA0}'..='\u{FFA0}',
    '\u{FFFD}'..='\u{FFFD}',
    '\u{E0100}'..='\u{E01EF}',
];

/// Whether a character is a blank that is kept or removed as such: a space of any width.
#[must_use]
pub fn is_blank(c: char) -> bool {
    c == ' ' || (!c.is_ascii() && c.general_category() == Category::SpaceSeparator)
}

/// The text without blanks and tabs around it; exports put a tab behind long numbers to keep them whole.
#[must_use]
pub fn trimmed(text: &str) -> &str {
    text.trim_matches(|c| c == '\t' || is_blank(c))
}

/// What is wrong with a character, which is number `at` of its text.
fn fault(character: char, at: usize) -> Option<TextFault> {
    // Printable ASCII and the unified ideographs are nearly all there is.
    if matches!(character, ' '..='~' | '\u{4E00}'..='\u{9FA5}') {
        return None;
    }
    match character.general_category() {
        Category::Unassigned => Some(TextFault::Unassigned { character, at }),
        Category::Control
        | Category::Format
        | Category::Surrogate
        | Category::PrivateUse
        | Category::LineSeparator
        | Category::ParagraphSeparator => Some(TextFault::Unseen { character, at }),
        _ if UNSEEN.iter().any(|range| range.contains(&character)) => Some(TextFault::Unseen { character, at }),
        _ => None,
    }
}

/// Whether every character of `part` can be seen; a place is told as it is in `whole`, of which it is a part.
pub(super) fn all_seen(whole: &str, part: &str) -> Result<(), TextFault> {
    if part.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Ok(());
    }
    let before = whole.find(part).map_or(0, |start| whole[..start].chars().count());
    match part.chars().enumerate().find_map(|(i, character)| fault(character, before + i + 1)) {
        Some(fault) => Err(fault),
        None => Ok(()),
    }
}
