//! Rewards taken back while no part of them is spent, and spendings, whenever.

use super::change::FundChange;
use super::reward::spend;
use crate::account::Class;
use crate::change::{Case, Change, Judged, Taken};
use crate::entry::Entry;
use crate::handle::Handle;
use crate::loan::fund_effect::{move_stock, posting, share};
use crate::loan::portfolio::PortfolioRef;
use crate::money::Fen;
use crate::outcome::{Code, Posting, Refusal};
use crate::registry::org;
use crate::state::State;
use crate::state::fund_rows::Granted;
use crate::state::lending_rows::{Portfolio, Reward};

/// The surplus is in the stock again, and losses that were borne for its sake use it.
pub(crate) fn judge_reward_withdrawn(case: &Case<'_>, taken: Taken) -> Judged<FundChange> {
    let (state, on, told_by) = (case.state, case.on(), taken.index());
    let Some(portfolio) = state.portfolios.handle(taken.subject) else { return Ok(Change::nothing()) };
    let row = state.portfolios.get(portfolio);
    let Some(granted) = row.granted.iter().find(|granted| granted.index == told_by) else {
        return Ok(Change::nothing());
    };
    taken.on(case, granted.on)?;
    let rewards: Vec<&Reward> = rewards(state, granted).collect();
    if let Some(used) = rewards.iter().find(|reward| reward.spent.iter().any(|(_, fen)| *fen != 0)) {
        return Err(Refusal::of(Code::InUse, used.id));
    }
    let (fund, fen) = (PortfolioRef::of(state, portfolio), rewards.iter().map(|reward| reward.fen).sum::<Fen>());
    let mut change = Change::of(FundChange::Unreward { portfolio, told_by, fen });
    let source = State::account_at(fund.accounts, Class::RewardSource);
    let given_back = |reward: &&Reward| {
        let available = State::account_at(reward.accounts, Class::RewardAvailable);
        let booked = state.booked(on, Class::RewardAvailable.book(), reward.centre, fund.lender);
        Posting { debit: source, credit: available, fen: reward.fen, booked }
    };
    change.postings.extend(rewards.iter().map(given_back));
    change.postings.push(posting(state, on, &fund, Class::Stock, Class::StockUsed, fen));
    share(state, on, &fund, |days| days.moving(on, fen), &mut change);
    Ok(change)
}

fn rewards<'a>(state: &'a State, granted: &'a Granted) -> impl Iterator<Item = &'a Reward> {
    granted.rewards.iter().filter_map(|id| state.rewards.by_id(*id)).map(|(_, row)| row)
}

pub(super) fn ungrant(state: &mut State, entry: &Entry<'_>, portfolio: Handle<Portfolio>, told_by: u64, fen: Fen) {
    let index = entry.index;
    let row = state.portfolios.get_mut(portfolio);
    let Some(at) = row.granted.iter().position(|granted| granted.index == told_by) else { return };
    let gone = row.granted.remove(at);
    row.rewarded = row.granted.iter().map(|granted| granted.year).max().unwrap_or(0);
    move_stock(state, index, portfolio, entry.event.effective, fen);
    for id in gone.rewards {
        let Some(reward) = state.rewards.find(id) else { continue };
        let row = state.rewards.get_mut(reward);
        (row.fen, row.last) = (0, index);
        let centre = row.centre;
        org::unmention(state, centre);
    }
}

/// The reward has its money again.
pub(crate) fn judge_spending_withdrawn(case: &Case<'_>, taken: Taken) -> Judged<FundChange> {
    let (state, told_by) = (case.state, taken.index());
    let Some(reward) = state.rewards.handle(taken.subject) else { return Ok(Change::nothing()) };
    let row = state.rewards.get(reward);
    let Some(told) = row.told.iter().find(|told| told.index == told_by) else { return Ok(Change::nothing()) };
    taken.on(case, told.on)?;
    let [available, spent] =
        [Class::RewardAvailable, Class::RewardSpent].map(|class| State::account_at(row.accounts, class));
    let mut change = Change::of(FundChange::Unspend { reward, told_by });
    change.postings.push(state.posting(case.on(), available, spent, told.fen));
    Ok(change)
}

pub(super) fn unspend(state: &mut State, index: u64, reward: Handle<Reward>, told_by: u64) {
    let row = state.rewards.get_mut(reward);
    let Some(at) = row.told.iter().position(|told| told.index == told_by) else { return };
    let gone = row.told.remove(at);
    spend(state, index, reward, &gone.purpose, -gone.fen);
}
