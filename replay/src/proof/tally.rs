//! What all outcomes come to: their chain, and what was posted in each book. It goes on with every entry and is kept
//! with the pages; checkpoints sign it, and whoever folds the record again must arrive at the same.

use ledger::account::{AccountNo, Book};
use ledger::outcome::Outcome;
use ledger::state::State;
use ledger::tree::outcome_chain::OutcomeChain;

/// How many books there are.
pub const BOOKS: usize = Book::ALL.len();

/// What was posted in one book so far, in fen: in a ledger that balances, both sums are equal.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Turnover {
    /// To accounts of this book.
    pub debits: i128,
    /// From accounts of this book.
    pub credits: i128,
}

/// The chain over outcomes and the trial balance of each book.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    chain: OutcomeChain,
    books: [Turnover; BOOKS],
}

impl Tally {
    /// A tally that was kept elsewhere.
    #[must_use]
    pub(crate) fn from_parts(chain: OutcomeChain, books: [Turnover; BOOKS]) -> Self {
        Self { chain, books }
    }

    /// Takes the outcome of the entry just folded into `state`.
    pub fn note(&mut self, state: &State, outcome: &Outcome) {
        self.chain.push(outcome);
        let Outcome::Posted { postings, .. } = outcome else { return };
        for posting in postings {
            // Each side is looked up by itself: were a posting to cross books, the sums would show it.
            self.books[book_of(state, posting.debit)].debits += i128::from(posting.fen);
            self.books[book_of(state, posting.credit)].credits += i128::from(posting.fen);
        }
    }

    /// The chain.
    #[must_use]
    pub fn chain(&self) -> &OutcomeChain {
        &self.chain
    }

    /// The trial balance, in the order of [`Book::ALL`].
    #[must_use]
    pub fn books(&self) -> &[Turnover; BOOKS] {
        &self.books
    }
}

/// Position in [`Book::ALL`], which lists the books in the order of their declaration.
fn book_of(state: &State, account: AccountNo) -> usize {
    state.accounts.get(account).class.book() as usize
}
