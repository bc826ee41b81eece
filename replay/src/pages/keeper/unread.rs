//! Pages that are opened and not read yet: the thread that folds reads them, while another opens the record.

use std::path::Path;

use ledger::state::State;

use super::keeping::Keeper;
use crate::pages::error::PagesError;
use crate::pages::generations::Generations;
use crate::pages::store::Store;

/// Pages that were opened, and are still to be read.
pub(crate) struct Unread(Option<(Generations, u64, Store)>);

impl Unread {
    /// Opens the generation in use, if pages are kept at all.
    pub(crate) fn open(data: &Path, ledger: [u8; 16], pages: bool) -> Result<Self, PagesError> {
        if !pages {
            return Ok(Self(None));
        }
        let generations = Generations::of(data);
        let (number, store) = generations.open(ledger)?;
        Ok(Self(Some((generations, number, store))))
    }

    /// How many entries they say they know.
    pub(crate) fn entries(&self) -> u64 {
        self.0.as_ref().map_or(0, |(_, _, store)| store.entries())
    }

    /// Reads them. A state without entries means that they could not be used.
    pub(crate) fn read(self) -> Result<(Keeper, State), PagesError> {
        let Some((generations, number, store)) = self.0 else {
            return Ok((Keeper::none().only(true, true), State::default()));
        };
        let (store, state) = store.restore()?;
        let (state, tally) = state.unwrap_or_default();
        Ok((Keeper::over(generations, number, store, state.entries, tally)?, state))
    }
}
