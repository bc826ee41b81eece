//! What happens to a loan's fund when the loan's facts or flows change: losses fall on the stock and on those who bear the
//! rest, and the sums of the fund follow. Events about the fund itself are in `lender::fund`.
//!
//! What a lender lost of a loan is a function of the loan's flows, so facts learnt late move it too: a draw reported after
//! its write-off, a repayment reported later. The stock is used when the loss becomes known, with what it then holds.

use super::counting::counting;
use super::fact_list::Facts;
use super::portfolio::{PortfolioRef, derived};
use super::rates::terms_on;
use crate::account::Class;
use crate::change::{Change, NewFinding};
use crate::event::loan_terms::{LoanTerms, Part, split};
use crate::event::{LoanKind, Payer};
use crate::finding::FindingKind;
use crate::handle::Handle;
use crate::money::{Day, Fen};
use crate::outcome::Posting;
use crate::state::State;
use crate::state::flows::{Flow, Flows};
use crate::state::lending_rows::{Fact, Loan, Portfolio, RiskYear, What};
use crate::state::rows::Org;
use uuid::Uuid;

/// The lender alone, where no terms say otherwise.
const LENDER_ALONE: [Part; 1] = [Part { payer: Payer::Lender, ppm: 1_000_000 }];

/// What is written off and was neither paid nor returned: the most a lender can have lost.
fn lost(flows: &Flows) -> Fen {
    let paid = i128::from(flows[Flow::PrincipalPaid]) + i128::from(flows[Flow::PrincipalOverpaid]);
    let open = i128::from(flows[Flow::Drawn]) - paid;
    let lost = open.min(i128::from(flows[Flow::WrittenOff])).max(0);
    Fen::try_from(lost).unwrap_or(Fen::MAX)
}

pub(crate) fn terms(state: &State, kind: LoanKind, on: Day) -> Option<&LoanTerms> {
    state.loan_rules().and_then(|rules| terms_on(rules, kind, on))
}

/// Who bears a loss beyond the stock, by the terms of the day on which it was written off: the day now reported, or else
/// the last.
pub(crate) fn bearers<'a>(state: &'a State, kind: LoanKind, facts: Facts<'_>, on: Day) -> &'a [Part] {
    let written_off = || facts.iter().rev().filter(|fact| matches!(fact.what, What::WrittenOff(_))).map(|fact| fact.on);
    let day = written_off().find(|day| *day == on).or(written_off().next()).unwrap_or(on);
    let parts = terms(state, kind, day).map(|terms| &terms.shortfall);
    parts.filter(|parts| !parts.is_empty()).map_or(&LENDER_ALONE, Vec::as_slice)
}

/// How a change of a loan's loss falls on the stock and on others; below zero it goes back to them.
///
/// The stock is used as far as it reaches. A loss that turns out smaller goes back the way it came: first to who bore what
/// was beyond the stock, as far as they bore it for this loan.
fn shares(state: &State, fund: &PortfolioRef, borne: Fen, flows: [&Flows; 2]) -> [Fen; 2] {
    let [before, after] = flows.map(lost);
    // Most entries leave the loss alone, and need not look at the fund.
    if after == before {
        [0, 0]
    } else if after > before {
        let used = (after - before).min(balance(state, fund, Class::Stock).max(0));
        [used, after - before - used]
    } else {
        let back = before - after;
        let others = back.min(borne).min(balance(state, fund, Class::LossBorne));
        let used = (back - others).min(balance(state, fund, Class::StockUsed));
        [-used, -others]
    }
}

/// What others bear of a loan's loss, by the same shares as [`bear`] posts: asked before the postings are made.
fn borne(state: &State, loan: &Loan, before: &Flows) -> Fen {
    let fund = PortfolioRef::of(state, loan.portfolio);
    let [_, others] = shares(state, &fund, loan.borne, [before, &loan.posted]);
    loan.borne.saturating_add(others)
}

/// Adds what a loan's new facts and flows change about its loss.
pub(crate) fn bear<'a, A>(
    state: &State,
    on: Day,
    fund: &PortfolioRef,
    loan: &Loan,
    facts: impl Into<Facts<'a>>,
    flows: [&Flows; 2],
    change: &mut Change<A>,
) {
    let [used, others] = shares(state, fund, loan.borne, flows);
    if used != 0 {
        change.postings.push(stock(state, on, fund, used));
    }
    if others != 0 {
        let parts = bearers(state, fund.kind, counting(loan, facts), on);
        change.postings.extend(shortfall(state, on, fund, others, parts));
    }
    if others > 0 {
        change.findings.push(NewFinding::following(FindingKind::Shortfall, loan.id));
    }
}

/// The stock is used, or below zero restored.
pub(crate) fn stock(state: &State, on: Day, fund: &PortfolioRef, fen: Fen) -> Posting {
    let (debit, credit) = if fen > 0 { (Class::StockUsed, Class::Stock) } else { (Class::Stock, Class::StockUsed) };
    posting(state, on, fund, debit, credit, fen.abs())
}

fn bearer(payer: Payer) -> Class {
    if payer == Payer::Lender { Class::BorneByLender } else { Class::BorneByCounty }
}

/// A loss beyond the stock is borne by these parts, or below zero taken from them again.
pub(crate) fn shortfall(state: &State, on: Day, fund: &PortfolioRef, fen: Fen, parts: &[Part]) -> Vec<Posting> {
    let borne = split(fen.abs(), parts).into_iter().filter(|(_, fen)| *fen > 0);
    let post = |(payer, part): (Payer, Fen)| {
        let (lost, by) = (Class::LossBorne, bearer(payer));
        let (debit, credit) = if fen > 0 { (lost, by) } else { (by, lost) };
        posting(state, on, fund, debit, credit, part)
    };
    borne.map(post).collect()
}

/// Keeps the sums of funds in step with a loan: called whenever its facts or its posted flows changed.
///
/// Net drawings count for the risk year of the draw's own day, by the terms then known: a year that begins on another day
/// must be adopted before its first draw is reported. A loan reported before its contract counts from its signing on, then with
/// all its facts.
pub(crate) fn note(state: &mut State, index: u64, loan: Handle<Loan>, before: &Flows, new: &[Fact]) {
    let row = state.loans.get(loan);
    if !row.known {
        return;
    }
    let (portfolio, school, kind, signed) = (row.portfolio, row.school, row.kind, row.signed);
    let borne = borne(state, row, before);
    if borne != row.borne {
        state.loans.get_mut(loan).borne = borne;
    }
    let row = state.loans.get(loan);
    let drawn = row.posted[Flow::Drawn].saturating_sub(before[Flow::Drawn]);
    let settled = settled_drawn(&row.posted).saturating_sub(settled_drawn(before));
    if drawn != 0 || settled != 0 {
        let fund = state.portfolios.get_mut(portfolio);
        fund.drawn = fund.drawn.saturating_add(drawn);
        fund.settled_drawn = fund.settled_drawn.saturating_add(settled);
        fund.last = index;
    }
    let counts = new.iter().filter(|fact| fact.on >= signed);
    let drawings: Vec<_> = counts.filter_map(|fact| drawing(fact).map(|fen| (fact.on, fen))).collect();
    for (on, fen) in drawings {
        draw(state, index, portfolio, school, kind, on, fen);
    }
}

/// Takes a loan out of the sums of its fund, as its contract is taken back: called before that.
pub(crate) fn forget(state: &mut State, index: u64, loan: Handle<Loan>) {
    let row = state.loans.get(loan);
    let (portfolio, school, kind, flows) = (row.portfolio, row.school, row.kind, row.posted);
    let counts = counting(row, &row.facts);
    let drawings: Vec<_> = counts.iter().filter_map(|fact| drawing(fact).map(|fen| (fact.on, -fen))).collect();
    let fund = state.portfolios.get_mut(portfolio);
    fund.drawn = fund.drawn.saturating_sub(flows[Flow::Drawn]);
    fund.settled_drawn = fund.settled_drawn.saturating_sub(settled_drawn(&flows));
    fund.last = index;
    for (on, fen) in drawings {
        draw(state, index, portfolio, school, kind, on, fen);
    }
}

/// What a fact adds to what was drawn.
fn drawing(fact: &Fact) -> Option<Fen> {
    match fact.what {
        What::Drawn(fen) => Some(fen),
        What::DrawReturned(fen) => Some(-fen),
        _ => None,
    }
}

/// Adds to the net drawings of the risk year of a day.
fn draw(
    state: &mut State,
    index: u64,
    portfolio: Handle<Portfolio>,
    school: Handle<Org>,
    kind: LoanKind,
    on: Day,
    fen: Fen,
) {
    let year = terms(state, kind, on).map_or(on.year(), |terms| terms.risk_year.year_of(on));
    let handle = open_risk_year(state, index, portfolio, school, year);
    let row = state.risk_years.get_mut(handle);
    row.drawn = row.drawn.saturating_add(fen);
    row.last = index;
}

/// What a loan counts for among settled ones: its net drawings, once nothing of them is open and nothing was written off.
fn settled_drawn(flows: &Flows) -> Fen {
    let drawn = flows[Flow::Drawn];
    let settled = drawn > 0 && flows[Flow::PrincipalPaid] == drawn && flows[Flow::WrittenOff] == 0;
    if settled { drawn } else { 0 }
}

fn open_risk_year(
    state: &mut State,
    index: u64,
    portfolio: Handle<Portfolio>,
    school: Handle<Org>,
    year: u16,
) -> Handle<RiskYear> {
    let id = risk_year_id(state.portfolios.get(portfolio).id, year, state.orgs.get(school).id);
    let new = RiskYear { id, portfolio, school, year, drawn: 0, accrued: Vec::new(), computed: 0, last: index };
    state.risk_years.find(id).unwrap_or_else(|| state.risk_years.push(new))
}

/// The id of one university's net drawings in a risk year.
pub(crate) fn risk_year_id(portfolio: Uuid, year: u16, school: Uuid) -> Uuid {
    derived(&[b"risk_year", portfolio.as_bytes(), &year.to_le_bytes(), school.as_bytes()])
}

/// What is on an account of a fund. One that this entry opens holds nothing yet.
pub(crate) fn balance(state: &State, fund: &PortfolioRef, class: Class) -> Fen {
    if fund.opens > 0 { 0 } else { state.balance(State::account_at(fund.accounts, class)) }
}

/// A posting between two accounts of a fund, which this entry may be about to open.
pub(crate) fn posting(state: &State, on: Day, fund: &PortfolioRef, debit: Class, credit: Class, fen: Fen) -> Posting {
    let booked = state.booked(on, debit.book(), fund.lender, fund.lender);
    let (debit, credit) = (State::account_at(fund.accounts, debit), State::account_at(fund.accounts, credit));
    Posting { debit, credit, fen, booked }
}
