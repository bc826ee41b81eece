//! The older postings of each account: where its chunks lie in the store, and how they are walked forward and back.
//! Chunks are only ever put, never changed. What is still in memory is the business of `entries`.

mod chunk;
mod sums;
mod write;

#[cfg(test)]
mod tests;

use ledger::account::{AccountNo, Owner};
use ledger::money::Fen;
use ledger::state::State;

use super::postings::EntryRow;
pub(crate) use sums::counts;
pub(crate) use write::History;

/// Accounts that share chunks: enough that a checkpoint makes hundreds or thousands of chunks and not tens of thousands,
/// also when every loan of a portfolio is accrued; each of sixteen cost four times the memory and let pages fall behind.
const STRIPE: u32 = 128;

/// Tells the group of an account that lasts, which is its own, from those that are shared.
const LASTING: u32 = 1 << 31;

/// Where an account's postings lie: an account that lasts has chunks of its own, so that its history is read without
/// that of its neighbours. The others live shortly, and share.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Place {
    group: u32,
    account: AccountNo,
}

impl Place {
    /// The place of an account of this state.
    #[must_use]
    pub fn of(state: &State, account: AccountNo) -> Self {
        Self::by(account, state.accounts.get(account.0).class.owner())
    }

    /// The place of an account by who owns it.
    #[must_use]
    pub(crate) fn by(account: AccountNo, owner: Owner) -> Self {
        let lasts = matches!(owner, Owner::Org | Owner::Line | Owner::Portfolio);
        Self { group: if lasts { LASTING | account.0 } else { account.0 / STRIPE }, account }
    }

    /// The account.
    #[must_use]
    pub fn account(self) -> AccountNo {
        self.account
    }

    /// Whether its sums are kept from time to time.
    pub(crate) fn lasts(self) -> bool {
        self.group & LASTING != 0
    }
}

/// What is stored under a key.
pub(crate) type Found = (Vec<u8>, Vec<u8>);

/// Reads back what was stored: chunks, and sums of accounts that last.
pub(crate) trait Chunks {
    /// Why not.
    type Error;
    /// The lowest key of a range, both ends included, and its value.
    fn first(&self, from: &[u8], to: &[u8]) -> Result<Option<Found>, Self::Error>;
    /// The highest.
    fn last(&self, from: &[u8], to: &[u8]) -> Result<Option<Found>, Self::Error>;
    /// The bytes of a value are none that were written.
    fn damaged(&self) -> Self::Error;
}

/// Key of a chunk: `e`, group, first index of its checkpoint, first account and its first index there. Big-endian, so
/// that the store's order is that of groups, then of checkpoints, then of accounts, then of the record.
pub(crate) const KEY: usize = 25;

pub(crate) fn key(group: u32, begin: u64, account: AccountNo, index: u64) -> [u8; KEY] {
    let mut key = [b'e'; KEY];
    key[1..5].copy_from_slice(&group.to_be_bytes());
    key[5..13].copy_from_slice(&begin.to_be_bytes());
    key[13..17].copy_from_slice(&account.0.to_be_bytes());
    key[17..].copy_from_slice(&index.to_be_bytes());
    key
}

const LAST: AccountNo = AccountNo(u32::MAX);

/// The checkpoint a chunk was written with.
fn begin_of(key: &[u8]) -> Option<u64> {
    Some(u64::from_be_bytes(key.get(5..13)?.try_into().ok()?))
}

/// A walk through the chunks of one account.
pub(crate) struct Walk<'a, C> {
    chunks: &'a C,
    place: Place,
    /// Chunks read so far.
    pub(crate) read: u32,
}

impl<'a, C: Chunks> Walk<'a, C> {
    pub(crate) fn of(chunks: &'a C, place: Place) -> Self {
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
        let before = self.chunks.last(&key(group, 0, AccountNo(0), 0), &key(group, from, LAST, u64::MAX))?;
        let mut begin = match before.as_ref().and_then(|(key, _)| begin_of(key)) {
            Some(begin) => begin,
            None => from,
        };
        loop {
            let Some((found, value)) = self.chunks.first(&key(group, begin, AccountNo(0), 0), &end)? else {
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
        let Place { group, account } = self.place;
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
        let Place { group, account } = self.place;
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
        let Place { group, account } = self.place;
        let first = key(group, 0, AccountNo(0), 0);
        let mut until = below;
        while let Some(before) = until.checked_sub(1) {
            let Some((found, _)) = self.chunks.last(&first, &key(group, before, LAST, u64::MAX))? else { break };
            let begin = begin_of(&found).ok_or_else(|| self.chunks.damaged())?;
            let head = key(group, begin, AccountNo(0), 0);
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
