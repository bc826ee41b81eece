//! Why pages cannot be kept or read. They are made of the record, and nothing is lost with them. Not here: what is wrong
//! with the record itself.

use std::path::PathBuf;

/// Why pages could not be kept or read. They are made of the record, and nothing is lost with them.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PagesError {
    /// Another process has the directory.
    #[error("{} is in use by another process; stop it first", path.display())]
    Locked {
        /// The directory.
        path: PathBuf,
    },
    /// The directory could not be made, read or removed.
    #[error("pages at {}: {source}", path.display())]
    Io {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The pages could not be read or written.
    #[error("pages at {}: {why}; pages are made of the record and hold nothing else: remove this directory and start again", path.display())]
    Damaged {
        /// The directory.
        path: PathBuf,
        /// What was found.
        why: String,
    },
    /// Their files were removed while they were in use.
    #[error("pages at {} were removed or moved while in use, and none are kept any more; they are made of the record and hold nothing else: check that the data directory is where it was and start again, and they are made anew", path.display())]
    Gone {
        /// The directory.
        path: PathBuf,
    },
    /// The thread that keeps them could not be started.
    #[error("cannot start a thread: {0}")]
    Thread(std::io::Error),
    /// That thread has ended before it was told to.
    #[error("pages: the thread that keeps them has ended")]
    Ended,
    /// That thread panicked.
    #[error("pages: the thread that keeps them panicked")]
    Panicked,
}
