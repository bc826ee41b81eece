//! Accounts whose balances differ, and what all accounts of a class come to.

use ledger::account::{Account, AccountNo, Class};
use ledger::state::State;

use super::counted_page::{CountedPage, Rows};
use super::places::Places;

/// What is on all accounts of a class.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SumDiff {
    /// The class; it knows its book.
    pub class: Class,
    /// Sum in fen in the first state.
    pub from: i128,
    /// Sum in fen in the second.
    pub to: i128,
}

/// An account whose balance differs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BalanceDiff {
    /// Its number in the first state, if it is there.
    pub in_from: Option<AccountNo>,
    /// Its number in the second state, if it is there.
    pub in_to: Option<AccountNo>,
    /// Fen in the first state; nothing if the account is not there.
    pub from: i128,
    /// Fen in the second.
    pub to: i128,
    /// The last entry that posted to it in the first state, if any did.
    pub last_from: Option<u64>,
    /// The same in the second.
    pub last_to: Option<u64>,
}

pub(super) fn compare(
    from: &State,
    to: &State,
    places: &Places,
    rows: Rows,
) -> (Vec<SumDiff>, CountedPage<BalanceDiff>) {
    let mut listed = CountedPage::new(rows);
    let mut matched = vec![false; from.accounts.len()];
    for (number, account) in to.accounts.iter() {
        let before = places.account(from, account);
        if let Some(before) = before {
            matched[before.number() as usize] = true;
        }
        note(&mut listed, before.map(|no| (no, from.accounts.get(no))), Some((number, account)));
    }
    for (number, account) in from.accounts.iter().filter(|(number, _)| !matched[number.number() as usize]) {
        note(&mut listed, Some((number, account)), None);
    }
    (sums(from, to), listed)
}

type Side<'a> = Option<(AccountNo, &'a Account)>;

/// An account that is not there has nothing on it, so one that came with nothing on it does not differ.
fn note(listed: &mut CountedPage<BalanceDiff>, one: Side<'_>, other: Side<'_>) {
    let (from, to) = (fen(one), fen(other));
    if from != to {
        let (in_from, in_to) = (one.map(|side| side.0), other.map(|side| side.0));
        let (last_from, last_to) = (last(one), last(other));
        listed.add(|| BalanceDiff { in_from, in_to, from, to, last_from, last_to });
    }
}

fn fen(side: Side<'_>) -> i128 {
    side.map_or(0, |(_, account)| account.balance)
}

/// Entry 0 moves no money: there is nobody yet to own an account. So 0 says that nothing was posted.
fn last(side: Side<'_>) -> Option<u64> {
    side.map(|(_, account)| account.last).filter(|last| *last > 0)
}

fn sums(from: &State, to: &State) -> Vec<SumDiff> {
    let (one, other) = (by_class(from), by_class(to));
    let both = Class::ALL.iter().zip(one.into_iter().zip(other));
    let any = both.filter(|(_, (from, to))| from.1 || to.1);
    any.map(|(class, (from, to))| SumDiff { class: *class, from: from.0, to: to.0 }).collect()
}

/// By class, the sum and whether any account of it was ever posted to.
fn by_class(state: &State) -> Vec<(i128, bool)> {
    let mut sums = vec![(0, false); Class::ALL.len()];
    for (_, account) in state.accounts.iter() {
        let sum = &mut sums[account.class as usize];
        *sum = (sum.0 + account.balance, sum.1 || account.last > 0);
    }
    sums
}
