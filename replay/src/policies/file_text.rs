//! A policy file as it is read: what is wrong in it is named by line and column. What all policy files have in common is
//! checked here, what one of them says is not.

use std::ops::Range;

use ledger::money::Day;
use toml::Spanned;

use super::shape::Mark;

/// A policy file that cannot be adopted: where, why, and what to do.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{file}:{line}:{column}: {what}; {remedy}")]
pub struct PolicyFileError {
    /// The file as the caller named it.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub what: String,
    /// What mends it.
    pub remedy: String,
}

/// The file being read, for errors that name a place in it.
pub(crate) struct FileText<'a> {
    pub(crate) file: &'a str,
    pub(crate) text: &'a str,
}

impl FileText<'_> {
    /// What is wrong at a place of the file.
    pub(crate) fn error(&self, at: &Range<usize>, what: &str, remedy: &str) -> PolicyFileError {
        let before = self.text.get(..at.start).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let (file, what, remedy) = (self.file.to_owned(), what.replace('\n', " "), remedy.to_owned());
        PolicyFileError { file, line, column, what, remedy }
    }

    /// A day of the calendar.
    pub(crate) fn day(&self, text: &Spanned<String>) -> Result<Day, PolicyFileError> {
        let refuse = |()| self.error(&text.span(), "the calendar has no such day", "write it as \"2021-09-01\"");
        text.get_ref().parse().map_err(refuse)
    }

    /// That versions count from 1 and no day lies before the one above it.
    pub(crate) fn check_order<'v>(
        &self,
        versions: impl Iterator<Item = (&'v Spanned<u32>, &'v Spanned<String>)>,
    ) -> Result<(), PolicyFileError> {
        let mut last = None;
        for (expected, (number, written)) in (1..).zip(versions) {
            let from = self.day(written)?;
            if *number.get_ref() != expected {
                return Err(self.error(&number.span(), "versions do not count 1, 2, 3", "number them in order"));
            }
            if last.is_some_and(|day| from < day) {
                let what = "this version starts before the one above it";
                return Err(self.error(&written.span(), what, "put versions in the order of their days"));
            }
            last = Some(from);
        }
        Ok(())
    }

    /// That a version names its document, and what of it is doubtful.
    pub(crate) fn check_sources(
        &self,
        document: &Spanned<String>,
        status: &Spanned<Mark>,
        names_doubts: bool,
    ) -> Result<(), PolicyFileError> {
        if document.get_ref().trim().is_empty() {
            let what = "a policy without a document";
            return Err(self.error(&document.span(), what, "name the document 文号 it rests on"));
        }
        if matches!(status.get_ref(), Mark::K | Mark::Ku) && !names_doubts {
            let what = "a doubtful version names no doubtful field";
            return Err(self.error(&status.span(), what, "list them in `doubtful`"));
        }
        Ok(())
    }
}
