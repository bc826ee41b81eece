//! Payments to lenders taken back before the treasury paid: the approval, then the order. An order taken back is cancelled, and its
//! number may be ordered again as the next edition.

use super::change::RemittanceChange;
use super::facts::Against;
use super::{by_payer, move_sums, report};
use crate::account::Class;
use crate::authority::Authority;
use crate::change::{Case, Change, Judged, Taken, Touched};
use crate::entry::Entry;
use crate::handle::Handle;
use crate::outcome::{Code, Refusal};
use crate::state::State;
use crate::state::clearing_rows::Remaining;
use crate::state::lending_rows::Remittance;
use crate::state::stage::RemittanceStage;

/// What was ordered is available again, unless somebody approved it.
pub(crate) fn judge_order_withdrawn(case: &Case<'_>, taken: Taken) -> Judged<RemittanceChange> {
    let state = case.state;
    let Some(remittance) = state.remittances.handle(taken.subject) else { return Ok(Change::nothing()) };
    let row = state.remittances.get(remittance);
    taken.on(case, row.ordered_on)?;
    if row.stage != RemittanceStage::Ordered {
        return Err(Refusal::of(Code::InUse, row.id));
    }
    let mut authority = Authority::of(state, case.on());
    row.draws.iter().for_each(|draw| authority.give(draw.line, Class::Applied, draw.fen));
    let mut change = Change { postings: authority.postings, ..Change::nothing() };
    // What was told of it waits for another order.
    let against = (Against::ordered(row.unit), Against::NOTHING);
    let told = report::met(state, case.on(), row.id, against, &mut change);
    change.act = Some(RemittanceChange::Back { remittance, to: RemittanceStage::Cancelled, told });
    Ok(change)
}

/// It waits for an approval again, unless the treasury said what became of it.
pub(crate) fn judge_approval_withdrawn(case: &Case<'_>, taken: Taken) -> Judged<RemittanceChange> {
    let state = case.state;
    let Some(remittance) = state.remittances.handle(taken.subject) else { return Ok(Change::nothing()) };
    let row = state.remittances.get(remittance);
    if row.stage != RemittanceStage::Approved {
        return Err(Refusal::of(Code::InUse, row.id));
    }
    taken.on(case, row.approved_on)?;
    // What was told of it and does not count stays where it is.
    let change = Change::of(RemittanceChange::Back { remittance, to: RemittanceStage::Ordered, told: None });
    Ok(change.touching(Remaining::is_cleared(&report::told(state, row.id)).then_some(Touched::Remitted(row.id))))
}

pub(super) fn apply(state: &mut State, entry: &Entry<'_>, remittance: Handle<Remittance>, to: RemittanceStage) {
    let row = state.remittances.get_mut(remittance);
    (row.stage, row.on, row.last) = (to, row.ordered_on, entry.index);
    row.approver.clear();
    let (purpose, portfolio, draws) = (row.purpose, row.portfolio, row.draws.clone());
    if to == RemittanceStage::Cancelled {
        let sums = by_payer(state, &draws);
        move_sums(state, entry.index, purpose, portfolio, &sums, [-1, 0]);
    }
    for draw in draws {
        state.lines.get_mut(draw.line).last = entry.index;
    }
}
