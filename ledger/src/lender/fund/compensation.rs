//! Compensation owed for a risk year by university and payer, and paid into the fund.

use super::add;
use super::change::FundChange;
use crate::account::Class;
use crate::change::{Case, Change, Judged, NewFinding, OrgRef, Taken, Touched};
use crate::event::loan_terms::{LoanTerms, split};
use crate::event::{CompensationAccrued, CompensationReceived, LoanKind, Payer};
use crate::finding::FindingKind;
use crate::handle::Handle;
use crate::loan::fund_effect::{move_stock, posting, risk_year_id, share};
use crate::loan::portfolio::{PortfolioRef, derived, portfolio, portfolio_id};
use crate::loan::rates::terms_on;
use crate::money::{Day, Fen};
use crate::outcome::{Code, Refusal};
use crate::registry::org;
use crate::state::fund_rows::{Computed, Received};
use crate::state::lending_rows::{Portfolio, Receipt, RiskPaid, RiskYear};
use crate::state::{State, UNKNOWN_ORG};
use uuid::Uuid;

/// A whole in millionths.
const WHOLE: i128 = 1_000_000;

/// The id of what was paid in for a risk year.
pub(crate) fn paid_id(portfolio: Uuid, year: u16) -> Uuid {
    derived(&[b"risk_paid", portfolio.as_bytes(), &year.to_le_bytes()])
}

/// The row of what was paid in for a risk year, opened if it is not yet there.
pub(crate) fn open_paid(state: &mut State, index: u64, portfolio: Handle<Portfolio>, year: u16) -> Handle<RiskPaid> {
    let id = paid_id(state.portfolios.get(portfolio).id, year);
    let (accrued, paid, ordered) = (Vec::new(), Vec::new(), Vec::new());
    let new = RiskPaid { id, portfolio, year, accrued, paid, ordered, last: index };
    state.risk_paid.find(id).unwrap_or_else(|| state.risk_paid.push(new))
}

/// The terms that decide about a risk year: those in force on its first day. By its last calendar day a year named after
/// it has begun, so the terms of that day say which day was the first.
fn terms_of(state: &State, kind: LoanKind, year: u16) -> Option<&LoanTerms> {
    let rules = state.loan_rules()?;
    let first = terms_on(rules, kind, Day::of(year, 12, 31))?.risk_year.of(year);
    terms_on(rules, kind, first)
}

/// What each payer owes for a university's risk year, in the order of the terms: the university by its default rate
/// first, where the terms have bands, then the shares of the rest. `None` without terms on the year's first day, and while the
/// university is named only.
#[must_use]
pub fn parts(state: &State, row: &RiskYear, default_ppm: u32) -> Option<Vec<(Payer, Fen)>> {
    let terms = terms_of(state, state.portfolios.get(row.portfolio).kind, row.year)?;
    let school = state.orgs.get(row.school);
    if !school.known && row.school != UNKNOWN_ORG {
        return None;
    }
    let total = part(row.drawn.max(0), terms.risk_ratio_ppm);
    let mut parts = Vec::new();
    let band = terms.default_bands.iter().find(|band| default_ppm <= band.up_to_ppm).or(terms.default_bands.last());
    let own = band.map_or(0, |band| part(total, band.part_ppm).min(total));
    if band.is_some() {
        parts.push((Payer::University, own));
    }
    match LoanTerms::parts(&terms.risk, school.subordination, school.division()) {
        Some(shares) => parts.append(&mut split(total - own, shares)),
        // Whom the terms do not name is the province's affair.
        None => parts.push((Payer::Province, total - own)),
    }
    Some(parts)
}

/// Millionths of an amount, rounded half up.
fn part(fen: Fen, ppm: u32) -> Fen {
    let exact = (i128::from(fen) * i128::from(ppm) + WHOLE / 2) / WHOLE;
    Fen::try_from(exact).unwrap_or(Fen::MAX)
}

fn total(parts: &[(Payer, Fen)]) -> Fen {
    parts.iter().fold(0, |sum, (_, fen)| sum.saturating_add(*fen))
}

pub(crate) fn judge_compensation_accrued(case: &Case<'_>, event: &CompensationAccrued) -> Judged<FundChange> {
    let (state, on) = (case.state, case.on());
    let lender = state.need_org(event.year.lender)?;
    let fund = portfolio(state, OrgRef::of(state, lender), event.year.kind, state.accounts.next());
    if terms_of(state, event.year.kind, event.year.year).is_none() {
        return Err(Refusal::of(Code::UnknownTerms, event.school));
    }
    // Where it lies and whose it is decide who owes how much.
    state.need_org(event.school)?;
    let differs = |ours: Fen| Refusal::with(Code::CompensationDiffers, event.school, ours);
    let id = risk_year_id(portfolio_id(event.year.lender, event.year.kind), event.year.year, event.school);
    let (handle, row) = state.risk_years.by_id(id).ok_or(differs(0))?;
    if event.number != row.computed.saturating_add(1) {
        return Err(Refusal::with(Code::Stale, event.school, i64::from(row.computed) + 1));
    }
    let ours = parts(state, row, event.default_ppm).unwrap_or_default();
    let said = event.parts.iter().map(|part| (part.payer, part.fen));
    if !said.eq(ours.iter().copied()) {
        return Err(differs(total(&ours)));
    }
    let more = total(&ours) - total(&row.accrued);
    let change = Change::of(FundChange::Accrue { row: handle, number: event.number, parts: ours });
    Ok(owing(state, on, &fund, more, change))
}

/// So much more is owed, or below zero less.
fn owing(state: &State, on: Day, fund: &PortfolioRef, more: Fen, mut change: Change<FundChange>) -> Change<FundChange> {
    change.touched.push(Touched::Fund(fund.id));
    let (granted, owed) = (Class::CompensationGranted, Class::CompensationOwed);
    let (debit, credit) = if more > 0 { (owed, granted) } else { (granted, owed) };
    if more != 0 {
        change.postings.push(posting(state, on, fund, debit, credit, more.abs()));
    }
    change
}

/// A computation taken back: the one before it counts again, if it was the latest; what was paid beyond that is owed back.
pub(crate) fn judge_computation_withdrawn(case: &Case<'_>, taken: Taken) -> Judged<FundChange> {
    let (state, told_by) = (case.state, taken.index());
    let Some(handle) = state.risk_years.handle(taken.subject) else { return Ok(Change::nothing()) };
    let row = state.risk_years.get(handle);
    let Some(told) = row.told.iter().find(|told| told.index == told_by) else { return Ok(Change::nothing()) };
    taken.on(case, told.on)?;
    let left = latest(row.told.iter().filter(|told| told.index != told_by));
    let more = left.map_or(0, |told| total(&told.parts)) - total(&row.accrued);
    let change = Change::of(FundChange::Unaccrue { row: handle, told_by });
    Ok(owing(state, case.on(), &PortfolioRef::of(state, row.portfolio), more, change))
}

/// The computation that counts: that of the highest number.
fn latest<'a>(told: impl Iterator<Item = &'a Computed>) -> Option<&'a Computed> {
    told.max_by_key(|told| told.number)
}

/// The later computation takes the place of the earlier: for the university, and in the sums of the year.
pub(super) fn accrue(state: &mut State, index: u64, row: Handle<RiskYear>, told: Computed) {
    state.risk_years.get_mut(row).told.push(told);
    settle(state, index, row);
}

pub(super) fn unaccrue(state: &mut State, index: u64, row: Handle<RiskYear>, told_by: u64) {
    state.risk_years.get_mut(row).told.retain(|told| told.index != told_by);
    settle(state, index, row);
}

/// What is owed is what the latest computation says.
fn settle(state: &mut State, index: u64, row: Handle<RiskYear>) {
    let row = state.risk_years.get_mut(row);
    let (number, parts) = latest(row.told.iter()).map_or((0, Vec::new()), |told| (told.number, told.parts.clone()));
    (row.computed, row.last) = (number, index);
    let before = std::mem::replace(&mut row.accrued, parts);
    let (after, portfolio, year) = (row.accrued.clone(), row.portfolio, row.year);
    let paid = open_paid(state, index, portfolio, year);
    let sums = state.risk_paid.get_mut(paid);
    for (payer, fen) in before {
        add(&mut sums.accrued, payer, -fen);
    }
    for (payer, fen) in after {
        add(&mut sums.accrued, payer, fen);
    }
    sums.last = index;
}

/// Money that reached a fund past the document lines of this ledger. On receipt it is the lender's deferred income.
pub(crate) fn judge_compensation_received(case: &Case<'_>, event: &CompensationReceived) -> Judged<FundChange> {
    let (state, on) = (case.state, case.on());
    let id = portfolio_id(event.year.lender, event.year.kind);
    if event.fen <= 0 {
        return Ok(Change::only(NewFinding::about(FindingKind::AmountDiffers, id)));
    }
    let mut change = Change::nothing();
    let lender = change.org(state, event.year.lender);
    let (kind, year, payer, fen) = (event.year.kind, event.year.year, event.payer, event.fen);
    let fund = portfolio(state, lender, kind, change.next_account(state));
    change.act = Some(FundChange::Receive { lender: lender.handle, kind, year, payer, fen });
    change.postings = vec![
        posting(state, on, &fund, Class::CompensationSettled, Class::CompensationOwed, fen),
        posting(state, on, &fund, Class::Stock, Class::PaidIn, fen),
    ];
    share(state, on, &fund, |days| days.moving(on, fen), &mut change);
    Ok(change)
}

/// What was received is taken back, whatever it was used for since: the losses that used it are borne instead.
pub(crate) fn judge_receipt_withdrawn(case: &Case<'_>, taken: Taken) -> Judged<FundChange> {
    let (state, on) = (case.state, case.on());
    let Some(receipt) = state.receipts.handle(taken.subject) else { return Ok(Change::nothing()) };
    let row = state.receipts.get(receipt);
    taken.on(case, row.on)?;
    let (fund, fen) = (PortfolioRef::of(state, row.portfolio), row.fen);
    let mut change = Change::of(FundChange::Unreceive { receipt });
    share(state, on, &fund, |days| days.moving(on, -fen), &mut change);
    change.postings.extend([
        posting(state, on, &fund, Class::CompensationOwed, Class::CompensationSettled, fen),
        posting(state, on, &fund, Class::PaidIn, Class::Stock, fen),
    ]);
    Ok(change)
}

pub(super) fn receive(state: &mut State, index: u64, receipt: Receipt) -> Handle<Receipt> {
    let Receipt { on, portfolio, year, payer, fen, .. } = receipt;
    pay(state, index, portfolio, year, payer, fen);
    let received = &mut state.portfolios.get_mut(portfolio).received;
    let at = received.partition_point(|other| (other.on, -other.fen) <= (on, -fen));
    received.insert(at, Received { on, index, year, payer, fen });
    move_stock(state, index, portfolio, on, fen);
    state.receipts.push(receipt)
}

pub(super) fn unreceive(state: &mut State, index: u64, receipt: Handle<Receipt>) {
    let Receipt { on, index: told_by, portfolio, year, payer, fen } = *state.receipts.get(receipt);
    pay(state, index, portfolio, year, payer, -fen);
    move_stock(state, index, portfolio, on, -fen);
    let row = state.portfolios.get_mut(portfolio);
    row.received.retain(|received| received.index != told_by);
    let lender = row.lender;
    org::unmention(state, lender);
}

/// Paid for a risk year by a payer, or below zero taken back.
fn pay(state: &mut State, index: u64, portfolio: Handle<Portfolio>, year: u16, payer: Payer, fen: Fen) {
    let paid = open_paid(state, index, portfolio, year);
    let row = state.risk_paid.get_mut(paid);
    add(&mut row.paid, payer, fen);
    row.paid.retain(|(_, fen)| *fen != 0);
    row.last = index;
}
