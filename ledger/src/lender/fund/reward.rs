//! The surplus of a fund, rewarded to aid centres 结余奖励, and what they may spend it on.

use super::beyond::nobody_owes;
use super::change::{FundChange, NewReward};
use crate::account::{Class, Owner};
use crate::change::{Case, Change, Judged, Taken};
use crate::entry::Entry;
use crate::event::loan_terms::LoanTerms;
use crate::event::{LoanRelieved, OrgRole, RewardSpent, SurplusRewarded};
use crate::handle::Handle;
use crate::loan::contract::find;
use crate::loan::counting::{counting, is_before_contract};
use crate::loan::fact_list::FACTS_MAX;
use crate::loan::facts::{self, judge_fact};
use crate::loan::fund_days::{at_end, free_from, stock_on};
use crate::loan::fund_effect::{move_stock, posting, share};
use crate::loan::portfolio::{PortfolioRef, portfolio_id};
use crate::loan::rates::terms_on;
use crate::money::{Day, Fen, held};
use crate::outcome::{Code, Posting, Refusal};
use crate::state::State;
use crate::state::flows::Flow;
use crate::state::fund_rows::Granted;
use crate::state::lending_rows::{Fact, Portfolio, Reward, What};
use crate::steps::step;

/// The use that repays loans of borrowers in distress. It names a loan, so it is spent by `LoanRelieved` alone.
pub(super) const RELIEF: &str = "relief";

/// Aid centres one surplus may go to: a province has some two hundred.
pub(crate) const REWARDS_MAX: usize = 400;

/// The surplus of a fund on a day, of what its stock held then. `None` without terms in force then.
///
/// Our reading of the rule of 2014, whose formula is not published: the stock is shared out among loans by their net
/// drawings; a yearly part of settled loans' share and an advance part of open loans' share is surplus. Rounded down.
#[must_use]
pub fn surplus(state: &State, fund: &Portfolio, on: Day) -> Option<Fen> {
    surplus_of(state, fund, on, stock_on(state, fund, on), [fund.drawn, fund.settled_drawn])
}

/// The surplus of what a stock held, less what came in until then and nobody owes, by net drawings and those of settled loans.
fn surplus_of(state: &State, fund: &Portfolio, on: Day, stock: Fen, drawings: [Fen; 2]) -> Option<Fen> {
    let terms = terms_on(state.loan_rules()?, fund.kind, on)?;
    let stock = stock.saturating_sub(nobody_owes(state, fund, on)).max(0);
    let [drawn, settled] = drawings.map(i128::from);
    if drawn <= 0 {
        return Some(0);
    }
    let weight =
        i128::from(terms.surplus_settled_ppm) * settled + i128::from(terms.surplus_open_ppm) * (drawn - settled).max(0);
    // Divided in two steps, each rounded down, which gives the same and keeps the products within 128 bits.
    let (whole, rest) = (weight / drawn, weight % drawn);
    let surplus = (i128::from(stock) * whole + i128::from(stock) * rest / drawn) / 1_000_000;
    Some(Fen::try_from(surplus).unwrap_or(stock).min(stock))
}

pub(crate) fn judge_surplus_rewarded(case: &Case<'_>, event: &SurplusRewarded) -> Judged<FundChange> {
    let (state, on) = (case.state, case.on());
    let year = event.year;
    state.need_org(year.lender)?;
    let id = portfolio_id(year.lender, year.kind);
    if event.parts.is_empty() {
        return Err(Refusal::of(Code::BadShape, id));
    }
    if event.parts.len() > REWARDS_MAX {
        return Err(Refusal::of(Code::TooMany, id));
    }
    // A year not begun would bar the years before it.
    if year.year > on.year() {
        return Err(Refusal::with(Code::WrongYear, id, i64::from(on.year())));
    }
    let (handle, row) = state.portfolios.by_id(id).ok_or(Refusal::with(Code::ExceedsSurplus, id, 0))?;
    if year.year <= row.rewarded {
        return Err(Refusal::with(Code::AlreadyRewarded, id, i64::from(row.rewarded)));
    }
    let ours = surplus(state, row, on).ok_or(Refusal::of(Code::UnknownTerms, id))?;
    if event.surplus != ours {
        return Err(Refusal::with(Code::SurplusDiffers, id, ours));
    }
    let sum: i128 = event.parts.iter().map(|part| i128::from(part.fen)).sum();
    let rewards = new_rewards(state, event)?;
    if sum > i128::from(ours) {
        return Err(Refusal::with(Code::ExceedsSurplus, id, ours));
    }
    // What losses and decisions of later days hold is theirs.
    let free = free_from(state, row, on);
    if sum > i128::from(free) {
        return Err(Refusal::with(Code::ExceedsSurplus, id, free));
    }
    let fund = PortfolioRef::of(state, handle);
    let used = Fen::try_from(sum).unwrap_or(ours);
    let mut change = Change::nothing();
    change.postings.push(posting(state, on, &fund, Class::StockUsed, Class::Stock, used));
    change.postings.extend(grants(state, on, &fund, &rewards));
    share(state, on, &fund, |days| days.moving(on, -used), &mut change);
    let centres: Vec<_> = rewards.iter().map(|reward| reward.centre).collect();
    change.act = Some(FundChange::Reward { portfolio: handle, year: year.year, rewards });
    Ok(centres.into_iter().fold(change, Change::naming))
}

fn new_rewards(state: &State, event: &SurplusRewarded) -> Result<Vec<NewReward>, Refusal> {
    let mut rewards: Vec<NewReward> = Vec::with_capacity(event.parts.len());
    for part in &event.parts {
        if part.fen <= 0 {
            return Err(Refusal::of(Code::BadAmount, part.reward));
        }
        let known = state.rewards.by_id(part.reward);
        if known.is_some_and(|(_, row)| row.fen > 0) || rewards.iter().any(|other| other.id == part.reward) {
            return Err(Refusal::of(Code::Exists, part.reward));
        }
        let centre = state.need_org(part.centre)?;
        if state.orgs.get(centre).role != OrgRole::AidCentre {
            return Err(Refusal::of(Code::WrongUnit, part.centre));
        }
        rewards.push(NewReward { id: part.reward, centre, fen: part.fen });
    }
    Ok(rewards)
}

/// Each centre gets its part, on accounts this entry opens one after the other.
fn grants(state: &State, on: Day, fund: &PortfolioRef, rewards: &[NewReward]) -> Vec<Posting> {
    let width = Owner::Reward.accounts();
    let mut next = state.accounts.next();
    let credit = State::account_at(fund.accounts, Class::RewardSource);
    let grant = |reward: &NewReward| {
        let accounts = state.rewards.by_id(reward.id).map_or(next, |(_, row)| row.accounts);
        next = if accounts == next { next.plus(width) } else { next };
        let debit = State::account_at(accounts, Class::RewardAvailable);
        let booked = state.booked(on, Class::RewardAvailable.book(), reward.centre, fund.lender);
        Posting { debit, credit, fen: reward.fen, booked }
    };
    rewards.iter().map(grant).collect()
}

pub(super) fn grant(
    state: &mut State,
    entry: &Entry<'_>,
    portfolio: Handle<Portfolio>,
    year: u16,
    rewards: &[NewReward],
) {
    let (index, on) = (entry.index, entry.event.effective);
    let ids = rewards.iter().map(|reward| reward.id).collect();
    let fund = state.portfolios.get_mut(portfolio);
    fund.rewarded = year;
    let (fen, drawn) = (rewards.iter().map(|reward| reward.fen).sum::<Fen>(), [fund.drawn, fund.settled_drawn]);
    fund.granted.push(Granted { on, index, year, fen, drawn, rewards: ids });
    move_stock(state, index, portfolio, on, -fen);
    for &NewReward { id, centre, fen } in rewards {
        // One that was taken back is rewarded again in its place.
        let known = state.rewards.find(id);
        let accounts = match known {
            Some(known) => state.rewards.get(known).accounts,
            None => state.open_accounts(state.rewards.next()),
        };
        let (spent, told) = (Vec::new(), Vec::new());
        let row = Reward { id, portfolio, centre, year, fen, spent, told, accounts, effective: on, last: index };
        match known {
            Some(known) => *state.rewards.get_mut(known) = row,
            None => drop(state.rewards.push(row)),
        }
    }
}

/// The entries that told rewards beyond the surplus as the stock of their day is known now, with these days. Drawings are those of
/// the decision: loans that were signed since take nothing from it, and those settled since add nothing; fewer that are settled are fewer.
pub(super) fn rewarded(state: &State, fund: &Portfolio, stock: &[(Day, i128)]) -> Vec<(u64, Day)> {
    let beyond = fund.granted.iter().filter(|granted| is_beyond(state, fund, stock, granted));
    beyond.map(|granted| (granted.index, granted.on)).collect()
}

fn is_beyond(state: &State, fund: &Portfolio, stock: &[(Day, i128)], granted: &Granted) -> bool {
    step();
    // Before it was taken out, and before those of its day that were decided later.
    let of_day = fund.granted.iter().filter(|other| other.on == granted.on && other.index >= granted.index);
    let out = of_day.fold(0, |sum: Fen, other| sum.saturating_add(other.fen));
    let stock = held(at_end(stock, granted.on)).saturating_add(out);
    let [drawn, settled] = granted.drawn;
    let drawings = [drawn, settled.min(fund.settled_drawn)];
    surplus_of(state, fund, granted.on, stock, drawings).is_some_and(|surplus| granted.fen > surplus)
}

/// Whether a centre of this level may use rewards for this.
fn is_allowed(state: &State, terms: &LoanTerms, reward: &Reward, purpose: &str) -> bool {
    let level = state.orgs.get(reward.centre).level;
    terms.reward_uses.iter().any(|row| row.level == level && row.purpose == purpose)
}

/// The spending of a reward, if it has that much left.
fn spending(state: &State, on: Day, reward: &Reward, fen: Fen) -> Result<Posting, Refusal> {
    let available = State::account_at(reward.accounts, Class::RewardAvailable);
    let spent = State::account_at(reward.accounts, Class::RewardSpent);
    let short = fen.saturating_sub(state.balance(available));
    if short > 0 {
        return Err(Refusal::with(Code::Overdrawn, reward.id, short));
    }
    Ok(state.posting(on, spent, available, fen))
}

/// Relief repays principal for a borrower in distress. The lender may then not write the loan off too, nor relief follow
/// a write-off.
pub(crate) fn judge_loan_relieved(case: &Case<'_>, event: &LoanRelieved) -> Judged<FundChange> {
    let (state, on) = (case.state, case.on());
    if event.fen <= 0 {
        return Err(Refusal::of(Code::BadAmount, event.loan));
    }
    let found = find(state, event.loan);
    let loan = &found.row;
    // On a day before its signing there was no such contract.
    if !loan.known || is_before_contract(loan, on) {
        return Err(Refusal::of(Code::UnknownLoan, event.loan));
    }
    if counting(loan, &loan.facts).iter().any(|fact| matches!(fact.what, What::WrittenOff(_))) {
        return Err(Refusal::of(Code::WrittenOff, event.loan));
    }
    let (handle, reward) = state.rewards.by_id(event.reward).ok_or(Refusal::of(Code::UnknownReward, event.reward))?;
    let terms = state.loan_rules().and_then(|rules| terms_on(rules, loan.kind, on));
    let terms = terms.ok_or(Refusal::of(Code::UnknownTerms, event.loan))?;
    if !terms.relief_reasons.contains(&event.reason) || !is_allowed(state, terms, reward, RELIEF) {
        return Err(Refusal::of(Code::UseNotAllowed, event.reward));
    }
    let spending = spending(state, on, reward, event.fen)?;
    let flows = &loan.posted;
    let open = i128::from(flows[Flow::Drawn]) - i128::from(flows[Flow::PrincipalPaid]);
    if i128::from(event.fen) > open {
        let open = Fen::try_from(open).unwrap_or(Fen::MAX);
        return Err(Refusal::with(Code::ExceedsOwed, event.loan, open));
    }
    // A decision whose fact would not count is refused, or the reward would be spent on nothing.
    if loan.facts.len() >= FACTS_MAX {
        return Err(Refusal::of(Code::TooManyFacts, event.loan));
    }
    let mut change = judge_fact(case, event.loan, What::Relieved { fen: event.fen, reward: handle });
    change.postings.push(spending);
    Ok(change.map(|loan| FundChange::Relieve { loan: loan.into(), reward: handle, fen: event.fen }))
}

/// Relief taken back: the principal is open again, and the reward has its money again.
pub(crate) fn judge_relief_withdrawn(case: &Case<'_>, taken: Taken) -> Judged<FundChange> {
    let (state, index) = (case.state, taken.index());
    let loan = state.loans.handle(taken.subject).map(|loan| state.loans.get(loan));
    let relief = loan.into_iter().flat_map(|loan| &loan.facts).find(|fact| fact.index == index);
    let Some(&Fact { what: What::Relieved { fen, reward }, .. }) = relief else { return Ok(Change::nothing()) };
    let mut change = facts::judge_withdrawn(case, taken)?;
    let accounts = state.rewards.get(reward).accounts;
    let [available, spent] =
        [Class::RewardAvailable, Class::RewardSpent].map(|class| State::account_at(accounts, class));
    change.postings.push(state.posting(case.on(), available, spent, fen));
    Ok(change.map(|loan| FundChange::Relieve { loan: loan.into(), reward, fen: -fen }))
}

pub(crate) fn judge_reward_spent(case: &Case<'_>, event: &RewardSpent) -> Judged<FundChange> {
    let (state, on) = (case.state, case.on());
    if event.fen <= 0 {
        return Err(Refusal::of(Code::BadAmount, event.reward));
    }
    let (handle, reward) = state.rewards.by_id(event.reward).ok_or(Refusal::of(Code::UnknownReward, event.reward))?;
    let kind = state.portfolios.get(reward.portfolio).kind;
    let terms = state.loan_rules().and_then(|rules| terms_on(rules, kind, on));
    let terms = terms.ok_or(Refusal::of(Code::UnknownTerms, event.reward))?;
    if event.purpose == RELIEF || !is_allowed(state, terms, reward, &event.purpose) {
        return Err(Refusal::of(Code::UseNotAllowed, event.reward));
    }
    let posting = spending(state, on, reward, event.fen)?;
    let (purpose, fen) = (event.purpose.clone(), event.fen);
    let mut change = Change::of(FundChange::Spend { reward: handle, purpose, fen });
    change.postings.push(posting);
    Ok(change)
}

pub(super) fn spend(state: &mut State, index: u64, reward: Handle<Reward>, purpose: &str, fen: Fen) {
    let row = state.rewards.get_mut(reward);
    match row.spent.iter_mut().find(|(other, _)| other == purpose) {
        Some((_, sum)) => *sum = sum.saturating_add(fen),
        None => row.spent.push((purpose.to_owned(), fen)),
    }
    row.spent.retain(|(_, sum)| *sum != 0);
    row.last = index;
}
