//! What is to be posted: interest loan by loan, compensation by university. What jobs submit, before they submit it.

use super::{interest, left, maybe_day, maybe_kind, need_portfolio, need_year, on_wire, payer_sums};
use crate::query::page::{Cursor, Pager, paged};
use crate::query::{QueryError, found, need_id};
use crate::wire;
use crate::wire::id;
use ledger::event::Interest;
use ledger::handle::Handle;
use ledger::state::State;
use ledger::state::lending_rows::{Loan, RiskYear};
use proto::v1;
use replay::answers::loans::due::{Chunk, DueRow, collect};
use replay::answers::loans::fund::risk_years;
use replay::answers::loans::{portfolios, subordination_of};
use replay::engine::Engine;

/// Rows of a page at most: they fit into an answer, so that no work is done twice.
const MAX_ROWS: u32 = 2_000;

paged!(ListDueInterestRequest, MAX_ROWS);
paged!(ListDueCompensationRequest);

/// Loans looked at under one lock, a few milliseconds of work.
const LOOKS: u32 = 2_000;

/// Loans looked at for one page, so that a question about a day on which nothing is due answers soon.
const LOOKS_A_PAGE: u32 = 100_000;

/// Loans with interest to be corrected or accrued.
///
/// # Errors
/// There is no such lender, or a day, kind or token is wrong.
pub fn interest_due(
    engine: &Engine,
    request: &v1::ListDueInterestRequest,
) -> Result<v1::ListDueInterestResponse, QueryError> {
    let wanted = need_id("lender", &request.lender)?;
    let kind = maybe_kind(&request.kind)?;
    let through = maybe_day("through", request.through)?;
    let through = through.ok_or_else(|| QueryError::field("through", "name the last day, as 20241220"))?;
    let (portfolios, pager) = {
        let state = engine.read();
        let lender = found("organisation", wanted, state.orgs.find(wanted))?;
        let pager = Pager::open(request, state.entries)?;
        (portfolios(&state, Some(lender), kind), pager)
    };
    let mut from = Handle::new(pager.going_on());
    let (first, mut chunk, mut rows) = (from, Chunk::default(), Vec::new());
    loop {
        let state = engine.read();
        let next = collect(&state, &portfolios, through, from, (pager.rows - rows.len(), LOOKS), &mut chunk);
        rows.extend(chunk.rows.drain(..).map(|row| due_row(&state, &row)));
        let enough = rows.len() >= pager.rows || next.is_some_and(|next| next >= first.plus(LOOKS_A_PAGE));
        if let (Some(next), false) = (next, enough) {
            from = next;
            continue;
        }
        let token = |next: Handle<Loan>| pager.token(Cursor { key: next.into(), carry: 0 });
        return Ok(v1::ListDueInterestResponse {
            as_of: state.entries,
            rows,
            next_page_token: next.map_or_else(String::new, token),
            loans: chunk.looked,
            missing: left(&state, &chunk.missing),
        });
    }
}

fn due_row(state: &State, row: &DueRow) -> v1::DueInterest {
    let loan = state.loans.get(row.loan);
    let unless_nothing = |figure: &Interest| (*figure != Interest::default()).then(|| interest(figure));
    v1::DueInterest {
        loan: id(loan.id),
        number: loan.number.clone(),
        last: loan.last,
        posted_through: on_wire(loan.through),
        correction: row.due.corrects().then(|| interest(&row.due.correction)),
        addition: unless_nothing(&row.due.addition),
        cause: row.cause.map_or_else(Default::default, |cause| id(wire::event_id(state, cause.index))),
        cause_effective: row.cause.and_then(|cause| cause.on).map_or(0, on_wire),
    }
}

/// Compensation of a risk year, university by university.
///
/// # Errors
/// There is no such fund, or the year or token is wrong.
pub fn compensation_due(
    engine: &Engine,
    request: &v1::ListDueCompensationRequest,
) -> Result<v1::ListDueCompensationResponse, QueryError> {
    let state = engine.read();
    let portfolio = need_portfolio(&state, &request.lender, &request.kind)?;
    let year = need_year(request.year)?;
    let pager = Pager::open(request, state.entries)?;
    let first = pager.first_handle();
    let handles = risk_years(&state, portfolio, year).into_iter().filter(|handle| *handle >= first);
    let (handles, next_page_token) = pager.cut(handles, |at| (*at).into());
    let rows = handles.into_iter().map(|handle| compensation(&state, handle, request.default_ppm)).collect();
    Ok(v1::ListDueCompensationResponse { as_of: state.entries, rows, next_page_token })
}

fn compensation(state: &State, handle: Handle<RiskYear>, default_ppm: u32) -> v1::DueCompensation {
    let row = state.risk_years.get(handle);
    let (school, school_name) = wire::org(state, row.school);
    let parts = ledger::lender::fund::parts(state, row, default_ppm).unwrap_or_default();
    v1::DueCompensation {
        school,
        school_name,
        subordination: subordination_of(state, row.school).to_owned(),
        drawn_fen: row.drawn,
        due: parts != row.accrued,
        parts: payer_sums(parts),
        accrued: payer_sums(row.accrued.iter().copied()),
        next: row.computed.saturating_add(1),
    }
}
