//! Losses: written off, covered by the stock as far as it reaches, recovered. The terms say who bears the rest.
//!
//! What a lender lost of a loan is a function of the loan's flows, so facts learnt late move it too: a draw told after its
//! write-off, a repayment told later. The stock is used when the loss becomes known, as it then stands.

use super::{RiskChange, balance, posting};
use crate::account::Class;
use crate::event::{LoanKind, LoanWrittenOff, LossRecovered, Payer};
use crate::fold::{Act, Change, NewFinding};
use crate::loan::contract::{PortfolioRef, find};
use crate::loan::facts;
use crate::loan::flows::{Flow, Flows};
use crate::loan::rates::terms_on;
use crate::loan::rows::{Fact, What};
use crate::loan::terms::{LoanTerms, Part, split};
use crate::money::{Day, Fen};
use crate::outcome::Posting;
use crate::rows::FindingKind;
use crate::state::State;
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

fn terms(state: &State, kind: LoanKind, on: Day) -> Option<&LoanTerms> {
    state.loan_rules().and_then(|rules| terms_on(rules, kind, on))
}

/// Who bears a loss beyond the stock, by the terms of the day on which it was written off.
fn bearers<'a>(state: &'a State, kind: LoanKind, facts: &[Fact], otherwise: Day) -> &'a [Part] {
    let written_off = facts.iter().rev().find(|fact| matches!(fact.what, What::WrittenOff(_)));
    let parts = terms(state, kind, written_off.map_or(otherwise, |fact| fact.on)).map(|terms| &terms.shortfall);
    parts.filter(|parts| !parts.is_empty()).map_or(&LENDER_ALONE, Vec::as_slice)
}

/// Adds what a loan's facts and flows change about its loss: the stock is used as far as it reaches, others bear the rest.
/// A loss that turns out smaller goes back the way it came: first to who bore the rest.
pub(crate) fn bear(
    state: &State,
    on: Day,
    fund: &PortfolioRef,
    loan: Uuid,
    facts: &[Fact],
    flows: [&Flows; 2],
    change: &mut Change,
) {
    let [before, after] = flows.map(lost);
    if after > before {
        let fen = after - before;
        let used = fen.min(balance(state, fund, Class::Stock));
        if used > 0 {
            change.postings.push(posting(state, on, fund, Class::StockUsed, Class::Stock, used));
        }
        if fen > used {
            let parts = bearers(state, fund.kind, facts, on);
            change.postings.extend(shortfall(state, on, fund, fen - used, parts));
            change.findings.push(NewFinding::about(FindingKind::Shortfall, loan));
        }
    } else if after < before {
        let fen = before - after;
        let borne = fen.min(balance(state, fund, Class::LossBorne));
        let parts = bearers(state, fund.kind, facts, on);
        change.postings.extend(relief_of_bearers(state, on, fund, borne, parts));
        let used = (fen - borne).min(balance(state, fund, Class::StockUsed));
        if used > 0 {
            change.postings.push(posting(state, on, fund, Class::Stock, Class::StockUsed, used));
        }
    }
}

fn bearer(payer: Payer) -> Class {
    if payer == Payer::Lender { Class::BorneByLender } else { Class::BorneByCounty }
}

fn shortfall(state: &State, on: Day, fund: &PortfolioRef, fen: Fen, parts: &[Part]) -> Vec<Posting> {
    let borne = split(fen, parts).into_iter().filter(|(_, fen)| *fen > 0);
    borne.map(|(payer, fen)| posting(state, on, fund, Class::LossBorne, bearer(payer), fen)).collect()
}

fn relief_of_bearers(state: &State, on: Day, fund: &PortfolioRef, fen: Fen, parts: &[Part]) -> Vec<Posting> {
    let back = split(fen, parts).into_iter().filter(|(_, fen)| *fen > 0);
    back.map(|(payer, fen)| posting(state, on, fund, bearer(payer), Class::LossBorne, fen)).collect()
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
    let fund = &found.portfolio;
    let mut change = Change::of(Act::Risk(RiskChange::Recover { loan, fen }));
    change.postings.push(posting(state, on, fund, Class::Collected, Class::Loss, fen));
    let to_stock = terms(state, fund.kind, on).is_some_and(|terms| terms.recovery_to_stock);
    let used = if to_stock { fen.min(balance(state, fund, Class::StockUsed)) } else { 0 };
    if used > 0 {
        change.postings.push(posting(state, on, fund, Class::Stock, Class::StockUsed, used));
    }
    let borne = (fen - used).min(balance(state, fund, Class::LossBorne));
    let parts = bearers(state, fund.kind, &found.row.facts, on);
    change.postings.extend(relief_of_bearers(state, on, fund, borne, parts));
    change
}
