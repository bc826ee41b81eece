//! Where chunks lie: their keys, and what a store must be able to do so that they are found again. What a chunk looks like is
//! in `chunk`.

use ledger::account::AccountNo;

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
pub(super) const KEY: usize = 25;

pub(super) fn key(group: u32, begin: u64, account: AccountNo, index: u64) -> [u8; KEY] {
    let mut key = [b'e'; KEY];
    key[1..5].copy_from_slice(&group.to_be_bytes());
    key[5..13].copy_from_slice(&begin.to_be_bytes());
    key[13..17].copy_from_slice(&account.number().to_be_bytes());
    key[17..].copy_from_slice(&index.to_be_bytes());
    key
}

/// No account has a higher number.
pub(super) const LAST: AccountNo = AccountNo::new(u32::MAX);

/// The checkpoint a chunk was written with.
pub(super) fn begin_of(key: &[u8]) -> Option<u64> {
    Some(u64::from_be_bytes(key.get(5..13)?.try_into().ok()?))
}
