//! How far the ledger is, balances, and the entries of an account.

use super::asked::Asked;
use super::counted::{ACCOUNTS_LOOKED_AT, Counted};
use super::explain::saying;
use super::page::{Cursor, Pager, paged};
use super::{QueryError, maybe_id, need_id};
use crate::wire;
use ledger::account::{AccountNo, Book, Class};
use ledger::money::Day;
use ledger::state::{Counts, State};
use proto::v1;
use replay::answers::divisions;
use replay::pages::posting_row::EntryRow;
use replay::point::Booked;
use std::collections::BTreeMap;
use uuid::Uuid;

paged!(ListBalancesRequest);
paged!(ListEntriesRequest);

/// How much is going on where it is asked.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct ServerLoad {
    /// Connections open.
    pub connections: u64,
    /// Connections there may be.
    pub most_connections: u64,
    /// Connections closed at once, as all others were in use.
    pub connections_turned_away: u64,
    /// Answers under way.
    pub answers: u64,
    /// Questions that were told to come back.
    pub turned_away: u64,
    /// Requests whose rest did not come.
    pub requests_given_up: u64,
    /// Connections closed as answers on them were not read.
    pub answers_given_up: u64,
}

/// What the status is asked of.
pub struct Watched {
    /// The ledger.
    pub asked: Asked,
    /// How much is going on besides.
    pub load: ServerLoad,
    /// What is wrong with the files of TLS.
    pub tls: Option<String>,
}

/// How far the ledger is.
///
/// # Errors
/// The past state is not at hand any more.
pub fn status(
    Watched { asked, load, tls }: &Watched,
    request: &v1::GetStatusRequest,
) -> Result<v1::GetStatusResponse, QueryError> {
    let state = asked.state()?;
    let digest = request.digest.then(|| state.digest());
    let latest = state.latest;
    let Counts { posted, refused, duplicates } = state.counts;
    let standing = asked.engine.standing();
    let doubts: Vec<String> =
        [standing.doubt, standing.pages, standing.removed, tls.clone()].into_iter().flatten().collect();
    Ok(v1::GetStatusResponse {
        as_of: state.entries,
        basis: asked.basis(),
        entries: state.entries,
        posted,
        refused,
        duplicates,
        books: Book::ALL.iter().map(|book| total(&state, *book)).collect(),
        state_digest: digest.map_or_else(Default::default, |digest| digest.to_vec().into()),
        stopped: wire::without_paths(&standing.stopped.unwrap_or_default()),
        held_up_since_ms: standing.held_up_since_ms.unwrap_or_default(),
        doubt: wire::without_paths(&doubts.join("; ")),
        follows: standing.follows.unwrap_or_default(),
        published: standing.published,
        connections: load.connections,
        most_connections: load.most_connections,
        connections_turned_away: load.connections_turned_away,
        answers_under_way: load.answers,
        questions_turned_away: load.turned_away,
        requests_given_up: load.requests_given_up,
        answers_given_up: load.answers_given_up,
        identity_key: state.identity_key().map_or_else(Default::default, |key| key.fingerprint.to_vec().into()),
        founded: state.is_founded(),
        founded_by: state.foundings.iter().map(|(_, row)| row.index).next().unwrap_or_default(),
        rights_version: state.rights().map_or(0, |rights| rights.version),
        has_people: !state.persons.is_empty() || !state.borrowers.is_empty(),
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
pub fn balance(asked: &Asked, request: &v1::GetBalanceRequest) -> Result<v1::GetBalanceResponse, QueryError> {
    let Some(booked) = asked.booked() else {
        let state = asked.state()?;
        let balance = Some(stands(asked, &state, request)?);
        return Ok(v1::GetBalanceResponse { as_of: state.entries, balance, basis: asked.basis() });
    };
    let (number, counted, mut balance) = {
        let state = asked.engine.read();
        let number = account(&state, &request.owner, &request.class)?;
        (number, Counted::of(booked, &state), balance_of(&state, number))
    };
    // Pages may come from the disk, so the fold is not kept waiting for them.
    (balance.fen, balance.last) = counted.stood(&asked.engine, number, (balance.fen, balance.last))?;
    Ok(v1::GetBalanceResponse { as_of: counted.entries, balance: Some(balance), basis: None })
}

/// What stands on an account in a state; nothing if its owner is known, though not to that state.
fn stands(asked: &Asked, state: &State, request: &v1::GetBalanceRequest) -> Result<v1::Balance, QueryError> {
    match account(state, &request.owner, &request.class) {
        Err(QueryError::NotFound { .. }) if asked.basis().is_some() => {
            let now = asked.engine.read();
            let number = account(&now, &request.owner, &request.class)?;
            Ok(v1::Balance { account: Some(wire::account(&now, number)), ..v1::Balance::default() })
        }
        number => Ok(balance_of(state, number?)),
    }
}

/// Balances of accounts in the order of their creation.
///
/// # Errors
/// A filter or the token is wrong.
pub fn balances(asked: &Asked, request: &v1::ListBalancesRequest) -> Result<v1::ListBalancesResponse, QueryError> {
    if let Some(booked) = asked.booked() {
        return added_up(asked, booked, request);
    }
    let state = asked.state()?;
    let pager = Pager::open(request, state.entries)?;
    let shown = |number: AccountNo| state.balance(number) != 0 || (request.zero && state.accounts.get(number).last > 0);
    let numbers = wanted(&state, request, pager.first_handle(), pager.rows + 1, shown)?;
    let (numbers, next_page_token) = pager.cut(numbers, |number| number.number().into());
    let balances = numbers.into_iter().map(|number| balance_of(&state, number)).collect();
    Ok(v1::ListBalancesResponse { as_of: state.entries, balances, next_page_token, basis: asked.basis() })
}

/// The same from postings.
fn added_up(
    asked: &Asked,
    booked: Booked,
    request: &v1::ListBalancesRequest,
) -> Result<v1::ListBalancesResponse, QueryError> {
    let (pager, counted, rows, mut more) = {
        let state = asked.engine.read();
        let counted = Counted::of(booked, &state);
        let pager = Pager::open(request, state.entries)?;
        let most = ACCOUNTS_LOOKED_AT.max(pager.rows + 1);
        let numbers = wanted(&state, request, pager.first_handle(), most, |_| true)?;
        let more = numbers.len() == most;
        let rows: Vec<_> = numbers.into_iter().map(|number| (number, balance_of(&state, number))).collect();
        (pager, counted, rows, more)
    };
    let seen = rows.last().map(|(number, _)| *number);
    let (shown, ended) = listed(asked, &counted, rows, (pager.rows, request.zero))?;
    more &= !ended;
    let (shown, mut next_page_token) = pager.cut(shown, |(number, _)| number.number().into());
    if let Some(seen) = seen.filter(|_| next_page_token.is_empty() && more) {
        next_page_token = pager.token(Cursor { key: seen.number().into(), carry: 0 });
    }
    let balances = shown.into_iter().map(|(_, balance)| balance).collect();
    Ok(v1::ListBalancesResponse { as_of: counted.entries, balances, next_page_token, basis: None })
}

/// Those of the accounts that a listing shows, one more than its page has rows; and whether none can follow.
fn listed(
    asked: &Asked,
    counted: &Counted,
    rows: Vec<(AccountNo, v1::Balance)>,
    (most, zero): (usize, bool),
) -> Result<(Vec<(AccountNo, v1::Balance)>, bool), QueryError> {
    let mut shown = Vec::new();
    for (number, balance) in rows {
        match counted.shown(&asked.engine, number, balance, zero)? {
            Some(balance) => shown.push((number, balance)),
            None if counted.ends_at(&asked.engine, number)? => return Ok((shown, true)),
            None => {}
        }
        if shown.len() > most {
            break;
        }
    }
    Ok((shown, false))
}

/// Accounts that pass the filters of a request and are shown.
fn wanted(
    state: &State,
    request: &v1::ListBalancesRequest,
    first: AccountNo,
    most: usize,
    shown: impl Fn(AccountNo) -> bool,
) -> Result<Vec<AccountNo>, QueryError> {
    let (owner, class) = (maybe_id("owner", &request.owner)?, maybe_class(&request.class)?);
    let wanted = |number: &AccountNo| {
        let account = state.accounts.get(*number);
        shown(*number)
            && class.is_none_or(|class| account.class == class)
            && (request.division == 0
                || divisions::lies_in(state.orgs.get(state.org_of(*number)).division(), request.division))
    };
    Ok(match owner {
        // The few accounts of an owner are found by key; only a listing without one walks them all.
        Some(owner) => {
            let classes = Class::ALL.iter().filter_map(|class| wire::find_account(state, owner, class.name()));
            classes.filter(|number| *number >= first).filter(wanted).take(most).collect()
        }
        None => state.accounts.from(first).map(|(number, _)| number).filter(wanted).take(most).collect(),
    })
}

/// Postings to an account, oldest first. Of an entry that posted to it often a page may hold a part.
///
/// # Errors
/// There is no such account, or the token is wrong.
pub fn entries(asked: &Asked, request: &v1::ListEntriesRequest) -> Result<v1::ListEntriesResponse, QueryError> {
    let (number, pager, counted) = {
        let state = asked.engine.read();
        let number = account(&state, &request.owner, &request.class)?;
        let pager = Pager::open(request, state.entries)?;
        (number, pager, Counted::of(asked.booked().unwrap_or_default(), &state))
    };
    // Pages may come from the disk, so the fold is not kept waiting for them.
    let (from, begun) = begin(&pager);
    let mut rows = asked.engine.entries_at(number, &counted.booked, from, pager.rows + 1 + begun)?;
    rows.drain(..begun.min(rows.len()));
    let next = next_posting(&rows, &pager, (from, begun));
    rows.truncate(pager.rows);
    let state = asked.engine.read();
    let mut answer = v1::ListEntriesResponse {
        as_of: counted.entries,
        account: Some(wire::account(&state, number)),
        entries: rows.iter().map(|row| entry(&state, row)).collect(),
        next_page_token: next.map_or_else(String::new, |next| pager.token(next)),
    };
    drop(state);
    for row in &mut answer.entries {
        let said = saying(&asked.engine, row.index)?;
        (row.kind, row.principal, row.recorded_ms) = (said.kind, said.principal, said.recorded_ms);
    }
    Ok(answer)
}

/// The entry a page of postings begins with, and how many of its postings were on pages before.
fn begin(pager: &Pager) -> (u64, usize) {
    let begun = pager.after.map_or(0, |after| usize::try_from(after.carry).unwrap_or(0));
    let within = pager.after.filter(|_| begun > 0);
    (within.map_or_else(|| pager.first(), |within| within.key), begun)
}

/// Where the page after these rows begins, of which it has as many as it may and those left.
fn next_posting(rows: &[EntryRow], pager: &Pager, (from, begun): (u64, usize)) -> Option<Cursor> {
    let (page, rest) = rows.split_at_checked(pager.rows)?;
    let (last, next) = (page.last()?.index, rest.first()?.index);
    let of_last = page.iter().rev().take_while(|row| row.index == last).count();
    let before = if last == from { begun } else { 0 };
    let carry = if next == last { i64::try_from(before + of_last).ok()? } else { 0 };
    Some(Cursor { key: last, carry })
}

fn entry(state: &State, row: &EntryRow) -> v1::AccountEntry {
    let event = wire::event_id(state, row.index);
    v1::AccountEntry {
        index: row.index,
        event: wire::id(event),
        booked: row.booked.yyyymmdd(),
        effective: row.effective.yyyymmdd(),
        fen: row.fen,
        balance_fen: row.balance,
        counter: Some(wire::account(state, row.other)),
        ..v1::AccountEntry::default()
    }
}

fn balance_of(state: &State, number: AccountNo) -> v1::Balance {
    let account = state.accounts.get(number);
    v1::Balance { account: Some(wire::account(state, number)), fen: state.balance(number), last: account.last }
}

pub(super) fn account(state: &State, owner: &[u8], class: &str) -> Result<AccountNo, QueryError> {
    let owner = if owner.is_empty() { Uuid::nil() } else { need_id("owner", owner)? };
    if maybe_class(class)?.is_none() {
        return Err(QueryError::field("class", "name the class, for example available"));
    }
    wire::find_account(state, owner, class).ok_or(QueryError::NotFound { kind: "owner of such an account", id: owner })
}

pub(super) fn maybe_class(name: &str) -> Result<Option<Class>, QueryError> {
    if name.is_empty() {
        return Ok(None);
    }
    let known: BTreeMap<&str, Class> = Class::ALL.iter().map(|class| (class.name(), *class)).collect();
    let names = || known.keys().copied().collect::<Vec<_>>().join(", ");
    known.get(name).copied().map(Some).ok_or_else(|| QueryError::field("class", format!("one of {}", names())))
}
