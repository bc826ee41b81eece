//! Risk compensation 风险补偿金: what is owed for a risk year's net drawings, by whom, and what becomes of it.
//!
//! Read in this order: `compensation` (owed, paid in, stated), `loss` (what the stock is used for and who bears the
//! rest), `reward` (the surplus, and what aid centres may spend it on). How interest runs is no concern of this file.

mod compensation;
mod loss;
mod reward;

pub(crate) use compensation::{judge_accrued, judge_received, judge_stated, note_stock, open_paid};
pub use compensation::{paid_id, parts, risk_year_id, stock_on};
pub(crate) use loss::{bear, judge_recovered, judge_written_off};
pub use reward::surplus;
pub(crate) use reward::{judge_relieved, judge_rewarded, judge_spent};

use crate::account::Class;
use crate::event::{LoanKind, Payer};
use crate::loan::contract::{PortfolioRef, open_portfolio};
use crate::loan::rates::terms_on;
use crate::loan::{self, LoanChange};
use crate::money::{Day, Fen};
use crate::outcome::Posting;
use crate::state::State;
use crate::state::flows::{Flow, Flows};
use crate::state::lending_rows::{Fact, RiskYear, What};
use reward::NewReward;

pub(crate) enum RiskChange {
    Accrue { row: u32, parts: Vec<(Payer, Fen)> },
    Receive { lender: u32, kind: LoanKind, year: u16, payer: Payer, fen: Fen },
    State { lender: u32, kind: LoanKind, stated: (Day, Fen, Fen) },
    Recover { loan: u32, fen: Fen, borne: Fen },
    Relieve { loan: LoanChange, reward: u32, fen: Fen },
    Reward { portfolio: u32, year: u16, rewards: Vec<NewReward> },
    Spend { reward: u32, purpose: String, fen: Fen },
}

/// Keeps the sums of funds in step with a loan: called whenever its facts or its posted flows changed.
///
/// Net drawings count for the risk year of the draw's own day, by the terms then known: a year that begins on another day
/// must be adopted before its first draw is told. A loan told of before its contract counts from its signing on, then with
/// all its facts.
pub(crate) fn note(state: &mut State, index: u64, loan: u32, before: &Flows, new: &[Fact]) {
    let row = state.loans.get(loan);
    if !row.known {
        return;
    }
    let (portfolio, school, kind) = (row.portfolio, row.school, row.kind);
    let borne = loss::borne(state, row, before);
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
    for fact in new {
        let fen = match fact.what {
            What::Drawn(fen) => fen,
            What::DrawReturned(fen) => -fen,
            _ => continue,
        };
        let terms = state.loan_rules().and_then(|rules| terms_on(rules, kind, fact.on));
        let year = terms.map_or(fact.on.year(), |terms| terms.risk_year.year_of(fact.on));
        let handle = open_risk_year(state, index, portfolio, school, year);
        let row = state.risk_years.get_mut(handle);
        row.drawn = row.drawn.saturating_add(fen);
        row.last = index;
    }
}

/// What a loan counts for among settled ones: its net drawings, once nothing of them is open and nothing was written off.
fn settled_drawn(flows: &Flows) -> Fen {
    let drawn = flows[Flow::Drawn];
    let settled = drawn > 0 && flows[Flow::PrincipalPaid] == drawn && flows[Flow::WrittenOff] == 0;
    if settled { drawn } else { 0 }
}

fn open_risk_year(state: &mut State, index: u64, portfolio: u32, school: u32, year: u16) -> u32 {
    let id = risk_year_id(state.portfolios.get(portfolio).id, year, state.orgs.get(school).id);
    let new = RiskYear { id, portfolio, school, year, drawn: 0, accrued: Vec::new(), last: index };
    state.risk_years.find(id).unwrap_or_else(|| state.risk_years.push(new))
}

/// Adds to a payer's sum, which stands where he was first named.
fn add(sums: &mut Vec<(Payer, Fen)>, payer: Payer, fen: Fen) {
    match sums.iter_mut().find(|(other, _)| *other == payer) {
        Some((_, sum)) => *sum = sum.saturating_add(fen),
        None => sums.push((payer, fen)),
    }
}

/// What stands on an account of a fund. One that this entry opens holds nothing yet.
fn balance(state: &State, fund: &PortfolioRef, class: Class) -> Fen {
    if fund.opens > 0 { 0 } else { state.balance(State::account_at(fund.accounts, class)) }
}

/// A posting between two accounts of a fund, which this entry may be about to open.
fn posting(state: &State, on: Day, fund: &PortfolioRef, debit: Class, credit: Class, fen: Fen) -> Posting {
    let booked = state.booked(on, debit.book(), fund.lender, fund.lender);
    let (debit, credit) = (State::account_at(fund.accounts, debit), State::account_at(fund.accounts, credit));
    Posting { debit, credit, fen, booked }
}

pub(crate) fn apply(state: &mut State, index: u64, on: Day, change: RiskChange) {
    match change {
        RiskChange::Accrue { row, parts } => compensation::accrue(state, index, row, parts),
        RiskChange::Receive { lender, kind, year, payer, fen } => {
            let portfolio = open_portfolio(state, lender, kind, index);
            let paid = open_paid(state, index, portfolio, year);
            let row = state.risk_paid.get_mut(paid);
            add(&mut row.paid, payer, fen);
            row.last = index;
        }
        RiskChange::State { lender, kind, stated } => {
            let portfolio = open_portfolio(state, lender, kind, index);
            let row = state.portfolios.get_mut(portfolio);
            // Statements may arrive in any order; the latest day's is the one to look at.
            if row.stated.is_none_or(|(day, _, _)| day <= stated.0) {
                row.stated = Some(stated);
            }
            row.last = index;
        }
        RiskChange::Recover { loan, fen, borne } => {
            let row = state.loans.get_mut(loan);
            // Its interest is as it was, so a figure computed before is not stale and a late fact may still be its cause.
            row.recovered = row.recovered.saturating_add(fen);
            row.borne -= borne;
        }
        RiskChange::Relieve { loan, reward, fen } => {
            loan::apply(state, index, on, loan);
            reward::spend(state, index, reward, reward::RELIEF, fen);
        }
        RiskChange::Reward { portfolio, year, rewards } => reward::grant(state, index, on, portfolio, year, &rewards),
        RiskChange::Spend { reward, purpose, fen } => reward::spend(state, index, reward, &purpose, fen),
    }
}
