//! What to tell an office about a cell, row or file that is wrong.

use super::columns::Col;
use crate::intake::import::AskError;

/// Something wrong in a file: where, what, and what to do.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Problem {
    /// The file.
    pub file: String,
    /// The line in it, from 1.
    pub line: u64,
    /// The column's number from 1 and its name, if one cell is to blame; an unknown column has no name.
    pub column: Option<(usize, String)>,
    /// Stable code for machines.
    pub code: &'static str,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub remedy: &'static str,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.file, self.line)?;
        if let Some((number, name)) = &self.column {
            // A column that the file lacks has no place in it.
            if *number > 0 {
                write!(f, ":{number}")?;
            }
            if !name.is_empty() {
                write!(f, " ({name})")?;
            }
        }
        write!(f, ": {}; {} [{}]", self.what, self.remedy, self.code)
    }
}

/// What is wrong with a row, before its file is known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wrong {
    /// The column to blame.
    pub col: Option<Col>,
    /// Stable code.
    pub code: &'static str,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub remedy: &'static str,
}

impl Wrong {
    /// About one cell.
    pub fn cell(col: Col, code: &'static str, what: impl Into<String>, remedy: &'static str) -> Self {
        Self { col: Some(col), code, what: what.into(), remedy }
    }

    /// About the row as a whole.
    pub fn row(code: &'static str, what: impl Into<String>, remedy: &'static str) -> Self {
        Self { col: None, code, what: what.into(), remedy }
    }
}

/// Why a row says nothing.
#[derive(Debug)]
pub(crate) enum Unread {
    /// It is wrong, and left out.
    Wrong(Wrong),
    /// What it means could not be asked; nothing after it is read.
    Unasked(AskError),
}

impl From<Wrong> for Unread {
    fn from(wrong: Wrong) -> Self {
        Self::Wrong(wrong)
    }
}

#[cfg(test)]
impl Problem {
    /// Whether a clerk who reads Chinese alone learns what is wrong and what to do.
    pub(crate) fn speaks_chinese(&self) -> bool {
        let speaks = |words: &str| words.contains(|c: char| ('\u{4e00}'..='\u{9fff}').contains(&c));
        speaks(&self.what) && speaks(self.remedy)
    }
}
