//! Where a lender's loans stand, what payers owe for them, and what a coming year will bring. Reports over all loans.

use super::{class_sums, interest, left, need_year, over_loans, payer_sums, some_portfolios};
use crate::query::QueryError;
use crate::query::asked::Asked;
use crate::wire;
use crate::wire::id;
use ledger::event::Payer;
use ledger::money::held;
use ledger::state::State;
use proto::v1;
use replay::answers::loans::forecast::Forecast;
use replay::answers::loans::position::{LoanSums, PayerSums, payers, portfolio_balances};
use replay::engine::Engine;

/// The position of a lender, or of all.
///
/// # Errors
/// There is no such lender, or the kind is none.
pub fn position(asked: &Asked, request: &v1::GetPositionRequest) -> Result<v1::GetPositionResponse, QueryError> {
    let mut sums = LoanSums::default();
    let wanted = |state: &State| some_portfolios(state, &request.lender, &request.kind);
    let (as_of, portfolios, state) =
        over_loans(asked, wanted, &mut |wanted, state, from, rows| sums.add(state, wanted, from, rows))?;
    let mut answer = v1::GetPositionResponse { as_of, basis: asked.basis(), ..v1::GetPositionResponse::default() };
    if let [one] = portfolios[..] {
        answer.portfolio = id(state.portfolios.get(one).id);
    }
    if let Some(first) = portfolios.first().filter(|_| !request.lender.is_empty()) {
        (answer.lender, answer.lender_name) = wire::org(&state, state.portfolios.get(*first).lender);
    }
    (answer.loans, answer.open, answer.unknown) = (sums.loans, sums.open, sums.unknown);
    answer.loan_balances = class_sums(sums.by_class());
    answer.portfolio_balances = class_sums(portfolio_balances(&state, &portfolios));
    answer.interest = Some(interest(&sums.interest.held()));
    answer.drawn_fen = held(sums.drawn);
    answer.repaid_fen = held(sums.repaid);
    answer.written_off_fen = held(sums.written_off);
    let row = |(payer, sums): (Payer, PayerSums)| v1::PayerPosition {
        payer: payer.name().to_owned(),
        claims_owed_fen: sums.claims.owed,
        claims_ordered_fen: sums.claims.ordered,
        claims_paid_fen: sums.claims.paid,
        compensation_accrued_fen: sums.compensation.owed,
        compensation_ordered_fen: sums.compensation.ordered,
        compensation_paid_fen: sums.compensation.paid,
    };
    answer.payers = payers(&state, &portfolios).into_iter().map(row).collect();
    Ok(answer)
}

/// What a calendar year will bring.
///
/// # Errors
/// There is no such lender, or kind or year are wrong.
pub fn forecast(engine: &Engine, request: &v1::GetForecastRequest) -> Result<v1::GetForecastResponse, QueryError> {
    let year = need_year(request.year)?;
    let mut forecast = Forecast::of(year);
    let wanted = |state: &State| {
        let portfolios = some_portfolios(state, &request.lender, &request.kind)?;
        Ok((portfolios, state.latest))
    };
    let asked = Asked::now(engine.clone());
    let (as_of, _, state) = over_loans(&asked, wanted, &mut |(portfolios, today), state, from, rows| {
        forecast.add(state, portfolios, *today, from, rows);
    })?;
    let (payers, unshared) = forecast.payers(&state);
    let quarters = (1..).zip(forecast.quarters);
    let quarters = quarters.map(|(quarter, fen)| v1::ForecastQuarter { quarter, subsidy_fen: held(fen) });
    Ok(v1::GetForecastResponse {
        as_of,
        loans: forecast.loans,
        subsidy_fen: held(forecast.subsidy()),
        quarters: quarters.collect(),
        payers: payer_sums(payers.into_iter().map(|(payer, fen)| (payer, held(fen)))),
        unshared_fen: held(unshared),
        principal_due_fen: held(forecast.principal_due),
        missing: left(&state, &forecast.missing),
    })
}
