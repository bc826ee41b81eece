//! What all outcomes come to: the root of the tree over them, and what was posted in each book. It goes on with every entry and is kept
//! with the pages; checkpoints sign it, and whoever folds the record again must arrive at the same.

use ledger::account::{AccountNo, Book};
use ledger::hash::Hash;
use ledger::outcome::Outcome;
use ledger::state::State;
use ledger::tree::merkle::{Frontier, leaf_hash};
use ledger::tree::outcome_leaf::{EntryMark, write};

use crate::record::leaves::{HEIGHT, Leaves};

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

/// The tree over outcomes and the trial balance of each book.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    tree: Frontier,
    books: [Turnover; BOOKS],
    salts: u128,
}

impl Tally {
    /// A tally that was kept elsewhere.
    #[must_use]
    pub(crate) fn from_parts(tree: Frontier, books: [Turnover; BOOKS], salts: u128) -> Self {
        Self { tree, books, salts }
    }

    /// How many outcomes there are.
    #[must_use]
    pub fn entries(&self) -> u64 {
        self.tree.size()
    }

    /// The tree over them.
    #[must_use]
    pub fn tree(&self) -> &Frontier {
        &self.tree
    }

    /// The trial balance, in the order of [`Book::ALL`].
    #[must_use]
    pub fn books(&self) -> &[Turnover; BOOKS] {
        &self.books
    }

    /// The random bytes of all entries, exclusive-or: with them balances are sealed.
    #[must_use]
    pub fn salts(&self) -> u128 {
        self.salts
    }
}

/// Outcomes as bytes, to be hashed when there is time, and what they posted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Noted {
    bytes: Vec<u8>,
    /// Where the bytes of each end.
    ends: Vec<usize>,
    books: [Turnover; BOOKS],
    salts: u128,
}

impl Noted {
    /// Takes the outcome of the entry just folded into `state`.
    pub(crate) fn note(&mut self, state: &State, mark: &EntryMark, outcome: &Outcome) {
        write(&mut self.bytes, mark, outcome, state);
        self.ends.push(self.bytes.len());
        self.salts ^= u128::from_be_bytes(mark.salt);
        let Outcome::Posted { postings, .. } = outcome else { return };
        for posting in postings {
            // Each side is looked up by itself: were a posting to cross books, the sums would show it.
            self.books[book_of(state, posting.debit)].debits += i128::from(posting.fen);
            self.books[book_of(state, posting.credit)].credits += i128::from(posting.fen);
        }
    }

    /// Lets go of all, and keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.books = Default::default();
        self.salts = 0;
    }

    /// The random bytes of its entries, exclusive-or.
    pub(crate) fn salts(&self) -> u128 {
        self.salts
    }
}

/// A tally that goes on, with what whoever keeps the tree needs besides.
#[derive(Clone, Debug, Default)]
pub struct Tallying {
    tally: Tally,
    /// Leaves behind the last whole tile: tiles on disk end there.
    tail: Vec<Hash>,
    /// What was added since it was last taken.
    fresh: Leaves,
    /// One outcome, kept so that no memory is asked for with every entry.
    one: Noted,
}

impl Tallying {
    /// Goes on from a tally that was kept elsewhere, with the leaves behind its last whole tile.
    pub(crate) fn from_parts(tally: Tally, tail: Vec<Hash>) -> Self {
        Self { tally, tail, ..Self::default() }
    }

    /// Takes the outcome of the entry just folded into `state`.
    pub fn note(&mut self, state: &State, mark: &EntryMark, outcome: &Outcome) {
        let mut one = std::mem::take(&mut self.one);
        one.clear();
        one.note(state, mark, outcome);
        self.take(&one);
        self.one = one;
    }

    /// Hashes outcomes that were noted, in their order.
    pub(crate) fn take(&mut self, noted: &Noted) {
        let mut rest = 0;
        for end in &noted.ends {
            let leaf = leaf_hash(&noted.bytes[rest..*end]);
            rest = *end;
            self.fresh.push(&mut self.tally.tree, leaf);
            if self.tally.tree.size().is_multiple_of(1 << HEIGHT) {
                self.tail.clear();
            } else {
                self.tail.push(leaf);
            }
        }
        self.tally.salts ^= noted.salts;
        for (sum, more) in self.tally.books.iter_mut().zip(&noted.books) {
            sum.debits += more.debits;
            sum.credits += more.credits;
        }
    }

    /// What they come to.
    #[must_use]
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The leaves behind the last whole tile.
    pub(crate) fn tail(&self) -> &[Hash] {
        &self.tail
    }

    /// Lets go of what was added, for whoever keeps no tree.
    pub fn forget_fresh(&mut self) {
        self.fresh = Leaves::default();
    }

    /// The leaves added since this was asked for last.
    pub(crate) fn take_fresh(&mut self) -> Leaves {
        std::mem::take(&mut self.fresh)
    }
}

/// Position in [`Book::ALL`], which lists the books in the order of their declaration.
fn book_of(state: &State, account: AccountNo) -> usize {
    state.accounts.get(account).class.book() as usize
}
