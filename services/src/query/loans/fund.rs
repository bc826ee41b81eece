//! A compensation fund 风险补偿金: what it holds, who paid and owes, what became of its surplus.

use super::{class_sums, maybe_day, need_portfolio, on_wire, payer_debt, payer_sums};
use crate::query::QueryError;
use crate::query::asked::Asked;
use crate::query::page::{MAX_ROWS, Pager, paged};
use crate::query::window::Parted;
use crate::wire;
use crate::wire::id;
use ledger::account::Class;
use ledger::event::Payer;
use ledger::handle::Handle;
use ledger::lender::fund::{stock_on, surplus};
use ledger::money::held;
use ledger::state::State;
use ledger::state::fund_rows::Turn;
use ledger::state::lending_rows::Reward;
use proto::v1;
use replay::answers::loans::fund::{FundYear, rewards, years};
use replay::answers::loans::position::portfolio_balances;

paged!(GetFundRequest, MAX_ROWS, MAX_ROWS);

impl Parted for v1::Reward {
    type Item = v1::RewardUsed;

    fn list(&mut self) -> &mut Vec<v1::RewardUsed> {
        &mut self.used
    }

    fn is_same(&self, other: &Self) -> bool {
        self.reward == other.reward
    }
}

/// A fund.
///
/// # Errors
/// The lender has no loans of this kind, the day is none, or the token is wrong.
pub fn fund(asked: &Asked, request: &v1::GetFundRequest) -> Result<v1::GetFundResponse, QueryError> {
    let state = asked.state()?;
    let handle = need_portfolio(&state, &request.lender, &request.kind)?;
    let on = maybe_day("on", request.on)?.unwrap_or_else(|| state.latest);
    let row = state.portfolios.get(handle);
    let balance = |class| state.balance(State::account_at(row.accounts, class));
    let (lender, lender_name) = wire::org(&state, row.lender);
    // Ours of that day is what is known now, not what was when it came.
    let stated = row.stated.last().map(|said| (on_wire(said.on), said.fen, stock_on(&state, row, said.on)));
    let (stated_day, stated_fen, stated_ours_fen) = stated.unwrap_or_default();
    let recovered = row.losses.iter().filter(|loss| loss.turn == Turn::Recovered).map(|loss| i128::from(loss.fen));
    let recovered_fen = held(recovered.sum());
    // What came in gave from these accounts, so they stand below zero by it.
    let borne = [(Payer::County, Class::BorneByCounty), (Payer::Lender, Class::BorneByLender)];
    let borne = borne.into_iter().map(|(payer, class)| (payer, -balance(class))).filter(|(_, fen)| *fen != 0);
    let pager = Pager::open(request, state.entries)?;
    // Lists that fit on every page are on the first alone: whoever puts pages together has each line once.
    let first = pager.after.is_none();
    let mut window = pager.window();
    let years = window.show(years(&state, handle).iter().map(|(year, row)| fund_year(*year, row)))?;
    let rewards = window.show_parts(rewards(&state, handle).into_iter().map(|reward| of_reward(&state, reward)))?;
    Ok(v1::GetFundResponse {
        as_of: state.entries,
        basis: asked.basis(),
        portfolio: id(row.id),
        lender,
        lender_name,
        kind: row.kind.name().to_owned(),
        stock_fen: balance(Class::Stock),
        paid_in_fen: -balance(Class::PaidIn),
        used_fen: balance(Class::StockUsed),
        loss_borne: payer_sums(borne.filter(|_| first)),
        loss_fen: balance(Class::Loss) + recovered_fen,
        stated_day,
        stated_fen,
        stated_ours_fen,
        stated_difference_fen: stated_fen.saturating_sub(stated_ours_fen),
        years,
        rewards,
        next_page_token: pager.after_window(&window)?,
        surplus_fen: surplus(&state, row, on).unwrap_or(0),
        surplus_day: on_wire(on),
        rewarded: row.rewarded.into(),
        drawn_fen: row.drawn,
        settled_drawn_fen: row.settled_drawn,
        balances: if first { class_sums(portfolio_balances(&state, &[handle])) } else { Vec::new() },
        recovered_fen,
    })
}

fn fund_year(year: u16, row: &FundYear) -> v1::FundYear {
    v1::FundYear {
        year: year.into(),
        drawn_fen: row.drawn,
        schools: row.schools,
        payers: row.payers.iter().map(|(payer, sums)| payer_debt(*payer, *sums)).collect(),
    }
}

fn of_reward(state: &State, handle: Handle<Reward>) -> v1::Reward {
    let row = state.rewards.get(handle);
    let (centre, centre_name) = wire::org(state, row.centre);
    let used = row.spent.iter().map(|(purpose, fen)| v1::RewardUsed { purpose: purpose.clone(), fen: *fen });
    v1::Reward {
        reward: id(row.id),
        centre,
        centre_name,
        year: row.year.into(),
        fen: row.fen,
        available_fen: state.balance(State::account_at(row.accounts, Class::RewardAvailable)),
        used: used.collect(),
        day: on_wire(row.effective),
    }
}
