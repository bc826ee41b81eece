//! Payments to lenders.

use super::{on_wire, some_portfolios};
use crate::query::QueryError;
use crate::query::asked::Asked;
use crate::query::page::{Pager, paged};
use crate::wire;
use crate::wire::id;
use ledger::event::Purpose;
use ledger::handle::Handle;
use ledger::state::State;
use ledger::state::lending_rows::Remittance;
use proto::v1;
use replay::answers::loans::{claim_of, purpose_name};

/// Rows of a page at most: each may name 400 draws.
const MAX_ROWS: u32 = 200;

paged!(ListRemittancesRequest, MAX_ROWS);

/// Payments to lenders in the order in which they were ordered.
///
/// # Errors
/// A filter or the token is wrong.
pub fn remittances(
    asked: &Asked,
    request: &v1::ListRemittancesRequest,
) -> Result<v1::ListRemittancesResponse, QueryError> {
    let state = asked.state()?;
    let portfolios = some_portfolios(&state, &request.lender, &request.kind)?;
    let pager = Pager::open(request, state.entries)?;
    let wanted = |row: &Remittance| portfolios.contains(&row.portfolio);
    let (handles, next_page_token) = pager.handles(&state.remittances, wanted);
    let remittances = handles.into_iter().map(|handle| of_handle(&state, handle)).collect();
    Ok(v1::ListRemittancesResponse { as_of: state.entries, basis: asked.basis(), remittances, next_page_token })
}

/// A payment to a lender as answers show it.
pub(in crate::query) fn of_handle(state: &State, handle: Handle<Remittance>) -> v1::Remittance {
    let row = state.remittances.get(handle);
    let portfolio = state.portfolios.get(row.portfolio);
    let (unit, unit_name) = wire::org(state, row.unit);
    let (lender, lender_name) = wire::org(state, portfolio.lender);
    let claim = claim_of(state, row).map(|claim| state.claims.get(claim));
    let year = match row.purpose {
        Purpose::Claim(_) => 0,
        Purpose::Advance(year) | Purpose::Compensation(year) => year.year.into(),
    };
    let draws = row.draws.iter().map(|draw| v1::Draw { line: id(state.lines.get(draw.line).id), fen: draw.fen });
    v1::Remittance {
        remittance: id(row.id),
        unit,
        unit_name,
        fiscal_year: row.fiscal_year.into(),
        lender,
        lender_name,
        kind: portfolio.kind.name().to_owned(),
        purpose: purpose_name(row.purpose).to_owned(),
        claim: claim.map_or_else(Default::default, |claim| id(claim.id)),
        claim_number: claim.map_or_else(String::new, |claim| claim.number.clone()),
        year,
        fen: row.fen,
        draws: draws.collect(),
        stage: row.stage.name().to_owned(),
        preparer: row.preparer.clone(),
        approver: row.approver.clone(),
        day: on_wire(row.on),
        last: row.last,
    }
}
