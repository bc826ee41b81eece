//! A claim approved by another person, and what settles it at once: advances paid before, or the compensation stock.

use super::change::{ClaimChange, Settled};
use super::line::take_out;
use super::{account, find, payers, placed};
use crate::account::Class;
use crate::change::{Case, Change, Judged, Taken};
use crate::entry::Entry;
use crate::event::{ClaimFor, SetDecided};
use crate::loan::fund_days::free_from;
use crate::loan::fund_effect;
use crate::loan::portfolio::PortfolioRef;
use crate::loan::rates::terms_on;
use crate::loan::restored;
use crate::money::{Day, Fen};
use crate::outcome::{Code, Posting, Refusal};
use crate::state::State;
use crate::state::claim_rows::ClaimPayer;
use crate::state::lending_rows::Claim;
use crate::state::stage::Stage;

pub(crate) fn judge_claim_approved(case: &Case<'_>, event: &SetDecided) -> Judged<ClaimChange> {
    let (state, on) = (case.state, case.on());
    let (claim, row) = find(state, event.set)?;
    row.set.judge_step(case, event, Stage::Sealed)?;
    let portfolio = state.portfolios.get(row.portfolio);
    let of_portfolio = |class| State::account_at(portfolio.accounts, class);
    let at_most = |class: Class| state.balance(of_portfolio(class)).clamp(0, row.owed());
    let mut settled = Settled { claim, from_advance: 0, from_stock: 0 };
    let mut postings = Vec::new();
    if row.what == ClaimFor::Subsidy {
        settled.from_advance = at_most(Class::Advance);
        postings.push((of_portfolio(Class::AdvanceGranted), of_portfolio(Class::Advance), settled.from_advance));
    } else if from_stock(state, row) {
        // What losses hold of the stock is theirs, whichever day this counts on.
        settled.from_stock = free_from(state, portfolio, on).min(row.owed());
        postings.push((of_portfolio(Class::StockUsed), of_portfolio(Class::Stock), settled.from_stock));
    }
    let at_once = settled.from_advance + settled.from_stock;
    postings.push((account(row, Class::ClaimSettled), account(row, Class::ClaimOwed), at_once));
    let moving = postings.into_iter().filter(|(_, _, fen)| *fen > 0);
    let postings = moving.map(|(debit, credit, fen)| state.posting(on, debit, credit, fen)).collect();
    let mut change = Change { postings, ..Change::nothing() };
    change.postings.extend(given_back(state, on, row, settled.from_advance));
    if settled.from_stock > 0 {
        let fund = PortfolioRef::of(state, row.portfolio);
        fund_effect::share(state, on, &fund, |days| days.moving(on, -settled.from_stock), &mut change);
    }
    change.act = Some(ClaimChange::Approve(settled));
    Ok(change)
}

/// What was given back is that of the advance as far as one settles the claim.
fn given_back(state: &State, on: Day, row: &Claim, from_advance: Fen) -> Vec<Posting> {
    let after = Claim { from_advance, ..row.clone() };
    let [before, after] =
        [row, &after].map(|claim| restored::holding(state, &restored::of(state, claim, &claim.returned)));
    after.without(before).postings(state, on)
}

/// Whether the terms of the claim's last day have waived interest paid first from the compensation stock.
fn from_stock(state: &State, claim: &Claim) -> bool {
    let kind = state.portfolios.get(claim.portfolio).kind;
    let terms = state.loan_rules().and_then(|rules| terms_on(rules, kind, claim.through));
    terms.is_some_and(|terms| terms.waiver_from_stock)
}

pub(super) fn apply(state: &mut State, entry: &Entry<'_>, settled: &Settled) {
    let row = state.claims.get_mut(settled.claim);
    row.set.enter(Stage::Approved, entry.principal, entry.event.effective);
    row.from_advance = settled.from_advance;
    row.from_stock = settled.from_stock;
    row.last = entry.index;
    relieve(&mut row.payers, settled.from_advance + settled.from_stock);
    let portfolio = row.portfolio;
    if settled.from_advance > 0 {
        state.portfolios.get_mut(portfolio).last = entry.index;
    }
    if settled.from_stock > 0 {
        fund_effect::move_stock(state, entry.index, portfolio, entry.event.effective, -settled.from_stock);
    }
}

/// What was settled at once is there again, as long as nothing was ordered of the rest. What was owed for lines taken back meanwhile is
/// owed no more; their loans follow when interest is posted next, as one entry cannot post for all of them.
pub(crate) fn judge_withdrawn(case: &Case<'_>, taken: Taken) -> Judged<ClaimChange> {
    let (state, on) = (case.state, case.on());
    let Some(claim) = state.claims.handle(taken.subject) else { return Ok(Change::nothing()) };
    let row = state.claims.get(claim);
    row.set.judge_back(case, taken, row.id, Stage::Approved)?;
    if row.payers.iter().any(|payer| payer.ordered > 0 || payer.paid > 0) {
        return Err(Refusal::of(Code::InUse, row.id));
    }
    let portfolio = state.portfolios.get(row.portfolio);
    let of_portfolio = |class| State::account_at(portfolio.accounts, class);
    let settled = Settled { claim, from_advance: row.from_advance, from_stock: row.from_stock };
    let gone = row.gone.confirmed - row.gone.set_off;
    let back = [
        (of_portfolio(Class::Advance), of_portfolio(Class::AdvanceGranted), settled.from_advance),
        (of_portfolio(Class::Stock), of_portfolio(Class::StockUsed), settled.from_stock),
        (account(row, Class::ClaimOwed), account(row, Class::ClaimSettled), settled.from_advance + settled.from_stock),
        (account(row, Class::ClaimGranted), account(row, Class::ClaimOwed), gone),
    ];
    let moving = back.into_iter().filter(|(_, _, fen)| *fen > 0);
    let postings = moving.map(|(debit, credit, fen)| state.posting(on, debit, credit, fen)).collect();
    let mut change = Change { postings, ..Change::nothing() };
    change.postings.extend(given_back(state, on, row, 0));
    if settled.from_stock > 0 {
        let fund = PortfolioRef::of(state, row.portfolio);
        fund_effect::share(state, on, &fund, |days| days.moving(on, settled.from_stock), &mut change);
    }
    let mut left = row.clone();
    take_out(&mut left, &row.gone);
    let payers = payers(state, row, &placed(state, &left)?);
    change.act = Some(ClaimChange::Unapprove { settled, payers });
    Ok(change)
}

pub(super) fn unapprove(state: &mut State, entry: &Entry<'_>, settled: &Settled, payers: Vec<ClaimPayer>) {
    let row = state.claims.get_mut(settled.claim);
    row.set.step_back(Stage::Sealed);
    let gone = std::mem::take(&mut row.gone);
    take_out(row, &gone);
    (row.from_advance, row.from_stock, row.payers) = (0, 0, payers);
    (row.unapproved, row.last) = (entry.index, entry.index);
    let portfolio = row.portfolio;
    if settled.from_advance > 0 {
        state.portfolios.get_mut(portfolio).last = entry.index;
    }
    if settled.from_stock > 0 {
        fund_effect::move_stock(state, entry.index, portfolio, entry.event.effective, settled.from_stock);
    }
}

/// What is settled already is owed by nobody. Neither advance nor stock says whose share it was, so payers are relieved
/// in their order, the highest level first.
fn relieve(payers: &mut [ClaimPayer], mut fen: Fen) {
    for payer in payers {
        let relieved = payer.owed.min(fen);
        payer.owed -= relieved;
        fen -= relieved;
    }
}
