//! Names and free texts: NFC, single blanks, one dot between the parts of a name.

use super::{Canonical, TextFault, character};
use std::borrow::Cow;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// The words in their one spelling, whoever they name.
pub(super) fn spelt(text: &str) -> Canonical<'_> {
    let trimmed = character::trimmed(text);
    if trimmed.is_empty() {
        return Err(TextFault::Empty);
    }
    character::all_seen(text, trimmed)?;
    if is_spelt(trimmed) {
        return Ok(Cow::Borrowed(trimmed));
    }
    let mut spelt = String::with_capacity(trimmed.len());
    for c in trimmed.nfc() {
        let c = if character::is_blank(c) { ' ' } else { dot(c) };
        if c != ' ' || !spelt.ends_with(' ') {
            spelt.push(c);
        }
    }
    Ok(Cow::Owned(spelt))
}

/// Whether nothing is to be done, which nearly always costs one look at each character.
fn is_spelt(trimmed: &str) -> bool {
    let mut before = 'x';
    let as_it_is = trimmed.chars().all(|c| {
        let twice = c == ' ' && before == ' ';
        before = c;
        !twice && (c.is_ascii() || (!character::is_blank(c) && dot(c) == c))
    });
    as_it_is && is_nfc_quick(trimmed.chars()) == IsNormalized::Yes
}

/// Input methods write the dot between the parts of a name 阿依古丽·买买提 in several ways.
fn dot(c: char) -> char {
    match c {
        '\u{2022}' | '\u{2027}' | '\u{30FB}' | '\u{FF65}' => '·',
        c => c,
    }
}
