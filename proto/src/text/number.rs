//! Numbers of sources: NFKC, without the apostrophe that keeps a spreadsheet away, and none that a spreadsheet has spoilt.

use super::{Canonical, TextFault, character};
use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;

/// What is done with blanks inside a number.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Blanks {
    /// They may be a slip between two numbers, so nothing is taken.
    Refused,
    /// They and hyphens part groups of digits, as cards have them, and are left to its reader.
    Joined,
}

const APOSTROPHES: [char; 3] = ['\'', '‘', '’'];

/// The number in its one spelling, whoever it names.
pub(super) fn spelt(text: &str, blanks: Blanks) -> Canonical<'_> {
    let trimmed = character::trimmed(text);
    character::all_seen(text, trimmed)?;
    let wide = if trimmed.is_ascii() { Cow::Borrowed(trimmed) } else { Cow::Owned(trimmed.nfkc().collect()) };
    let spelt = match wide.strip_prefix(APOSTROPHES) {
        Some(bare) if bare.starts_with(APOSTROPHES) => return Err(TextFault::Apostrophe),
        Some(bare) => Cow::Owned(character::trimmed(bare).to_owned()),
        None => wide,
    };
    if spelt.is_empty() {
        return Err(TextFault::Empty);
    }
    if spelt.starts_with(APOSTROPHES) {
        return Err(TextFault::Apostrophe);
    }
    if blanks == Blanks::Refused && spelt.contains(character::is_blank) {
        let before = text.chars().take_while(|c| *c == '\t' || character::is_blank(*c)).count();
        // Some signs are made of a blank and a mark.
        let holds = |c: char| std::iter::once(c).nfkc().any(character::is_blank);
        return Err(TextFault::Blank { at: before + trimmed.chars().position(holds).unwrap_or_default() + 1 });
    }
    unspoilt(&spelt)?;
    Ok(spelt)
}

/// Whether the text is none that a spreadsheet wrote in the place of a long number.
pub(super) fn unspoilt(text: &str) -> Result<(), TextFault> {
    if is_rounded(text) {
        return Err(TextFault::Rounded);
    }
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    match text.split_once('.') {
        Some((whole, part)) if digits(whole) && digits(part) && part.bytes().all(|byte| byte == b'0') => {
            Err(TextFault::Fraction)
        }
        _ => Ok(()),
    }
}

/// `6.12021E+17`, `6E17`, `6.1e+17`: a digit, perhaps a fraction, and a power of ten.
fn is_rounded(text: &str) -> bool {
    let Some((mantissa, power)) = text.split_once(['E', 'e']) else { return false };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    whole.len() == 1 && digits(whole) && digits(part) && digits(power.strip_prefix('+').unwrap_or(power))
}
