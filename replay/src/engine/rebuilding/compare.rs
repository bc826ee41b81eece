//! Whether a rebuilt state is the one in use: page by page while that one goes on, then once more, while nothing is folded,
//! only those pages that changed meanwhile. The first difference is named with both values.

use std::collections::BTreeSet;

use ledger::account::{Account, AccountNo};
use ledger::hash::hex;
use ledger::money::yuan;
use ledger::state::State;
use ledger::state::table::PAGE_ROWS;
use parking_lot::RwLock;

use super::{RebuildError, Step};
use crate::proof::tally::Tally;

/// Pages that must be looked at again: table and page.
pub(crate) struct Comparison {
    again: BTreeSet<(usize, u32)>,
}

impl Comparison {
    /// Compares all pages while `in_use` goes on. What differs now may only be ahead.
    pub(crate) fn begin(in_use: &RwLock<State>, next: &mut State, step: Step<'_>) -> Result<Self, RebuildError> {
        let mut again = BTreeSet::new();
        uncompared(&mut in_use.write());
        uncompared(next);
        let entries = next.entries;
        for (table, (_, made)) in next.views().into_iter().enumerate() {
            for page in 0..made.count() {
                let page = u32::try_from(page).unwrap_or(u32::MAX);
                // One page at a time, so that the fold waits for no more than that.
                if !same_page(&in_use.read(), next, (table, page)) {
                    again.insert((table, page));
                }
                if page.is_multiple_of(64) && !step(entries, entries) {
                    return Err(RebuildError::Interrupted);
                }
            }
        }
        Ok(Self { again })
    }

    /// Compares what may differ still. `in_use` has come to the same entry and is not folding.
    pub(crate) fn end(mut self, in_use: &RwLock<State>, next: &mut State) -> Result<(), RebuildError> {
        self.again.extend(uncompared(&mut in_use.write()));
        self.again.extend(uncompared(next));
        let in_use = in_use.read();
        same_scalars(&in_use, next)?;
        self.again.into_iter().try_for_each(|page| page_or_difference(&in_use, next, page))
    }
}

/// Compares two states that nobody changes.
pub(super) fn same_state(in_use: &State, next: &State) -> Result<(), RebuildError> {
    same_scalars(in_use, next)?;
    for (table, (_, made)) in next.views().into_iter().enumerate() {
        for page in 0..u32::try_from(made.count()).unwrap_or(u32::MAX) {
            page_or_difference(in_use, next, (table, page))?;
        }
    }
    Ok(())
}

/// Compares the trees over outcomes and what was posted in each book.
pub(crate) fn same_tally(in_use: &Tally, next: &Tally) -> Result<(), RebuildError> {
    let entries = next.entries();
    if in_use.tree() != next.tree() {
        let (has, gives) = (hex(&in_use.tree().root()), hex(&next.tree().root()));
        return Err(differs(entries, format!("root over outcomes: in use {has}, rebuilt {gives}")));
    }
    if in_use.books() != next.books() {
        return Err(differs(entries, format!("turnover: in use {:?}, rebuilt {:?}", in_use.books(), next.books())));
    }
    Ok(())
}

fn differs(entries: u64, what: String) -> RebuildError {
    RebuildError::Differs { entries, what }
}

/// Pages changed since they were last compared, which they count as from now on.
fn uncompared(state: &mut State) -> Vec<(usize, u32)> {
    let tables = state.tables().into_iter().enumerate();
    tables.flat_map(|(at, (_, table))| table.take_uncompared().into_iter().map(move |page| (at, page))).collect()
}

fn same_page(in_use: &State, next: &State, (table, page): (usize, u32)) -> bool {
    let bytes = |state: &State| {
        let (_, rows) = state.views()[table];
        ((page as usize) < rows.count()).then(|| rows.encode(page))
    };
    bytes(in_use) == bytes(next)
}

fn same_scalars(in_use: &State, next: &State) -> Result<(), RebuildError> {
    if in_use.scalars() != next.scalars() {
        let (has, gives) = (in_use.scalars(), next.scalars());
        let what = format!("entries, rules, posted, refused, repeated: in use {has:?}, rebuilt {gives:?}");
        return Err(differs(next.entries, what));
    }
    for ((name, has), (_, gives)) in in_use.views().into_iter().zip(next.views()) {
        if has.count() != gives.count() {
            let what = format!("table {name}: in use {} pages, rebuilt {}", has.count(), gives.count());
            return Err(differs(next.entries, what));
        }
    }
    Ok(())
}

fn page_or_difference(in_use: &State, next: &State, page: (usize, u32)) -> Result<(), RebuildError> {
    if same_page(in_use, next, page) {
        return Ok(());
    }
    let ((name, has), (_, gives)) = (in_use.views()[page.0], next.views()[page.0]);
    let first = page.1.saturating_mul(PAGE_ROWS as u32);
    let rows =
        (first..first.saturating_add(PAGE_ROWS as u32)).map(|row| (row, has.encode_row(row), gives.encode_row(row)));
    let differing = rows.into_iter().find(|(_, has, gives)| has != gives);
    let what = match differing {
        Some((row, Some(_), Some(_))) if name == "accounts" => account(in_use, next, AccountNo::new(row)),
        Some((row, has, gives)) => format!("row {row} of {name}: in use {}, rebuilt {}", shown(has), shown(gives)),
        None => format!("page {} of {name}", page.1),
    };
    Err(differs(next.entries, what))
}

fn account(in_use: &State, next: &State, number: AccountNo) -> String {
    let said = |row: &Account| format!("{} 元, last posted to by entry {}", yuan(row.balance), row.last);
    let (has, gives) = (in_use.accounts.get(number), next.accounts.get(number));
    let class = gives.class.name_zh();
    format!("account {} ({class}): in use {}, rebuilt {}", number, said(has), said(gives))
}

fn shown(row: Option<Vec<u8>>) -> String {
    row.map_or_else(|| "none".to_owned(), |bytes| hex(&bytes))
}
