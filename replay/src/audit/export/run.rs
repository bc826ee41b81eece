//! An export from its first entry to its last: the record is folded and each entry handed to what writes the format. Then
//! the record must reach to its last checkpoint, or nothing appears.

use std::path::{Path, PathBuf};

use super::error::ExportError;
use super::folding::{Export, fold_each};
use super::journal::Journal;
use super::new_directory::into_new;
use super::{beancount, csv, hledger};
use crate::engine::{Home, Options};
use crate::proof::checkpoint::Checkpoint;
use crate::proof::checkpoint_files::Checkpoints;

/// Entries between two checkpoints of a journal, unless the caller says otherwise: a file that tools still open at once.
pub const EVERY: u64 = 250_000;

/// What can be written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// A journal for hledger.
    Hledger,
    /// A journal for Beancount.
    Beancount,
    /// Tables: entries, postings, accounts.
    Csv,
}

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Entries of the record.
    pub entries: u64,
    /// Postings, each with two sides.
    pub postings: u64,
    /// Accounts that were posted to.
    pub accounts: u64,
    /// The file to open first.
    pub open: PathBuf,
}

/// Folds the record and writes it into a new directory `out`, which appears when it is complete: until then it is called
/// `out` with `.unfinished` behind it. `every` is the number of entries between checkpoints of a journal.
///
/// # Errors
/// The record is damaged or ends before its last checkpoint, `out` exists, or the file system refuses.
pub fn export(
    options: &Options,
    format: Format,
    out: &Path,
    every: u64,
    progress: &mut dyn FnMut(u64),
) -> Result<Written, ExportError> {
    if every == 0 {
        return Err(ExportError::Every);
    }
    into_new(out, |dir| {
        let (entries, file, postings, accounts) = write(options, format, dir, every, progress)?;
        Ok(Written { entries, postings, accounts, open: out.join(file) })
    })
}

/// Entries, the file to open, postings, accounts.
fn write(
    options: &Options,
    format: Format,
    dir: &Path,
    every: u64,
    progress: &mut dyn FnMut(u64),
) -> Result<(u64, &'static str, u64, u64), ExportError> {
    let mut export: Box<dyn Export> = match format {
        Format::Hledger => Box::new(Journal::<hledger::Hledger>::new(dir, every)),
        Format::Beancount => Box::new(Journal::<beancount::Beancount>::new(dir, every)),
        Format::Csv => Box::new(csv::Csv::new(dir)?),
    };
    let state = fold_each(options, progress, &mut |state, entry, outcome| export.entry(state, entry, outcome))?;
    if let (Home::File, Some(signed)) = (&options.home, Checkpoints::of(&options.data).latest()?) {
        let (Checkpoint { size, .. }, _) = signed.unverified()?;
        if size > state.entries {
            return Err(ExportError::Unsigned { size, entries: state.entries });
        }
    }
    let (file, postings, accounts) = export.finish(&state)?;
    Ok((state.entries, file, postings, accounts))
}
