//! The classes of text, each with its rule. How a rule is applied stands in the file of its class.

use super::Canonical;
use super::{document, number, personal, words};
use std::borrow::Cow;

/// What kind of text a field or a cell holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Class {
    /// What somebody or something is called.
    Name,
    /// What a source numbers a thing with, or a code: no blanks.
    Number,
    /// A document number 文号 in its one spelling, or another number.
    Document,
    /// A document number 文号 in its one spelling, or the name of a notice.
    Notice,
    /// Words, which may also be a code.
    Free,
}

impl Class {
    /// All classes.
    pub const ALL: &[Self] = &[Self::Name, Self::Number, Self::Document, Self::Notice, Self::Free];

    /// The text in its one spelling. Whatever comes out comes out the same when put in again.
    ///
    /// # Errors
    /// There is no such spelling; the fault says why and names the character.
    pub fn canonical(self, text: &str) -> Canonical<'_> {
        let canonical = match self {
            Self::Name => words::spelt(text)?,
            Self::Free => {
                let words = words::spelt(text)?;
                number::unspoilt(&words)?;
                words
            }
            Self::Number => number::spelt(text, number::Blanks::Refused)?,
            Self::Document | Self::Notice => match document::spelt(&words::spelt(text)?) {
                Some(document) if document == text => Cow::Borrowed(text),
                Some(document) => Cow::Owned(document),
                None if self == Self::Notice => words::spelt(text)?,
                None => number::spelt(text, number::Blanks::Refused)?,
            },
        };
        match self {
            Self::Number | Self::Document => personal::no_identity_number(&canonical)?,
            Self::Name | Self::Notice | Self::Free => personal::nobody_in(&canonical)?,
        }
        Ok(canonical)
    }
}
