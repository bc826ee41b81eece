//! Pages made once more from the record beside those in use, compared with the ledger, then put in their place: what can be
//! asked for and what comes of it. In a running ledger it is `running`, without one `offline`. Not here: what pages are.

mod compare;
mod next;
mod offline;
mod running;
#[cfg(test)]
mod tests;

use crate::engine::EngineError;
use crate::pages::error::PagesError;
use crate::record::error::LogError;

pub use offline::rebuild_offline;
pub(super) use running::Rebuilding;

/// The one kind of pages to make, if not all.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Only {
    /// The postings of each account and their history.
    Entries,
    /// The pages of the state.
    State,
}

impl Only {
    /// All there are.
    pub const ALL: [Self; 2] = [Self::Entries, Self::State];

    /// Its name, as it is asked for.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Entries => "entries",
            Self::State => "state",
        }
    }

    /// The one of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|only| only.name() == name)
    }
}

/// What was made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rebuilt {
    /// Number of the generation that is in use now.
    pub generation: u64,
    /// Entries after which the ledger and what was made from the record were found equal.
    pub entries: u64,
    /// SHA-256 over the rebuilt state after so many entries.
    pub digest: [u8; 32],
    /// Whether there was anything to compare with; without a running service there may be none.
    pub compared: bool,
    /// How long nothing was folded, in microseconds.
    pub held_us: u64,
}

/// Is told how many entries are folded and how many are to be; the rebuild goes on while it answers true.
pub type Step<'a> = &'a mut dyn FnMut(u64, u64) -> bool;

/// Why nothing was swapped. The generation in use stays in use.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RebuildError {
    /// What the record gives is not what the ledger has.
    #[error(
        "after {entries} entries the rebuilt projections are not those in use: {what}. Nothing was swapped; verify the \
         record with `replay verify`; if it is whole, stop the ledger, remove its directory `pages` and start it, so that it \
         folds the record"
    )]
    Differs {
        /// Entries folded.
        entries: u64,
        /// The first difference, with both values.
        what: String,
    },
    /// Whoever asked for it ended it.
    #[error("interrupted; the unfinished generation was removed, the one in use stays")]
    Interrupted,
    /// One is under way already.
    #[error("a rebuild is under way already; wait for its end")]
    UnderWay,
    /// The ledger keeps no pages.
    #[error("this ledger keeps no pages, so there is nothing to rebuild")]
    NoPages,
    /// There is nothing to take the other pages from.
    #[error("no generation in use can be read, so that nothing can be carried over from it; rebuild without --only")]
    NothingInUse,
    /// The files hold less than was folded.
    #[error(
        "the files of the record end after {found} entries, {wanted} were folded; verify the record with `replay verify`"
    )]
    Short {
        /// Entries the files hold.
        found: u64,
        /// Entries folded.
        wanted: u64,
    },
    /// The record cannot be read, or the ledger has ended.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl From<LogError> for RebuildError {
    fn from(error: LogError) -> Self {
        Self::Engine(error.into())
    }
}

impl From<PagesError> for RebuildError {
    fn from(error: PagesError) -> Self {
        Self::Engine(error.into())
    }
}
