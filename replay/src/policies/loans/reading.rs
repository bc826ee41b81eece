//! What one file says of the terms of a kind of loan: every version over the one before it, or nothing.

use ledger::event::loan_terms::LoanTerms;
use ledger::money::Day;

use super::shape::TermsFile;
use super::version_terms::terms;
use crate::policies::file_text::{FileText, PolicyFileError};

/// Reads one file of terms: every version with the day it is in force from, in the order of adoption.
///
/// # Errors
/// The first thing that is not as it must be. Nothing is read in part.
pub(crate) fn load(file: &str, text: &str) -> Result<Vec<(Day, LoanTerms)>, PolicyFileError> {
    let source = FileText { file, text };
    let read: TermsFile = toml::from_str(text).map_err(|error| {
        let at = error.span().unwrap_or(0..0);
        source.error(&at, error.message(), "write the file as those in policies/loans are written")
    })?;
    source.check_order(read.version.iter().map(|version| (&version.version, &version.from)))?;
    let mut versions: Vec<(Day, LoanTerms)> = Vec::with_capacity(read.version.len());
    for version in &read.version {
        source.check_sources(&version.document, &version.status, !version.doubtful.is_empty())?;
        let terms = terms(&source, &read, version, versions.last().map(|(_, terms)| terms))?;
        versions.push((source.day(&version.from)?, terms));
    }
    Ok(versions)
}
