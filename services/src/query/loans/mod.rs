//! Questions about loans, claims, payments to lenders and compensation funds. What they share: filters, days, sums.

pub mod claims;
pub mod due;
pub mod fund;
pub mod one;
pub mod position;
pub mod remittances;

use super::asked::Asked;
use super::{QueryError, found, maybe_id, need_id};
use crate::wire::id;
use ledger::account::Class;
use ledger::event::{Interest, LoanKind, Payer};
use ledger::handle::Handle;
use ledger::money::{Day, Fen, held};
use ledger::state::State;
use ledger::state::lending_rows::{Loan, Portfolio};
use ledger::state::rows::Org;
use proto::v1;
use replay::answers::loans::due::Left;
use replay::answers::loans::{kind_named, portfolio, portfolios};
use std::ops::Deref;

/// A day on the wire; 0 for the day that stands for none.
pub(super) fn on_wire(day: Day) -> u32 {
    if day == Day::default() { 0 } else { day.yyyymmdd() }
}

/// A day of a question; none for 0.
fn maybe_day(field: &'static str, number: u32) -> Result<Option<Day>, QueryError> {
    if number == 0 {
        return Ok(None);
    }
    let bad = || QueryError::field(field, "write a day as 20241220");
    Day::from_yyyymmdd(number).map(Some).ok_or_else(bad)
}

/// A year of a question.
fn need_year(number: u32) -> Result<u16, QueryError> {
    let known = u16::try_from(number).ok().filter(|year| (1901..=2999).contains(year));
    known.ok_or_else(|| QueryError::field("year", "write a year as 2024"))
}

/// A kind of loan; none if left empty.
fn maybe_kind(name: &str) -> Result<Option<LoanKind>, QueryError> {
    if name.is_empty() {
        return Ok(None);
    }
    kind_named(name).map(Some).ok_or_else(|| QueryError::field("kind", "one of origin, campus"))
}

/// The lender asked for; none if left empty.
fn maybe_lender(state: &State, lender: &[u8]) -> Result<Option<Handle<Org>>, QueryError> {
    let Some(wanted) = maybe_id("lender", lender)? else { return Ok(None) };
    found("organisation", wanted, state.orgs.find(wanted)).map(Some)
}

/// Portfolios of a lender and kind, either of which may be left open.
fn some_portfolios(state: &State, lender: &[u8], kind: &str) -> Result<Vec<Handle<Portfolio>>, QueryError> {
    Ok(portfolios(state, maybe_lender(state, lender)?, maybe_kind(kind)?))
}

/// The one portfolio of a lender and kind, both of which must be named.
fn need_portfolio(state: &State, lender: &[u8], kind: &str) -> Result<Handle<Portfolio>, QueryError> {
    let wanted = need_id("lender", lender)?;
    let org = found("organisation", wanted, state.orgs.find(wanted))?;
    let kind = maybe_kind(kind)?.ok_or_else(|| QueryError::field("kind", "name one of origin, campus"))?;
    found("lender with loans of this kind", wanted, portfolio(state, org, kind))
}

fn interest(interest: &Interest) -> v1::InterestByPayer {
    v1::InterestByPayer {
        subsidy_fen: interest.subsidy,
        waiver_fen: interest.waiver,
        borrower_fen: interest.borrower,
        penalty_fen: interest.penalty,
    }
}

fn class_sums(sums: impl IntoIterator<Item = (Class, i128)>) -> Vec<v1::ClassSum> {
    let row = |(class, fen): (Class, i128)| v1::ClassSum {
        class: class.name().to_owned(),
        class_zh: class.name_zh().to_owned(),
        fen: held(fen),
    };
    sums.into_iter().map(row).collect()
}

fn payer_sums(sums: impl IntoIterator<Item = (Payer, Fen)>) -> Vec<v1::PayerSum> {
    sums.into_iter().map(|(payer, fen)| v1::PayerSum { payer: payer.name().to_owned(), fen }).collect()
}

fn payer_debt(payer: Payer, [owed_fen, ordered_fen, paid_fen]: [Fen; 3]) -> v1::PayerDebt {
    let payer = payer.name().to_owned();
    v1::PayerDebt { payer, owed_fen, ordered_fen, paid_fen, ..v1::PayerDebt::default() }
}

fn left(state: &State, missing: &[Left; 3]) -> Vec<v1::MissingInterest> {
    let named = ["contract", "terms", "rate"].into_iter().zip(missing).filter(|(_, left)| left.loans > 0);
    let row = |(name, left): (&str, &Left)| v1::MissingInterest {
        missing: name.to_owned(),
        loans: left.loans,
        example: left.example.map_or_else(Default::default, |loan| id(state.loans.get(loan).id)),
    };
    named.map(row).collect()
}

/// Loans a long report takes under one lock. Beyond that the fold is let in between, and the answer says at which entry
/// it began: sums over a million loans then mix loans as they stood a second apart, which no report of theirs forbids.
const CHUNK: u32 = 10_000;

/// Up to this many loans the whole report is taken under one lock, and is exact as of its entry.
const AT_ONCE: u32 = 200_000;

/// Looks at so many loans from one on.
type EachChunk<'a, P> = dyn FnMut(&P, &State, Handle<Loan>, usize) + 'a;

/// Walks all loans for a report, in one go if they are few: first what the report needs to know, then the loans, then the
/// state for what comes after them. Gives the number of entries at the beginning.
fn over_loans<'e, P, F: FnOnce(&State) -> Result<P, QueryError>>(
    asked: &'e Asked,
    prepare: F,
    each: &mut EachChunk<'_, P>,
) -> Result<(u64, P, impl Deref<Target = State> + use<'e, P, F>), QueryError> {
    let mut state = asked.state()?;
    let (as_of, end) = (state.entries, state.loans.next().number());
    let prepared = prepare(&state)?;
    let chunk = if end <= AT_ONCE { end } else { CHUNK };
    let mut from = 0;
    while from < end {
        let rows = chunk.min(end - from);
        each(&prepared, &state, Handle::new(from), rows as usize);
        from += rows;
        if from < end {
            drop(state);
            state = asked.state()?;
        }
    }
    Ok((as_of, prepared, state))
}
