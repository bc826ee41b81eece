//! What came back after its budget year is paid over to finance 上缴. The cash came back with the return; here its authority ends.
//! More may be told than is due, as returns are told late: a finding says so while it lasts.

use crate::account::Class;
use crate::change::{Case, Change, Judged, Taken};
use crate::entry::Entry;
use crate::event::Surrendered;
use crate::handle::Handle;
use crate::money::Day;
use crate::registry::org;
use crate::state::State;
use crate::state::budget_rows::Surrender;
use crate::state::rows::Org;

pub(crate) enum SurrenderChange {
    Pay(Surrender),
    Back(Handle<Surrender>),
}

pub(crate) fn judge_surrendered(case: &Case<'_>, event: &Surrendered) -> Judged<SurrenderChange> {
    let (state, on) = (case.state, case.on());
    let mut change = Change::nothing();
    let unit = change.org(state, event.unit);
    let fen = event.fen.max(0);
    change.act = Some(SurrenderChange::Pay(Surrender { id: case.entry.event.id, unit: unit.handle, fen, on }));
    if fen > 0 {
        let of = |class| state.org_account(unit.handle, class);
        change.postings = vec![state.posting(on, of(Class::Surrendered), of(Class::DueToFinance), fen)];
    }
    Ok(change)
}

/// What was told was not paid over: it is due again.
pub(crate) fn judge_withdrawn(case: &Case<'_>, taken: Taken) -> Judged<SurrenderChange> {
    let state = case.state;
    let Some(at) = state.surrenders.handle(taken.subject) else { return Ok(Change::nothing()) };
    let row = state.surrenders.get(at);
    taken.on(case, row.on)?;
    let mut change = Change::of(SurrenderChange::Back(at));
    if row.fen > 0 {
        let of = |class| state.org_account(row.unit, class);
        change.postings = vec![state.posting(case.on(), of(Class::DueToFinance), of(Class::Surrendered), row.fen)];
    }
    Ok(change)
}

/// The latest of what a unit paid over, by day and then by its own id: the entry that told it, and its day.
pub(crate) fn latest(state: &State, unit: Handle<Org>) -> Option<(u64, Day)> {
    let rows = state.surrenders.iter().map(|(_, row)| row);
    let latest = rows.filter(|row| row.unit == unit && row.fen > 0).max_by_key(|row| (row.on, row.id))?;
    // An entry is seen once it is in; until then it stands next.
    Some((state.seen.find(latest.id).map_or(state.entries, u64::from), latest.on))
}

/// Makes the change; the row by which it can be taken back.
pub(crate) fn apply(state: &mut State, _: &Entry<'_>, change: SurrenderChange) -> Handle<Surrender> {
    match change {
        SurrenderChange::Pay(row) => state.surrenders.push(row),
        SurrenderChange::Back(at) => {
            let row = state.surrenders.get_mut(at);
            row.fen = 0;
            let unit = row.unit;
            org::unmention(state, unit);
            at
        }
    }
}
