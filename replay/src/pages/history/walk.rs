//! A walk through the chunks of one account, forward or back, reading no more than it must. Sums that let it pass over
//! chunks are in `sums`.

use ledger::account::AccountNo;
use ledger::money::Fen;

use super::chunk;
use super::keys::{Chunks, Found, LAST, begin_of, key};
use crate::pages::posting_row::{AccountPlace, EntryRow};

/// A walk through the chunks of one account.
pub(crate) struct ChunkWalk<'a, C> {
    pub(super) chunks: &'a C,
    pub(super) place: AccountPlace,
    /// Chunks read so far.
    pub(crate) read: u32,
}

impl<'a, C: Chunks> ChunkWalk<'a, C> {
    pub(crate) fn of(chunks: &'a C, place: AccountPlace) -> Self {
        Self { chunks, place, read: 0 }
    }

    /// Shows the rows of an account in a range of indexes, oldest first, until told to stop.
    pub(crate) fn forward(
        &mut self,
        from: u64,
        below: u64,
        show: &mut dyn FnMut(&EntryRow) -> bool,
    ) -> Result<(), C::Error> {
        let group = self.place.group;
        if from >= below {
            return Ok(());
        }
        let end = key(group, below - 1, LAST, u64::MAX);
        // The checkpoint before may reach into the range asked for.
        let before = self.chunks.last(&key(group, 0, AccountNo::new(0), 0), &key(group, from, LAST, u64::MAX))?;
        let mut begin = match before.as_ref().and_then(|(key, _)| begin_of(key)) {
            Some(begin) => begin,
            None => from,
        };
        loop {
            let Some((found, value)) = self.chunks.first(&key(group, begin, AccountNo::new(0), 0), &end)? else {
                return Ok(());
            };
            begin = begin_of(&found).ok_or_else(|| self.chunks.damaged())?;
            let chunk = self.within(begin, from, (found, value))?;
            if !self.checkpoint(chunk, (begin, from, below), show)? {
                return Ok(());
            }
            begin += 1;
        }
    }

    /// The chunk of a checkpoint in which an account's rows from an index on begin, given the checkpoint's first.
    fn within(&self, begin: u64, from: u64, first: Found) -> Result<Found, C::Error> {
        let AccountPlace { group, account } = self.place;
        if self.place.lasts() && from <= begin {
            return Ok(first);
        }
        let last = self.chunks.last(&first.0, &key(group, begin, account, from))?;
        Ok(last.unwrap_or(first))
    }

    /// Shows what the chunks of one checkpoint hold, from this one on; false if told to stop.
    fn checkpoint(
        &mut self,
        chunk: Found,
        (begin, from, below): (u64, u64, u64),
        show: &mut dyn FnMut(&EntryRow) -> bool,
    ) -> Result<bool, C::Error> {
        let AccountPlace { group, account } = self.place;
        let end = key(group, begin, account, u64::MAX);
        let mut next = Some(chunk);
        while let Some((mut at, value)) = next {
            if at[..] > end[..] {
                break;
            }
            self.read += 1;
            for row in self.rows(&value)?.iter().filter(|row| row.index >= from) {
                if row.index >= below || !show(row) {
                    return Ok(false);
                }
            }
            // The very next key.
            at.push(0);
            next = self.chunks.first(&at, &end)?;
        }
        Ok(true)
    }

    /// The last row of the account below an index.
    pub(crate) fn back(&mut self, below: u64) -> Result<Option<EntryRow>, C::Error> {
        let AccountPlace { group, account } = self.place;
        let first = key(group, 0, AccountNo::new(0), 0);
        let mut until = below;
        while let Some(before) = until.checked_sub(1) {
            let Some((found, _)) = self.chunks.last(&first, &key(group, before, LAST, u64::MAX))? else { break };
            let begin = begin_of(&found).ok_or_else(|| self.chunks.damaged())?;
            let head = key(group, begin, AccountNo::new(0), 0);
            if let Some((_, value)) = self.chunks.last(&head, &key(group, begin, account, below - 1))? {
                self.read += 1;
                if let Some(row) = self.rows(&value)?.iter().rfind(|row| row.index < below) {
                    return Ok(Some(*row));
                }
            }
            until = begin;
        }
        Ok(None)
    }

    /// What stood on the account before an index.
    pub(crate) fn balance(&mut self, below: u64) -> Result<Fen, C::Error> {
        Ok(self.back(below)?.map_or(0, |row| row.balance))
    }

    fn rows(&self, value: &[u8]) -> Result<Vec<EntryRow>, C::Error> {
        chunk::rows_of(value, self.place.account).ok_or_else(|| self.chunks.damaged())
    }
}
