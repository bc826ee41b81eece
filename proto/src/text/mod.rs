//! The one spelling of every name, number and text: used by admission, by importers, for principals and for what people
//! type, so that what looks the same is the same, and what a spreadsheet has spoilt is no number.
//!
//! Admission demands the one spelling and never rewrites; whoever reads what people wrote brings it there first. Replay
//! asks nothing of this: what is recorded stays as it is, so the Unicode tables of a later program decide about no old
//! entry. Not here: lengths (`limits`), and what a text means.

pub mod character;
mod class;
mod document;
mod fault;
mod number;
pub mod personal;
mod principal;
mod words;

pub use class::Class;
pub use fault::TextFault;
pub use principal::is_principal;

use std::borrow::Cow;

/// What is the canonical text, or why there is none.
pub type Canonical<'a> = Result<Cow<'a, str>, TextFault>;

/// The name of a person's office, an organisation, a band, or a principal, in its one spelling.
///
/// # Errors
/// It is empty, holds a character that cannot be seen, or the number of a person, card or telephone.
pub fn name(text: &str) -> Canonical<'_> {
    Class::Name.canonical(text)
}

/// A number a source gave: of a contract, a batch, an organisation, a statement.
///
/// # Errors
/// It is empty, holds a blank or a character that cannot be seen, was spoilt by a spreadsheet, or is a person's.
pub fn number(text: &str) -> Canonical<'_> {
    Class::Number.canonical(text)
}

/// A document number 文号 in its one spelling, for example 财教〔2021〕310号, if the text is one.
#[must_use]
pub fn document(text: &str) -> Option<String> {
    document::spelt(text)
}

/// What a cell says that is neither name nor number (a day, an amount, a word of a list): without blanks around it.
///
/// # Errors
/// It holds a character that cannot be seen.
pub fn plain(text: &str) -> Result<&str, TextFault> {
    let trimmed = character::trimmed(text);
    character::all_seen(text, trimmed).map(|()| trimmed)
}

/// The number of a person or a card, as it is hashed: in its one spelling, and not spoilt by a spreadsheet.
///
/// # Errors
/// As [`number`], but that it may be a person's.
pub fn secret_number(text: &str) -> Canonical<'_> {
    number::spelt(text, number::Blanks::Joined)
}

/// Whether a spreadsheet would take the text for a formula and run it, full-width signs included.
#[must_use]
pub fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'])
}
