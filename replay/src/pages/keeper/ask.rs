//! Questions to pages and memory together about one account. How rows are found stands in the projections.

use ledger::money::Fen;

use super::Keeper;
use crate::pages::error::PagesError;
use crate::pages::posting_row::AccountPlace;
use crate::pages::posting_row::EntryRow;
use crate::point::Point;

impl Keeper {
    /// What stands on an account, counting only what the point counts.
    pub(crate) fn balance_at(&self, place: AccountPlace, point: &Point) -> Result<Fen, PagesError> {
        // The lock is held only for what is in memory; the store is read beside the fold.
        let recent = self.entries.read().sum(place, point);
        recent.after(self.store().as_deref())
    }

    /// Postings of an account that the point counts, from an index on, oldest first, always whole entries, each with the
    /// balance after it of all postings.
    pub(crate) fn entries_at(
        &self,
        place: AccountPlace,
        point: &Point,
        from: u64,
        limit: usize,
    ) -> Result<Vec<EntryRow>, PagesError> {
        let recent = self.entries.read().counted(place, point, from, limit);
        recent.after(self.store().as_deref())
    }
}
