//! What an entry posted, with what stood on both accounts before and after each posting.

use ledger::account::AccountNo;
use ledger::money::{Day, Fen};

use crate::pages::posting_row::EntryRow;

/// A posting with what was on both accounts before and after it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Moved {
    /// The account that received.
    pub debit: AccountNo,
    /// The account that gave.
    pub credit: AccountNo,
    /// How much.
    pub fen: Fen,
    /// The day it was booked on.
    pub booked: Day,
    /// On the receiving account, before and after.
    pub debit_balance: [Fen; 2],
    /// On the giving account, before and after.
    pub credit_balance: [Fen; 2],
}

/// What an entry posted, in the order in which it did, from the two rows of each posting.
pub(super) fn moved(rows: &[EntryRow]) -> Vec<Moved> {
    let (postings, _) = rows.as_chunks::<2>();
    let moved = postings.iter().map(|[came, went]| Moved {
        debit: came.account,
        credit: went.account,
        fen: came.fen,
        booked: came.booked,
        debit_balance: [came.balance.saturating_sub(came.fen), came.balance],
        credit_balance: [went.balance.saturating_sub(went.fen), went.balance],
    });
    moved.collect()
}
