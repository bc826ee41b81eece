//! Losses: written off, covered by the stock as far as it reaches, recovered. The terms say who bears the rest.
//!
//! What a lender lost of a loan is a function of the loan's flows, so facts learnt late move it too: a draw told after its
//! write-off, a repayment told later. The stock is used when the loss becomes known, as it then stands.

use super::{RiskChange, balance, posting};
use crate::account::Class;
use crate::event::loan_terms::{LoanTerms, Part, split};
use crate::event::{LoanKind, LoanWrittenOff, LossRecovered, Payer};
use crate::fold::{Act, Change, NewFinding};
use crate::loan::contract::{PortfolioRef, find};
use crate::loan::facts;
use crate::loan::rates::terms_on;
use crate::money::{Day, Fen};
use crate::outcome::Posting;
use crate::state::State;
use crate::state::flows::{Flow, Flows};
use crate::state::lending_rows::{Fact, Loan, What};
use crate::state::rows::FindingKind;

/// The lender alone, where no terms say otherwise.
const LENDER_ALONE: [Part; 1] = [Part { payer: Payer::Lender, ppm: 1_000_000 }];

/// What is written off and was neither paid nor returned: the most a lender can have lost.
fn lost(flows: &Flows) -> Fen {
    let paid = i128::from(flows[Flow::PrincipalPaid]) + i128::from(flows[Flow::PrincipalOverpaid]);
    let open = i128::from(flows[Flow::Drawn]) - paid;
    let lost = open.min(i128::from(flows[Flow::WrittenOff])).max(0);
    Fen::try_from(lost).unwrap_or(Fen::MAX)
}

fn terms(state: &State, kind: LoanKind, on: Day) -> Option<&LoanTerms> {
    state.loan_rules().and_then(|rules| terms_on(rules, kind, on))
}

/// Who bears a loss beyond the stock, by the terms of the day on which it was written off: the day told of now, or else
/// the last.
fn bearers<'a>(state: &'a State, kind: LoanKind, facts: &[Fact], on: Day) -> &'a [Part] {
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
pub(super) fn borne(state: &State, loan: &Loan, before: &Flows) -> Fen {
    let fund = PortfolioRef::of(state.portfolios.get(loan.portfolio));
    let [_, others] = shares(state, &fund, loan.borne, [before, &loan.posted]);
    loan.borne.saturating_add(others)
}

/// Adds what a loan's new facts and flows change about its loss.
pub(crate) fn bear(
    state: &State,
    on: Day,
    fund: &PortfolioRef,
    loan: &Loan,
    facts: &[Fact],
    flows: [&Flows; 2],
    change: &mut Change,
) {
    let [used, others] = shares(state, fund, loan.borne, flows);
    if used != 0 {
        change.postings.push(stock(state, on, fund, used));
    }
    if others != 0 {
        let parts = bearers(state, fund.kind, facts, on);
        change.postings.extend(shortfall(state, on, fund, others, parts));
    }
    if others > 0 {
        change.findings.push(NewFinding::about(FindingKind::Shortfall, loan.id));
    }
}

/// The stock is used, or below zero restored.
fn stock(state: &State, on: Day, fund: &PortfolioRef, fen: Fen) -> Posting {
    let (debit, credit) = if fen > 0 { (Class::StockUsed, Class::Stock) } else { (Class::Stock, Class::StockUsed) };
    posting(state, on, fund, debit, credit, fen.abs())
}

fn bearer(payer: Payer) -> Class {
    if payer == Payer::Lender { Class::BorneByLender } else { Class::BorneByCounty }
}

/// A loss beyond the stock is borne by these parts, or below zero taken from them again.
fn shortfall(state: &State, on: Day, fund: &PortfolioRef, fen: Fen, parts: &[Part]) -> Vec<Posting> {
    let borne = split(fen.abs(), parts).into_iter().filter(|(_, fen)| *fen > 0);
    let post = |(payer, part): (Payer, Fen)| {
        let (lost, by) = (Class::LossBorne, bearer(payer));
        let (debit, credit) = if fen > 0 { (lost, by) } else { (by, lost) };
        posting(state, on, fund, debit, credit, part)
    };
    borne.map(post).collect()
}

/// A fact of its loan like any other; what it costs the fund follows from the flows.
pub(crate) fn judge_written_off(state: &State, index: u64, on: Day, event: &LoanWrittenOff) -> Change {
    facts::judge(state, index, on, event.loan, What::WrittenOff(event.fen))
}

/// What comes in on a loss goes back to the stock where the terms say so (财教〔2022〕1号), the rest to who bore it.
pub(crate) fn judge_recovered(state: &State, on: Day, event: &LossRecovered) -> Change {
    let found = find(state, event.loan);
    let Some(loan) = found.handle.filter(|_| found.row.known) else {
        return Change::only(NewFinding::about(FindingKind::UnknownSubject, event.loan));
    };
    let fen = event.fen;
    if fen <= 0 {
        return Change::only(NewFinding::about(FindingKind::AmountDiffers, event.loan));
    }
    let (fund, row) = (&found.portfolio, &found.row);
    let to_stock = terms(state, fund.kind, on).is_some_and(|terms| terms.recovery_to_stock);
    let used = if to_stock { fen.min(balance(state, fund, Class::StockUsed)) } else { 0 };
    let borne = (fen - used).min(row.borne).min(balance(state, fund, Class::LossBorne));
    let mut change = Change::of(Act::Risk(RiskChange::Recover { loan, fen, borne }));
    change.postings.push(posting(state, on, fund, Class::Collected, Class::Loss, fen));
    if used > 0 {
        change.postings.push(stock(state, on, fund, -used));
    }
    if borne > 0 {
        change.postings.extend(shortfall(state, on, fund, -borne, bearers(state, fund.kind, &row.facts, on)));
    }
    change
}
