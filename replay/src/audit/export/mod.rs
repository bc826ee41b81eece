//! Exports for strangers' tools: the whole record folded again from its first entry and written out as it goes.
//! Memory is that of the state; what a journal looks like is in `hledger` and `beancount`, tables in `csv`, and the
//! tree, which needs no fold, in `tiles`.

mod beancount;
mod csv;
mod hledger;
mod journal;
pub mod names;
mod reading;
mod tiles;

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use ledger::entry::Entry;
use ledger::outcome::Outcome;
use ledger::state::State;

use crate::engine::{EngineError, Home, Options};
use crate::proof::checkpoint::{Checkpoint, CheckpointError};
use crate::proof::checkpoint_files::{Checkpoints, KeptError};
use crate::proof::tiles::TileError;
use journal::Journal;
use reading::fold_each;
pub use tiles::{Until, WrittenTiles, export_tiles};

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

/// Why nothing was exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The record could not be read or folded.
    #[error(transparent)]
    Record(#[from] EngineError),
    /// The place is taken.
    #[error("{} exists already; name another --out, or remove it first", .0.display())]
    Taken(PathBuf),
    /// A checkpoint every no entries.
    #[error("checkpoints need at least one entry between them; name a number above zero")]
    Every,
    /// There is nothing signed to export under.
    #[error(
        "there is no signed checkpoint to export under; serve the ledger with --key, name one with --checkpoint FILE, or \
         pass --unsigned"
    )]
    NoCheckpoint,
    /// The record is not what was signed.
    #[error(
        "the record does not lead to the root signed over {size} entries (it has {entries} of them); verify it with \
         `replay verify`"
    )]
    Unsigned {
        /// Entries of the checkpoint.
        size: u64,
        /// Entries found, at most that many.
        entries: u64,
    },
    /// The checkpoint is none.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// Checkpoints could not be read.
    #[error(transparent)]
    Kept(#[from] KeptError),
    /// A tile could not be written.
    #[error(transparent)]
    Tile(#[from] TileError),
    /// The file system refused.
    #[error("{doing} {}: {source}", path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// To which file or directory.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// Is shown each entry after it was folded, and writes.
trait Export: Send {
    /// One entry, what became of it, and the state after it.
    fn entry(&mut self, state: &State, entry: &Entry<'_>, outcome: &Outcome) -> Result<(), ExportError>;
    /// The record has ended; says which file to open and how many postings and accounts there are.
    fn finish(&mut self, state: &State) -> Result<(&'static str, u64, u64), ExportError>;
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

/// Has a new directory `out` filled under another name, and removes that if it could not be.
fn into_new<T>(out: &Path, fill: impl FnOnce(&Path) -> Result<T, ExportError>) -> Result<T, ExportError> {
    // A slash at the end would put the unfinished directory inside.
    let out: &Path = &out.components().collect::<PathBuf>();
    let dir = unfinished(out);
    for place in [out, &dir] {
        if place.exists() {
            return Err(ExportError::Taken(place.to_owned()));
        }
    }
    fs::create_dir_all(&dir).map_err(|source| io("creating directory", &dir, source))?;
    let filled = fill(&dir);
    if filled.is_err() {
        // It is ours, made above; if it cannot be removed either, the next export says that it is there.
        let _ = fs::remove_dir_all(&dir);
    }
    let filled = filled?;
    fs::rename(&dir, out).map_err(|source| io("renaming", &dir, source))?;
    Ok(filled)
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

fn unfinished(out: &Path) -> PathBuf {
    let mut name = out.as_os_str().to_owned();
    name.push(".unfinished");
    PathBuf::from(name)
}

fn io(doing: &'static str, path: &Path, source: std::io::Error) -> ExportError {
    ExportError::Io { doing, path: path.to_owned(), source }
}

/// A file being written.
struct Out {
    path: PathBuf,
    file: BufWriter<File>,
}

impl Out {
    fn create(path: PathBuf) -> Result<Self, ExportError> {
        let file = File::create(&path).map_err(|source| io("creating", &path, source))?;
        Ok(Self { path, file: BufWriter::new(file) })
    }

    /// Writes the text and empties it for the next.
    fn write(&mut self, text: &mut String) -> Result<(), ExportError> {
        let written = self.file.write_all(text.as_bytes());
        text.clear();
        written.map_err(|source| io("writing", &self.path, source))
    }

    /// Says whether everything arrived, which dropping would not.
    fn flush(&mut self) -> Result<(), ExportError> {
        self.file.flush().map_err(|source| io("writing", &self.path, source))
    }
}
