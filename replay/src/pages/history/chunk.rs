//! What a chunk looks like: the rows of one checkpoint that share a group, account by account. How chunks are found
//! again is in `walk`.

use ledger::account::AccountNo;
use ledger::money::{Day, Fen};
use serde::{Deserialize, Serialize};

use super::keys::{KEY, key};
use crate::pages::posting_row::{EntryRow, Placed};

/// Rows after which a chunk is closed, so that an account is read from little.
const CHUNK_ROWS: usize = 1024;

/// An account's part of a chunk. Its rows stay bytes until somebody wants this account.
#[derive(Serialize, Deserialize)]
struct Part<'a> {
    account: u32,
    rows: &'a [u8],
}

/// A row as distances from the row before it: mostly a byte each.
#[derive(Serialize, Deserialize)]
struct Packed {
    index: u64,
    other: u32,
    fen: Fen,
    /// Against what the row before and the amount would give.
    balance: Fen,
    effective: i32,
    /// Days after it.
    booked: i32,
}

/// Sorts rows by group, account and index, and packs them. Two chunks of a group never share a checkpoint, an account
/// and an index, so no key is used twice.
pub(super) fn pack(begin: u64, rows: &mut [Placed]) -> Vec<([u8; KEY], Vec<u8>)> {
    // Stable: rows of one entry stay in the order of its postings.
    rows.sort_by_key(|row| (row.place, row.row.index));
    let mut chunks = Vec::new();
    for group in rows.chunk_by(|one, other| one.place.group == other.place.group) {
        let mut rest = group;
        while let Some(first) = rest.first() {
            let (chunk, after) = rest.split_at(cut(rest));
            chunks.push((key(first.place.group, begin, first.row.account, first.row.index), close(chunk)));
            rest = after;
        }
    }
    chunks
}

/// Where a chunk may end: never within an entry's rows of one account.
fn cut(rows: &[Placed]) -> usize {
    let same = |at: usize| {
        let (one, other) = (&rows[at - 1].row, &rows[at].row);
        one.account == other.account && one.index == other.index
    };
    (CHUNK_ROWS..rows.len()).find(|at| !same(*at)).unwrap_or(rows.len())
}

fn close(rows: &[Placed]) -> Vec<u8> {
    let accounts = rows.chunk_by(|one, other| one.row.account == other.row.account);
    let packed: Vec<(u32, Vec<u8>)> = accounts.map(|rows| (rows[0].row.account.number(), account(rows))).collect();
    let parts: Vec<Part<'_>> = packed.iter().map(|(account, rows)| Part { account: *account, rows }).collect();
    // Writing to memory cannot fail.
    postcard::to_allocvec(&parts).unwrap_or_default()
}

fn account(rows: &[Placed]) -> Vec<u8> {
    let (mut index, mut balance, mut day) = (0, 0, 0);
    let mut packed = Vec::with_capacity(rows.len());
    for Placed { row, .. } in rows {
        let effective = row.effective.number();
        packed.push(Packed {
            index: row.index - index,
            other: row.other.number(),
            fen: row.fen,
            balance: row.balance.wrapping_sub(row.fen.wrapping_add(balance)),
            effective: effective.wrapping_sub(day),
            booked: row.booked.number().wrapping_sub(effective),
        });
        (index, balance, day) = (row.index, row.balance, effective);
    }
    postcard::to_allocvec(&packed).unwrap_or_default()
}

/// The rows of an account in a chunk, in the order of the record; `None` if the bytes are no chunk.
pub(super) fn rows_of(bytes: &[u8], account: AccountNo) -> Option<Vec<EntryRow>> {
    let parts: Vec<Part<'_>> = postcard::from_bytes(bytes).ok()?;
    let Some(part) = parts.iter().find(|part| part.account == account.number()) else { return Some(Vec::new()) };
    let packed: Vec<Packed> = postcard::from_bytes(part.rows).ok()?;
    let (mut index, mut balance, mut day): (u64, Fen, i32) = (0, 0, 0);
    let mut rows = Vec::with_capacity(packed.len());
    for row in packed {
        index = index.checked_add(row.index)?;
        balance = balance.wrapping_add(row.fen).wrapping_add(row.balance);
        day = day.wrapping_add(row.effective);
        let effective = Day::default().plus(day);
        let (other, booked) = (AccountNo::new(row.other), effective.plus(row.booked));
        rows.push(EntryRow { index, account, other, fen: row.fen, balance, booked, effective });
    }
    Some(rows)
}
