//! What a lender states its compensation account holds at the end of a day, which our memorandum of that day must equal. Ours is what
//! is known now, so a fact learnt late may make a statement differ, or agree after all: its finding opens and closes with that.

use super::beyond::not_owed;
use super::change::FundChange;
use super::reward::rewarded;
use crate::account::Class;
use crate::change::Wanted;
use crate::change::{Case, Change, Judged, Taken, Touched};
use crate::event::FundStated;
use crate::finding::FindingKind;
use crate::handle::Handle;
use crate::loan::fund_days::{at_end, by_day};
use crate::loan::portfolio::portfolio_id;
use crate::money::Day;
use crate::registry::org;
use crate::state::State;
use crate::state::fund_rows::{Loss, Stated, Turn};
use crate::state::lending_rows::{Portfolio, What};
use uuid::Uuid;

pub(crate) fn judge_fund_stated(case: &Case<'_>, event: &FundStated) -> Judged<FundChange> {
    let mut change = Change::nothing();
    let lender = change.org(case.state, event.lender).handle;
    change.act = Some(FundChange::State { lender, kind: event.kind, fen: event.fen });
    change.touched.push(Touched::Fund(portfolio_id(event.lender, event.kind)));
    Ok(change)
}

/// A statement taken back is held against nothing any more.
pub(crate) fn judge_withdrawn(case: &Case<'_>, taken: Taken) -> Judged<FundChange> {
    let (state, told_by) = (case.state, taken.index());
    let Some(portfolio) = state.portfolios.handle(taken.subject) else { return Ok(Change::nothing()) };
    let row = state.portfolios.get(portfolio);
    let Some(said) = row.stated.iter().find(|said| said.index == told_by) else { return Ok(Change::nothing()) };
    taken.on(case, said.on)?;
    let mut change = Change::of(FundChange::Unstate { portfolio, told_by });
    change.touched.push(Touched::Fund(row.id));
    Ok(change)
}

/// Statements may arrive in any order.
pub(super) fn keep(state: &mut State, portfolio: Handle<Portfolio>, said: Stated) {
    let row = state.portfolios.get_mut(portfolio);
    let at = row.stated.partition_point(|other| other.on <= said.on);
    row.stated.insert(at, said);
    row.last = said.index;
}

pub(super) fn forget(state: &mut State, index: u64, portfolio: Handle<Portfolio>, told_by: u64) {
    let row = state.portfolios.get_mut(portfolio);
    row.stated.retain(|said| said.index != told_by);
    row.last = index;
    let lender = row.lender;
    org::unmention(state, lender);
}

/// What a fund may call for.
pub(crate) const OF_FUND: [FindingKind; 6] = [
    FindingKind::StatementDiffers,
    FindingKind::OverCompensated,
    FindingKind::OverRewarded,
    FindingKind::Shortfall,
    FindingKind::FundShort,
    FindingKind::RemittedShort,
];

/// What a fund calls for: statements that differ, receipts that nobody owes, rewards beyond the surplus; losses beyond the stock,
/// decisions beyond it, payments that came back after they were used.
pub(crate) fn wanted(state: &State, fund: &Portfolio) -> Vec<Wanted> {
    let days = by_day(state, fund);
    let differing = fund.stated.iter().filter(|said| i128::from(said.fen) != at_end(&days.stock, said.on));
    let mut wanted: Vec<Wanted> =
        differing.map(|said| (FindingKind::StatementDiffers, Some((said.index, said.on)))).collect();
    wanted.extend(not_owed(state, fund).into_iter().map(|told| (FindingKind::OverCompensated, Some(told))));
    wanted.extend(rewarded(state, fund, &days.stock).into_iter().map(|told| (FindingKind::OverRewarded, Some(told))));
    if state.balance(State::account_at(fund.accounts, Class::LossBorne)) > 0 {
        wanted.push((FindingKind::Shortfall, days.borne.and_then(|on| lost_on(state, fund, on))));
    }
    wanted.extend(days.short.then_some((FindingKind::FundShort, None)));
    let used = |class| state.balance(State::account_at(fund.accounts, class)) < 0;
    wanted.extend((used(Class::Advance) || used(Class::Remitted)).then_some((FindingKind::RemittedShort, None)));
    wanted
}

/// Which fact of a day brought the loss that the stock does not bear. Where several loans lost something, of one of them: that of which it
/// is found already, or else the loan that was lost last is asked first.
fn lost_on(state: &State, fund: &Portfolio, on: Day) -> Option<(u64, Day)> {
    let found = state.doubts_of(fund.id).iter().map(|at| state.findings.get(*at));
    let mut found = found.filter(|found| found.kind == FindingKind::Shortfall && found.on == on && !found.closed);
    let told = found.find_map(|found| {
        let loan = state.loans.handle(state.seen_at(found.fact.into())?.subject)?;
        lost_by(state, fund, state.loans.get(loan).id, on)
    });
    let told = told.or_else(|| state.losses.latest().find_map(|(_, row)| lost_by(state, fund, row.id, on)));
    told.map(|told| (told, on))
}

/// The entry that brought a loss of a loan of this fund on a day: it wrote off, or else is the last of the day.
fn lost_by(state: &State, fund: &Portfolio, loan: Uuid, on: Day) -> Option<u64> {
    let is_lost = |loss: &Loss| (loss.turn, loss.on) == (Turn::Lost, on);
    let (_, row) = state.loans.by_id(loan).filter(|_| state.losses_of(loan).iter().any(is_lost))?;
    let of_day = || row.facts.iter().rev().filter(|fact| fact.on == on);
    let fact = of_day().find(|fact| matches!(fact.what, What::WrittenOff(_))).or_else(|| of_day().next());
    fact.filter(|_| state.portfolios.get(row.portfolio).id == fund.id).map(|fact| fact.index)
}
