//! How far the ledger is, balances, and the entries of an account.

use super::explain::saying;
use super::page::{Cursor, Pager};
use super::{QueryError, maybe_id, need_id, wire};
use ledger::account::{AccountNo, Book, Class};
use ledger::money::Day;
use ledger::state::State;
use proto::v1;
use replay::drive::Engine;
use replay::projections::entries::EntryRow;
use replay::projections::lookups;
use std::collections::BTreeMap;

/// How far the ledger is.
///
/// # Errors
/// None so far.
pub fn status(engine: &Engine, request: &v1::GetStatusRequest) -> Result<v1::GetStatusResponse, QueryError> {
    let digest = request.digest.then(|| engine.digest());
    let state = engine.read();
    // The digest names the entries it was taken at; a later state would not fit it.
    let as_of = digest.map_or(state.entries, |(entries, _)| entries);
    let latest = super::payments::latest_day(&state);
    let [posted, refused, duplicates] = state.counts;
    Ok(v1::GetStatusResponse {
        as_of,
        entries: state.entries,
        posted,
        refused,
        duplicates,
        books: Book::ALL.iter().map(|book| total(&state, *book)).collect(),
        state_digest: digest.map_or_else(Default::default, |(_, digest)| digest.to_vec().into()),
        latest_day: Some(latest).filter(|day| *day != Day::default()).map_or(0, Day::yyyymmdd),
    })
}

fn total(state: &State, book: Book) -> v1::BookTotal {
    let accounts = state.accounts.iter().filter(|(_, account)| account.class.book() == book);
    let (mut count, mut sum, mut positive) = (0, 0_i128, 0_i128);
    for (_, account) in accounts {
        count += 1;
        sum += account.balance;
        positive += account.balance.max(0);
    }
    let clamp = |fen: i128| i64::try_from(fen).unwrap_or(i64::MAX);
    v1::BookTotal {
        book: book.name().to_owned(),
        accounts: count,
        trial_balance_fen: clamp(sum),
        positive_fen: clamp(positive),
    }
}

/// One balance.
///
/// # Errors
/// There is no such account.
pub fn balance(engine: &Engine, request: &v1::GetBalanceRequest) -> Result<v1::GetBalanceResponse, QueryError> {
    let state = engine.read();
    let number = account(&state, &request.owner, &request.class)?;
    Ok(v1::GetBalanceResponse { as_of: state.entries, balance: Some(balance_of(&state, number)) })
}

/// Balances of accounts in the order of their creation.
///
/// # Errors
/// A filter or the token is wrong.
pub fn balances(engine: &Engine, request: &v1::ListBalancesRequest) -> Result<v1::ListBalancesResponse, QueryError> {
    let state = engine.read();
    let owner = maybe_id("owner", &request.owner)?;
    let class = maybe_class(&request.class)?;
    let scope = format!("balances/{owner:?}/{}/{}", request.class, request.division);
    let pager = Pager::open(&scope, request.page_size, &request.page_token, state.entries)?;
    let first = pager.after_key().map_or(0, |key| key.saturating_add(1));
    let wanted = |number: &AccountNo| {
        let account = state.accounts.get(number.0);
        class.is_none_or(|class| account.class == class)
            && (request.division == 0
                || lookups::lies_in(state.orgs.get(state.org_of(*number)).division, request.division))
    };
    let numbers: Vec<AccountNo> = match owner {
        // The few accounts of an owner are found by key; only a listing without one walks them all.
        Some(owner) => {
            let classes = Class::ALL.iter().filter_map(|class| wire::find_account(&state, owner, class.name()));
            classes.filter(|number| u64::from(number.0) >= first).filter(wanted).take(pager.rows + 1).collect()
        }
        None => {
            let from = u32::try_from(first).unwrap_or(u32::MAX);
            (from..state.accounts.next()).map(AccountNo).filter(wanted).take(pager.rows + 1).collect()
        }
    };
    let mut numbers = numbers;
    let cursor = |number: &AccountNo| Cursor { key: u64::from(number.0), carry: 0 };
    let next_page_token = pager.cut(&mut numbers, state.entries, cursor);
    let balances = numbers.iter().map(|number| balance_of(&state, *number)).collect();
    Ok(v1::ListBalancesResponse { as_of: state.entries, balances, next_page_token })
}

/// Entries that posted to an account, oldest first. An entry is never cut in two, so a page may be a little longer.
///
/// # Errors
/// There is no such account, or the token is wrong.
pub fn entries(engine: &Engine, request: &v1::ListEntriesRequest) -> Result<v1::ListEntriesResponse, QueryError> {
    let (number, pager) = {
        let state = engine.read();
        let number = account(&state, &request.owner, &request.class)?;
        let scope = format!("entries/{}", number.0);
        (number, Pager::open(&scope, request.page_size, &request.page_token, state.entries)?)
    };
    let from = pager.after_key().map_or(0, |key| key.saturating_add(1));
    // Pages may come from the disk, so the fold is not kept waiting for them.
    let mut rows = engine.entries_of(number, from, pager.rows + 1)?;
    let state = engine.read();
    let last = rows.get(pager.rows.saturating_sub(1)).map_or(u64::MAX, |row| row.index);
    let all = rows.len();
    rows.retain(|row| row.index <= last);
    let more = rows.len() < all;
    let token = || pager.token(Cursor { key: last, carry: 0 }, state.entries);
    let mut answer = v1::ListEntriesResponse {
        as_of: state.entries,
        account: Some(wire::account(&state, number)),
        entries: rows.iter().map(|row| entry(&state, row)).collect(),
        next_page_token: if more { token() } else { String::new() },
    };
    drop(state);
    for row in &mut answer.entries {
        let said = saying(engine, row.index)?;
        (row.kind, row.principal, row.recorded_ms) = (said.kind, said.principal, said.recorded_ms);
    }
    Ok(answer)
}

fn entry(state: &State, row: &EntryRow) -> v1::AccountEntry {
    let event = u32::try_from(row.index).map(|index| state.seen.get(index).id).unwrap_or_default();
    v1::AccountEntry {
        index: row.index,
        event: wire::id(event),
        booked: row.booked.yyyymmdd(),
        fen: row.fen,
        balance_fen: row.balance,
        counter: Some(wire::account(state, row.other)),
        ..v1::AccountEntry::default()
    }
}

fn balance_of(state: &State, number: AccountNo) -> v1::Balance {
    let account = state.accounts.get(number.0);
    v1::Balance { account: Some(wire::account(state, number)), fen: state.balance(number), last: account.last }
}

pub(super) fn account(state: &State, owner: &[u8], class: &str) -> Result<AccountNo, QueryError> {
    let owner = if owner.is_empty() { uuid::Uuid::nil() } else { need_id("owner", owner)? };
    if maybe_class(class)?.is_none() {
        return Err(QueryError::field("class", "name the class, for example available"));
    }
    wire::find_account(state, owner, class).ok_or(QueryError::NotFound { kind: "owner of such an account", id: owner })
}

fn maybe_class(name: &str) -> Result<Option<Class>, QueryError> {
    if name.is_empty() {
        return Ok(None);
    }
    let known: BTreeMap<&str, Class> = Class::ALL.iter().map(|class| (class.name(), *class)).collect();
    let names = || known.keys().copied().collect::<Vec<_>>().join(", ");
    known.get(name).copied().map(Some).ok_or_else(|| QueryError::field("class", format!("one of {}", names())))
}
