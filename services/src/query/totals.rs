//! Totals by programme, division, stage of schooling and calendar year. A report over all persons, not a look-up.

use super::asked::Asked;
use super::page::{MAX_ROWS, Pager, paged};
use super::{QueryError, payments};
use ledger::state::State;
use proto::v1;
use replay::answers::calendar_year::{YearFigures, YearFilter, YearKey, by_year};
use replay::answers::labels;

paged!(GetTotalsRequest, MAX_ROWS, MAX_ROWS);

/// The report, a page of its rows.
///
/// # Errors
/// A filter or the token is wrong.
pub fn totals(asked: &Asked, request: &v1::GetTotalsRequest) -> Result<v1::GetTotalsResponse, QueryError> {
    let state = asked.state()?;
    let year = u16::try_from(request.year).map_err(|_| QueryError::field("year", "write a year as 2021"))?;
    let filter = YearFilter {
        programme: payments::programme(&state, &request.programme)?,
        division: request.division,
        schooling: request.stage.clone(),
        year: Some(year).filter(|year| *year != 0),
        by_home: request.division_of() == v1::DivisionOf::Home,
    };
    let report = by_year(&state, &filter);
    let pager = Pager::open(request, state.entries)?;
    let mut page = pager.window();
    let rows = page.show(report.rows.iter().map(|(key, figures)| row(&state, key, figures)))?;
    let (sum, next_page_token) = (Some(figures(&report.sum)), pager.after_window(&page)?);
    Ok(v1::GetTotalsResponse { as_of: state.entries, basis: asked.basis(), rows, sum, next_page_token })
}

fn row(state: &State, key: &YearKey, row: &YearFigures) -> v1::Total {
    let mut total = figures(row);
    if let Some(programme) = key.programme.handle() {
        total.programme = labels::programme_code(state, programme).to_owned();
        total.stage = labels::schooling(state, programme).to_owned();
    }
    (total.division, total.year) = (key.division, key.year.into());
    total
}

fn figures(row: &YearFigures) -> v1::Total {
    v1::Total {
        person_times: row.person_times,
        aided_fen: row.aided_fen().held(),
        credited_fen: row.credited_fen.held(),
        recovered_fen: row.recovered_fen.held(),
        net_fen: row.net_fen().held(),
        transit_fen: row.transit_fen.held(),
        returned_fen: row.returned_fen.held(),
        suspense_fen: row.suspense_fen.held(),
        awarded_fen: row.awarded_fen.held(),
        payouts: row.payouts,
        ..v1::Total::default()
    }
}
