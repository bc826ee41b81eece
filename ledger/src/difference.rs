//! From what facts should hold to what is posted: amounts on accounts before and after, and the postings that lead from one to the
//! other. Not here: what facts should hold.

use crate::account::{AccountNo, Book, Class};
use crate::authority::{Authority, End};
use crate::handle::Handle;
use crate::money::{Day, Fen, held};
use crate::outcome::Posting;
use crate::state::State;
use std::collections::BTreeMap;

/// What facts should hold on accounts. Each movement adds to one and takes from another of the same book.
#[derive(Default)]
pub(crate) struct Holding {
    sums: BTreeMap<AccountNo, i128>,
}

impl Holding {
    /// Money goes from one account to another.
    pub fn moves(&mut self, debit: AccountNo, credit: AccountNo, fen: Fen) {
        *self.sums.entry(debit).or_default() += i128::from(fen);
        *self.sums.entry(credit).or_default() -= i128::from(fen);
    }

    /// The same facts hold no longer what they did.
    pub fn without(mut self, before: Self) -> Self {
        for (account, fen) in before.sums {
            *self.sums.entry(account).or_default() -= fen;
        }
        self
    }

    /// Further facts hold this besides.
    pub fn add(&mut self, more: Self) {
        for (account, fen) in more.sums {
            *self.sums.entry(account).or_default() += fen;
        }
    }

    /// What it adds to an account.
    pub fn on(&self, account: AccountNo) -> Fen {
        held(self.sums.get(&account).copied().unwrap_or_default())
    }

    /// The postings that add this. Each account is only added to or only taken from, so none is below zero in between; what becomes
    /// available on a line, or no longer is, goes by what it lacks.
    pub fn postings(&self, state: &State, on: Day) -> Vec<Posting> {
        let mut authority = Authority::of(state, on);
        let mut others = Vec::new();
        for book in Book::ALL {
            for (debit, credit, fen) in self.pairs(state, book) {
                if book == Book::Indicator {
                    authority.shift(end(state, debit), end(state, credit), fen);
                } else {
                    others.push(state.posting(on, debit, credit, fen));
                }
            }
        }
        let mut postings = authority.postings;
        postings.append(&mut others);
        postings
    }

    /// Which account takes how much from which.
    fn pairs(&self, state: &State, book: Book) -> Vec<(AccountNo, AccountNo, Fen)> {
        let here = self.sums.iter().filter(|(account, _)| state.class_of(**account).book() == book);
        let (mut debits, mut credits) = (Vec::new(), Vec::new());
        for (account, fen) in here.filter(|(_, fen)| **fen != 0) {
            let side = if *fen > 0 { &mut debits } else { &mut credits };
            side.push((*account, fen.unsigned_abs()));
        }
        let mut pairs = Vec::new();
        while let (Some((debit, in_need)), Some((credit, at_hand))) = (debits.last_mut(), credits.last_mut()) {
            let most = (*in_need).min(*at_hand);
            // One posting says at most what an amount can say.
            let fen = Fen::try_from(most).unwrap_or(Fen::MAX);
            pairs.push((*debit, *credit, fen));
            let moved = u128::from(fen.unsigned_abs());
            (*in_need, *at_hand) = (*in_need - moved, *at_hand - moved);
            if *in_need == 0 {
                debits.pop();
            }
            if credits.last().is_some_and(|(_, rest)| *rest == 0) {
                credits.pop();
            }
        }
        pairs
    }
}

/// A line where it is its available authority.
fn end(state: &State, account: AccountNo) -> End {
    if state.class_of(account) != Class::Available {
        return End::Account(account);
    }
    End::Line(Handle::new(state.accounts.get(account).owner))
}
