//! Why a copy was not taken or did not come back, and what to do about it.

use std::path::PathBuf;

use super::layout::MANIFEST;
use crate::proof::checkpoint_files::KeptError;
use crate::proof::key_files::KeyError;
use crate::record::error::LogError;

/// Why a copy was not taken or did not come back.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// The record cannot be read or the copy not written.
    #[error(transparent)]
    Log(#[from] LogError),
    /// A checkpoint cannot be read.
    #[error(transparent)]
    Kept(#[from] KeptError),
    /// A key cannot be read.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The directory is not a copy's.
    #[error("{} is not empty and holds no copy; name another directory", .0.display())]
    Taken(PathBuf),
    /// There is no copy.
    #[error("{} holds no copy of a ledger: it has no {MANIFEST}", .0.display())]
    NoCopy(PathBuf),
    /// The list of what the copy holds cannot be believed.
    #[error("{}: {why}; the copy cannot be used, take another", path.display())]
    Manifest {
        /// The list.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The list of what the copy holds is not what was written.
    #[error("{}: {why}; the copy can be restored but not added to, take another", path.display())]
    DamagedList {
        /// The list.
        path: PathBuf,
        /// What was found.
        why: String,
    },
    /// A file is not what was copied.
    #[error("{}: {why}; the copy is damaged, take another", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was found.
        why: String,
    },
    /// The copy is of another record than the one it should go on with.
    #[error("{} is not a copy of this record: {why}. Take a new copy elsewhere and find out which of the two is the ledger", out.display())]
    Diverged {
        /// The copy.
        out: PathBuf,
        /// What differs.
        why: String,
    },
    /// A checkpoint does not fit the record, or nobody known signed it.
    #[error("{}: {why}; nothing is served from this copy", path.display())]
    Checkpoint {
        /// The checkpoint.
        path: PathBuf,
        /// What does not fit.
        why: String,
    },
    /// Nobody has signed for any of the record.
    #[error(
        "{} holds no signed checkpoint over any entry, so nobody vouches for its record: every frame fits the one before, and that is all. \
         Pass --without-checkpoint if that is enough", .0.display()
    )]
    NoCheckpoint(PathBuf),
    /// What was signed is damaged in the copy.
    #[error(
        "{} holds no checkpoint that is whole ({why}), so nobody vouches for its record: take another copy, or pass \
         --without-checkpoint if it is enough that every frame fits the one before", from.display()
    )]
    NoWholeCheckpoint {
        /// The copy.
        from: PathBuf,
        /// The first file that is damaged.
        why: String,
    },
    /// Nobody knows whose signature to ask for.
    #[error("{} holds a signed checkpoint but no public key; pass --key FILE with the ledger's public key", .0.display())]
    NoKey(PathBuf),
    /// The place is taken.
    #[error("{} is not empty; restore into a new directory", .0.display())]
    NotEmpty(PathBuf),
    /// By the caller.
    #[error("interrupted; {what}")]
    Interrupted {
        /// How to go on.
        what: &'static str,
    },
}
