//! One side of one posting as its account sees it, and where in the store it lies. How rows are packed and found again is in
//! `history`.

use ledger::account::{AccountNo, Owner};
use ledger::money::{Day, Fen};
use ledger::state::State;

/// Accounts that share chunks: enough that a checkpoint makes hundreds or thousands of chunks and not tens of thousands,
/// also when every loan of a portfolio is accrued; each of sixteen cost four times the memory and let pages fall behind.
const STRIPE: u32 = 128;

/// Tells the group of an account that lasts, which is its own, from those that are shared.
const LASTING: u32 = 1 << 31;

/// One side of one posting, as the account sees it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EntryRow {
    /// Index of the entry that posted.
    pub index: u64,
    /// The account.
    pub account: AccountNo,
    /// The account on the other side.
    pub other: AccountNo,
    /// Above zero if it came in, below if it went out.
    pub fen: Fen,
    /// What stood on the account after it.
    pub balance: Fen,
    /// The day it was booked on.
    pub booked: Day,
    /// The day from which it counts: that of its event.
    pub effective: Day,
}

impl EntryRow {
    /// The account that received.
    #[must_use]
    pub fn debit(&self) -> AccountNo {
        if self.fen > 0 { self.account } else { self.other }
    }

    /// The account that gave.
    #[must_use]
    pub fn credit(&self) -> AccountNo {
        if self.fen > 0 { self.other } else { self.account }
    }
}

/// A row, and where it will lie in the store.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Placed {
    pub(crate) place: AccountPlace,
    pub(crate) row: EntryRow,
}

/// Where an account's postings lie: an account that lasts has chunks of its own, so that its history is read without
/// that of its neighbours. The others live shortly, and share.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct AccountPlace {
    pub(super) group: u32,
    pub(super) account: AccountNo,
}

impl AccountPlace {
    /// The place of an account of this state.
    #[must_use]
    pub fn of(state: &State, account: AccountNo) -> Self {
        Self::by(account, state.accounts.get(account).class.owner())
    }

    /// The place of an account by who owns it.
    #[must_use]
    pub(crate) fn by(account: AccountNo, owner: Owner) -> Self {
        let lasts = matches!(owner, Owner::Org | Owner::Line | Owner::Portfolio);
        Self { group: if lasts { LASTING | account.number() } else { account.number() / STRIPE }, account }
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
